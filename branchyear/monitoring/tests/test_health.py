"""Each part of the fleet turns /healthz/deep red, and only what is broken is named."""

import os
import socket
from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.core.management import CommandError, call_command
from django.db import OperationalError, connection
from django.utils import timezone

from branchyear.audit import chain, triggers
from branchyear.audit.models import Entry
from branchyear.audit.services import record
from branchyear.monitoring import health, jobs, probes, receivers, scheduler, services
from branchyear.monitoring.models import Pulse
from branchyear.outbox.models import Job

pytestmark = pytest.mark.django_db

MEMBERS = ("beat", "queue:default", "queue:mail", "queue:heavy", "mail", "audit_chain")


@pytest.fixture
def fleet():
    """Everybody was seen just now."""
    for name in MEMBERS:
        services.beat(name, now=timezone.now())


def ailing(client):
    answer = client.get("/healthz/deep")
    said = answer.json()
    assert answer.status_code == (503 if said["ailing"] else 200)
    return said["ailing"]


def silent_since(name, seconds):
    Pulse.objects.filter(pk=name).update(at=timezone.now() - timedelta(seconds=seconds))


def test_a_fleet_that_was_seen_is_well(client, fleet):
    assert ailing(client) == []


def test_a_fleet_that_was_never_seen_is_not(client, db):
    assert ailing(client) == ["beat"]  # who would have asked the others


def test_a_fleet_that_beat_asks_and_nobody_hears_is_not(client, db):
    services.beat("beat", now=timezone.now())

    assert ailing(client) == ["queue:default", "queue:mail", "queue:heavy"]


def test_a_probe_that_stands_in_a_long_line_is_not_silent(client, fleet):
    silent_since("audit_chain", 600)
    before = timezone.now() - timedelta(minutes=10)
    Job.objects.create(kind="x", key="x", queue="default", run_after=before)

    assert ailing(client) == []


@pytest.mark.parametrize("name", MEMBERS)
def test_each_member_that_is_silent_for_two_minutes_and_its_probe_is_named(client, fleet, name):
    silent_since(name, 155)

    assert ailing(client) == [name]


def test_a_dead_beat_is_seen_within_two_minutes(client, fleet):
    silent_since("beat", 61)

    assert ailing(client) == ["beat"]


def test_a_queue_whose_workers_are_busy_with_long_work_stands_not_still(client, fleet, settings):
    silent_since("queue:heavy", 600)
    alive = timezone.now() + settings.JOB_ALIVE - timedelta(seconds=3)
    Job.objects.create(kind="x", key="x", queue="heavy", status="running", leased_until=alive)

    assert ailing(client) == []


def test_a_job_that_a_dead_worker_left_behind_does_not_hide_the_standstill(client, fleet, settings):
    silent_since("queue:mail", 200)
    left = timezone.now() + settings.JOB_ALIVE - timedelta(seconds=200)
    Job.objects.create(kind="x", key="x", queue="mail", status="running", leased_until=left)

    assert ailing(client) == ["queue:mail"]


def test_a_queue_says_how_many_wait_and_since_when(client, fleet):
    before = timezone.now() - timedelta(minutes=10)
    Job.objects.create(kind="x", key="x", queue="mail", run_after=before)

    said = client.get("/healthz/deep").json()

    assert said["checks"]["queue:mail"]["waiting"] == 1
    assert said["oldest_waiting_job_seconds"] >= 600


def test_a_full_disk_is_named(client, fleet, monkeypatch):
    full = SimpleNamespace(total=10**12, used=10**12 - 1, free=1)
    monkeypatch.setattr(health.shutil, "disk_usage", lambda place: full)

    assert ailing(client) == ["disk"]


def test_a_disk_that_became_read_only_is_named(client, fleet, monkeypatch, settings):
    real = os.statvfs(settings.VAR_DIR)
    names = [name for name in dir(real) if name.startswith("f_")]
    seen = SimpleNamespace(**{name: getattr(real, name) for name in names})
    seen.f_flag |= os.ST_RDONLY
    monkeypatch.setattr(health.os, "statvfs", lambda place: seen)

    assert ailing(client) == ["disk"]


def test_a_broker_that_went_away_is_named(client, fleet, settings):
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        settings.REDIS_URL = f"redis://:geheim@127.0.0.1:{probe.getsockname()[1]}/0"

    answer = client.get("/healthz/deep")

    assert answer.json()["ailing"] == ["broker"]
    assert b"geheim" not in answer.content


