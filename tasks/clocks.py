"""Fair clocks (反向督办): how long items lie with the organisations that review them.

The branch's clock is judged by its first valid hand-in alone (``BranchItem.on_time``); time with a reviewer
is never charged to it (``moves.mending_until``). Here is the other side of the same clock: what waits now
and since when, and how many working days decisions took, by organisation and level, never by person.
Everything is read from the items and their steps; nothing is stored beside them.
"""

from bisect import bisect_right
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import timedelta
from statistics import median

from django.db.models import Count, OuterRef, Q, Subquery

from branches.models import Kind as OrganizationKind
from branches.models import Organization
from branchyear.lib.dates import day_end, day_start, local_day
from tasks.models import BranchItem, ItemStep, ReviewRule
from tasks.workdays import WorkingDays

Kind = ItemStep.Kind
LOOK_BACK = timedelta(
    days=90
)  # long enough for a median, short enough to show that things got better
CAME = (Kind.SUBMITTED, Kind.FORWARDED)
DECIDED = (Kind.FORWARDED, Kind.ACCEPTED, Kind.RETURNED)


class Rules:
    """All the rules there have been, read once."""

    def __init__(self):
        self.rules = list(ReviewRule.objects.order_by("starts_on"))
        self.starts = [rule.starts_on for rule in self.rules]
        self.usual = ReviewRule()

    def on(self, day):
        """The one in force on ``day``; the usual one when none had been set."""
        index = bisect_right(self.starts, day)
        return self.rules[index - 1] if index else self.usual


def rule_on(day):
    return Rules().on(day)


@dataclass
class Line:
    """One organisation's clock, or a level's: what waits, what was decided in how many working days."""

    organization: Organization | None
    name: str
    waiting: int = 0
    overdue: int = 0
    took: list = field(default_factory=list)
    late: int = 0

    @property
    def decided(self):
        return len(self.took)

    @property
    def median(self):
        return median(self.took) if self.took else None

    @property
    def longest(self):
        return max(self.took, default=None)


@dataclass(frozen=True)
class Clocks:
    """The clocks below an organisation."""

    rule: ReviewRule
    lines: list  # by organisation, in official order
    levels: list  # the same, added up by level
    since: object  # decided from this day on

    @property
    def overdue(self):
        return sum(line.overdue for line in self.lines)

    @property
    def waiting(self):
        return sum(line.waiting for line in self.lines)


def overdue_since(today, rule=None, days=None):
    """What came before this moment has waited too long by now."""
    rule = rule or rule_on(today)
    return day_end((days or WorkingDays()).latest_over(rule.review_days, today))


def review_due(came, limit, days):
    """The last day in time for what came to a reviewer on ``came``: ``limit`` working days later."""
    day = came
    while days.between(came, day) < limit:
        day += timedelta(days=1)
    return day


def came_by(due_on, limit, days):
    """The earliest day on which something can have come that is due back on ``due_on``."""
    day = due_on
    while days.between(day, due_on) <= limit:
        day -= timedelta(days=1)
    return day


def clocks(organization, *, by, today):
    """The clocks of everything that reviews items of branches under ``organization``."""
    days, rules, since = WorkingDays(), Rules(), today - LOOK_BACK
    rule = rules.on(today)
    items = BranchItem.objects.visible_to(by).under(organization).in_force()
    found = _waiting(items, overdue_since(today, rule, days))
    took = _decided(organization, by=by, since=since)
    lines = {}
    for place in Organization.objects.filter(pk__in={*found, *took}).order_by("path"):
        line = lines[place.pk] = Line(place, place.label)
        line.waiting, line.overdue = found.get(place.pk, (0, 0))
        for came, left in took.get(place.pk, ()):
            spent = days.between(came, left)
            line.took.append(spent)
            line.late += spent > rules.on(came).review_days
    return Clocks(rule, list(lines.values()), _levels(lines.values()), since)


def _waiting(items, late_before):
    """Organisation → (how many wait there, how many too long)."""
    rows = (
        items.filter(state=BranchItem.State.SUBMITTED)
        .with_waiting()
        .order_by("with_organization")
        .values("with_organization")
        .annotate(waiting=Count("pk"), late=Count("pk", filter=Q(waiting_since__lt=late_before)))
    )
    return {row["with_organization"]: (row["waiting"], row["late"]) for row in rows}


def _decided(organization, *, by, since):
    """Organisation → [(day it came, day it was decided)] of the decisions since then.

    The working committee's return of what did not lie with it is no decision of a waiting item.
    """
    before = ItemStep.objects.filter(
        branch_item=OuterRef("branch_item"), pk__lt=OuterRef("pk")
    ).order_by("-pk")
    rows = (
        ItemStep.objects.visible_to(by)
        .under(organization)
        .filter(kind__in=DECIDED, at__gte=day_start(since), branch_item__item__retired_at=None)
        .exclude(
            organization__kind=OrganizationKind.WORK_COMMITTEE,
            branch_item__branch__depth__gt=Organization.DIRECT_DEPTH,
        )
        .order_by()
        .annotate(came_by=Subquery(before.values("kind")[:1]))
        .annotate(came_at=Subquery(before.values("at")[:1]))
        .values_list("organization", "came_by", "came_at", "at")
    )
    found = defaultdict(list)
    for place, kind, came, left in rows:
        if kind in CAME:
            found[place].append((local_day(came), local_day(left)))
    return found


LEVELS = ("党总支", "直属党组织", "市直机关工委")


def level_of(organization):
    """Which level of review an organisation is."""
    if organization.kind == OrganizationKind.WORK_COMMITTEE:
        return LEVELS[2]
    return LEVELS[1] if organization.is_direct else LEVELS[0]


def _levels(lines):
    """The lines added up by level; a level where nothing happens is left out."""
    sums = {name: Line(None, name) for name in LEVELS}
    for line in lines:
        total = sums[level_of(line.organization)]
        total.waiting += line.waiting
        total.overdue += line.overdue
        total.late += line.late
        total.took += line.took
    return [line for line in sums.values() if line.waiting or line.took]


def overdue_items(organization, *, by, today):
    """The items that wait too long, longest first, with their words."""
    rows = BranchItem.objects.visible_to(by).under(organization).in_force().with_words()
    late = rows.filter(state=BranchItem.State.SUBMITTED).with_waiting()
    return late.filter(waiting_since__lt=overdue_since(today)).order_by("waiting_since", "pk")
