"""Jobs: written with their cause, done once, never lost."""

import time
from datetime import timedelta

import pytest
from django.db import transaction
from django.utils import timezone
from kombu.exceptions import OperationalError

from branchyear.audit.models import Entry
from branchyear.audit.services import record
from branchyear.celery import app
from branchyear.lib.silence import Silence
from branchyear.outbox import services
from branchyear.outbox.models import Job


@pytest.fixture
def kind(monkeypatch):
    """``kind(function)`` registers a handler for this test only."""
    monkeypatch.setattr(services, "_handlers", dict(services._handlers))

    def register(function, *, atomic=True):
        services.handler("test.kind", atomic=atomic)(function)
        return "test.kind"

    return register


@pytest.fixture
def silent_broker(monkeypatch):
    """The broker does not answer: whatever is woken is not heard. Holds what it was asked."""
    from branchyear.outbox import jobs

    asked = []

    def refuse(*args, **kwargs):
        asked.append(args)
        raise OSError("broker away")

    monkeypatch.setattr(jobs.run_job, "apply_async", refuse)
    monkeypatch.setattr(services, "_broker", Silence())
    return asked


def test_a_silent_broker_is_not_asked_again_at_once_so_that_clicks_do_not_wait_for_it(
    silent_broker, monkeypatch
):
    services.wake([(1, "default")])
    services.wake([(2, "default")])
    assert len(silent_broker) == 1

    services._broker.until = time.monotonic() - 1
    services.wake([(3, "default")])
    assert len(silent_broker) == 2


def test_a_job_is_done_after_the_commit(kind, django_capture_on_commit_callbacks, db):
    done = []
    name = kind(lambda payload, job: done.append(payload["n"]))

    with django_capture_on_commit_callbacks(execute=True):
        services.enqueue(name, "a", {"n": 7})
        assert done == []

    assert done == [7]
    assert Job.objects.get().status == Job.Status.DONE


def test_a_job_of_a_rolled_back_cause_does_not_exist(kind, db):
    name = kind(lambda payload, job: None)

    with transaction.atomic():
        services.enqueue(name, "a")
        transaction.set_rollback(True)

    assert not Job.objects.exists()


def test_the_same_key_twice_is_one_job(kind, db):
    name = kind(lambda payload, job: None)

    first, second = services.enqueue(name, "a"), services.enqueue(name, "a")
    services.enqueue_many([(name, "a", {}, "default"), (name, "b", {}, "default")])

    assert first == second
    assert Job.objects.count() == 2


def test_delivered_twice_is_done_once(kind, db):
    done = []
    job = services.enqueue(kind(lambda payload, job: done.append(1)), "a")

    results = [services.perform(job.pk, now=timezone.now()) for _ in range(3)]

    assert results == [True, False, False]
    assert done == [1]


def test_a_job_whose_row_is_gone_is_nobodys(db):
    assert services.perform(999, now=timezone.now()) is False


def test_a_silent_broker_loses_nothing(kind, silent_broker, django_capture_on_commit_callbacks, db):
    done = []
    name = kind(lambda payload, job: done.append(1))

    with django_capture_on_commit_callbacks(execute=True):
        job = services.enqueue(name, "a")

    assert done == []
    assert list(Job.objects.due(timezone.now())) == [job]


def test_the_sweep_picks_up_what_nobody_woke(kind, db):
    done = []
    services.enqueue(kind(lambda payload, job: done.append(1)), "a")

    assert services.sweep(now=timezone.now()) == 1

    assert done == [1]


def test_the_sweep_adds_to_a_line_only_what_there_is_room_for(
    kind, db, monkeypatch, settings, silent_broker
):
    name = kind(lambda payload, job: None)
    for key in "abcde":
        services.enqueue(name, key, queue="mail")
    services.enqueue(name, "heavy", queue="heavy")
    settings.OUTBOX_LINE = 5
    monkeypatch.setattr(services, "_in_line", {"mail": 3, "heavy": 7}.get)

    assert services.sweep(now=timezone.now()) == 2


@pytest.mark.engines
def test_the_line_of_a_queue_is_asked_of_the_broker(db):
    with app.connection_for_write() as line:
        before = services._in_line("outbox-test")
        for _ in range(3):
            line.SimpleQueue("outbox-test").put({})

    assert (before, services._in_line("outbox-test")) == (0, 3)
    with app.connection_for_write() as line:
        line.default_channel.queue_purge("outbox-test")