def test_a_lost_database_is_named_and_answers_503(client, monkeypatch):
    def refuse():
        raise OperationalError("server closed the connection: password=geheim")

    monkeypatch.setattr(connection, "cursor", refuse)

    shallow, deep = client.get("/healthz"), client.get("/healthz/deep")

    assert (shallow.status_code, shallow.json()["ailing"]) == (503, ["database"])
    assert (deep.status_code, deep.json()["ailing"]) == (503, ["database"])
    assert b"geheim" not in deep.content


def test_a_mail_server_that_refuses_us_is_named(client, fleet, settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        settings.EMAIL_HOST, settings.EMAIL_PORT = probe.getsockname()

    jobs.probe_mail()

    assert ailing(client) == ["mail"]
    assert Pulse.objects.get(pk="mail").said == "ConnectionRefusedError"


def test_without_a_mail_server_nothing_is_wrong_with_it(fleet, settings):
    settings.EMAIL_HOST = ""

    jobs.probe_mail()

    assert Pulse.objects.get(pk="mail").is_well


# --- The audit chain ------------------------------------------------------------------------------


@pytest.fixture
def trail(people):
    triggers.remove(connection)
    for number in range(4):
        record("account.signed_in", people.admin, by=people.admin, number=number)
    chain.extend()
    jobs.watch_audit_chain()
    return list(Entry.objects.order_by("pk"))


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE audit_entry SET actor_name = '别人' WHERE id = %s",
        "DELETE FROM audit_entry WHERE id = %s",
        "DELETE FROM audit_link WHERE entry_id = %s",
    ],
)
@pytest.mark.parametrize("place", [0, -1])
def test_a_break_of_the_audit_chain_is_named_until_the_whole_is_verified(
    client, fleet, trail, change, place
):
    with connection.cursor() as cursor:
        cursor.execute(change, [trail[place].pk])

    jobs.watch_audit_chain()
    jobs.watch_audit_chain()  # the second look does not forget

    assert ailing(client) == ["audit_chain"]
    assert "赵" not in client.get("/healthz/deep").content.decode()


def test_the_older_links_are_gone_through_stretch_by_stretch(trail, monkeypatch):
    monkeypatch.setattr("branchyear.audit.watch.NEWEST", 1)
    monkeypatch.setattr("branchyear.audit.watch.STRETCH", 2)
    services.beat("audit_chain", now=timezone.now(), facts={})
    Entry.objects.filter(pk=trail[3].pk).update(actor_name="别人")

    looks = []
    for _ in range(3):
        probes.audit_chain(now=timezone.now())
        looks.append(Pulse.objects.get(pk="audit_chain").is_well)

    assert looks == [True, False, False]


def test_verify_audit_has_the_last_word(client, fleet, trail):
    services.beat("audit_chain", now=timezone.now(), is_well=False, said="entry 1 was changed")

    call_command("verify_audit")

    assert ailing(client) == []


def test_verify_audit_notes_what_it_finds(client, fleet, trail):
    Entry.objects.filter(pk=trail[0].pk).update(actor_name="别人")

    with pytest.raises(CommandError):
        call_command("verify_audit")

    assert ailing(client) == ["audit_chain"]


# --- Who writes the pulses ------------------------------------------------------------------------


def test_beat_tells_the_database_every_quarter_of_a_minute_and_survives_its_loss(monkeypatch):
    monkeypatch.setattr(scheduler.DatabaseScheduler, "tick", lambda self: 5)
    beat = object.__new__(scheduler.Scheduler)
    told = []
    monkeypatch.setattr(services, "beat", lambda name, now: told.append(name))

    assert (beat.tick(), beat.tick(), told) == (5, 5, ["beat"])

    def refuse(name, now):
        raise OperationalError

    monkeypatch.setattr(services, "beat", refuse)
    beat._told = 0
    assert beat.tick() == 5


def test_a_finished_job_is_a_pulse_of_its_queue(db, monkeypatch):
    monkeypatch.setattr(receivers, "_told", {})
    task = SimpleNamespace(
        request=SimpleNamespace(is_eager=False, delivery_info={"routing_key": "mail"})
    )

    receivers.feel_the_queue(task=task)
    first = Pulse.objects.get(pk="queue:mail").at
    receivers.feel_the_queue(task=task)

    assert Pulse.objects.get(pk="queue:mail").at == first
