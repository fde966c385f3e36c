"""A worker's connection to the database: one job finds that of the job before, and a dead one is replaced."""

import pytest
from celery.fixups.django import DjangoWorkerFixup
from celery.signals import task_postrun, task_prerun
from django.db import connection

from branchyear.celery import app
from branchyear.outbox.jobs import run_job
from branchyear.outbox.models import Job

pytestmark = pytest.mark.engines


@pytest.fixture
def job_of_a_worker(transactional_db):
    """Does one, with everything Celery does before and after; returns the connection it had."""
    fixup = DjangoWorkerFixup(app)  # as a worker installs it

    def do():
        fixup.on_task_prerun(run_job)
        task_prerun.send(sender=run_job, task=run_job)
        Job.objects.count()
        found = connection.connection
        task_postrun.send(sender=run_job, task=run_job)
        fixup.on_task_postrun(run_job)
        return found

    yield do
    connection.close()


def test_a_job_finds_the_connection_of_the_one_before(job_of_a_worker):
    first = job_of_a_worker()
    assert [job_of_a_worker() for _ in range(5)] == [first] * 5


def test_a_connection_that_died_meanwhile_is_replaced(job_of_a_worker):
    first = job_of_a_worker()
    if connection.vendor != "postgresql":  # a file does not go away
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        (mine,) = cursor.fetchone()
    other = connection.copy()
    try:
        with other.cursor() as cursor:
            cursor.execute("SELECT pg_terminate_backend(%s, 5000)", [mine])
    finally:
        other.close()
    assert job_of_a_worker() is not first


def test_the_figure_is_the_one_celery_asks_for():
    """Its name is Celery's own, and a word nobody asks for would be no error."""
    assert DjangoWorkerFixup(app).db_reuse_max >= app.conf.worker_max_tasks_per_child
