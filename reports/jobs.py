"""The background doors of reports. Each is safe to come through twice."""

from celery import shared_task
from django.utils import timezone

from branchyear.lib.dates import local_day
from branchyear.outbox.services import extend_lease, handler
from reports.services import exports, making, month_ends, periods, reminders, rollups
from tasks.models import Campaign

# --- Monthly reports ------------------------------------------------------------------------------


@shared_task
def open_periods():
    periods.open_periods(today=local_day())


@shared_task
def send_due_reminders():
    reminders.send_due_reminders(now=timezone.now())


# --- Exports --------------------------------------------------------------------------------------


@handler("reports.render", atomic=False)
def render(payload, job):
    making.render(payload["export"], now=timezone.now(), alive=_alive(job))


@handler("reports.part", atomic=False)
def make_part(payload, job):
    making.part(payload["part"], now=timezone.now(), alive=_alive(job))


@handler("reports.join", atomic=False)
def join_parts(payload, job):
    making.join(payload["export"], now=timezone.now(), alive=_alive(job))


def _alive(job):
    return lambda: extend_lease(job, now=timezone.now())


@shared_task
def expire_exports():
    exports.expire(today=local_day())


# --- Figures counted beforehand, and of month ends --------------------------------------------------


@handler("reports.count", atomic=False)
def count(payload, job):
    campaign = Campaign.objects.running(local_day())
    if campaign is not None:
        rollups.count(payload["organization"], campaign)


@handler("reports.count_all", atomic=False)
def count_all(payload, job):
    rollups.count_all(today=local_day())


@shared_task
def catch_up_counts():
    rollups.catch_up(now=timezone.now())


@shared_task
def count_items():
    rollups.count_all(today=local_day())


@shared_task
def take_month_end():
    month_ends.take_due(now=timezone.now())
