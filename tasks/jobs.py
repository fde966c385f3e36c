"""The background doors of the campaign. Each is safe to come through twice."""

from celery import shared_task
from django.utils import timezone

from branchyear.lib.dates import local_day
from branchyear.outbox.services import extend_lease, handler
from tasks import workdays
from tasks.services import findings, freezing, offline, twins


@handler("tasks.recheck")
def recheck(payload, job):
    place, about = payload["organization"], payload.get("about", "")
    if findings.is_asked_again(place, after=job, about=about):
        return  # in a rush many wait for one branch; the last of them sees what all of them would
    findings.recheck(place, day=local_day(), about=about)


@handler("tasks.recheck_all")
def recheck_all(payload, job):
    findings.evaluate(day=local_day())


@handler("tasks.fingerprint", atomic=False)
def fingerprint(payload, job):
    twins.fingerprint(payload["evidence"])


@handler(freezing.KIND, atomic=False)
def freeze_round(payload, job):
    freezing.carry_out(
        payload["round"], now=timezone.now(), alive=lambda: extend_lease(job, now=timezone.now())
    )


@shared_task
def fingerprint_missing():
    twins.sweep()


@shared_task
def evaluate_rules():
    findings.evaluate(day=local_day())


@shared_task
def load_calendar():
    """A newly announced year comes with an update of the portal; it is entered without anybody's doing."""
    workdays.load_announced()


@shared_task
def expire_checklists():
    offline.expire(today=local_day())
