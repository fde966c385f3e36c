"""Celery's beat, which tells the database that it is alive.

A job "beat is alive" would have to go through broker and worker, and a dead beat could not be told from a dead
worker.
"""

import logging
import time

from django.db import Error, close_old_connections
from django.utils import timezone
from django_celery_beat.schedulers import DatabaseScheduler

from branchyear.monitoring import services

logger = logging.getLogger(__name__)

EVERY = 15  # seconds


class Scheduler(DatabaseScheduler):
    _told = float("-inf")

    def tick(self, *args, **kwargs):
        if time.monotonic() - self._told >= EVERY:
            self._told = time.monotonic()
            try:
                services.beat("beat", now=timezone.now())
            except Error:
                logger.warning("The database did not take beat's pulse.")
                close_old_connections()
        return super().tick(*args, **kwargs)
