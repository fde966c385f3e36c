"""Reminders: to those who owe, once, in office hours, the latest occasion only."""

import threading
from datetime import date, timedelta

import pytest
from django.core import mail
from django.core.management import CommandError, call_command
from django.db import connection, connections
from django.test.utils import CaptureQueriesContext

from branches.models import Kind
from branches.roles import Role
from branches.services import appointments, organizations
from branchyear.audit.models import Entry
from branchyear.notifications.models import Delivery, Notice
from branchyear.notifications.services import read
from conftest import build_people, build_tree, make_office, make_user
from reports import jobs
from reports.models import MonthlyReport, Period, Reminder, ReminderPolicy, Tier
from reports.services import monthly, reminders
from reports.tests import make
from reports.tests.make import at
from tasks.models import BranchItem


def told(**conditions):
    """Who was told about whose report on which occasion."""
    rows = Reminder.objects.filter(**conditions).values_list(
        "recipient__name", "report__organization__name", "occasion"
    )
    return set(rows)


T3 = at("2022-04-22 09:00")
BRANCH_TIER = {"report__period__tier": Tier.BRANCH}


def test_only_those_who_owe_are_reminded(org, people, campaign):
    make.hand_in(make.report_of(org.north), by=people.secretary, now=at("2022-04-20 09:00"))
    make.hand_in(make.report_of(org.south), by=people.south_secretary, now=at("2022-04-20 09:00"))
    monthly.send_back(
        make.report_of(org.south),
        reason="请补充存在问题",
        by=people.south_reviewer,
        now=at("2022-04-21 09:00"),
    )

    sent = reminders.send_due_reminders(now=T3)

    assert told() == {
        ("孙书记", "北二支部", "T-3"),
        ("郑书记", "北四支部", "T-3"),
        ("李书记", "南一支部", "T-3"),
        ("吴审核", "市北区局机关党委", "T-3"),
        ("王审核", "市南区局机关党委", "T-3"),
        ("周书记", "市档案馆直属党支部", "T-3"),
        ("陈工委", "市直机关工委", "T-7"),  # of the 30th: the 23rd is a Saturday
    }
    assert sent == 7
    returned = Notice.objects.get(recipient=people.south_secretary, kind="report.due")
    assert "已被退回修改" in returned.text


def test_the_words_say_what_when_and_where(org, people, campaign):
    reminders.send_due_reminders(now=T3)

    notice = Notice.objects.get(recipient=people.second_secretary)
    assert notice.title == "北二支部2022年4月月报还有3天到期"
    assert "请于4月25日前（含当日）报送" in notice.text
    assert notice.url == f"/reports/{make.report_of(org.north_two).pk}/"


@pytest.mark.parametrize(
    ("day", "occasion", "when"),
    [
        ("2022-04-18", "T-7", "还有7天到期"),
        ("2022-04-24", "T-1", "还有1天到期"),
        ("2022-04-25", "T", "今天到期"),
        ("2022-04-26", "T+1", "已逾期1天"),
    ],
)
def test_each_occasion_has_its_day(org, people, campaign, day, occasion, when):
    reminders.send_due_reminders(now=at(f"{day} 09:00"))

    assert told(recipient=people.second_secretary) == {("孙书记", "北二支部", occasion)}
    assert Notice.objects.get(recipient=people.second_secretary).title.endswith(when)


def test_however_often_it_runs_each_is_told_once(campaign, people):
    first = reminders.send_due_reminders(now=T3)
    again = [
        reminders.send_due_reminders(now=T3 + timedelta(hours=hours)) for hours in (0, 1, 5, 10)
    ]

    assert first > 0
    assert again == [0, 0, 0, 0]
    assert Reminder.objects.count() == Notice.objects.filter(kind="report.due").count() == first
    assert Entry.objects.get(verb="reminder.sent").detail["count"] == first


def test_the_letter_leaves_once(people, campaign, django_capture_on_commit_callbacks):
    for _ in range(2):
        with django_capture_on_commit_callbacks(execute=True):
            reminders.send_due_reminders(now=T3)

    letters = [letter for letter in mail.outbox if letter.to == ["shuji2@example.test"]]
    assert len(letters) == 1
    assert letters[0].subject == "北二支部2022年4月月报还有3天到期"
    assert (
        len(mail.outbox)
        == Reminder.objects.count()
        == Delivery.objects.filter(status="sent").count()
    )


def plan(today=date(2022, 4, 22)):
    """What one sweep has read before it writes."""
    return [due for dues in reminders.due_by_person(today).values() for due in dues]


def test_two_interleaved_sweeps_send_once(people, campaign):
    """The second has read who owes before the first has written."""
    plans = [plan(), plan()]

    sent = [reminders._send(dues, now=T3) for dues in plans]

    assert sent == [9, 0]
    assert Notice.objects.filter(kind="report.due").count() == 9


def test_who_hands_in_between_plan_and_sending_is_left_in_peace(org, people, campaign):
    dues = plan()
    make.hand_in(make.report_of(org.south), by=people.south_secretary, now=T3)

    reminders._send(dues, now=T3)

    assert not told(recipient=people.south_secretary)


