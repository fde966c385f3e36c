"""Queue a job, do a job, pick up what was left lying.

The order of things: ``enqueue`` writes the row in the caller's transaction; after the commit the broker
is told; a worker claims the row by a conditional update and does it; a sweep every half minute wakes
again what nobody did. Delivered twice is done once; a killed worker's row is free after its lease;
five failures make a dead letter that an administrator sees.
"""

import logging
import threading
import time
import traceback
import uuid
from contextlib import contextmanager
from datetime import timedelta

from django.conf import settings
from django.db import DatabaseError, connection, transaction
from django.db.models import BigAutoField, CharField, F
from django.utils import timezone

from branchyear.lib import metrics
from branchyear.lib.bulk import insert_unless_there
from branchyear.lib.composed import composed
from branchyear.lib.silence import Silence
from branchyear.outbox.models import Job
from branchyear.outbox.signals import job_buried

logger = logging.getLogger(__name__)

_handlers = {}

_broker = Silence()


def handler(kind, *, atomic=True):
    """Register a function ``(payload, job)`` as the one that does jobs of ``kind``.

    With ``atomic`` the work and the mark "done" are one transaction, so the effect happens exactly
    once. Long work says ``atomic=False`` and must itself be safe to do again.
    """

    def register(function):
        if kind in _handlers and _handlers[kind][0].__module__ != function.__module__:
            raise ValueError(f"Two handlers for {kind}")
        _handlers[kind] = (function, atomic)
        return function

    return register


def enqueue(kind, key, payload=None, *, queue="default", run_after=None):
    """Write the job in the current transaction; the same key twice is one job. Returns it."""
    job = Job(
        kind=kind,
        key=key,
        payload=payload or {},
        queue=queue,
        run_after=run_after or timezone.now(),
    )
    if not insert_unless_there(job, "key"):
        return Job.objects.get(key=key)
    _wake_on_commit(job)
    return job


def enqueue_many(jobs, *, run_after=None):
    """Write many jobs ``(kind, key, payload, queue)`` at once; existing keys are left alone. With
    ``run_after`` nobody is woken: the sweep comes when it is time."""
    rows = [
        Job(
            kind=kind,
            key=key,
            payload=payload,
            queue=queue,
            run_after=run_after or timezone.now(),
        )
        for kind, key, payload, queue in jobs
    ]
    if not rows:
        return
    if len(rows) == 1:
        (row,) = rows
        if insert_unless_there(row, "key") and run_after is None:
            _wake_on_commit(row)
        return
    Job.objects.bulk_create(rows, batch_size=500, ignore_conflicts=True)
    if run_after is not None:
        return
    keys = [row.key for row in rows]

    def wake_them():
        for start in range(0, len(keys), 500):
            part = Job.objects.filter(key__in=keys[start : start + 500], status=Job.Status.QUEUED)
            wake(list(part.values_list("pk", "queue")))

    transaction.on_commit(wake_them, robust=True)


def wake(jobs):
    """Tell the workers about ``(id, queue)`` pairs. A silent broker loses nothing: the sweep comes."""
    from branchyear.outbox.jobs import run_job  # job

    if _broker.lasts():
        return
    try:
        for pk, queue in jobs:
            run_job.apply_async((pk,), queue=queue, **settings.JOB_TIME_LIMITS.get(queue, {}))
    except Exception:  # noqa: BLE001 any broker failure; the row is safe
        _broker.begin()
        logger.warning("The broker did not answer; the sweep will pick the jobs up.")


def _wake_on_commit(job):
    # A function with a name, not a partial: Django asks a failed one for it, and would fail there itself.
    def wake_it():
        wake([(job.pk, job.queue)])

    transaction.on_commit(wake_it, robust=True)


def sweep(*, now):
    """Wake what is due and not done, oldest first, as far as there is room in the line of its queue; returns
    how many. What stands in line already must not be put there again every half minute while workers are busy.
    """
    woken = 0
    for queue in Job.objects.due(now).order_by().values_list("queue", flat=True).distinct():
        room = max(0, settings.OUTBOX_LINE - _in_line(queue))
        due = Job.objects.due(now).filter(queue=queue).order_by("run_after", "id")
        jobs = list(due.values_list("pk", "queue")[:room])
        wake(jobs)
        woken += len(jobs)
    return woken


def _in_line(queue):
    """How many messages wait at the broker; none when it does not say."""
    from branchyear.celery import app

    try:
        with app.connection_for_write() as line:
            return line.default_channel.queue_declare(queue=queue).message_count
    except Exception:  # noqa: BLE001 any broker failure; waking will meet it too
        return 0


