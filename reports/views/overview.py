"""总览: how the eight tasks stand, and the list behind every figure."""

from dataclasses import dataclass
from decimal import Decimal
from urllib.parse import urlencode

from django.db.models import Q
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET

from branches.models import Kind, Organization
from branches.querysets import below
from branches.scope import scope_of
from branchyear.context import main_office
from branchyear.lib.dates import local_day
from branchyear.lib.errors import require
from branchyear.lib.paging import page_of
from branchyear.templatetags.ui import percent
from reports import rules
from reports.selection import STATES, read
from reports.services import overview as services

# From which share on a cell has which colour (``heat--…`` in static/css/ui/table.css).
HEAT = ((1, "5"), (Decimal("0.8"), "4"), (Decimal("0.6"), "3"), (Decimal("0.4"), "2"))
HEAT += ((Decimal("0.2"), "1"), (0, "0"))
MEASURES = {"count": "按条目数", "weight": "按分值"}
OVERDUE_SHOWN = 6
ORDER = ("branch__path", "item__task__order", "item__order")


@require_GET
def overview(request):
    """One sentence, what needs me today, and tasks × organisations; a click goes down a level."""
    require(rules.may_see_overview(request.user))
    today = local_day()
    organization = _chosen(request)
    if organization.is_branch:
        return redirect("tasks:branch_checklist", organization.pk)
    selection = read(request.GET, organization=organization, today=today)
    request.campaign = selection.content.running
    known = _known(request, organization)
    measure = request.GET.get("by") if request.GET.get("by") in MEASURES else "count"
    sort = "share" if request.GET.get("sort") == "share" else ""
    board = services.board(
        selection, by=request.user, today=today, organizations=_rows_among(known, organization)
    )
    reporting = services.reporting(organization, by=request.user, now=timezone.now())
    waiting_items, waiting_reports = services.waiting_with(request.user)
    address = Address(selection, measure, sort)
    rows = [address.row(row, board) for row in services.sorted_rows(board, sort, measure)]
    overdue = sorted(rows, key=lambda row: -row["total"].numbers.overdue)
    return render(
        request,
        "reports/overview.html",
        {
            "organization": organization,
            "above": [
                (o.label, address.board(o)) for o in known if organization.is_descendant_of(o)
            ],
            "selection": selection,
            "board": board,
            "rows": rows,
            "totals": [address.cell(board.totals[t.pk], selection.of(task=t)) for t in board.tasks],
            "total": address.cell(board.total, selection),
            "tasks": [(task, _short(task)) for task in board.tasks],
            "overdue": [row for row in overdue[:OVERDUE_SHOWN] if row["total"].numbers.overdue],
            "reporting": reporting,
            "waiting_items": waiting_items,
            "waiting_reports": waiting_reports,
            "address": address,
            "links": _links(address, board, reporting),
            "measures": MEASURES,
            "today": today,
            "tree_nodes": _tree(known, organization, address),
        },
    )


@require_GET
def items(request):
    """The items a figure counts, one per line; the count of the list is the figure."""
    require(scope_of(request.user).seen_paths, "您目前没有可查看的党组织。")
    today = local_day()
    organization = _chosen(request)
    selection = read(request.GET, organization=organization, today=today)
    request.campaign = selection.content.running
    everything = selection.of(state="", overdue=False)
    counted = everything.items(by=request.user, today=today).figures(today)
    found = selection.items(by=request.user, today=today).with_words().order_by(*ORDER)
    page = page_of(request.GET, found)
    return render(
        request,
        "reports/items.html",
        {
            "organization": organization,
            "selection": selection,
            "page_obj": page,
            "rows": _with_direct(page.object_list),
            "tabs": _tabs(everything, selection, services.Numbers.of(counted)),
            "states": STATES,
            "reset_url": f"?org={organization.pk}",
            "may_export": rules.may_export(request.user, organization),
            "may_see_overview": rules.may_see_overview(request.user),
            "export_url": f"{reverse('reports:exports')}?kind=checklist&{selection.query}",
            "today": today,
        },
    )


# --- Which organisation ---------------------------------------------------------------------------


def _chosen(request):
    """The organisation in the address, else the one of the person's main office."""
    pk = request.GET.get("org", "")
    if not pk:
        return main_office(scope_of(request.user))[1]
    if not pk.isascii() or not pk.isdigit() or len(pk) > 18:
        raise Http404
    return get_object_or_404(Organization.objects.visible_to(request.user), pk=pk)


def _known(request, organization):
    """What tree and board need, in one statement: everything down to the directly affiliated
    organisations, and everything below the chosen one."""
    levels = Q(depth__lte=Organization.DIRECT_DEPTH)
    if organization.depth >= Organization.DIRECT_DEPTH:
        levels |= below(organization.direct_path)
    visible = Organization.objects.visible_to(request.user).open().exclude(kind=Kind.GROUP)
    return list(visible.filter(levels))


def _rows_among(known, organization):
    under = [o for o in known if o.path.startswith(organization.path)]
    if organization.depth >= Organization.DIRECT_DEPTH:
        return [o for o in under if o.is_branch]
    return [o for o in under if o.is_direct]


