"""History written at once equals history made step by step."""

from datetime import date

import pytest

from branchyear.audit.models import Entry
from members.services.roster import add_members
from reports.models import MonthlyReport, Period
from reports.services import monthly, sealing
from reports.services.figures import figures_for, figures_for_many
from reports.services.replay import Handed, replay
from reports.tests.make import WORDS, at, make_campaign, open_months
from tasks.models import BranchItem

HANDED_IN, RECEIVED = at("2022-04-20 10:00"), at("2022-04-21 09:00")


@pytest.fixture
def april(org, people):
    campaign = make_campaign()
    open_months(campaign, date(2022, 4, 20))
    add_members(
        [{"name": f"党员{n}", "organization": org.north if n % 3 else org.south} for n in range(7)],
        by=None,
    )
    for row in BranchItem.objects.filter(branch=org.north)[:2]:
        BranchItem.objects.filter(pk=row.pk).update(state="accepted")
    return campaign


def report_of(organization):
    return (
        MonthlyReport.objects.with_words()
        .select_related("period__campaign")
        .get(organization=organization)
    )


def test_figures_for_many_equal_figures_for_each(april, org, django_assert_max_num_queries):
    for period in Period.objects.filter(month="2022-04"):
        rows = MonthlyReport.objects.filter(period=period).select_related("organization")
        organizations = [row.organization for row in rows]

        with django_assert_max_num_queries(2 + 6 * len({len(o.path) for o in organizations})):
            many = figures_for_many(organizations, period, today=date(2022, 4, 20))

        for one in organizations:
            assert many[one.pk] == figures_for(one, period, today=date(2022, 4, 20))


def columns(report):
    report.refresh_from_db()
    skip = {"_state", "id", "organization_id", "updated_at", "seal"}
    return {
        key: value
        for key, value in vars(report).items()
        if key not in skip and not key.startswith("_") and key != "figures"
    }


def steps(report):
    return [
        (s.kind, s.round, s.organization_id, s.by_id, s.by_name, s.at, bool(s.sealed))
        for s in report.steps.all()
    ]


def verbs(report):
    rows = Entry.objects.filter(thing_type="reports.monthlyreport", thing_id=report.pk).order_by(
        "pk"
    )
    return [(row.verb, row.actor_id, row.detail.get("round")) for row in rows]


def test_replay_writes_what_the_verbs_write(april, org, people):
    by_verbs, at_once = report_of(org.north), report_of(org.north_two)
    monthly.submit(by_verbs, WORDS, by=people.secretary, now=HANDED_IN)
    monthly.accept(by_verbs, by=people.reviewer, now=RECEIVED)
    story = Handed(
        report=at_once, texts=WORDS, by=people.second_secretary, submitted_at=HANDED_IN,
        received_by=people.reviewer, received_at=RECEIVED,
    )  # fmt: skip

    replay(at_once.period, [story], facts_on=date(2022, 4, 20))

    first, second = columns(by_verbs), columns(at_once)
    assert first.pop("submitted_by_id") == people.secretary.pk
    assert second.pop("submitted_by_id") == people.second_secretary.pk
    first.pop("updated_by_id"), second.pop("updated_by_id")
    assert second == first
    assert [s[:2] + s[5:] for s in steps(at_once)] == [s[:2] + s[5:] for s in steps(by_verbs)]
    assert [v[::2] for v in verbs(at_once)] == [v[::2] for v in verbs(by_verbs)]
    sealed = at_once.steps.get(kind="submitted")
    assert sealing.is_intact(sealed)
    assert [row["key"] for row in sealed.sealed["figures"]] == [
        row["key"] for row in by_verbs.steps.get(kind="submitted").sealed["figures"]
    ]


def test_replay_refuses_what_the_verbs_refuse(april, org, people):
    story = Handed(
        report=report_of(org.north), texts={}, by=people.secretary, submitted_at=HANDED_IN
    )

    with pytest.raises(ValueError, match="至少写"):
        replay(story.report.period, [story], facts_on=date(2022, 4, 20))


def test_replay_of_a_draft_hands_nothing_in(april, org, people):
    story = Handed(report=report_of(org.north), texts=WORDS, by=people.secretary)

    replay(story.report.period, [story], facts_on=date(2022, 4, 20))

    report = report_of(org.north)
    assert (report.state, report.first_submitted_at, report.steps.count()) == ("draft", None, 0)
