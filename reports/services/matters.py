"""What people are reminded of, one source for each kind of matter: its due days, its rows, what still stands.

月报, 检查条目, 问题整改, 换届 (支部工作条例 第六章: half a year before), 转正 (党章 第七条), and what waits too long
with a reviewer (反向督办). Things are named by organisation and number, never by the person they are about:
the words leave the portal by mail.
"""

from dataclasses import dataclass

from django.db.models import Count
from django.db.models.functions import Coalesce, TruncDate

from branches.models import Kind, Organization, Term
from branches.querysets import within
from branches.roles import BRANCH_ROLES, REVIEW_ROLES, Role
from branchyear.lib.dates import CHINA, Month, day_end, day_start
from branchyear.lib.routes import path_to
from members import deadlines
from members.models import Category, Member
from reports import rules
from reports.models import Matter, MonthlyReport, Tier
from reports.services.owing import tier_of
from tasks import clocks
from tasks.models import BranchItem, Campaign, Problem
from tasks.querysets import OPEN_STATES
from tasks.workdays import WorkingDays

TO_MEND = (Problem.State.OPEN, Problem.State.FIXING, Problem.State.REOPENED)
OF_COMMITTEES = frozenset({Role.ORG_REVIEWER})


@dataclass(frozen=True, slots=True)
class Owed:
    """One thing an organisation owes. ``group``: campaign, tier of the policy, due day. ``roles`` do it
    there; ``tier`` says who above is responsible."""

    group: tuple
    subject: str
    organization: int
    path: str
    roles: frozenset
    tier: str
    due_on: object
    what: str
    url: str
    report: int | None = None
    problem: int | None = None
    words: tuple = ()


class Source:
    """Rows of one kind of matter, within the window of its policies and below ``paths``."""

    matter = None
    organization_path = "organization__path"

    def __init__(self, calendar, paths):
        self.calendar, self.window = calendar, calendar.window(self.matter)
        self.paths = paths

    def below(self, rows, field=None):
        return (
            rows
            if self.paths is None
            else rows.filter(within(self.paths, field or self.organization_path))
        )


# --- What belongs to a campaign -------------------------------------------------------------------


class Reports(Source):
    matter = Matter.REPORT

    def asked(self):
        rows = MonthlyReport.objects.owed().expected().filter(organization__closed_on=None)
        rows = rows.filter(period__opens_on__lte=self.calendar.first).with_due_day()
        return self.below(rows.filter(due_day__range=self.window))

    def groups(self):
        rows = self.asked().order_by()
        return rows.values_list("period__campaign", "period__tier", "due_day").distinct()

    def rows(self, due_days):
        rows = self.asked().filter(due_day__in=due_days).order_by("organization__path", "pk")
        for pk, campaign, tier, due_on, organization, path, name, month, state in (
            rows.values_list(
                "pk", "period__campaign", "period__tier", "due_day", "organization",
                "organization__path", "organization__name", "period__month", "state",
            )
        ):  # fmt: skip
            month = Month.parse(month).label
            yield Owed(
                (campaign, tier, due_on), f"report:{pk}", organization, path, rules.FILLERS[tier],
                tier, due_on, f"{name}{month}月报", path_to("reports:report", pk),
                report=pk, words=(name, month, state == MonthlyReport.State.RETURNED),
            )  # fmt: skip

    @staticmethod
    def still(dues):
        rows = MonthlyReport.objects.owed().filter(pk__in={due.report for due in dues})
        for pk, day in rows.with_due_day().values_list("pk", "due_day"):
            yield f"report:{pk}", day


