"""Counted beforehand: equal to counting now once everything queued is done, and never older than a minute."""

import random
from contextlib import suppress
from datetime import date, timedelta

import pytest
from django.db import connection
from django.utils import timezone

from branches.models import Kind, Organization
from branches.services import organizations
from branchyear.lib.errors import Refused
from branchyear.outbox.models import Job
from branchyear.outbox.services import perform
from conftest import FOUNDED
from reports.models import CountedPlace, ItemCount
from reports.selection import read
from reports.services import counting, overview, rollups
from tasks.models import BranchItem
from tasks.services import items
from tasks.tests import make

pytestmark = pytest.mark.engines

TODAY = date(2026, 5, 20)
KINDS = (rollups.ONE, rollups.ALL)


@pytest.fixture
def campaign(org, settings):
    settings.ROLLUPS_FROM_BRANCHES = 3
    campaign = make.make_campaign()
    rollups.count_all(today=TODAY)
    return campaign


def board(organization, by, **query):
    selection = read(query, organization=organization, today=TODAY)
    return overview.board(selection, by=by, today=TODAY)


def plain(board):
    rows = [(row.organization.pk, row.cells, row.total) for row in board.rows]
    return rows, board.totals, board.total, board.phases


def committed(act, *arguments):
    """Do it, then what waits for the commit here, but for the jobs of other apps."""
    connection.run_on_commit.clear()
    act(*arguments)
    for _, waiting, _ in list(connection.run_on_commit):
        if getattr(waiting, "func", None) is rollups._queue:
            waiting()


def drain():
    """Everything queued is done, as if its time had come."""
    later = timezone.now() + timedelta(minutes=2)
    for job in Job.objects.filter(kind__in=KINDS, status="queued"):
        perform(job.pk, now=later)


class Year:
    """Anything may happen to any item, as a person would do it."""

    def __init__(self, seed, org, people):
        self.chance, self.org, self.people = random.Random(seed), org, people

    def act(self):
        mine = BranchItem.objects.filter(branch__in=list(self.keepers()))
        item = self.chance.choice(list(mine.select_related("branch", "item", "version")))
        with suppress(Refused):
            getattr(self, self.chance.choice(["hand_in", "hand_in", "decide", "found", "close"]))(
                item
            )

    def keepers(self):
        return {
            self.org.north.pk: self.people.secretary,
            self.org.south.pk: self.people.south_secretary,
            self.org.archive.pk: self.people.archive_secretary,
        }

    def hand_in(self, item):
        make.make_submitted(item, self.keepers()[item.branch_id])

    def decide(self, item):
        item = BranchItem.objects.filter(state="submitted").order_by("pk").first()
        if item is not None:
            person = {self.org.north_office.pk: self.people.reviewer,
                      self.org.south_office.pk: self.people.south_reviewer}.get(
                item.with_organization_id, self.people.committee
            )  # fmt: skip
            if self.chance.random() < 0.6:
                items.accept(item, by=person, now=make.NOW)
            else:
                items.send_back(item, reason="请补充会议记录。", by=person, now=make.NOW)

    def found(self, item):
        if self.chance.random() < 0.2:
            number = Organization.objects.count()
            parent = self.chance.choice([self.org.north_office, self.org.south_office])
            organizations.establish(
                parent=Organization.objects.get(pk=parent.pk), kind=Kind.BRANCH,
                code=f"09-{number}", name=f"新{number}支部", on=FOUNDED, by=None,
            )  # fmt: skip

    def close(self, item):
        if self.chance.random() < 0.1 and item.branch.closed_on is None:
            organizations.close(item.branch, on=TODAY, by=None)


@pytest.mark.parametrize("seed", range(2))
def test_after_settling_the_kept_counts_are_those_counted_now(
    seed, campaign, org, people, monkeypatch
):
    year = Year(seed, org, people)
    for _ in range(14):
        committed(year.act)
    assert BranchItem.objects.exclude(state="todo").exists()
    assert Job.objects.filter(kind__in=KINDS).exists()
    drain()

    for query in ({}, {"task": "T3"}, {"phase": "P2"}):
        selection = read(query, organization=org.committee, today=TODAY)
        assert rollups.serves(selection, by=people.committee)
        kept = plain(board(org.committee, people.committee, **query))
        with monkeypatch.context() as patch:
            patch.setattr(rollups, "serves", lambda selection, by: False)
            assert plain(board(org.committee, people.committee, **query)) == kept


def test_an_act_whose_job_was_lost_in_a_crash_is_counted_within_the_minute(campaign, org, people):
    make.make_submitted(BranchItem.objects.filter(branch=org.north)[0], people.secretary)
    connection.run_on_commit.clear()  # the process died before it could queue anything
    now = timezone.now() + timedelta(seconds=30)

    assert rollups.catch_up(now=now) == 1
    assert rollups.catch_up(now=now) == 0  # on its way already
    drain()

    assert rollups.catch_up(now=now) == 0  # counted since
    kept = ItemCount.objects.filter(place__organization=org.north_office)
    assert sum(kept.values_list("submitted", flat=True)) == 1


def test_acts_of_one_slot_share_one_job(campaign, org, people):
    rows = list(BranchItem.objects.filter(branch=org.north)[:4])

    for row in rows:
        committed(make.make_draft, row, people.secretary)

    jobs = Job.objects.filter(kind=rollups.ONE)
    assert jobs.count() <= 2  # a slot may end in between
    assert {job.payload["organization"] for job in jobs} == {org.north_office.pk}


def test_what_has_waited_for_more_than_a_minute_is_counted_live(campaign, org, people):
    selection = read({}, organization=org.committee, today=TODAY)
    old = timezone.now() - timedelta(seconds=61)
    Job.objects.create(kind=rollups.ONE, key="late", run_after=old)

    assert not rollups.serves(selection, by=people.committee)


def test_inside_one_organisation_or_out_of_sight_nothing_kept_is_used(campaign, org, people):
    inside = read({}, organization=org.north_office, today=TODAY)
    whole = read({}, organization=org.committee, today=TODAY)

    assert not rollups.serves(inside, by=people.reviewer)
    assert not rollups.serves(whole, by=people.reviewer)
    assert rollups.serves(whole, by=people.leader)


def test_a_small_city_keeps_nothing(campaign, settings):
    settings.ROLLUPS_FROM_BRANCHES = 2000

    rollups.count_all(today=TODAY)

    assert not CountedPlace.objects.exists()
    assert not ItemCount.objects.exists()


def test_a_count_of_a_place_that_is_gone_does_nothing(campaign, org):
    CountedPlace.objects.filter(organization=org.archive).delete()

    rollups.count(org.archive.pk, campaign)

    assert not ItemCount.objects.filter(place__organization=org.archive).exists()


def test_what_is_overdue_follows_from_the_day_without_counting_again(campaign, org, people):
    late = read({}, organization=org.committee, today=date(2027, 3, 1))

    numbers = [n for *_, n in counting.counts(late, by=people.committee, today=date(2027, 3, 1))]

    overdue = counting.NAMES.index("overdue")
    assert sum(n[overdue] for n in numbers) == BranchItem.objects.count()
