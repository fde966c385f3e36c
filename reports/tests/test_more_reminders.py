"""Elections, conversions and late reviews in the daily message; what is planned for the days to come."""

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from branches.models import Term
from branchyear.notifications.models import Notice
from members.models import Member
from members.services import probation
from members.tests.make import make_member
from reports.models import MonthlyReport, Reminder
from reports.services import planning, reminders
from reports.tests.make import at
from tasks.models import BranchItem

MORNING = at("2022-04-20 09:00")  # a Wednesday


@pytest.fixture
def quiet(campaign):
    """No report and no item of a branch is due: what is left is what is looked at here."""
    MonthlyReport.objects.all().delete()
    return campaign


def let_end(organization, day):
    Term.objects.create(
        organization=organization, number=1, elected_on=date(2019, 4, 1), years=3, expires_on=day
    )


def told():
    rows = Reminder.objects.values_list(
        "recipient__name", "matter", "organization__name", "due_on", "occasion"
    )
    return set(rows)


def test_a_term_that_ends_is_in_the_secretarys_message_and_overdue_in_the_one_aboves(
    org, people, quiet
):
    let_end(org.north, date(2022, 5, 20))  # T-30
    let_end(org.south, date(2022, 4, 13))  # T+7
    let_end(org.north_office, date(2022, 7, 19))  # T-90

    reminders.send_due_reminders(now=MORNING)

    assert told() == {
        ("赵书记", "term", "北一支部", date(2022, 5, 20), "T-30"),
        ("钱干事", "term", "北一支部", date(2022, 5, 20), "T-30"),
        ("李书记", "term", "南一支部", date(2022, 4, 13), "T+1"),
        ("王审核", "term", "南一支部", date(2022, 4, 13), "U+7"),
        ("吴审核", "term", "市北区局机关党委", date(2022, 7, 19), "T-90"),
    }
    notice = Notice.objects.get(recipient=people.secretary)
    assert notice.title == "北一支部换届还有30天到期"
    assert notice.url == f"{reverse('members:committee')}?org={org.north.pk}"


def test_conversions_are_told_by_number_not_by_name_and_not_any_more_when_done(org, people, quiet):
    day = {"admitted_on": date(2021, 4, 27), "formal_on": None, "category": "probationary"}
    first = make_member(org.north, "林小平", **day)
    make_member(org.north, "何小平", **day)
    plan = [due for dues in reminders.due_by_person(MORNING.date()).values() for due in dues]

    reminders.send_due_reminders(now=MORNING)

    notice = Notice.objects.get(recipient=people.secretary)
    assert notice.title == "北一支部2名预备党员转正还有7天到期"
    assert "小平" not in notice.text
    Reminder.objects.all().delete()
    Member.objects.exclude(pk=first.pk).update(category="formal")
    probation.convert(
        first, formal_on=date(2022, 4, 27), by=people.secretary, today=date(2022, 4, 28)
    )
    assert reminders._send(plan, now=MORNING) == 0


def wait_since(branch, place, moment, count=2):
    pks = list(BranchItem.objects.filter(branch=branch).values_list("pk", flat=True)[:count])
    BranchItem.objects.filter(pk__in=pks).update(
        state="submitted", with_organization=place, submitted_at=at(moment)
    )


def test_what_waits_too_long_is_told_to_the_reviewer_then_to_the_one_above(org, people, quiet):
    wait_since(org.north, org.north_office, "2022-04-12 10:00")  # due back on the 19th
    wait_since(org.south, org.south_office, "2022-04-13 10:00")  # on the 20th: still in time

    reminders.send_due_reminders(now=MORNING)

    assert told() == {("吴审核", "review", "市北区局机关党委", date(2022, 4, 19), "T+1")}
    assert Notice.objects.get().title == "市北区局机关党委2项检查条目审核已逾期1天"
    reminders.send_due_reminders(now=at("2022-04-24 09:00"))  # T+5, on a worked Sunday
    assert ("陈工委", "review", "市北区局机关党委", date(2022, 4, 19), "U+5") in told()
    BranchItem.objects.filter(branch=org.north).update(state="accepted", with_organization=None)
    Reminder.objects.all().delete()
    reminders.send_due_reminders(now=at("2022-04-22 10:00"))
    assert {row[2] for row in told()} == {"市南区局机关党委"}


# --- What is planned ------------------------------------------------------------------------------


def as_told(lines):
    """A plan as the ledger will tell it: who, what, on which day."""
    return {
        (line.day, line.matter, line.occasion, line.due_on, person.name)
        for line in lines
        for person in line.people
    }


def test_what_is_planned_is_what_is_then_sent(org, people, campaign, time_machine):
    """Four working days and a weekend, reports, items and a term."""
    let_end(org.north, date(2022, 5, 22))
    BranchItem.objects.filter(branch=org.north_two).update(due_on=date(2022, 4, 26))
    paths = [org.city.path]

    planned = as_told(planning.planned(paths=paths, now=MORNING))

    for number in range(planning.AHEAD):
        now = MORNING + timedelta(days=number)
        time_machine.move_to(now, tick=False)
        reminders.send_due_reminders(now=now)
    sent = {
        (row.sent_at.date(), row.matter, row.occasion, row.due_on, row.recipient.name)
        for row in Reminder.objects.select_related("recipient")
    }
    assert len(planned) > 20
    assert planned == sent
    assert planning.planned(paths=paths, now=now, days=1) == []


def test_the_plan_says_why_on_that_day_and_keeps_to_what_one_sees(org, people, campaign):
    lines = planning.planned(paths=[org.south_office.path], now=MORNING)

    whys = [line.why for line in lines]
    assert "期限4月25日，提前3天" in whys
    assert "期限4月25日，提前7天；应于4月18日发出，当日未能发出，补发" in whys
    assert {one.name for line in lines for one in line.organizations} == {
        "市南区局机关党委",
        "南一支部",
    }


def test_the_page_of_plans_has_the_own_scope_and_as_many_statements_for_many(
    org, people, campaign, sign_in, time_machine
):
    time_machine.move_to(MORNING, tick=False)
    client = sign_in(people.reviewer)
    address = reverse("reports:reminders") + "?tab=planned"
    everything = set(MonthlyReport.objects.values_list("pk", flat=True))
    MonthlyReport.objects.exclude(organization=org.north).update(state="accepted")
    with CaptureQueriesContext(connection) as few:
        client.get(address)
    MonthlyReport.objects.filter(pk__in=everything).update(state="todo")

    with CaptureQueriesContext(connection) as many:
        page = client.get(address).content.decode()

    assert "期限4月25日，提前3天" in page
    assert "南一支部" not in page
    assert len(many) <= len(few)
    assert Term.objects.count() == 0
