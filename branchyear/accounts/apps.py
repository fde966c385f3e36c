from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """People who can log in; knows nothing of branches."""

    name = "branchyear.accounts"
    verbose_name = "账号"
