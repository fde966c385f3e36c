"""Which findings a person sees, and which of them may become problems."""

from datetime import date, timedelta

import pytest

from branchyear.lib.dates import local_day
from branchyear.lib.errors import Refused
from members.models import PostHeld
from members.tests.make import make_member
from tasks import trend
from tasks.health import engine
from tasks.models import Finding, Problem
from tasks.services import problems
from tasks.tests.make import NOW, make_running_campaign

pytestmark = pytest.mark.engines


@pytest.fixture
def campaign(org):
    return make_running_campaign()


def make_finding(campaign, branch, number, severity="error", key="", **facts):
    return Finding.objects.create(
        organization=branch, rule=campaign.rules.get(number=number), key=key, severity=severity,
        facts=facts, opened_on=local_day(), changed_on=local_day(),
    )  # fmt: skip


def test_signals_are_seen_by_inspectors_and_the_committee_alone(campaign, org, people):
    make_finding(campaign, org.north, "R56", "notice", "full")
    make_finding(campaign, org.north, "R01")

    def seen(person):
        return sorted(f.rule.number for f in Finding.objects.visible_to(person))

    assert seen(people.inspector) == seen(people.committee) == ["R01", "R56"]
    assert seen(people.secretary) == seen(people.reviewer) == ["R01"]


def test_what_the_lists_themselves_lack_is_not_put_on_the_list(campaign, org, people):
    finding = make_finding(campaign, org.north, "R49", k=1, u=0)

    with pytest.raises(Refused, match="不列入问题清单"):
        problems.list_finding(finding, by=people.secretary, now=NOW)

    assert not Problem.objects.exists()


@pytest.mark.parametrize(
    ("severity", "fails"), [("error", True), ("unknown", True), ("notice", False)]
)
def test_a_reminder_of_the_next_term_is_no_failing(severity, fails, campaign, org, people):
    finding = make_finding(campaign, org.north, "R39", severity, "member:1")
    problem = Problem(organization=org.north, rule=finding.rule, rule_key="member:1")

    assert (problems.open_finding(problem) is not None) == fails


def test_a_secretary_elected_again_is_told_once_of_on_that_day(campaign, org):
    member, day = make_member(org.north, "甲", is_unit_head=False), date(campaign.year, 6, 1)
    for starts, ends in ((day - timedelta(days=900), day), (day, None)):
        PostHeld.objects.create(
            member=member, organization=org.north, post="secretary", starts_on=starts, ends_on=ends
        )

    engine.evaluate(campaign, day=day, numbers=["R15"])

    assert [f.severity for f in Finding.objects.filter(organization=org.north)] == ["warning"]


def test_the_trend_counts_what_came_and_went_by_month(campaign, org):
    for opened, closed in (((4, 30), (5, 1)), ((4, 1), None), ((3, 31), (6, 30)), ((6, 2), None)):
        found = make_finding(campaign, org.north, "R08", key=f"member:{opened}")
        found.opened_on = date(2026, *opened)
        found.closed_on = closed and date(2026, *closed)
        found.save()

    rows = trend.monthly(Finding.objects.all(), date(2026, 4, 1), date(2026, 6, 30))

    assert [(str(month), *counts) for month, *counts in rows] == [
        ("2026-04", 2, 0, 3), ("2026-05", 0, 1, 2), ("2026-06", 1, 1, 2)
    ]  # fmt: skip