def test_a_killed_workers_job_is_free_after_its_lease(kind, db):
    done = []
    job = services.enqueue(kind(lambda payload, job: done.append(1)), "a")
    now = timezone.now()
    services._claim(job.pk, now)  # a worker took it and died

    assert services.perform(job.pk, now=now + timedelta(minutes=1)) is False
    assert services.perform(job.pk, now=now + timedelta(minutes=10)) is True
    assert done == [1]


@pytest.mark.engines
@pytest.mark.django_db(transaction=True)
def test_work_that_goes_on_keeps_its_lease(kind, settings):
    settings.JOB_ALIVE = timedelta(seconds=0.3)
    leases = set()

    def work(payload, job):
        give_up = time.monotonic() + 20
        while len(leases) < 3 and time.monotonic() < give_up:
            leases.add(Job.objects.get(pk=job.pk).leased_until)
            time.sleep(0.02)

    job = services.enqueue(kind(work, atomic=False), "a")  # done at once, after the commit

    job.refresh_from_db()
    assert (len(leases), job.status) == (3, Job.Status.DONE)


def test_a_failure_leaves_no_effect_and_is_tried_again(kind, db):
    calls = []

    def fail_once(payload, job):
        record("demo.loaded", by=None)
        calls.append(1)
        if len(calls) == 1:
            raise ValueError("first time")

    job = services.enqueue(kind(fail_once), "a")

    assert services.perform(job.pk, now=timezone.now()) is False
    job.refresh_from_db()
    assert (job.status, Entry.objects.count()) == (Job.Status.QUEUED, 0)
    assert "first time" in job.error

    assert services.perform(job.pk, now=timezone.now() + timedelta(hours=1)) is True
    assert Entry.objects.count() == 1


def test_five_failures_make_a_dead_letter_that_can_be_revived(kind, settings, db):
    calls = []

    def fail(payload, job):
        calls.append(1)
        raise ValueError("always")

    job = services.enqueue(kind(fail), "a")
    for hour in range(10):
        services.perform(job.pk, now=timezone.now() + timedelta(hours=hour))

    job.refresh_from_db()
    assert (len(calls), job.status) == (settings.JOB_MAX_ATTEMPTS, Job.Status.DEAD)
    assert services.revive(job) is True
    assert services.revive(job) is False
    job.refresh_from_db()
    assert (job.status, job.attempts) == (Job.Status.QUEUED, 0)


def test_a_job_that_kills_its_worker_is_not_started_for_ever(kind, settings, db):
    job = services.enqueue(kind(lambda payload, job: None), "a")
    now = timezone.now()
    for turn in range(settings.JOB_MAX_ATTEMPTS):  # each start dies without a word
        services._claim(job.pk, now + timedelta(hours=turn))

    services.perform(job.pk, now=now + timedelta(hours=99))

    job.refresh_from_db()
    assert job.status == Job.Status.DEAD


def test_long_work_survives_more_killed_workers_than_short_work(kind, settings, db):
    done = []
    job = services.enqueue(kind(lambda payload, job: done.append(1), atomic=False), "a")
    now = timezone.now()
    for turn in range(settings.JOB_MAX_ATTEMPTS):
        services.extend_lease(services._claim(job.pk, now + timedelta(hours=turn)), now=now)

    free = now + settings.JOB_ALIVE + timedelta(seconds=1)
    assert services.perform(job.pk, now=free) is True
    assert done == [1]


def test_the_slower_of_two_workers_stops(kind, db):
    job = services.enqueue(kind(lambda payload, job: None), "a")
    now = timezone.now()
    slow = services._claim(job.pk, now)
    services._claim(job.pk, now + timedelta(minutes=10))

    with pytest.raises(services.LostLease):
        services.extend_lease(slow, now=now)
    with pytest.raises(services.LostLease):
        services._finish(slow)


def test_an_unknown_kind_is_a_dead_letter_with_a_reason(db):
    job = services.enqueue("no.such.kind", "a")

    services.perform(job.pk, now=timezone.now())

    job.refresh_from_db()
    assert job.status == Job.Status.DEAD
    assert "no.such.kind" in job.error


def test_workers_and_beat_look_for_a_lost_broker_every_five_seconds(monkeypatch):
    monkeypatch.setattr("kombu.utils.functional.sleep", lambda seconds: None)
    lost = app.connection_for_read("redis://127.0.0.1:1/0")
    pauses = []

    with pytest.raises(OperationalError):
        lost.ensure_connection(lambda error, pause: pauses.append(pause), max_retries=8)

    assert max(pauses) == 5
