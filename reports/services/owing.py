"""Who owes what today, and on which occasion they are to be told: asked of the rows, nothing is kept.

One form for all kinds of matters (``Due``); where they come from: ``matters``. The days are data
(``ReminderPolicy``). The same code says what is to be sent today and what is planned for the days to come.
"""

from collections import defaultdict
from dataclasses import dataclass
from datetime import timedelta

from branches.models import Appointment, Organization
from branches.roles import Role
from reports import rules
from reports.models import ReminderPolicy, Tier
from reports.services.periods import RECEIVER_DEPTH
from tasks.workdays import WorkingDays

CATCH_UP_DAYS = 7  # an occasion older than the longest holiday is history, not a reminder
# Whoever holds one of these at an organisation does its work.
OWNERS = rules.FILLERS[Tier.DIRECT] | rules.FILLERS[Tier.COMMITTEE]


@dataclass(frozen=True)
class Due:
    """One matter one person is to be told of on one occasion."""

    matter: str
    subject: str
    organization: int
    due_on: object
    occasion: str
    recipient: int
    what: str
    url: str
    report: int | None = None
    problem: int | None = None
    words: tuple = ()  # of a report: organisation, month, whether it was returned

    @property
    def key(self):
        return self.subject, self.due_on, self.recipient, self.occasion

    @property
    def to_above(self):
        return self.occasion.startswith("U")


# --- Occasions ------------------------------------------------------------------------------------


class Calendar:
    """The policies and the working days, read once for all ``days`` that are looked at."""

    def __init__(self, days):
        self.days = list(days)
        self.first, self.last = self.days[0], self.days[-1]
        self.working = WorkingDays()
        self.policies, self.reach = defaultdict(list), {}
        for policy in ReminderPolicy.objects.filter(is_active=True):
            self.policies[policy.campaign_id, policy.matter, policy.tier].append(policy)
            least, most = self.reach.get(policy.matter, (0, 0))
            self.reach[policy.matter] = (
                min(least, policy.days_before),
                max(most, policy.days_before),
            )

    def window(self, matter):
        """From which to which due day a matter can have an occasion on one of the days; an occasion may be
        moved over a holiday, and caught up after it. None without a policy."""
        if matter not in self.reach:
            return None
        least, most = self.reach[matter]
        slack = timedelta(days=2 * CATCH_UP_DAYS)
        return (
            self.first + timedelta(days=least) - slack,
            self.last + timedelta(days=most) + slack,
        )

    def day_of(self, days_before, due_on):
        """The day of an occasion. On a rest day it is moved: before the due day to the last working day
        before, after it to the next one."""
        day = due_on - timedelta(days=days_before)
        step = timedelta(days=-1 if days_before >= 0 else 1)
        while not self.working.is_working(day):
            day += step
        return day

    def occasions(self, today, campaign, matter, tier, due_on):
        """The latest occasion that has come ``today`` for those who owe, and for those above: at most two.

        One missed for long is left out. On a rest day only what will be too late on the next working
        day is still sent.
        """
        if not self.working.is_working(today) and not self._cannot_wait(today, due_on):
            return []
        latest = {}
        for policy in self.policies[campaign, matter, tier]:
            day = self.day_of(policy.days_before, due_on)
            if today - timedelta(days=CATCH_UP_DAYS) <= day <= today:
                # Of two moved to the same day the later one speaks.
                come = (day, -policy.days_before, policy.occasion)
                latest[policy.to_above] = max(latest.get(policy.to_above, come), come)
        return [come[2] for come in latest.values()]

    def _cannot_wait(self, today, due_on):
        next_day = today + timedelta(days=1)
        while not self.working.is_working(next_day):
            next_day += timedelta(days=1)
        return today <= due_on < next_day


# --- People ---------------------------------------------------------------------------------------


class Offices:
    """Who does an organisation's work, and who above is responsible for it: one statement."""

    def __init__(self, today):
        self.owners, self.above = defaultdict(list), defaultdict(list)
        offices = (
            Appointment.objects.in_force(today)
            .filter(role__in=OWNERS | {Role.CITY_DEPARTMENT}, user__is_active=True)
            .order_by("pk")
            .values_list("organization", "organization__path", "role", "user")
        )
        for organization, path, role, user in offices:
            self.owners[organization].append((role, user))
            self.above[path, role].append(user)

    def of(self, roles, organization):
        """Whoever holds one of ``roles`` at exactly this organisation, each once."""
        return dict.fromkeys(user for role, user in self.owners[organization] if role in roles)

    def responsible(self, tier, path):
        """Whoever receives this tier's reports one level up, each once."""
        place = path[: Organization.steplen * RECEIVER_DEPTH[tier]]
        people = (self.above[place, role] for role in rules.RECEIVERS[tier])
        return dict.fromkeys(user for some in people for user in some)

    def told(self, occasion, one):
        """Who is told of ``one`` (``matters.Owed``)."""
        own = self.of(one.roles, one.organization)
        if not occasion.startswith("U"):
            return own
        return [user for user in self.responsible(one.tier, one.path) if user not in own]


def tier_of(depth):
    """Which way an organisation's matters go: a directly affiliated branch's to the committee."""
    if depth > Organization.DIRECT_DEPTH:
        return Tier.BRANCH
    return Tier.DIRECT if depth == Organization.DIRECT_DEPTH else Tier.COMMITTEE


# --- What is owed ---------------------------------------------------------------------------------


def owed(today):
    """Everything somebody is to be told of today, told already or not."""
    return (due for _, due in owed_on([today]))


def owed_on(days, *, paths=None):
    """``(day, Due)`` of each of ``days`` (running, the first is today), as things stand now; with ``paths``
    only of organisations at or below these. The statements do not grow with days or rows."""
    from reports.services.matters import SOURCES  # the sources are made of what stands here

    calendar, offices = Calendar(days), Offices(days[0])
    for source in SOURCES:
        if calendar.window(source.matter):
            yield from _owed(source(calendar, paths), calendar, offices)


def _owed(source, calendar, offices):
    """The dues of one kind of matter: only of those due days that have an occasion is anything read."""
    wanted = {}
    for group in source.groups():
        campaign, tier, due_on = group
        come = {}
        for day in calendar.days:
            if occasions := calendar.occasions(day, campaign, source.matter, tier, due_on):
                come[day] = occasions
        if come:
            wanted[group] = come
    if not wanted:
        return
    for one in source.rows({due_on for _, _, due_on in wanted}):
        for day, occasions in wanted.get(one.group, {}).items():
            for occasion in occasions:
                for user in offices.told(occasion, one):
                    yield day, _due(source.matter, one, occasion, user)


def _due(matter, one, occasion, user):
    return Due(
        matter, one.subject, one.organization, one.due_on, occasion, user, one.what, one.url,
        one.report, one.problem, one.words,
    )  # fmt: skip


def still_owed(dues):
    """The subjects (with their due day) among ``dues`` that are owed at this very moment."""
    from reports.services.matters import SOURCES  # see above

    by_matter = defaultdict(list)
    for due in dues:
        by_matter[due.matter].append(due)
    found = set()
    for source in SOURCES:
        if some := by_matter[source.matter]:
            found |= set(source.still(some))
    return found
