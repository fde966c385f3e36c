from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class OutboxConfig(AppConfig):
    """Background work: the database row is the job, the broker only wakes somebody up."""

    name = "branchyear.outbox"
    verbose_name = "后台作业"

    def ready(self):
        from branchyear.outbox import receivers  # noqa: F401

        autodiscover_modules("jobs")  # so that every handler is known wherever a job may run
