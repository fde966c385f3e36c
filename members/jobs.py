"""The background doors of members. Each is safe to come through twice."""

from celery import shared_task
from django.utils import timezone

from branchyear.lib.dates import Month, local_day
from branchyear.outbox.services import extend_lease, handler
from members.services import dues, imports, numbers

# --- Dues -----------------------------------------------------------------------------------------


@shared_task
def open_dues_month():
    today = local_day()
    dues.open_month(Month.of(today), today=today)


# --- Uploaded rosters -----------------------------------------------------------------------------


@handler("members.check_roster", atomic=False)
def check_roster(payload, job):
    imports.check(payload["roster_upload"], today=local_day(), alive=_alive(job))


@handler("members.save_roster", atomic=False)
def save_roster(payload, job):
    imports.save(payload["roster_upload"], today=local_day(), alive=_alive(job))


def _alive(job):
    return lambda: extend_lease(job, now=timezone.now())


@shared_task
def expire_rosters():
    imports.expire(today=local_day())


# --- Whole numbers --------------------------------------------------------------------------------


@shared_task
def lapse_numbers():
    numbers.lapse(now=timezone.now())
