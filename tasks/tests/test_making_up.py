"""补开: a missed month is closed by one more meeting held later and by those above, never by a made-up record."""

from datetime import timedelta

import pytest
from django.utils import timezone

from branchyear.lib.dates import CHINA, Month, local_day
from branchyear.lib.errors import Refused
from members.models import Meeting
from tasks.models import Campaign, Explanation, Finding
from tasks.services import findings, making_up, problems
from tasks.tests.make import make_planned, make_problem, make_running_campaign

pytestmark = pytest.mark.engines

TODAY = local_day()
NOW = timezone.now


@pytest.fixture
def finding(org, people):
    """No theme day last month; the campaign began before it."""
    make_running_campaign()
    missed = Month.of(TODAY).plus(-1)
    Campaign.objects.update(starts_on=missed.first_day, ends_on=TODAY + timedelta(days=60))
    findings.evaluate(day=TODAY, organization=org.north, numbers=["R24"])
    return Finding.objects.open().get(rule__number="R24", organization=org.north)


def hold(branch, times):
    for _ in range(times):
        Meeting.objects.create(
            organization=branch, kind="theme_day", on=TODAY, topic="学习", due=3, present=3,
            created_at=NOW().astimezone(CHINA),
        )  # fmt: skip


def hand_in(finding, people):
    problem = make_problem(finding.organization, people.secretary, finding=finding, now=NOW())
    make_planned(problem, people.secretary, now=NOW())
    problems.hand_in(
        problem, "上月集中办案未开，本月已补开。", revision=problem.revision, by=people.clerk,
        now=NOW(),
    )  # fmt: skip
    return problem


def test_this_months_own_meeting_makes_nothing_up(finding, org, people):
    hold(org.north, 1)

    assert not making_up.is_made_up(finding)
    with pytest.raises(Refused, match="仍不符合"):
        hand_in(finding, people)


def test_one_more_held_and_accepted_closes_it_for_good(finding, org, people):
    hold(org.north, 2)
    problem = hand_in(finding, people)
    problems.close(problem, revision=problem.revision, by=people.reviewer, now=NOW())

    findings.evaluate(day=TODAY, organization=org.north)

    finding.refresh_from_db()
    assert finding.closing == "explained"
    assert not Finding.objects.open().filter(rule=finding.rule, organization=org.north).exists()
    told = Explanation.objects.get()
    assert (told.made_up, told.given_by, told.decided_by) == (True, people.clerk, people.reviewer)
    assert not making_up.is_made_up(finding)  # one more makes one up, not two


def test_what_is_no_missed_meeting_is_not_made_up(org, people):
    campaign = make_running_campaign()
    other = Finding(organization=org.north, rule=campaign.rules.get(number="R09"), key="")

    assert (making_up.is_made_up(other), making_up.advice(other)) == (False, "")
