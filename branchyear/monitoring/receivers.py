"""What others tell, and what becomes of it here."""

import time

from celery.signals import before_task_publish, setup_logging, task_postrun, task_prerun
from django.conf import settings
from django.contrib.auth.signals import user_login_failed
from django.db import Error
from django.dispatch import receiver
from django.utils import timezone

from branchyear.audit import context
from branchyear.audit.signals import verified
from branchyear.lib import metrics
from branchyear.monitoring import services

PULSE_EVERY = 20  # seconds between two pulses of a queue from one process
_told = {}


@receiver(verified)
def note_verdict(sender, verdict, **kwargs):
    """``verify_audit`` has the last word on the chain."""
    said = "" if verdict.is_whole else f"verify_audit found {len(verdict.faults)} faults"
    services.beat("audit_chain", now=timezone.now(), is_well=verdict.is_whole, said=said, facts={})


@receiver(user_login_failed)
def count_refusal(sender, request=None, **kwargs):
    way = "api" if request is not None and request.path.startswith("/api/") else "page"
    metrics.REFUSED_LOGINS.labels(way).inc()


@task_postrun.connect
def feel_the_queue(task=None, **kwargs):
    """A worker has finished something of a queue: whole way from the broker to the database is open."""
    queue = (task.request.delivery_info or {}).get("routing_key")
    if task.request.is_eager or not queue or time.monotonic() - _told.get(queue, -99) < PULSE_EVERY:
        return
    try:
        services.beat(f"queue:{queue}", now=timezone.now())
    except Error:
        return
    _told[queue] = time.monotonic()


# --- One number for a request and the jobs it causes ---------------------------------------------


@before_task_publish.connect
def pass_the_number_on(headers=None, **kwargs):
    if number := context.request_id.get():
        headers["request_number"] = number


@task_prerun.connect
def take_the_number_over(task=None, **kwargs):
    if not task.request.is_eager:
        context.request_id.set(task.request.get("request_number") or "")


@setup_logging.connect
def log_as_the_web_does(**kwargs):
    """Celery would set up handlers of its own."""
    from logging.config import dictConfig  # only a worker or beat comes here

    dictConfig(settings.LOGGING)
