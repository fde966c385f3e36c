"""The reminders before the 25th: only to those who owe, once each, never at night.

What is due is asked of the rows, not of a clock that may have stopped: any sweep in office hours sends
the latest occasion that has come and that this person was not told of yet.
"""

from collections import namedtuple
from datetime import timedelta

from django.db import transaction

from branches.models import Appointment
from branchyear.audit.services import record
from branchyear.lib.dates import CHINA, local_day
from branchyear.notifications.services import Message, notify_many
from reports import rules
from reports.models import MonthlyReport, Period, Reminder, ReminderPolicy

FROM_HOUR, TO_HOUR = 8, 20  # China; outside, a message is a disturbance, not a service
CATCH_UP_DAYS = 7  # an occasion older than the longest holiday is history, not a reminder
BATCH = 500  # one transaction: a worker killed between two loses nothing and repeats nothing

Due = namedtuple("Due", "report recipient")


def send_due_reminders(*, now):
    """Remind those who owe a report and were not yet told of the latest occasion; returns how many."""
    if not FROM_HOUR <= now.astimezone(CHINA).hour < TO_HOUR:
        return 0
    today = local_day(now)
    sent = 0
    for period, occasion in occasions_of(today):
        due = list(due_reminders(period, occasion, today=today))
        for start in range(0, len(due), BATCH):
            sent += _send(period, occasion, due[start : start + BATCH], now=now)
    return sent


def occasions_of(today):
    """The latest occasion that has come of each period: ``[(period, "T-3")]``. One missed for long is
    left out, and of several missed ones only the latest is sent."""
    days = {}
    for policy in ReminderPolicy.objects.filter(is_active=True):
        days.setdefault((policy.campaign_id, policy.tier), []).append(policy)
    found = []
    first = today - timedelta(days=30 + CATCH_UP_DAYS)  # no occasion is more than 30 days after due
    for period in Period.objects.filter(opens_on__lte=today, due_on__gte=first):
        come = [
            (period.due_on - timedelta(days=policy.days_before), policy.occasion)
            for policy in days.get((period.campaign_id, period.tier), [])
        ]
        come = [pair for pair in come if today - timedelta(days=CATCH_UP_DAYS) <= pair[0] <= today]
        if come:
            found.append((period, max(come)[1]))
    return found


def due_reminders(period, occasion, *, today):
    """Who is to be told: pairs of a report still owed and a person who fills it in, not told yet.

    Three statements, however many rows.
    """
    owed = MonthlyReport.objects.owed().expected().filter(period=period)
    if today > period.due_on:  # whoever was given more time is not overdue yet
        owed = owed.exclude(extended_to__gte=today)
    reports = {
        report.organization_id: report
        for report in owed.filter(organization__closed_on=None).select_related("organization")
    }
    told = set(
        Reminder.objects.filter(report__period=period, occasion=occasion).values_list(
            "report_id", "recipient_id"
        )
    )
    offices = (
        Appointment.objects.in_force(today)
        .filter(
            role__in=rules.FILLERS[period.tier],
            user__is_active=True,
            organization__in=MonthlyReport.objects.owed()
            .filter(period=period)
            .values("organization"),
        )
        .select_related("user")
        .order_by("organization__path", "pk")
    )
    for office in offices:
        report = reports.get(office.organization_id)
        if report is not None and (report.pk, office.user_id) not in told:
            told.add((report.pk, office.user_id))
            yield Due(report, office.user)


@transaction.atomic
def _send(period, occasion, due, *, now):
    """Write reminder, notice and letter of one batch; what another sweep wrote meanwhile is skipped."""
    # Two sweeps at once stand in line here; the second then sees what the first has written.
    Period.objects.select_for_update().get(pk=period.pk)
    told = set(
        Reminder.objects.filter(
            report__in=[pair.report.pk for pair in due], occasion=occasion
        ).values_list("report_id", "recipient_id")
    )
    owed = set(
        MonthlyReport.objects.owed()
        .filter(pk__in=[pair.report.pk for pair in due])
        .values_list("pk", flat=True)
    )
    due = [
        pair
        for pair in due
        if pair.report.pk in owed and (pair.report.pk, pair.recipient.pk) not in told
    ]
    if not due:
        return 0
    Reminder.objects.bulk_create(
        [
            Reminder(report=pair.report, recipient=pair.recipient, occasion=occasion, sent_at=now)
            for pair in due
        ],
        ignore_conflicts=True,
    )
    left = (period.due_on - local_day(now)).days
    words = {
        "month": period.label,
        "due": f"{period.due_on.month}月{period.due_on.day}日",
        "when": _when(left),
        "overdue": left < 0,
    }
    notify_many(
        "report.due",
        [
            Message(
                pair.recipient,
                key=f"report:{pair.report.pk}:due:{occasion}",
                url=pair.report.get_absolute_url(),
                context={
                    **words,
                    "organization": pair.report.organization.name,
                    "returned": pair.report.state == MonthlyReport.State.RETURNED,
                },
            )
            for pair in due
        ],
    )
    record("reminder.sent", period, by=None, occasion=occasion, count=len(due))
    return len(due)


def _when(left):
    if left > 0:
        return f"还有{left}天到期"
    return "今天到期" if left == 0 else f"已逾期{-left}天"
