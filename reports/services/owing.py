"""Who owes what today, and on which occasion they are to be told: asked of the rows, nothing is kept.

Three kinds of matters (月报, 检查条目, 问题整改), one form: ``Due``. The days are data (``ReminderPolicy``).
"""

from collections import defaultdict
from dataclasses import dataclass
from datetime import timedelta

from django.db.models import Count, Q
from django.urls import reverse

from branches.models import Appointment, Organization
from branches.roles import Role
from branchyear.lib.dates import Month
from reports import rules
from reports.models import Matter, MonthlyReport, ReminderPolicy, Tier
from reports.services.periods import RECEIVER_DEPTH
from tasks.models import BranchItem, Problem
from tasks.querysets import OPEN_STATES
from tasks.workdays import WorkingDays

CATCH_UP_DAYS = 7  # an occasion older than the longest holiday is history, not a reminder
FARTHEST = timedelta(days=30 + 2 * CATCH_UP_DAYS)  # 30 days before or after, moved, and caught up
TO_MEND = (Problem.State.OPEN, Problem.State.FIXING, Problem.State.REOPENED)
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
    """The policies and the working days, read once for a sweep."""

    def __init__(self, today):
        self.today = today
        self.days = WorkingDays()
        self.policies = defaultdict(list)
        for policy in ReminderPolicy.objects.filter(is_active=True):
            self.policies[policy.campaign_id, policy.matter, policy.tier].append(policy)

    def day_of(self, policy, due_on):
        """The day of a policy's occasion. On a rest day it is moved: before the due day to the last
        working day before, after it to the next one."""
        day = due_on - timedelta(days=policy.days_before)
        step = timedelta(days=-1 if policy.days_before >= 0 else 1)
        while not self.days.is_working(day):
            day += step
        return day

    def occasions(self, campaign, matter, tier, due_on):
        """The latest occasion that has come for those who owe, and for those above: at most two.

        One missed for long is left out. On a rest day only what will be too late on the next working
        day is still sent.
        """
        if not self.days.is_working(self.today) and not self._cannot_wait(due_on):
            return []
        latest = {}
        for policy in self.policies[campaign, matter, tier]:
            day = self.day_of(policy, due_on)
            if self.today - timedelta(days=CATCH_UP_DAYS) <= day <= self.today:
                # Of two moved to the same day the later one speaks.
                come = (day, -policy.days_before, policy.occasion)
                latest[policy.to_above] = max(latest.get(policy.to_above, come), come)
        return [come[2] for come in latest.values()]

    def _cannot_wait(self, due_on):
        next_day = self.today + timedelta(days=1)
        while not self.days.is_working(next_day):
            next_day += timedelta(days=1)
        return self.today <= due_on < next_day


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

    def of(self, tier, organization):
        """Whoever writes this tier's reports at exactly this organisation, each once."""
        roles = rules.FILLERS[tier]
        return dict.fromkeys(user for role, user in self.owners[organization] if role in roles)

    def responsible(self, tier, path):
        """Whoever receives this tier's reports one level up, each once."""
        place = path[: Organization.steplen * RECEIVER_DEPTH[tier]]
        people = (self.above[place, role] for role in rules.RECEIVERS[tier])
        return dict.fromkeys(user for some in people for user in some)

    def told(self, occasion, tier, organization, path):
        if not occasion.startswith("U"):
            return self.of(tier, organization)
        own = self.of(tier, organization)
        return [user for user in self.responsible(tier, path) if user not in own]


def tier_of(depth):
    """Which way an organisation's matters go: a directly affiliated branch's to the committee."""
    return Tier.BRANCH if depth > Organization.DIRECT_DEPTH else Tier.DIRECT


# --- Matters --------------------------------------------------------------------------------------


def owed(today):
    """Everything somebody is to be told of today, told already or not."""
    calendar, offices = Calendar(today), Offices(today)
    for source in (_reports, _items, _problems):
        yield from source(calendar, offices)


def _window(today):
    return today - FARTHEST, today + FARTHEST


