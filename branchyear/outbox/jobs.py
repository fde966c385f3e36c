"""The doors through which Celery comes in."""

from celery import shared_task
from django.utils import timezone

from branchyear.outbox import services


@shared_task
def run_job(job_id):
    services.perform(job_id, now=timezone.now())


@shared_task
def sweep():
    services.sweep(now=timezone.now())
