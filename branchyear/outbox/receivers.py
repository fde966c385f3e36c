"""What Celery tells of its work."""

from celery.signals import task_prerun
from django.db import close_old_connections


@task_prerun.connect
def come_to_a_living_database(task=None, **kwargs):
    """As before a request: a connection that is old, or had a fault, is given up, and whether the other lives is asked
    at its first statement."""
    if not task.request.is_eager:
        close_old_connections()
