"""The figures of the overview (总览), composed for a page or a ledger.

``BranchItemQuerySet.figures`` counts; here the counts are only put in their places and added up, so
that cells always add up to totals.
"""

from dataclasses import dataclass, fields
from decimal import Decimal

from django.db.models import F
from django.db.models.functions import Substr

from branches.models import Organization
from branches.roles import Role
from branches.scope import scope_of
from branchyear.lib.dates import Month, local_day
from reports import rules
from reports.models import MonthlyReport, Tier
from tasks.models import BranchItem

REVIEWERS = frozenset({Role.ORG_REVIEWER, Role.COMMITTEE_REVIEWER})


@dataclass(frozen=True)
class Numbers:
    """How many items stand where, and what they weigh."""

    total: int = 0
    todo: int = 0
    draft: int = 0
    submitted: int = 0
    returned: int = 0
    accepted: int = 0
    overdue: int = 0
    weight: Decimal = Decimal(0)
    weight_accepted: Decimal = Decimal(0)

    @classmethod
    def of(cls, row):
        """From one row of ``figures``; a sum over nothing is None there and 0 here."""
        return cls(**{f.name: row[f.name] or f.default for f in fields(cls)})

    def __add__(self, other):
        return Numbers(
            **{f.name: getattr(self, f.name) + getattr(other, f.name) for f in fields(self)}
        )

    def share(self, by="count"):
        """The accepted share, 0 to 1, by number of items or by their weight; None of nothing."""
        part, whole = (
            (self.weight_accepted, self.weight) if by == "weight" else (self.accepted, self.total)
        )
        return Decimal(part) / Decimal(whole) if whole else None


@dataclass(frozen=True)
class Row:
    """One organisation of the board: a number group per task, and all of them together."""

    organization: Organization
    cells: dict
    total: Numbers


@dataclass(frozen=True)
class Board:
    """Organisations × tasks."""

    tasks: list
    rows: list
    totals: dict
    total: Numbers
    by_branch: bool


def board(selection, *, by, today, organizations=None):
    """The board under ``selection.organization``.

    Above the directly affiliated organisations (直属党组织) there is a row for each of them; in one
    of them a row for each branch. Open organisations without a single item have a row too: that
    nothing was given out must be seen. One statement counts, whatever the size.
    """
    by_branch = selection.organization.depth >= Organization.DIRECT_DEPTH
    place = F("branch__path")
    if not by_branch:
        place = Substr("branch__path", 1, Organization.steplen * Organization.DIRECT_DEPTH)
    counted = (
        selection.items(by=by, today=today)
        .annotate(place=place)
        .figures(today, "place", "item__task_id")
    )
    cells = {}
    for row in counted:
        cells.setdefault(row["place"], {})[row["item__task_id"]] = Numbers.of(row)
    if organizations is None:
        organizations = rows_of_board(selection.organization, by=by)
    organizations = _with_closed(organizations, cells)
    return _put_together(selection.content.tasks, organizations, cells, by_branch)


def rows_of_board(organization, *, by):
    """The open organisations that have a row."""
    seen = Organization.objects.all() if by is None else Organization.objects.visible_to(by)
    seen = seen.under(organization).open()
    by_branch = organization.depth >= Organization.DIRECT_DEPTH
    return list(seen.branches() if by_branch else seen.direct())


def _with_closed(organizations, cells):
    """A closed organisation under which something is still counted keeps its row: no figure is lost."""
    lost = set(cells) - {organization.path for organization in organizations}
    if not lost:
        return organizations
    closed = Organization.objects.filter(path__in=lost)
    return sorted([*organizations, *closed], key=lambda organization: organization.path)


def _put_together(tasks, organizations, cells, by_branch):
    rows = []
    for organization in organizations:
        mine = cells.get(organization.path, {})
        row = {task.pk: mine.get(task.pk, Numbers()) for task in tasks}
        rows.append(Row(organization, row, sum(row.values(), Numbers())))
    totals = {task.pk: sum((row.cells[task.pk] for row in rows), Numbers()) for task in tasks}
    return Board(tasks, rows, totals, sum(totals.values(), Numbers()), by_branch)


def sorted_rows(board, sort, measure):
    """By official order, or the lowest share first; organisations never compete by name or sound."""
    if sort != "share":
        return board.rows
    return sorted(
        board.rows,
        key=lambda row: (row.total.share(measure) is None, row.total.share(measure) or 0),
    )


@dataclass(frozen=True)
class Reporting:
    """This month's reports below an organisation: 应报, 已报, 逾期未报."""

    month: Month
    tier: str
    expected: int
    received: int
    missing: int


def reporting(organization, *, by, now):
    """Of the directly affiliated organisations above them, of the branches inside one."""
    tier = Tier.BRANCH if organization.depth >= Organization.DIRECT_DEPTH else Tier.DIRECT
    month = Month.of(local_day(now))
    numbers = (
        MonthlyReport.objects.visible_to(by)
        .under(organization)
        .filter(period__month=str(month), period__tier=tier)
        .figures(now)
    )
    return Reporting(month, tier, numbers["expected"], numbers["received"], numbers["missing"])


def waiting_with(user):
    """``(items, reports)`` that lie with this person; nothing is asked for those who decide nothing."""
    scope = scope_of(user)
    receivers = scope.organizations(frozenset().union(*rules.RECEIVERS.values()))
    reports = MonthlyReport.objects.visible_to(user).waiting_with(receivers)
    return (
        BranchItem.objects.to_review_by(user).count() if scope.has(REVIEWERS) else 0,
        reports.count() if receivers else 0,
    )
