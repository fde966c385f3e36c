from django.apps import AppConfig


class NotificationsConfig(AppConfig):
    """Tell these people this, about that thing."""

    name = "branchyear.notifications"
    verbose_name = "通知"