class Items(Source):
    """The items of a branch that fall due on one day are one matter."""

    matter = Matter.ITEMS
    organization_path = "branch__path"

    def groups(self):
        rows = self.below(BranchItem.objects.in_force().filter(state__in=OPEN_STATES))
        rows = rows.filter(opens_on__lte=self.calendar.first, due_on__range=self.window).order_by()
        for campaign, due_on in rows.values_list("item__task__campaign", "due_on").distinct():
            yield campaign, Tier.BRANCH, due_on

    def rows(self, due_days):
        rows = self.below(BranchItem.objects.in_force().filter(state__in=OPEN_STATES))
        for campaign, due_on, branch, path, depth, name, count in (
            rows.filter(due_on__in=due_days, opens_on__lte=self.calendar.first)
            .order_by("branch__path", "due_on")
            .values_list(
                "item__task__campaign", "due_on", "branch", "branch__path", "branch__depth",
                "branch__name",
            )
            .annotate(count=Count("pk"))
        ):  # fmt: skip
            yield Owed(
                (campaign, Tier.BRANCH, due_on), f"items:{branch}", branch, path, BRANCH_ROLES,
                tier_of(depth), due_on, f"{name}{count}项检查条目",
                path_to("tasks:branch_checklist", branch),
            )  # fmt: skip

    @staticmethod
    def still(dues):
        rows = BranchItem.objects.in_force().filter(
            state__in=OPEN_STATES,
            branch__in={due.organization for due in dues},
            due_on__in={due.due_on for due in dues},
        )
        for branch, day in rows.order_by().values_list("branch", "due_on").distinct():
            yield f"items:{branch}", day


def keepers(tier):
    """Who mends an organisation's problems: of a branch secretary and clerk, of a committee its reviewer;
    nobody holds the other's office there."""
    return rules.FILLERS[Tier.COMMITTEE if tier == Tier.COMMITTEE else Tier.DIRECT]


class Problems(Source):
    matter = Matter.PROBLEM

    def asked(self):
        rows = Problem.objects.filter(state__in=TO_MEND, organization__closed_on=None)
        return self.below(rows.filter(due_on__range=self.window))

    def groups(self):
        for campaign, due_on in (
            self.asked().order_by().values_list("campaign", "due_on").distinct()
        ):
            yield campaign, Tier.BRANCH, due_on

    def rows(self, due_days):
        rows = self.asked().filter(due_on__in=due_days).order_by("organization__path", "number")
        for pk, campaign, due_on, organization, path, depth, name, number in rows.values_list(
            "pk", "campaign", "due_on", "organization", "organization__path",
            "organization__depth", "organization__name", "number",
        ):  # fmt: skip
            tier = tier_of(depth)
            yield Owed(
                (campaign, Tier.BRANCH, due_on), f"problem:{pk}", organization, path,
                keepers(tier), tier, due_on, f"{name}第{number}号问题整改",
                path_to("tasks:problem", pk), problem=pk,
            )  # fmt: skip

    @staticmethod
    def still(dues):
        rows = Problem.objects.filter(pk__in={due.problem for due in dues}, state__in=TO_MEND)
        for pk, day in rows.values_list("pk", "due_on"):
            yield f"problem:{pk}", day


# --- What goes on from year to year: by the policies of the running campaign ----------------------


class Lasting(Source):
    """Matters that belong to no campaign; each source reads its few rows at once."""

    def __init__(self, calendar, paths):
        super().__init__(calendar, paths)
        campaign = Campaign.objects.running(calendar.first)
        self.campaign = campaign.pk if campaign else None
        self.read = list(self.all())

    def group(self, due_on):
        return self.campaign, Tier.BRANCH, due_on

    def groups(self):
        return {one.group for one in self.read}

    def rows(self, due_days):
        return self.read

    def all(self):
        raise NotImplementedError


class Terms(Lasting):
    """换届: an elected body's term ends. 支部工作条例(试行) 第六章."""

    matter = Matter.TERM

    def all(self):
        electing = Organization.objects.electing().values("pk")
        rows = self.below(running_terms().filter(organization__in=electing))
        rows = rows.filter(due__range=self.window).order_by("organization__path")
        for pk, due_on, organization, path, depth, kind, name in rows.values_list(
            "pk", "due", "organization", "organization__path", "organization__depth",
            "organization__kind", "organization__name",
        ):  # fmt: skip
            yield Owed(
                self.group(due_on), f"term:{pk}", organization, path,
                BRANCH_ROLES if kind == Kind.BRANCH else OF_COMMITTEES, tier_of(depth), due_on,
                f"{name}换届", f"{path_to('members:committee')}?org={organization}",
            )  # fmt: skip

    @staticmethod
    def still(dues):
        pks = {int(due.subject.removeprefix("term:")) for due in dues}
        for pk, due_on in running_terms().filter(pk__in=pks).values_list("pk", "due"):
            yield f"term:{pk}", due_on


