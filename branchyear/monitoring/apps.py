from django.apps import AppConfig


class MonitoringConfig(AppConfig):
    """Who of the fleet is alive, what it gets done, and what it says about itself."""

    name = "branchyear.monitoring"
    verbose_name = "运行监测"

    def ready(self):
        from branchyear.monitoring import receivers  # noqa: F401  they connect themselves