def test_a_report_that_is_gone_meanwhile_is_skipped(org, people, campaign):
    dues = plan()
    MonthlyReport.objects.filter(organization=org.south).delete()

    assert reminders._send(dues, now=T3) == 8


@pytest.mark.parametrize("clock", ["00:00", "07:59", "20:00", "23:30"])
def test_nobody_is_disturbed_at_night(people, campaign, clock):
    assert reminders.send_due_reminders(now=at(f"2022-04-22 {clock}")) == 0
    assert Reminder.objects.count() == 0


@pytest.mark.parametrize("clock", ["08:00", "19:59"])
def test_office_hours_are_eight_to_eight(people, campaign, clock):
    assert reminders.send_due_reminders(now=at(f"2022-04-22 {clock}")) > 0


def test_a_missed_day_is_caught_up_with_one_reminder(org, people, campaign):
    """The worker was down from the 18th (T-7) to the 21st."""
    reminders.send_due_reminders(now=at("2022-04-21 10:00"))

    assert told(recipient=people.second_secretary) == {("孙书记", "北二支部", "T-7")}
    assert Notice.objects.get(recipient=people.second_secretary).title.endswith("还有4天到期")


def test_what_was_missed_for_long_is_not_caught_up(people, campaign):
    assert reminders.send_due_reminders(now=at("2022-06-20 10:00")) == 0


def test_a_policy_switched_off_sends_nothing(people, campaign):
    ReminderPolicy.objects.filter(tier=Tier.BRANCH).update(is_active=False)

    reminders.send_due_reminders(now=T3)

    assert not told(**BRANCH_TIER)
    assert told(report__period__tier=Tier.DIRECT)


def test_the_committee_is_reminded_before_the_months_end(people, campaign):
    reminders.send_due_reminders(now=at("2022-04-27 10:00"))

    assert told() == {
        ("陈工委", "市直机关工委", "T-3"),
        # The directly affiliated and the branches were due on the 25th: T+1 is caught up.
        *{row for row in told() if row[2] == "T+1"},
    }


def test_whoever_left_office_or_account_and_closed_branches_are_left_out(org, people, campaign):
    office = people.south_secretary.appointments.get()
    appointments.end_appointment(office, on=date(2022, 4, 21), by=None)
    people.second_secretary.is_active = False
    people.second_secretary.save()
    organizations.close(org.north_four, on=date(2022, 4, 20), by=None)

    reminders.send_due_reminders(now=T3)

    assert {row[1] for row in told(**BRANCH_TIER)} == {"北一支部"}


# --- Rest days, digests, those above -----------------------------------------------------------------


def test_on_a_rest_day_it_is_quiet_and_the_working_day_before_speaks(org, people, campaign):
    """The 25th of June 2022 was a Saturday: the last working day before was Friday the 24th."""
    make.open_months(campaign, date(2022, 6, 1))
    MonthlyReport.objects.exclude(organization=org.north_two).delete()
    MonthlyReport.objects.exclude(period__month="2022-06").delete()

    friday = reminders.send_due_reminders(now=at("2022-06-24 09:00"))
    saturday = reminders.send_due_reminders(now=at("2022-06-25 09:00"))
    sunday = reminders.send_due_reminders(now=at("2022-06-26 09:00"))
    monday = reminders.send_due_reminders(now=at("2022-06-27 09:00"))

    assert (friday, saturday, sunday, monday) == (1, 0, 0, 1)
    assert {row[2] for row in told(recipient=people.second_secretary)} == {"T", "T+1"}
    assert Notice.objects.order_by("pk")[0].title.endswith("还有1天到期")
    assert Notice.objects.order_by("pk")[1].title.endswith("已逾期2天")


def test_what_cannot_wait_for_the_next_working_day_is_sent_on_a_rest_day(org, people, campaign):
    """Nobody was told on Friday: the workers were down."""
    make.open_months(campaign, date(2022, 6, 1))
    MonthlyReport.objects.exclude(organization=org.north_two).delete()
    MonthlyReport.objects.exclude(period__month="2022-06").delete()

    assert reminders.send_due_reminders(now=at("2022-06-25 09:00")) == 1


def owe_items(branch, count=1, due_on=date(2022, 4, 29)):
    """The first items of a branch fall due on a Friday, of which Friday the 22nd is T-7."""
    pks = BranchItem.objects.filter(branch=branch).values_list("pk", flat=True)[:count]
    BranchItem.objects.filter(pk__in=list(pks)).update(due_on=due_on)


def test_several_matters_are_one_message_a_day(org, people, campaign):
    owe_items(org.north_two, 2)

    reminders.send_due_reminders(now=T3)
    reminders.send_due_reminders(now=T3 + timedelta(hours=1))

    notice = Notice.objects.get(recipient=people.second_secretary)
    assert notice.title == "2件事项待办：北二支部2022年4月月报还有3天到期等"
    assert "2. 北二支部2项检查条目还有7天到期" in notice.text
    matters = Reminder.objects.filter(recipient=people.second_secretary)
    assert {(row.matter, row.occasion, row.notice) for row in matters} == {
        ("report", "T-3", notice),
        ("items", "T-7", notice),
    }


