"""When reports are due, and that an open period never changes."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.core import serializers
from django.db import connection
from django.test.utils import CaptureQueriesContext

from branches.models import Kind
from branches.services import organizations
from branchyear.audit.models import Entry
from branchyear.lib.dates import CHINA, Month, day_start
from branchyear.lib.errors import Refused
from reports.models import MonthlyReport, Period, ReminderPolicy, ReportRule, Tier
from reports.services import monthly, periods
from reports.tests import make
from tasks.models import CalendarDay
from tasks.signals import campaign_opened
from tasks.workdays import WorkingDays, announced

MONTHS = [Month(2020, 1).plus(n) for n in range(48)]  # two leap years


@pytest.mark.parametrize("month", MONTHS, ids=str)
@pytest.mark.parametrize("day", [25, 31])
def test_the_due_day_is_in_time_to_its_last_instant(month, day):
    due_on = periods.due_on_for(ReportRule(day=day), month)
    last = month.last_day if day == 31 else date(month.year, month.number, 25)
    period = Period(due_on=due_on, due_before=day_start(due_on + timedelta(days=1)))
    midnight = datetime(last.year, last.month, last.day, tzinfo=CHINA)
    tick = timedelta(microseconds=1)
    moments = {
        "the day before, its last millisecond": midnight - timedelta(milliseconds=1),
        "the day, its first instant": midnight,
        "the day, its last microsecond": midnight + timedelta(days=1) - tick,
        "the next day, its first instant": midnight + timedelta(days=1),
    }

    verdicts = [
        monthly.verdict(MonthlyReport(period=period, first_submitted_at=at.astimezone(UTC)), at)
        for at in moments.values()
    ]

    assert due_on == last
    assert verdicts == ["ontime", "ontime", "ontime", "late"]


@pytest.mark.parametrize(
    ("month", "day", "on_rest_day", "due"),
    [
        ("2022-06", 25, "keep", date(2022, 6, 25)),  # a Saturday
        ("2022-06", 25, "earlier", date(2022, 6, 24)),
        ("2022-06", 25, "later", date(2022, 6, 27)),
        ("2022-10", 3, "earlier", date(2022, 10, 3)),  # all holiday since the 1st: stays
        ("2022-10", 3, "later", date(2022, 10, 8)),  # a worked Saturday
        ("2022-04", 31, "later", date(2022, 4, 29)),  # a holiday to the month's end: not May
        ("2022-04", 24, "earlier", date(2022, 4, 24)),  # a worked Sunday
        ("2024-02", 31, "keep", date(2024, 2, 29)),
    ],
)
def test_a_due_day_at_rest_moves_as_the_rule_says_and_never_out_of_its_month(
    month, day, on_rest_day, due
):
    days = WorkingDays({d: w for d, w, _ in announced(2022)})
    rule = ReportRule(day=day, opens_day=1, on_rest_day=on_rest_day)

    assert periods.due_on_for(rule, Month.parse(month), days) == due


def test_a_period_keeps_the_rule_that_moved_its_day(org, people):
    campaign = make.make_campaign()
    rule = ReportRule.objects.get(campaign=campaign, tier=Tier.BRANCH)
    periods.revise_rule(rule, by=people.admin, day=30, opens_day=1, on_rest_day="earlier")
    make.open_months(campaign, date(2022, 4, 30))
    period = Period.objects.get(tier=Tier.BRANCH, month="2022-04")
    before = serializers.serialize("json", [period])

    periods.revise_rule(rule, by=people.admin, day=20, opens_day=1, on_rest_day="later")
    make.open_months(campaign, date(2022, 5, 1))

    assert (period.due_on, period.moved_from) == (date(2022, 4, 29), date(2022, 4, 30))
    assert not period.lacks_calendar
    assert serializers.serialize("json", [Period.objects.get(pk=period.pk)]) == before


def test_a_month_whose_holidays_nobody_announced_says_so(org, people):
    CalendarDay.objects.all().delete()
    campaign = make.make_campaign()
    ReportRule.objects.update(on_rest_day="earlier")
    make.open_months(campaign, date(2022, 4, 1))

    assert all(period.lacks_calendar for period in Period.objects.all())


def test_a_new_campaign_gets_the_days_of_the_plan_and_keeps_edited_ones(people):
    campaign = make.make_campaign()
    ReportRule.objects.filter(tier=Tier.DIRECT).update(day=20)

    campaign_opened.send(type(campaign), campaign=campaign, created=False)

    assert dict(ReportRule.objects.values_list("tier", "day")) == {
        "branch": 25,
        "direct": 20,
        "committee": 31,
    }
    assert (
        ReminderPolicy.objects.filter(matter="report", tier=Tier.BRANCH, to_above=False).count()
        == 5
    )


def test_opening_gives_every_organisation_that_owes_a_row_and_its_receiver(org, campaign):
    rows = {
        (report.period.tier, report.organization.name): report.receiver.name
        for report in MonthlyReport.objects.with_words()
    }

    assert rows == {
        ("branch", "北一支部"): "市北区局机关党委",
        ("branch", "北二支部"): "市北区局机关党委",
        ("branch", "北四支部"): "市北区局机关党委",
        ("branch", "南一支部"): "市南区局机关党委",
        ("direct", "市北区局机关党委"): "市直机关工委",
        ("direct", "市南区局机关党委"): "市直机关工委",
        ("direct", "市档案馆直属党支部"): "市直机关工委",
        ("committee", "市直机关工委"): "市委组织部",
    }


def test_opening_twice_changes_nothing(campaign):
    before = serializers.serialize("json", [*Period.objects.all(), *MonthlyReport.objects.all()])

    opened = periods.open_periods(today=date(2022, 4, 2))

    assert opened == []
    assert before == serializers.serialize(
        "json", [*Period.objects.all(), *MonthlyReport.objects.all()]
    )
    assert Entry.objects.filter(verb="period.opened").count() == 3


def test_missed_months_are_opened_late_and_none_outside_the_campaign(people):
    campaign = make.make_campaign()

    assert periods.open_periods(today=date(2022, 3, 31)) == []
    periods.open_periods(today=date(2022, 6, 3))
    periods.open_periods(today=date(2023, 2, 1))

    months = Period.objects.filter(campaign=campaign, tier=Tier.BRANCH).values_list(
        "month", flat=True
    )
    assert list(months) == [f"2022-{month:02}" for month in range(4, 13)]


def test_a_period_opens_on_the_day_its_rule_names(people):
    campaign = make.make_campaign()
    ReportRule.objects.filter(campaign=campaign, tier=Tier.BRANCH).update(opens_day=10)

    first = periods.open_periods(today=date(2022, 4, 9))
    second = periods.open_periods(today=date(2022, 4, 10))

    assert [period.tier for period in first] == ["direct", "committee"]
    assert [period.tier for period in second] == ["branch"]


def test_changing_a_rule_leaves_open_periods_as_they_are(people, campaign):
    periods.open_periods(today=date(2022, 5, 1))
    before = serializers.serialize("json", Period.objects.order_by("pk"))
    known = Period.objects.count()
    rule = ReportRule.objects.get(tier=Tier.BRANCH)

    periods.revise_rule(rule, by=people.admin, day=20, opens_day=5)
    periods.open_periods(today=date(2022, 6, 5))

    after = Period.objects.order_by("pk")
    assert serializers.serialize("json", after[:known]) == before
    june = Period.objects.get(tier=Tier.BRANCH, month="2022-06")
    assert (june.opens_on, june.due_on) == (date(2022, 6, 5), date(2022, 6, 20))
    assert june.rule["text"] == "每月20日前（含当日）"
    assert Entry.objects.get(verb="report_rule.revised").detail["before"] == {
        "day": 25,
        "opens_day": 1,
        "on_rest_day": "keep",
    }


def test_a_rule_cannot_be_due_before_it_opens(people, campaign):
    rule = ReportRule.objects.get(tier=Tier.BRANCH)

    with pytest.raises(Refused, match="不能晚于"):
        periods.revise_rule(rule, by=people.admin, day=5, opens_day=10)


def found(parent, code, on):
    return organizations.establish(
        parent=parent, kind=Kind.BRANCH, code=code, name=f"支部{code}", on=on, by=None
    )


def test_a_branch_founded_by_the_due_day_owes_and_a_later_one_does_not(org, campaign):
    found(org.north_office, "01-08", date(2022, 4, 25))
    found(org.north_office, "01-09", date(2022, 4, 26))

    periods.open_periods(today=date(2022, 4, 25))

    april = MonthlyReport.objects.filter(period__month="2022-04", period__tier=Tier.BRANCH)
    assert april.filter(organization__code="01-08").exists()
    assert not april.filter(organization__code="01-09").exists()


def test_a_branch_registered_after_the_due_day_is_not_made_to_owe_the_past(org, campaign):
    found(org.north_office, "01-08", date(2022, 4, 2))

    periods.open_periods(today=date(2022, 4, 26))

    assert not MonthlyReport.objects.filter(organization__code="01-08").exists()


@pytest.mark.parametrize(
    ("closed_on", "submitted", "expected"),
    [
        (date(2022, 4, 24), False, False),
        (date(2022, 4, 24), True, True),
        (date(2022, 4, 25), False, True),
        (date(2022, 5, 3), False, True),
    ],
)
def test_a_branch_closed_before_the_due_day_is_expected_only_if_it_reported(
    org, people, campaign, closed_on, submitted, expected
):
    report = make.report_of(org.south)
    if submitted:
        make.hand_in(report, by=people.south_secretary, now=make.at("2022-04-20 09:00"))
    organizations.close(org.south, on=closed_on, by=None)

    counted = MonthlyReport.objects.expected().filter(pk=report.pk).exists()

    assert counted == expected


def test_a_moved_branch_reports_to_its_new_superior_until_it_has_reported(org, people, campaign):
    make.hand_in(make.report_of(org.north), by=people.secretary, now=make.at("2022-04-03 09:00"))
    for branch in (org.north, org.north_two):
        organizations.move(branch, to=org.south_office, on=date(2022, 4, 10), by=None)

    periods.open_periods(today=date(2022, 4, 10))

    receivers = MonthlyReport.objects.filter(
        organization__in=[org.north, org.north_two]
    ).values_list("organization__name", "receiver__name")
    assert dict(receivers) == {"北一支部": "市北区局机关党委", "北二支部": "市南区局机关党委"}


def test_the_number_of_statements_does_not_grow_with_branches(
    org, campaign, django_assert_num_queries
):
    with CaptureQueriesContext(connection) as few:
        periods.open_periods(today=date(2022, 4, 2))
    for number in range(20):
        found(org.north_office, f"01-7{number:02}", date(2022, 1, 1))
    periods.open_periods(today=date(2022, 4, 2))

    with django_assert_num_queries(len(few)):
        periods.open_periods(today=date(2022, 4, 2))
