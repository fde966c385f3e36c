from django.apps import AppConfig


class AuditConfig(AppConfig):
    """Someone did something to a thing: an append-only trail."""

    name = "branchyear.audit"
    verbose_name = "审计"

    def ready(self):
        from branchyear.audit import receivers  # noqa: F401
