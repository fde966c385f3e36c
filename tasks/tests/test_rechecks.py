"""A look at a branch again after an act: at the rules that read what acts of this kind write, and at no less."""

import re

import pytest
from django.db import connection, transaction
from django.utils import timezone

from branchyear.outbox.models import Job
from branchyear.outbox.services import perform
from members.tests.make import make_member
from tasks.health import engine
from tasks.models import Finding
from tasks.services import findings, items, voiding
from tasks.tests import make

pytestmark = pytest.mark.engines


@pytest.fixture
def campaign(org):
    return make.make_campaign()


@pytest.fixture
def waiting(django_capture_on_commit_callbacks):
    """``waiting(act)``: the jobs that the act has left, [(organisation, about)]."""

    def after(act):
        known = set(Job.objects.values_list("pk", flat=True))
        connection.run_on_commit.clear()
        with django_capture_on_commit_callbacks() as callbacks, transaction.atomic():
            act()
        for callback in callbacks:
            callback()
        jobs = Job.objects.filter(kind="tasks.recheck").exclude(pk__in=known)
        return [(job.payload["organization"], job.payload["about"]) for job in jobs]

    return after


def read_by_rules(campaign, org):
    """The tables that any rule reads."""
    return {
        table
        for rule, _ in engine._rules(campaign, None)
        for sql, _ in engine._statements(rule, campaign, campaign.ends_on, org.north.path)
        for table in re.findall(r'"([a-z]+_[a-z]+)"', sql)
    }


def acts_on_items(org, people):
    """Every act after which only the rules about items are looked at."""
    item, other = make.item_of(org.north, "T1-05"), make.item_of(org.north, "T1-01")
    yield lambda: make.make_evidence(item, people.secretary)
    yield lambda: make.make_submitted(item, people.secretary)
    yield lambda: items.withdraw(item, by=people.secretary, now=make.NOW)
    yield lambda: make.make_submitted(item, people.secretary)
    yield lambda: items.send_back(item, reason="请补充会议记录。", by=people.reviewer, now=make.NOW)
    yield lambda: make.make_accepted(other, people.secretary, people.reviewer)
    yield lambda: voiding.void(other, reason="所附会议记录已作废", now=make.NOW)


def test_acts_on_items_write_nothing_else_that_a_rule_reads(campaign, org, people, waiting):
    read, written = read_by_rules(campaign, org), set()

    def watch(execute, sql, params, many, context):
        written.update(re.findall(r'^(?:INSERT INTO|UPDATE|DELETE FROM) "([a-z_]+)"', sql))
        return execute(sql, params, many, context)

    for act in acts_on_items(org, people):
        with connection.execute_wrapper(watch):
            assert waiting(act) == [(org.north.pk, "items")]
    assert "tasks_branchitem" in written & read
    assert written & read <= findings.TABLES_OF["items"]


def test_the_rules_about_items_are_looked_at(campaign, org, people, monkeypatch):
    looked = []
    kept = engine._open
    monkeypatch.setattr(
        engine, "_open", lambda path, rules: looked.append(len(rules)) or kept(path, rules)
    )
    findings.recheck(org.north.pk, day=campaign.ends_on)
    everything, looked[:] = max(looked), []
    findings.recheck(org.north.pk, day=campaign.ends_on, about="items")

    assert 0 < max(looked) < everything / 5


def test_what_an_act_on_an_item_changes_is_found(campaign, org, people, waiting):
    """R54: handed in without proof. Looked at after the act, and as it would be by a look at everything."""
    item = make.item_of(org.north, "T1-05")
    waiting(lambda: make.make_accepted(item, people.secretary, people.reviewer))
    found = Finding.objects.open().filter(rule__number="R54", organization=org.north)

    item.evidence_links.all().delete()  # as a material whose file fell away
    findings.recheck(org.north.pk, day=campaign.ends_on, about="items")
    keys = set(found.values_list("key", flat=True))
    assert any(str(item.pk) in key for key in keys)
    findings.recheck(org.north.pk, day=campaign.ends_on)
    assert set(found.values_list("key", flat=True)) == keys


def test_acts_of_two_kinds_make_one_look_at_everything(campaign, org, people, waiting):
    item = make.item_of(org.north, "T1-01")

    def both():
        make.make_submitted(item, people.secretary)
        make_member(org.north, "甲")

    assert waiting(both) == [(org.north.pk, "")]
    assert waiting(lambda: make_member(org.north, "乙")) == [(org.north.pk, "")]


@pytest.mark.parametrize(
    ("first", "second", "looked"),
    [
        ("items", "items", ["items"]),
        ("items", "", [""]),
        ("", "items", ["", "items"]),
        ("", "", [""]),
    ],
)
def test_a_later_look_at_less_does_not_spare_the_earlier_one(
    first, second, looked, campaign, org, monkeypatch
):
    told = []
    monkeypatch.setattr(findings, "recheck", lambda pk, day, about: told.append(about))
    for about in (first, second):
        with transaction.atomic():
            findings._queue({org.north.pk: about})
    for job in Job.objects.filter(kind="tasks.recheck").order_by("pk"):
        perform(job.pk, now=timezone.now())

    assert told == looked
