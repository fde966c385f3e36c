"""More time for a report: asked in time, granted by another, counted as a state of its own."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from branchyear.audit.models import Entry
from branchyear.lib.dates import day_end
from branchyear.lib.errors import Conflict, Refused
from branchyear.notifications.models import Notice
from reports.models import MonthlyReport, Period, Tier
from reports.services import extensions, monthly
from reports.tests import make

IN_TIME = make.at("2022-04-20 09:00")
AFTER = make.at("2022-04-26 00:00")
UNTIL = date(2022, 4, 28)
WHY = "书记外出学习，返回后报送。"


@pytest.fixture
def report(campaign, org):
    return make.report_of(org.north)


@pytest.fixture
def asked(report, people):
    return extensions.ask(report, until=UNTIL, reason=WHY, by=people.secretary, now=IN_TIME)


def test_a_request_granted_makes_what_comes_by_then_neither_in_time_nor_late(asked, people, org):
    extensions.decide(asked, granted=True, by=people.reviewer, now=IN_TIME)
    report = make.report_of(org.north)

    assert (report.extended_to, report.due_on) == (UNTIL, UNTIL)
    assert monthly.verdict(report, AFTER) == "waiting"
    monthly.submit(report, make.WORDS, by=people.secretary, now=make.at("2022-04-28 23:59:59"))
    report = make.report_of(org.north)
    assert monthly.verdict(report, AFTER) == "extended"
    assert report.steps.get().sealed["period"]["extended_to"] == "2022-04-28"
    assert Entry.objects.get(verb="report.extension_granted").organization_id == org.north.pk
    assert Notice.objects.filter(
        recipient=people.secretary, kind="report.extension_decided"
    ).exists()


def test_a_granted_day_that_passes_leaves_it_missing_and_then_late(asked, people, org):
    extensions.decide(asked, granted=True, by=people.reviewer, now=IN_TIME)
    report = make.report_of(org.north)

    assert monthly.verdict(report, make.at("2022-04-29 00:00")) == "missing"
    monthly.submit(report, make.WORDS, by=people.secretary, now=make.at("2022-04-29 00:00"))
    assert monthly.verdict(make.report_of(org.north), AFTER) == "late"


def test_a_refused_request_says_why_and_leaves_the_day_as_it_was(asked, people, org):
    with pytest.raises(Refused, match="不同意的原因"):
        extensions.decide(asked, granted=False, by=people.reviewer, now=IN_TIME)
    extensions.decide(
        asked, granted=False, answer="可由党务干部代填。", by=people.reviewer, now=IN_TIME
    )

    assert make.report_of(org.north).extended_to is None
    assert Entry.objects.filter(verb="report.extension_refused").exists()
    with pytest.raises(Conflict):
        extensions.decide(asked, granted=True, by=people.reviewer, now=IN_TIME)


@pytest.mark.parametrize(
    ("until", "reason", "now", "says"),
    [
        (date(2022, 4, 25), WHY, IN_TIME, "晚于"),
        (date(2022, 5, 1), WHY, IN_TIME, "最多延至4月30日"),
        (UNTIL, "忙", IN_TIME, "不少于5个字"),
        (UNTIL, "忙" * 301, IN_TIME, "请精简"),
        (UNTIL, WHY, AFTER, "已过"),
    ],
)
def test_what_cannot_be_asked_is_said(report, people, until, reason, now, says):
    with pytest.raises(Refused, match=says):
        extensions.ask(report, until=until, reason=reason, by=people.secretary, now=now)
    assert not report.extensions.exists()


def test_nobody_asks_twice_or_asks_after_handing_in(asked, report, people):
    with pytest.raises(Refused, match="等待审批"):
        extensions.ask(report, until=UNTIL, reason=WHY, by=people.clerk, now=IN_TIME)
    monthly.submit(report, make.WORDS, by=people.secretary, now=IN_TIME)
    with pytest.raises(Refused, match="已经报送过"):
        extensions.ask(report, until=UNTIL, reason=WHY, by=people.clerk, now=IN_TIME)


def test_only_whom_the_report_goes_to_decides_or_gives(asked, report, people):
    for person in (people.secretary, people.south_reviewer, people.committee):
        with pytest.raises(PermissionDenied):
            extensions.decide(asked, granted=True, by=person, now=IN_TIME)
        with pytest.raises(PermissionDenied):
            extensions.grant(report, until=UNTIL, reason=WHY, by=person, now=IN_TIME)
    with pytest.raises(PermissionDenied):
        extensions.ask(report, until=UNTIL, reason=WHY, by=people.reviewer, now=IN_TIME)


def test_a_day_given_unasked_answers_an_open_request(asked, report, people, org):
    given = extensions.grant(
        report,
        until=date(2022, 4, 30),
        reason="防汛期间统一延期。",
        by=people.reviewer,
        now=IN_TIME,
    )

    assert given.pk == asked.pk
    assert make.report_of(org.north).extended_to == date(2022, 4, 30)


def test_an_extended_report_is_not_chased_as_overdue(asked, people, org, campaign):
    from reports.services import reminders  # noqa: PLC0415 -- here alone

    extensions.decide(asked, granted=True, by=people.reviewer, now=IN_TIME)

    reminders.send_due_reminders(now=make.at("2022-04-26 09:00"))

    told = dict(Notice.objects.filter(kind__contains="due").values_list("recipient", "text"))
    assert "逾期" not in told.get(people.secretary.pk, "")
    assert "逾期" in told[people.second_secretary.pk]


def test_asking_and_deciding_on_the_pages(report, people, sign_in, org):
    Period.objects.update(due_on=date(2100, 4, 25), due_before=day_end(date(2100, 4, 25)))
    Period.objects.update(month="2100-04")
    ask = reverse("reports:ask_extension", args=[report.pk])

    client = sign_in(people.secretary)
    wrong = client.post(ask, {"until": "2100-05-09", "reason": WHY})
    assert wrong.status_code == 422
    assert "最多延至4月30日" in wrong.content.decode()
    assert WHY in wrong.content.decode()
    done = client.post(ask, {"until": "2100-04-28", "reason": WHY}, follow=True)
    assert "等待市北区局机关党委审批" in done.content.decode()
    client = sign_in(people.reviewer)
    assert WHY in client.get(reverse("reports:reports"), {"tab": "queue"}).content.decode()
    extension = report.extensions.get()
    client.post(reverse("reports:decide_extension", args=[extension.pk]), {"decision": "grant"})
    assert make.report_of(org.north, "2100-04").extended_to == date(2100, 4, 28)
    assert sign_in(people.south_secretary).post(ask, {}).status_code == 404


@settings(
    max_examples=15,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],  # every example sets every report
)
@given(data=st.data())
def test_the_states_add_up_and_each_report_has_one(data, campaign, org):
    """For every moment: with_verdict, figures and ``verdict`` say the same, and the states add up."""
    reports = list(MonthlyReport.objects.filter(period__tier=Tier.BRANCH).order_by("pk"))
    start = make.at("2022-04-24 12:00")
    hours = st.integers(0, 24 * 8)
    for report in reports:
        handed_in = data.draw(st.none() | hours)
        extended = data.draw(st.none() | st.integers(1, 5))
        until = report.period.due_on + timedelta(days=extended) if extended else None
        MonthlyReport.objects.filter(pk=report.pk).update(
            first_submitted_at=None if handed_in is None else start + timedelta(hours=handed_in),
            extended_to=until,
            extended_before=day_end(until) if until else None,
        )
    now = start + timedelta(hours=data.draw(hours))

    rows = MonthlyReport.objects.filter(period__tier=Tier.BRANCH).select_related("period")
    told = {r.pk: r.verdict_ for r in rows.with_verdict(now)}
    counts = rows.figures(now)

    assert told == {r.pk: monthly.verdict(r, now) for r in rows}
    states = ("ontime", "extended", "late", "missing", "waiting")
    assert counts["expected"] == len(reports) == sum(counts[state] for state in states)
    assert counts["received"] == counts["ontime"] + counts["extended"] + counts["late"]
    for state in states:
        assert set(rows.judged(state, now).values_list("pk", flat=True)) == {
            pk for pk, verdict in told.items() if verdict == state
        }