def running_terms():
    return Term.objects.filter(ended_on=None).annotate(due=Coalesce("extended_to", "expires_on"))


class Probations(Lasting):
    """转正: how many probationary members of a branch end their year on one day. 党章 第七条."""

    matter = Matter.PROBATION

    def all(self):
        first, last = self.window
        members = self.below(
            Member.objects.counted().filter(
                category=Category.PROBATIONARY,
                organization__closed_on=None,
                admitted_on__isnull=False,
            )
        )
        counts = {}
        for admitted_on, extended_to, *place in (
            members.probation_may_end_by(last)
            .order_by("organization__path")
            .values_list(
                "admitted_on", "probation_extended_to", "organization", "organization__path",
                "organization__depth", "organization__name",
            )
        ):  # fmt: skip
            end = deadlines.probation_end(admitted_on, extended_to)
            if first <= end <= last:
                counts[end, *place] = counts.get((end, *place), 0) + 1
        for (end, organization, path, depth, name), count in counts.items():
            yield Owed(
                self.group(end), f"probation:{organization}", organization, path, BRANCH_ROLES,
                tier_of(depth), end, f"{name}{count}名预备党员转正",
                f"{path_to('members:roster')}?org={organization}&category=probationary",
            )  # fmt: skip

    @staticmethod
    def still(dues):
        members = Member.objects.counted().filter(
            category=Category.PROBATIONARY,
            admitted_on__isnull=False,
            organization__in={due.organization for due in dues},
        )
        for admitted_on, extended_to, organization in members.values_list(
            "admitted_on", "probation_extended_to", "organization"
        ):
            end = deadlines.probation_end(admitted_on, extended_to)
            yield f"probation:{organization}", end


class Reviews(Lasting):
    """审核: items that have lain with a reviewing organisation beyond its days, by the day they were due
    back. The branch is told nothing: it is not its time. Source: the portal's own 反向督办."""

    matter = Matter.REVIEW
    organization_path = "with_organization__path"

    def all(self):
        for (due_on, organization, path, depth, name), count in self._late().items():
            yield Owed(
                self.group(due_on), f"review:{organization}", organization, path, REVIEW_ROLES,
                tier_of(depth), due_on, f"{name}{count}项检查条目审核", path_to("tasks:review"),
            )  # fmt: skip

    def _late(self):
        """By deadline and place: how many wait. Two days on which items came may share a deadline."""
        first, last = self.window
        days, limit = self.calendar.working, clocks.rule_on(self.calendar.first).review_days
        rows = self.below(waiting_by_day()).filter(
            waiting_since__gte=day_start(clocks.came_by(first, limit, days)),
            waiting_since__lt=day_end(self.calendar.last),
        )
        found = {}
        for came, count, *place in rows.values_list(
            "came", "count", "with_organization", "with_organization__path",
            "with_organization__depth", "with_organization__name",
        ):  # fmt: skip
            due_on = clocks.review_due(came, limit, days)
            if due_on <= last:
                found[due_on, *place] = found.get((due_on, *place), 0) + count
        return found

    @staticmethod
    def still(dues):
        days = WorkingDays()
        limit = None
        rows = waiting_by_day().filter(with_organization__in={due.organization for due in dues})
        for came, organization in rows.values_list("came", "with_organization"):
            limit = limit or clocks.rule_on(max(due.due_on for due in dues)).review_days
            yield f"review:{organization}", clocks.review_due(came, limit, days)


def waiting_by_day():
    """Items with reviewers, by place and the day they came there."""
    rows = BranchItem.objects.in_force().filter(state=BranchItem.State.SUBMITTED).with_waiting()
    rows = rows.filter(with_organization__closed_on=None)
    return (
        rows.annotate(came=TruncDate("waiting_since", tzinfo=CHINA))
        .order_by("with_organization__path", "came")
        .values("came", "with_organization")
        .annotate(count=Count("pk"))
    )


SOURCES = (Reports, Items, Problems, Terms, Probations, Reviews)