def perform(job_id, *, now):
    """Do one job if it is still to be done; True if this call did it."""
    job = _claim(job_id, now)
    if job is None:
        return False
    # Long work meets more killed workers than short work does, and goes on where it stood.
    _, atomic = _handlers.get(job.kind, (None, True))
    if job.attempts > (settings.JOB_MAX_ATTEMPTS if atomic else settings.JOB_MAX_STARTS):
        _bury(job, "多次启动后都没有完成(可能是执行进程被中止)。")
        return False
    if job.kind not in _handlers:
        _bury(job, f"没有处理“{job.kind}”的程序。")
        return False
    function, atomic = _handlers[job.kind]
    began = time.monotonic()
    try:
        with _kept_alive(job):
            if atomic:
                with transaction.atomic():
                    function(job.payload, job)
                    _finish(job)
            else:
                function(job.payload, job)
                _finish(job)
    except Exception as error:  # noqa: BLE001 the row must say what went wrong, whatever it was
        logger.exception("Job %s %s failed, attempt %s", job.pk, job.kind, job.attempts)
        _put_back(job, error)
        return False
    finally:
        metrics.JOB_SECONDS.labels(job.queue, job.kind).inc(time.monotonic() - began)
    metrics.JOBS.labels(job.queue, job.kind, "done").inc()
    return True


def _claim(job_id, now):
    token = uuid.uuid4().hex
    claimed = (
        Job.objects.due(now)
        .filter(pk=job_id)
        .update(
            status=Job.Status.RUNNING,
            attempts=F("attempts") + 1,
            leased_until=now + settings.JOB_LEASE,
            token=token,
        )
    )
    return next(iter(_held(job=job_id, token=token)), None) if claimed else None


@composed(job=BigAutoField(), token=CharField())
def _held(job, token):
    return Job.objects.filter(pk=job, token=token)


def _finish(job):
    done = Job.objects.filter(pk=job.pk, token=job.token).update(
        status=Job.Status.DONE, done_at=timezone.now(), leased_until=None, error=""
    )
    if not done:
        raise LostLease(f"Job {job.pk} was taken over by another worker.")


@contextmanager
def _kept_alive(job):
    """While the work goes on, a second thread prolongs the lease; with the process it dies as well."""
    over = threading.Event()

    def say_so():
        while not over.wait(settings.JOB_ALIVE.total_seconds() / 3):
            try:
                extend_lease(job, now=timezone.now())
            except LostLease:
                return
            except DatabaseError:  # away, or the work itself holds SQLite's one pen: next time
                logger.warning("Job %s could not say that it lives.", job.pk)
            finally:
                connection.close()

    thread = threading.Thread(target=say_so, daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def extend_lease(job, *, now):
    """A long job says it is alive; raises ``LostLease`` when somebody else took it over."""
    held = Job.objects.filter(pk=job.pk, token=job.token, status=Job.Status.RUNNING).update(
        leased_until=now + settings.JOB_ALIVE
    )
    if not held:
        raise LostLease(f"Job {job.pk} was taken over by another worker.")


def _put_back(job, error):
    if job.attempts >= settings.JOB_MAX_ATTEMPTS:
        _bury(job, "".join(traceback.format_exception_only(error)))
        return
    metrics.JOBS.labels(job.queue, job.kind, "failed").inc()
    wait = timedelta(seconds=min(5 * 2**job.attempts, 600))
    Job.objects.filter(pk=job.pk, token=job.token).update(
        status=Job.Status.QUEUED,
        run_after=timezone.now() + wait,
        leased_until=None,
        error="".join(traceback.format_exception(error))[-4000:],
    )


def _bury(job, reason):
    buried = Job.objects.filter(pk=job.pk, token=job.token).update(
        status=Job.Status.DEAD, leased_until=None, error=reason[-4000:]
    )
    logger.error("Job %s %s is a dead letter: %s", job.pk, job.kind, reason)
    if buried:
        metrics.JOBS.labels(job.queue, job.kind, "dead").inc()
        job_buried.send_robust(Job, job=job)


def revive(job):
    """An administrator gives a dead letter another five attempts."""
    revived = Job.objects.filter(pk=job.pk, status=Job.Status.DEAD).update(
        status=Job.Status.QUEUED, attempts=0, run_after=timezone.now()
    )
    if revived:
        _wake_on_commit(job)
    return bool(revived)


class LostLease(Exception):
    """Another worker has this job now; the slower one stops without a trace."""
