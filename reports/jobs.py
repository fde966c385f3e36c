"""The background doors of reports. Each is safe to come through twice."""

from celery import shared_task
from django.utils import timezone

from branchyear.lib.dates import local_day
from reports.services import periods, reminders

# --- Monthly reports ------------------------------------------------------------------------------


@shared_task
def open_periods():
    periods.open_periods(today=local_day())


@shared_task
def send_due_reminders():
    reminders.send_due_reminders(now=timezone.now())
