"""The figures of the overview (总览), composed for a page or a ledger.

``services.counting`` counts; here the counts are only put in their places and added up, so that cells
always add up to totals.
"""

from dataclasses import dataclass

from branches.models import Organization
from branches.roles import Role
from branches.scope import scope_of
from branchyear.lib.dates import Month, local_day
from reports import rules
from reports.models import MonthlyReport, Tier
from reports.services import counting
from reports.services.counting import Numbers
from tasks.models import BranchItem

REVIEWERS = frozenset({Role.ORG_REVIEWER, Role.COMMITTEE_REVIEWER})


@dataclass(frozen=True)
class Row:
    """One organisation of the board: a number group per task, and all of them together."""

    organization: Organization
    cells: dict
    total: Numbers


@dataclass(frozen=True)
class Board:
    """Organisations × tasks; ``phases`` are the same items by phase, all phases, whichever was chosen."""

    tasks: list
    rows: list
    totals: dict
    total: Numbers
    by_branch: bool
    phases: list = ()


def board(selection, *, by, today, organizations=None):
    """The board under ``selection.organization``.

    Above the directly affiliated organisations (直属党组织) there is a row for each of them; in one
    of them a row for each branch. Open organisations without a single item have a row too: that
    nothing was given out must be seen. One statement counts, whatever the size.
    """
    cells, phases = counting.Sums(), counting.Sums()
    wanted = selection.phase.code if selection.phase else None
    for place, task, codes, numbers in counting.counts(selection, by=by, today=today):
        for code in codes:
            phases.put(code, numbers)
        if wanted is None or wanted in codes:
            cells.put((place, task), numbers)
    if organizations is None:
        organizations = rows_of_board(selection.organization, by=by)
    organizations = _with_closed(organizations, {place for place, _ in cells})
    tasks = [selection.task] if selection.task else selection.content.tasks
    by_phase = [(phase, phases.of(phase.code)) for phase in selection.content.phases]
    by_branch = counting.is_by_branch(selection.organization)
    return _put_together(tasks, organizations, cells, by_branch, by_phase)


def rows_of_board(organization, *, by):
    """The open organisations that have a row."""
    seen = Organization.objects.all() if by is None else Organization.objects.visible_to(by)
    seen = seen.under(organization).open()
    by_branch = counting.is_by_branch(organization)
    return list(seen.branches() if by_branch else seen.direct())


def _with_closed(organizations, places):
    """A closed organisation under which something is still counted keeps its row: no figure is lost."""
    lost = places - {organization.path for organization in organizations}
    if not lost:
        return organizations
    closed = Organization.objects.filter(path__in=lost)
    return sorted([*organizations, *closed], key=lambda organization: organization.path)


def _put_together(tasks, organizations, cells, by_branch, phases):
    rows, totals, every = [], counting.Sums(), counting.Sums()
    for organization in organizations:
        row, whole = {}, counting.Sums()
        for task in tasks:
            numbers = row[task.pk] = cells.of((organization.path, task.pk))
            for sums, key in ((totals, task.pk), (whole, ""), (every, "")):
                sums.put(key, numbers.values)
        rows.append(Row(organization, row, whole.of("")))
    totals = {task.pk: totals.of(task.pk) for task in tasks}
    return Board(tasks, rows, totals, every.of(""), by_branch, phases)


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
    numbers = _reports(organization, month, tier, by=by).figures(now)
    return Reporting(month, tier, numbers["expected"], numbers["received"], numbers["missing"])


def reports_of_month(organization, reporting, *, by):
    """The rows that ``reporting`` counts."""
    return _reports(organization, reporting.month, reporting.tier, by=by)


def _reports(organization, month, tier, *, by):
    rows = MonthlyReport.objects.visible_to(by).under(organization)
    return rows.filter(period__month=str(month), period__tier=tier)


def waiting_with(user):
    """``(items, reports)`` that lie with this person; nothing is asked for those who decide nothing."""
    scope = scope_of(user)
    receivers = scope.organizations(frozenset().union(*rules.RECEIVERS.values()))
    reports = MonthlyReport.objects.visible_to(user).waiting_with(receivers)
    return (
        BranchItem.objects.to_review_by(user).count() if scope.has(REVIEWERS) else 0,
        reports.count() if receivers else 0,
    )
