from django.apps import AppConfig


class MembersConfig(AppConfig):
    """People on the roll of a branch, and organisation life."""

    name = "members"
    verbose_name = "党员"

    def ready(self):
        from members import figures, handing_over, panels, receivers  # noqa: F401
