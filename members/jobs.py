"""The background doors of members. Each is safe to come through twice."""

from celery import shared_task

from branchyear.lib.dates import Month, local_day
from members.services import dues

# --- Dues -----------------------------------------------------------------------------------------


@shared_task
def open_dues_month():
    today = local_day()
    dues.open_month(Month.of(today), today=today)
