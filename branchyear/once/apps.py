from django.apps import AppConfig


class OnceConfig(AppConfig):
    """A form that was posted twice has done its work once."""

    name = "branchyear.once"
    verbose_name = "表单提交"