def _reports(calendar, offices):
    rows = (
        MonthlyReport.objects.owed()
        .expected()
        .filter(organization__closed_on=None, period__opens_on__lte=calendar.today)
        .with_due_day()
        .filter(due_day__range=_window(calendar.today))
    )
    days = rows.order_by().values_list("period__campaign", "period__tier", "due_day").distinct()
    for campaign, tier, due_on in days:
        occasions = calendar.occasions(campaign, Matter.REPORT, tier, due_on)
        if not occasions:
            continue
        for pk, organization, path, name, month, state in (
            rows.filter(period__campaign=campaign, period__tier=tier, due_day=due_on)
            .order_by("organization__path", "pk")
            .values_list(
                "pk",
                "organization",
                "organization__path",
                "organization__name",
                "period__month",
                "state",
            )
        ):
            month = Month.parse(month).label
            for occasion in occasions:
                for user in offices.told(occasion, tier, organization, path):
                    yield Due(
                        Matter.REPORT,
                        f"report:{pk}",
                        organization,
                        due_on,
                        occasion,
                        user,
                        f"{name}{month}月报",
                        reverse("reports:report", args=[pk]),
                        report=pk,
                        words=(name, month, state == MonthlyReport.State.RETURNED),
                    )


def _items(calendar, offices):
    rows = BranchItem.objects.in_force().filter(
        state__in=OPEN_STATES,
        opens_on__lte=calendar.today,
        due_on__range=_window(calendar.today),
    )
    days = rows.order_by().values_list("item__task__campaign", "due_on").distinct()
    for campaign, due_on in days:
        occasions = calendar.occasions(campaign, Matter.ITEMS, Tier.BRANCH, due_on)
        if not occasions:
            continue
        for branch, path, depth, name, count in (
            rows.filter(item__task__campaign=campaign, due_on=due_on)
            .order_by("branch__path")
            .values_list("branch", "branch__path", "branch__depth", "branch__name")
            .annotate(count=Count("pk"))
        ):
            tier = tier_of(depth)
            for occasion in occasions:
                for user in offices.told(occasion, tier, branch, path):
                    yield Due(
                        Matter.ITEMS,
                        f"items:{branch}",
                        branch,
                        due_on,
                        occasion,
                        user,
                        f"{name}{count}项检查条目",
                        reverse("tasks:branch_checklist", args=[branch]),
                    )


def _problems(calendar, offices):
    rows = Problem.objects.filter(
        state__in=TO_MEND, organization__closed_on=None, due_on__range=_window(calendar.today)
    )
    days = rows.order_by().values_list("campaign", "due_on").distinct()
    for campaign, due_on in days:
        occasions = calendar.occasions(campaign, Matter.PROBLEM, Tier.BRANCH, due_on)
        if not occasions:
            continue
        for pk, organization, path, depth, name, number in (
            rows.filter(campaign=campaign, due_on=due_on)
            .order_by("organization__path", "number")
            .values_list(
                "pk",
                "organization",
                "organization__path",
                "organization__depth",
                "organization__name",
                "number",
            )
        ):
            tier = tier_of(depth)
            for occasion in occasions:
                for user in offices.told(occasion, tier, organization, path):
                    yield Due(
                        Matter.PROBLEM,
                        f"problem:{pk}",
                        organization,
                        due_on,
                        occasion,
                        user,
                        f"{name}第{number}号问题整改",
                        reverse("tasks:problem", args=[pk]),
                        problem=pk,
                    )


def still_owed(dues):
    """The subjects (with their due day) among ``dues`` that are owed at this very moment."""
    by_matter = defaultdict(list)
    for due in dues:
        by_matter[due.matter].append(due)
    found = set()
    if some := by_matter[Matter.REPORT]:
        rows = MonthlyReport.objects.owed().filter(pk__in={due.report for due in some})
        found |= {
            (f"report:{pk}", day) for pk, day in rows.with_due_day().values_list("pk", "due_day")
        }
    if some := by_matter[Matter.ITEMS]:
        rows = BranchItem.objects.in_force().filter(
            state__in=OPEN_STATES,
            branch__in={due.organization for due in some},
            due_on__in={due.due_on for due in some},
        )
        pairs = rows.order_by().values_list("branch", "due_on").distinct()
        found |= {(f"items:{branch}", day) for branch, day in pairs}
    if some := by_matter[Matter.PROBLEM]:
        rows = Problem.objects.filter(Q(pk__in={due.problem for due in some}), state__in=TO_MEND)
        found |= {(f"problem:{pk}", day) for pk, day in rows.values_list("pk", "due_on")}
    return found
