from django.apps import AppConfig


class ReportsConfig(AppConfig):
    """Monthly reports, reminders, dashboards, ledgers and exports."""

    name = "reports"
    verbose_name = "报送与台账"

    def ready(self):
        from reports import (  # noqa: F401  rules and scores about reports; hears when a campaign opens
            handing_over,
            health,
            receivers,
            scoring,
            supervision,
            uses,
        )
