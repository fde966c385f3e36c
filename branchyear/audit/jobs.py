"""The background doors of the trail."""

from celery import shared_task

from branchyear.audit import chain


@shared_task
def extend_chain():
    chain.extend()