def test_what_comes_up_after_the_days_message_waits_unless_it_ends_today(org, people, campaign):
    reminders.send_due_reminders(now=T3)
    owe_items(org.north_two)
    owe_items(org.south, due_on=date(2022, 4, 22))
    ReminderPolicy.objects.filter(matter="items", days_before=1).update(days_before=0)

    reminders.send_due_reminders(now=T3 + timedelta(hours=2))

    assert Notice.objects.filter(recipient=people.second_secretary).count() == 1
    assert [n.title for n in Notice.objects.filter(recipient=people.south_secretary)] == [
        "南一支部1项检查条目今天到期",
        "南一支部2022年4月月报还有3天到期",
    ]


def test_three_days_overdue_the_one_above_is_told_once_for_all(org, people, campaign):
    reminders.send_due_reminders(now=at("2022-04-28 09:00"))

    above = Notice.objects.get(recipient=people.south_reviewer)
    assert "南一支部2022年4月月报已逾期3天" in above.text
    rows = set(told(occasion="U+3"))
    assert ("王审核", "南一支部", "U+3") in rows
    assert ("陈工委", "市南区局机关党委", "U+3") in rows
    assert not told(occasion="U+3", recipient=people.second_secretary)


def test_a_later_day_that_was_granted_has_occasions_of_its_own(org, people, campaign):
    reminders.send_due_reminders(now=T3)
    MonthlyReport.objects.filter(pk=make.report_of(org.north_two).pk).update(
        extended_to=date(2022, 4, 28), extended_before=at("2022-04-29 00:00")
    )

    reminders.send_due_reminders(now=at("2022-04-26 09:00"))

    assert not told(recipient=people.second_secretary, occasion="T+1")
    reminders.send_due_reminders(now=at("2022-04-27 09:00"))
    last = Reminder.objects.filter(recipient=people.second_secretary).first()
    assert (last.occasion, last.due_on) == ("T-1", date(2022, 4, 28))


def test_the_ledger_reads_what_came_of_a_reminder(org, people, campaign):
    reminders.send_due_reminders(now=T3)
    row = Reminder.objects.get(recipient=people.second_secretary)
    assert Reminder.objects.with_outcome().get(pk=row.pk).letter == Delivery.Status.PLANNED

    read(row.notice, by=people.second_secretary)
    make.hand_in(
        make.report_of(org.north_two), by=people.second_secretary, now=at("2022-04-23 09:00")
    )

    row = Reminder.objects.with_outcome().get(pk=row.pk)
    assert row.seen_at is not None
    assert row.acted_at == at("2022-04-23 09:00")


def test_the_number_of_statements_does_not_grow_with_the_reminders(org, people, campaign):
    ReminderPolicy.objects.exclude(tier=Tier.BRANCH).update(is_active=False)
    with CaptureQueriesContext(connection) as few:
        reminders.send_due_reminders(now=T3)
    for number in range(30):
        branch = organizations.establish(
            parent=org.south_office,
            kind=Kind.BRANCH,
            code=f"02-7{number:02}",
            name=f"新支部{number}",
            on=date(2022, 1, 1),
            by=None,
        )
        make_office(make_user(f"x{number}"), Role.SECRETARY, branch)
    make.open_months(campaign, date(2022, 4, 22))

    with CaptureQueriesContext(connection) as many:
        sent = reminders.send_due_reminders(now=T3)

    assert sent == 30
    assert len(many) <= len(few)


def test_the_job_can_be_delivered_twice(people, campaign, time_machine):
    time_machine.move_to(T3)

    for _ in range(2):
        jobs.open_periods.delay()
        jobs.send_due_reminders.delay()

    assert Reminder.objects.count() == 9
    assert Delivery.objects.count() == 9


def test_the_command_acts_for_a_given_moment(people, campaign, capsys):
    call_command("send_due_reminders", now="2022-04-22T09:00")

    assert "9 reminders sent" in capsys.readouterr().out
    with pytest.raises(CommandError, match="ISO"):
        call_command("send_due_reminders", now="gestern")


@pytest.mark.engines
@pytest.mark.django_db(transaction=True)
def test_two_sweeps_at_the_same_moment_send_each_reminder_once():
    org = build_tree()
    build_people(org)
    campaign = make.make_campaign()
    make.open_months(campaign, date(2022, 4, 1))
    start = threading.Barrier(4)
    sent, errors = [], []

    def sweep():
        start.wait()
        try:
            sent.append(reminders.send_due_reminders(now=T3))
        except Exception as error:  # noqa: BLE001 shown by the assertion below
            errors.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=sweep) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert errors == []
    assert sum(sent) == 9
    assert Reminder.objects.count() == Notice.objects.filter(kind="report.due").count() == 9
    assert Delivery.objects.count() == 9
    assert Period.objects.count() == 3
