"""The background door of accounts."""

from celery import shared_task
from django.utils import timezone

from branches.services import safety


@shared_task
def close_unused_accounts():
    """Who is warned tonight is closed a fortnight later at the earliest."""
    now = timezone.now()
    safety.warn_of_closing(now=now)
    safety.close_unused(now=now)