def _tree(known, organization, address):
    """The tree at the left; nobody needs one to find his only organisation."""
    if len(known) < 2:
        return []
    parents = {o.path[: -o.steplen] for o in known}
    top = min(o.depth for o in known)
    return [
        {
            "pk": o.pk,
            "name": o.label,
            "depth": o.depth - top + 1,
            "url": address.board(o),
            "active": o.pk == organization.pk,
            "has_children": o.path in parents,
            "open": organization.path.startswith(o.path),
        }
        for o in known
    ]


def _with_direct(rows):
    """Pairs each row with the label of the directly affiliated organisation it belongs to."""
    rows = list(rows)
    paths = {row.branch.direct_path for row in rows}
    labels = {o.path: o.label for o in Organization.objects.filter(path__in=paths)} if rows else {}
    return [(row, labels.get(row.branch.direct_path, "")) for row in rows]


# --- Addresses and cells --------------------------------------------------------------------------


@dataclass(frozen=True)
class Cell:
    """A figure with its denominator, its colour and the way to its list."""

    numbers: services.Numbers
    share: Decimal | None
    words: str
    heat: str
    title: str
    url: str


class Address:
    """Addresses that keep what was chosen."""

    def __init__(self, selection, measure="count", sort=""):
        self.selection, self.measure, self.sort = selection, measure, sort

    def board(self, organization=None, **changes):
        """The overview of an organisation (default: this one) under the same conditions."""
        chosen = {
            "org": (organization or self.selection.organization).pk,
            "phase": self.selection.phase.code if self.selection.phase else "",
            "year": self.selection.parameters.get("year", ""),
            "by": "" if self.measure == "count" else self.measure,
            "sort": self.sort,
            **changes,
        }
        kept = {name: value for name, value in chosen.items() if value}
        return f"{reverse('reports:overview')}?{urlencode(kept)}"

    def list(self, **changes):
        """The list behind a figure."""
        return f"{reverse('reports:items')}?{self.selection.of(**changes).query}"

    def cell(self, numbers, selection):
        share = numbers.share(self.measure)
        return Cell(
            numbers=numbers,
            share=share,
            words=share_words(share),
            heat=heat(share),
            title=self._title(numbers),
            url=f"{reverse('reports:items')}?{selection.query}",
        )

    def row(self, row, board):
        here = self.selection.of(organization=row.organization)
        return {
            "organization": row.organization,
            "url": self.board(row.organization),
            "cells": [self.cell(row.cells[task.pk], here.of(task=task)) for task in board.tasks],
            "total": self.cell(row.total, here),
            "overdue_url": f"{reverse('reports:items')}?{here.of(overdue=True).query}",
        }

    def _title(self, numbers):
        if not numbers.total:
            return "没有检查条目"
        words = f"审核通过 {numbers.accepted}/{numbers.total} 项"
        if self.measure == "weight":
            words += f"，{numbers.weight_accepted.normalize():f}/{numbers.weight.normalize():f} 分"
        return (
            f"{words}；待审核 {numbers.submitted}，退回 {numbers.returned}，逾期 {numbers.overdue}"
        )


def _links(address, board, reporting):
    """Where the numbers of the first sentence lead."""

    def reports(**conditions):
        chosen = {"month": reporting.month, "tier": reporting.tier, **conditions}
        chosen["under"] = address.selection.organization.pk
        return f"{reverse('reports:reports')}?{urlencode({'tab': 'all', **chosen})}"

    links = {state: address.list(state=state) for state in STATES}
    links.update(
        overdue=address.list(overdue=True),
        export=f"{reverse('reports:exports')}?kind=summary&{address.selection.query}",
        accepted_share=share_words(board.total.share()),
        measure=MEASURES[address.measure],
        unit="个支部" if board.by_branch else "家",
        expected=reports(),
        received=reports(verdict="received"),
        missing=reports(verdict="missing"),
        urge=reports(verdict="unreported").replace(
            reverse("reports:reports"), reverse("reports:urge"), 1
        ),
        urge_items=f"{reverse('reports:urge')}?items_of={address.selection.organization.pk}",
        queue=f"{reverse('reports:reports')}?tab=queue",
    )
    return links


def share_words(share):
    """86%; never 100% while something is missing, nor 0% when something is done."""
    return percent(share, 1) if share is not None else "—"


def heat(share):
    """The colour class of a share."""
    if share is None:
        return "none"
    return next(level for floor, level in HEAT if share >= floor)


def _short(task):
    """All eight names begin alike; what differs is what a narrow column can show."""
    return task.name.removeprefix("进一步")


def _tabs(everything, selection, numbers):
    """All, each state, overdue: with their counts."""

    def tab(label, count, **conditions):
        chosen = everything.of(**conditions)
        url = f"{reverse('reports:items')}?{chosen.query}"
        return {"label": label, "count": count, "url": url, "active": chosen == selection}

    tabs = [tab("全部", numbers.total)]
    tabs += [tab(word, getattr(numbers, state), state=state) for state, word in STATES.items()]
    return [*tabs, tab("逾期", numbers.overdue, overdue=True)]
