from django.apps import AppConfig


class TokensConfig(AppConfig):
    """Keys with which programs ask in a person's name."""

    name = "branchyear.tokens"
    verbose_name = "接口密钥"
