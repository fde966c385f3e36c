from django.apps import AppConfig
from django.db import connections
from django.db.models.signals import post_migrate


class AuditConfig(AppConfig):
    """Someone did something to a thing: an append-only trail."""

    name = "branchyear.audit"
    verbose_name = "审计"

    def ready(self):
        from branchyear.audit import receivers  # noqa: F401

        post_migrate.connect(_keep_append_only, sender=self, dispatch_uid="audit-append-only")


def _keep_append_only(using, **kwargs):
    """After every migration: SQLite drops a table's triggers when it rebuilds the table."""
    from branchyear.audit import triggers

    triggers.install(connections[using])
