"""The reminders that are planned: what the sweep will send in the days to come, if nothing changes until then.

Asked of the very code that sends (``owing.owed_on``), so that the plan cannot say anything else.
"""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import timedelta

from branches.models import Organization
from branchyear.accounts.models import User
from branchyear.lib.dates import local_day
from branchyear.notifications.models import Notice
from reports.models import Matter
from reports.models.reminders import occasion_words
from reports.services.owing import Calendar, owed_on
from reports.services.reminders import daily_key, next_hours, told_already

AHEAD = 7  # days
NAMED = 10  # organisations named at once; the rest are counted


@dataclass
class Planned:
    """One line: on ``day`` so many people are told of one kind of matter with one due day, and why then."""

    day: object
    matter: str
    occasion: str
    due_on: object
    why: str
    organizations: list = field(default_factory=list)
    people: dict = field(default_factory=dict)

    @property
    def what(self):
        return Matter(self.matter).label

    @property
    def when(self):
        return occasion_words(self.occasion)

    @property
    def shown(self):
        return self.organizations[:NAMED]

    @property
    def rest(self):
        return self.organizations[NAMED:]


def planned(*, paths, now, days=AHEAD):
    """What will be sent from now on to whoever owes at or below ``paths``: ``[Planned]`` by day."""
    today = local_day(now)
    first = today if next_hours(now) is None else local_day(next_hours(now))
    span = [first + timedelta(days=number) for number in range(days)]
    by_day = defaultdict(list)
    for day, due in owed_on(span, paths=paths):
        by_day[day].append(due)
    told = told_already([due for dues in by_day.values() for due in dues])
    had_one = set(Notice.objects.filter(key=daily_key(first)).values_list("recipient", flat=True))
    calendar, lines = Calendar(span), {}
    for day in span:
        for due in by_day[day]:
            waits = day == first and due.recipient in had_one and due.due_on != day
            if due.key in told or waits:
                continue
            told.add(due.key)
            key = (day, due.matter, due.occasion, due.due_on)
            line = lines.get(key)
            if line is None:
                line = lines[key] = Planned(*key, why=_why(calendar, due, day))
            line.people[due.recipient] = None
            if due.organization not in line.organizations[-1:]:
                line.organizations.append(due.organization)
    _name(lines.values())
    order = list(Matter)
    return sorted(lines.values(), key=lambda one: (one.day, order.index(one.matter), one.due_on))


def _why(calendar, due, day):
    """Why on this day: the policy's day, moved from a rest day, or made up for."""
    before = -int(due.occasion[1:] or 0)
    named = due.due_on - timedelta(days=before)
    moved = calendar.day_of(before, due.due_on)
    words = f"期限{_day(due.due_on)}，{occasion_words(due.occasion)}"
    if moved != named:
        words += f"（{_day(named)}为休息日，{'提前' if moved < named else '顺延'}）"
    if day > moved:
        words += f"；应于{_day(moved)}发出，当日未能发出，补发"
    return words


def _day(day):
    return f"{day.month}月{day.day}日"


def _name(lines):
    """Numbers become organisations and people: two statements for all lines."""
    organizations = Organization.objects.in_bulk(
        {pk for line in lines for pk in line.organizations}
    )
    people = User.objects.in_bulk({pk for line in lines for pk in line.people})
    for line in lines:
        line.organizations = [organizations[pk] for pk in dict.fromkeys(line.organizations)]
        line.people = [people[pk] for pk in line.people]
