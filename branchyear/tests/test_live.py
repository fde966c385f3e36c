"""The real worker and the real beat, on both pairs of engines."""

import pytest

from branchyear.tests.portal import Portal, wait_until

pytestmark = [pytest.mark.engines, pytest.mark.live, pytest.mark.xdist_group("live")]

SETTLE = """
from branchyear.outbox.models import Job
from branchyear.notifications.models import Notice, Delivery
from branchyear.accounts.models import User
"""


@pytest.fixture(scope="module")
def portal(tmp_path_factory, django_db_setup, django_db_blocker):
    with django_db_blocker.unblock():
        portal = Portal(tmp_path_factory.mktemp("live"), "branchyear_live")
    portal.ask(
        SETTLE
        + "answer = User.objects.create(username='u', name='收件人', email='u@example.test').pk"
    )
    yield portal
    portal.stop()


def letters(portal):
    folder = portal.var / "mail"
    return (
        sum(path.read_text().count("Message-ID: <delivery-") for path in folder.glob("*"))
        if folder.exists()
        else 0
    )


def undone(portal):
    return portal.number("SELECT count(*) FROM outbox_job WHERE status <> 'done'")


def test_a_letter_leaves_through_the_real_worker(portal):
    before = letters(portal)
    portal.start("worker")

    portal.ask(
        SETTLE
        + """
from branchyear.notifications.services import notify
answer = notify("item.returned", User.objects.all(), key="one", item_code="T1-01", item_text="名册",
                organization="机关党委", reason="看不清")
"""
    )

    wait_until(lambda: letters(portal) == before + 1)
    assert undone(portal) == 0


def test_the_beat_picks_up_what_nobody_woke_and_two_workers_do_each_job_once(portal):
    before = letters(portal)
    portal.start("worker", "worker2", "beat")

    portal.ask(
        SETTLE
        + """
user = User.objects.get()
notices = Notice.objects.bulk_create(
    Notice(recipient=user, kind="item.returned", title=f"n{i}", key=f"silent{i}") for i in range(40))
deliveries = Delivery.objects.bulk_create(
    Delivery(notice=n, channel="email", address=user.email) for n in Notice.objects.filter(key__startswith="silent"))
Job.objects.bulk_create(
    Job(kind="notifications.send", key=f"delivery:{d.pk}", payload={"delivery": d.pk}, queue="mail")
    for d in Delivery.objects.filter(notice__key__startswith="silent"))
answer = 1
"""
    )

    wait_until(lambda: undone(portal) == 0, seconds=120, every=2)
    assert letters(portal) == before + 40
    assert portal.number("SELECT count(*) FROM outbox_job WHERE attempts > 1") == 0


def test_a_job_of_a_killed_worker_is_done_by_another(portal):
    before = letters(portal)
    for name in list(portal.processes):
        portal.kill(name)
    portal.ask(
        SETTLE
        + """
from django.utils import timezone
from datetime import timedelta
user = User.objects.get()
notice = Notice.objects.create(recipient=user, kind="item.returned", title="killed", key="killed")
delivery = Delivery.objects.create(notice=notice, channel="email", address=user.email)
past = timezone.now() - timedelta(hours=1)
Job.objects.create(kind="notifications.send", key=f"delivery:{delivery.pk}", payload={"delivery": delivery.pk},
                   queue="mail", status="running", attempts=1, leased_until=past, token="dead")
answer = 1
"""
    )

    portal.start("worker3", "beat")

    wait_until(lambda: letters(portal) == before + 1, seconds=90, every=1)
    wait_until(lambda: undone(portal) == 0, seconds=30)
