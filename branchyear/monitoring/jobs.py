"""Probes by the clock."""

from celery import shared_task
from django.utils import timezone

from branchyear.monitoring import probes


@shared_task
def still_there():
    """Nothing: that a worker has done it is what its queue's pulse tells (``receivers.py``)."""


@shared_task
def probe_mail():
    probes.mail(now=timezone.now())


@shared_task
def watch_audit_chain():
    probes.audit_chain(now=timezone.now())
