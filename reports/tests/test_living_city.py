"""The states of reporting in a city that lives: founded, closed, merged, moved and reported day by day."""

import random
from datetime import date, timedelta

import pytest

from branches.models import Kind, Organization
from branches.services import organizations
from branchyear.lib.dates import day_start
from branchyear.lib.errors import Refused
from reports.models import MonthlyReport, Period, Tier
from reports.querysets import VERDICTS
from reports.services import extensions, monthly, periods
from reports.tests import make
from reports.tests.make import at

FIRST, DAYS = date(2022, 4, 1), 66  # two months over, a third begun
WHY = "全员下沉一线，月底前报送。"


class Life:
    """Sixty-six days, each with a few things that may happen; beside them the plain book of who owes what."""

    def __init__(self, seed, org, people):
        self.chance, self.org, self.people = random.Random(seed), org, people
        self.founded = 0
        self.handed = {}  # report → moment of the first hand-in
        self.granted = {}  # report → last day
        self.closed = {}  # organisation → day

    def day(self, today):
        for happening in (self.found, self.close, self.merge, self.move):
            if self.chance.random() < 0.06:
                happening(today)
        if self.chance.random() < 0.4:
            self.extend(today)
        periods.open_periods(today=today)
        for report in self.reports():
            hurry = report.pk in self.granted and today > report.period.due_on
            if report.first_submitted_at is None and self.chance.random() < (
                0.3 if hurry else 0.035
            ):
                moment = day_start(today) + timedelta(seconds=self.chance.randrange(86_400))
                MonthlyReport.objects.filter(pk=report.pk).update(
                    first_submitted_at=moment, submitted_at=moment, state="submitted", round=1
                )
                self.handed[report.pk] = moment

    def reports(self):
        return MonthlyReport.objects.select_related("period", "organization", "receiver")

    def branches(self):
        rows = Organization.objects.branches().open().filter(depth__gt=Organization.DIRECT_DEPTH)
        return list(rows.order_by("pk"))

    def any_branch(self, least=2):
        found = self.branches()
        return self.chance.choice(found) if len(found) >= least else None

    def found(self, today):
        self.founded += 1
        parent = self.chance.choice([self.org.north_office, self.org.south_office])
        organizations.establish(
            parent=parent, kind=Kind.BRANCH, code=f"n-{self.founded}", name=f"新{self.founded}支部",
            on=today, by=None,
        )  # fmt: skip

    def close(self, today):
        if branch := self.any_branch():
            organizations.close(branch, on=today, by=None)
            self.closed[branch.pk] = today

    def merge(self, today):
        branch, other = self.any_branch(), self.any_branch()
        if branch and other and branch != other:
            organizations.merge(branch, into=other, on=today, by=None)
            self.closed[branch.pk] = today

    def move(self, today):
        if branch := self.any_branch():
            to = self.chance.choice([self.org.north_office, self.org.south_office])
            organizations.move(branch, to=to, on=today, by=None)

    def extend(self, today):
        waiting = [
            report
            for report in self.reports().filter(
                first_submitted_at=None, period__tier=Tier.BRANCH, organization__closed_on=None
            )
            if report.receiver_id == self.org.north_office.pk
        ]
        if waiting:
            report = self.chance.choice(waiting)
            until = report.due_on + timedelta(days=self.chance.randint(1, 4))
            try:
                extensions.grant(
                    report,
                    until=until,
                    reason=WHY,
                    by=self.people.reviewer,
                    now=at(f"{today} 09:00"),
                )
            except Refused:
                return
            self.granted[report.pk] = until

    def plain_state(self, report, now):
        """The state as one would say it, from the book alone; "" for a report that is not expected."""
        due = report.period.due_on
        last = self.granted.get(report.pk, due)
        moment = self.handed.get(report.pk)
        if moment is None:
            if self.closed.get(report.organization_id, date.max) < due:
                return ""
            return "missing" if now >= day_start(last + timedelta(days=1)) else "waiting"
        if moment < day_start(due + timedelta(days=1)):
            return "ontime"
        return "extended" if moment < day_start(last + timedelta(days=1)) else "late"


@pytest.mark.parametrize("seed", range(4))
def test_the_states_add_up_to_expected_for_every_organisation_and_month(seed, org, people):
    make.make_campaign()
    life = Life(seed, org, people)
    for number in range(DAYS):
        life.day(FIRST + timedelta(days=number))
    now = at(f"{FIRST + timedelta(days=DAYS - 1)} 23:00")

    told = {}
    for report in life.reports():
        state = life.plain_state(report, now)
        if state:
            told[report.pk] = state
            assert monthly.verdict(report, now) == state
    expected = MonthlyReport.objects.expected()

    assert dict(expected.with_verdict(now).values_list("pk", "verdict_")) == told
    for state in VERDICTS:
        found = expected.judged(state, now).values_list("pk", flat=True)
        assert set(found) == {pk for pk, said in told.items() if said == state}
    for group in (("period", "receiver"), ("period", "organization"), ("receiver",), ()):
        rows = MonthlyReport.objects.figures(now, *group)
        for row in rows if group else [rows]:
            assert sum(row[state] for state in VERDICTS) == row["expected"]
            assert row["received"] == row["ontime"] + row["extended"] + row["late"]
    # One row for each that existed on the due day, whoever it belonged to on the way there.
    for period in Period.objects.filter(tier=Tier.BRANCH, due_on__lt=FIRST + timedelta(days=DAYS)):
        there = set(periods.expected_organizations(period).values_list("pk", flat=True))
        rows = expected.filter(period=period).values_list("organization", flat=True)
        assert there <= set(rows)
        assert len(rows) == len(set(rows))
