"""The background door of posted forms."""

from celery import shared_task
from django.utils import timezone

from branchyear.once import services


@shared_task
def expire_postings():
    services.expire(now=timezone.now())
