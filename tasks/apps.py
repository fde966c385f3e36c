from django.apps import AppConfig


class TasksConfig(AppConfig):
    """The campaign year: phases, the eight tasks, checklist items, evidence and review."""

    name = "tasks"
    verbose_name = "基本建设年"

    def ready(self):
        from tasks import receivers, uses  # noqa: F401  hears of organisations; tells what files go with
