"""The reminders: only to those who owe, one message per person and day, never at night.

What is due is asked of the rows (``owing``), not of a clock that may have stopped: any sweep in office
hours sends the latest occasion that has come and that this person was not told of yet. A person's first
message of a day gathers everything; after it only what ends today is sent at once, the rest waits for
the next day.
"""

from collections import defaultdict
from datetime import timedelta

from django.db import transaction

from branchyear.accounts.models import User
from branchyear.audit.services import record
from branchyear.lib.bulk import insert_many
from branchyear.lib.dates import CHINA, local_day
from branchyear.lib.routes import path_to
from branchyear.notifications.models import Notice
from branchyear.notifications.services import Message, notify_many
from reports.models import Reminder
from reports.services.owing import owed, still_owed
from tasks.models import Campaign

FROM_HOUR, TO_HOUR = 8, 20  # China; outside, a message is a disturbance, not a service
BATCH = 500  # people in one transaction: a worker killed between two loses nothing, repeats nothing
SHOWN = 12  # more lines than that nobody reads in a message; the page behind it has them all


def in_hours(now):
    return FROM_HOUR <= now.astimezone(CHINA).hour < TO_HOUR


def next_hours(now):
    """When messages may leave: None for now, else the next morning at eight."""
    if in_hours(now):
        return None
    local = now.astimezone(CHINA)
    morning = local.replace(hour=FROM_HOUR, minute=0, second=0, microsecond=0)
    return morning if local.hour < FROM_HOUR else morning + timedelta(days=1)


def send_due_reminders(*, now):
    """Remind everybody of what they owe and were not yet told of; returns how many reminders."""
    if not in_hours(now):
        return 0
    people = due_by_person(local_day(now))
    waiting = sorted(people)
    sent = 0
    for start in range(0, len(waiting), BATCH):
        part = waiting[start : start + BATCH]
        sent += _send([due for person in part for due in people[person]], now=now)
    return sent


def due_by_person(today):
    """Person → what he is to be told of and was not told yet. The statements do not grow with the rows."""
    dues = list(owed(today))
    told = told_already(dues)
    people = defaultdict(list)
    for due in dues:
        if due.key not in told:
            people[due.recipient].append(due)
    return people


def daily_key(today):
    """The key of the one message a person gets on a day."""
    return f"reminders:{today}"


def told_already(dues):
    """The keys of reminders there are already, for these dues and perhaps a few more."""
    if not dues:
        return set()
    rows = Reminder.objects.filter(
        due_on__in={due.due_on for due in dues},
        occasion__in={due.occasion for due in dues},
    )
    return set(rows.values_list("subject", "due_on", "recipient", "occasion"))


@transaction.atomic
def _send(dues, *, now):
    """Write reminders, notices and letters of one batch of people; what another sweep wrote meanwhile,
    and what is done meanwhile, is left out."""
    # Two sweeps at once stand in line here; the second then sees what the first has written.
    Campaign.objects.select_for_update(no_key=True).order_by("pk").first()
    today = local_day(now)
    told, still = told_already(dues), still_owed(dues)
    dues = [due for due in dues if due.key not in told and (due.subject, due.due_on) in still]
    if not dues:
        return 0
    users = User.objects.in_bulk({due.recipient for due in dues})
    daily = daily_key(today)
    had_one = set(
        Notice.objects.filter(key=daily, recipient__in=users).values_list("recipient", flat=True)
    )
    letters = defaultdict(list)  # (person, key of the notice) → what it tells
    for due in dues:
        if due.recipient not in had_one:
            letters[due.recipient, daily].append(due)
        elif due.due_on == today:
            letters[due.recipient, f"{due.subject}:due:{due.due_on}:{due.occasion}"].append(due)
    if not letters:
        return 0
    kinds = defaultdict(list)
    for (person, key), matters in letters.items():
        kind, url, context = _words(matters, today)
        kinds[kind].append(Message(users[person], key=key, url=url, context=context))
    for kind, messages in kinds.items():
        notify_many(kind, messages)
    notices = {
        (recipient, key): pk
        for pk, recipient, key in Notice.objects.filter(
            recipient__in=users, key__in={key for _, key in letters}
        ).values_list("pk", "recipient", "key")
    }
    rows = [
        Reminder(
            matter=due.matter,
            subject=due.subject,
            organization_id=due.organization,
            report_id=due.report,
            problem_id=due.problem,
            due_on=due.due_on,
            recipient_id=due.recipient,
            occasion=due.occasion,
            sent_at=now,
            notice_id=notices.get((person, key)),
        )
        for (person, key), matters in letters.items()
        for due in matters
    ]
    insert_many(Reminder, rows, ignore_conflicts=True)
    record("reminder.sent", by=None, people=len(letters), count=len(rows), day=today.isoformat())
    return len(rows)


# --- Words ----------------------------------------------------------------------------------------


def _words(dues, today):
    """Kind, address and context of one message: of a single report in full, else one line for each."""
    first = dues[0]
    if len(dues) == 1 and first.report and not first.to_above:
        name, month, returned = first.words
        left = (first.due_on - today).days
        return (
            "report.due",
            first.url,
            {
                "organization": name,
                "month": month,
                "returned": returned,
                "due": f"{first.due_on.month}月{first.due_on.day}日",
                "when": when(left),
                "overdue": left < 0,
            },
        )
    ordered = sorted(dues, key=lambda due: due.due_on)
    context = {
        "count": len(ordered),
        "first": _line(ordered[0], today),
        "lines": [_line(due, today) for due in ordered[:SHOWN]],
        "more": max(0, len(ordered) - SHOWN),
    }
    if len(ordered) == 1:
        return "reminder.digest", first.url, context
    if all(due.report and due.to_above for due in ordered):
        return "reminder.digest", f"{path_to('reports:reports')}?tab=all&verdict=missing", context
    return "reminder.digest", path_to("home"), context


def _line(due, today):
    return f"{due.what}{when((due.due_on - today).days)}"


def when(left):
    if left > 0:
        return f"还有{left}天到期"
    return "今天到期" if left == 0 else f"已逾期{-left}天"
