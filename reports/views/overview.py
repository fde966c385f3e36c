"""总览: one sentence, what needs me, the eight tasks by organisation; and the list behind every figure."""

import io

from django.db.models import Q
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET

from branches.models import Kind, Organization
from branches.querysets import below
from branches.scope import scope_of
from branchyear.audit.services import record
from branchyear.context import main_office
from branchyear.lib.admin import as_attachment
from branchyear.lib.dates import in_words, local_day
from branchyear.lib.errors import require
from branchyear.lib.paging import page_of
from branchyear.lib.routes import path_to
from branchyear.lib.xlsx import write_workbook
from reports import rules
from reports.selection import STATES, read
from reports.services import month_ends, standing
from reports.services import overview as services
from reports.views import sections
from reports.views.addresses import LEVELS, MEASURES, SECTIONS, Address, share_words
from reports.views.copies import TYPES
from reports.views.needs import needs
from reports.views.tables import Cell, Col, Table

OVERDUE_SHOWN = 6
MONTHS_SHOWN = 4
ORDER = ("branch__path", "item__task__order", "item__order")


@require_GET
def overview(request):
    """The section asked for; the first one says how the eight tasks stand, a click goes down a level."""
    require(rules.may_see_overview(request.user))
    today = local_day()
    organization = chosen(request)
    if organization.is_branch:
        return redirect("tasks:branch_checklist", organization.pk)
    selection = chosen_conditions(request, organization, today)
    known = _known(request, organization)
    get = request.GET.get
    address = Address(
        selection,
        measure=get("by") if get("by") in MEASURES else "count",
        sort="share" if get("sort") == "share" else "",
        section=get("section") if get("section") in SECTIONS else "",
    )
    context = {
        "organization": organization,
        "above": [(o.label, address.board(o)) for o in known if organization.is_descendant_of(o)],
        "selection": selection,
        "address": address,
        "measures": MEASURES,
        "today": today,
        "tabs": _sections(address),
        "places": [o for o in known if o.depth <= Organization.DIRECT_DEPTH and not o.is_branch],
        "tree_nodes": _tree(known, organization, address),
        "meeting_url": address.meeting(),
        "sheet_url": address.board(format="xlsx"),
    }
    if selection.campaign is None:
        return render(request, "reports/overview.html", context)
    if address.section:
        section = sections.of(address.section, request=request, address=address, today=today)
        sheets = section.sheets
        context |= {"section": section, "section_title": SECTIONS[address.section]}
    else:
        context |= _first(request, address, known, today)
        sheets = [_heat_table(context), _phase_table(context["phases"])]
    if get("format") == "xlsx":
        return _workbook(request, address, sheets, today)
    return render(request, "reports/overview.html", context)


def chosen_conditions(request, organization, today):
    """Only phase, task and year: a board of what was chosen by its state says nothing."""
    asked = {name: request.GET.get(name, "") for name in ("phase", "task", "year")}
    return read(asked, organization=organization, today=today)


def _first(request, address, known, today):
    """概况: everything the first section shows."""
    selection, organization = address.selection, address.selection.organization
    board = services.board(
        selection, by=request.user, today=today, organizations=_rows_among(known, organization)
    )
    reporting = services.reporting(organization, by=request.user, now=timezone.now())
    problems = standing.problems(
        standing.problems_of(
            organization, by=request.user, campaign=selection.campaign, task=selection.task
        ),
        today,
    )
    rows = [
        address.row(row, board)
        for row in services.sorted_rows(board, address.sort, address.measure)
    ]
    overdue = sorted(rows, key=lambda row: -row["total"].numbers.overdue)
    return {
        "board": board,
        "rows": rows,
        "totals": [address.cell(board.totals[t.pk], selection.of(task=t)) for t in board.tasks],
        "total": address.cell(board.total, selection),
        "tasks": [(task, short(task)) for task in board.tasks],
        "levels": LEVELS,
        "overdue": [row for row in overdue[:OVERDUE_SHOWN] if row["total"].numbers.overdue],
        "reporting": reporting,
        "needs": needs(
            organization, by=request.user, today=today, address=address, reporting=reporting,
            board=board, problems=problems,
        ),
        "phases": [phase_line(phase, numbers, address, today) for phase, numbers in board.phases],
        "links": _links(address, board, reporting),
        "month_ends": _last_month_ends(request, selection),
        "trends_url": address.board(section="trends"),
    }  # fmt: skip


def _last_month_ends(request, selection):
    """The shares of the last month ends, a line for each."""
    rows = month_ends.of(selection.organization, selection.campaign, by=request.user)
    points = [sections.month_point(row, selection.task) for row in rows[-MONTHS_SHOWN:]]
    return [
        (name, [(point["label"], share_words(point[key])) for point in points])
        for key, name in sections.SHARES.items()
        if points
    ]


def phase_line(phase, numbers, address, today):
    """A phase with its plan (what should be done by now) and what is done."""
    state = "notyet" if today < phase.starts_on else "done" if today > phase.ends_on else "running"
    here = address.selection.of(phase=phase)
    return {
        "phase": phase,
        "state": state,
        "word": {"notyet": "未开始", "running": "进行中", "done": "已结束"}[state],
        "numbers": numbers,
        "planned": numbers.due,
        "behind": numbers.accepted < numbers.due,
        "short": numbers.due - numbers.accepted,
        "url": f"{path_to('reports:items')}?{here.query}",
        "accepted_url": f"{path_to('reports:items')}?{here.of(state='accepted').query}",
        "board_url": address.board(phase=phase.code),
    }


# --- Tabs and workbook ----------------------------------------------------------------------------


def _sections(address):
    return [
        {
            "label": label,
            "url": address.board(section=key),
            "active": key == address.section,
            "count": None,
        }
        for key, label in SECTIONS.items()
    ]


def _heat_table(context):
    """The heat map as rows for the workbook: per task accepted, of how many, and the share."""
    cols = [Col("单位", "text", width=26)]
    for task, _ in context["tasks"]:
        cols += [
            Col(f"{task.code}通过", of=f"{task.code}应办", width=7),
            Col(f"{task.code}通过率", "percent"),
        ]
    cols += [Col("通过合计", of="应办合计"), Col("通过率", "percent"), Col("逾期")]
    lines = []
    for row in context["rows"]:
        lines.append(_heat_line(row["organization"].name, row["cells"], row["total"]))
    lines.append(_heat_line("合计", context["totals"], context["total"]))
    return Table("board", "八项任务完成情况", tuple(cols), lines,
                 f"通过率为审核通过占应办的比例（{context['links']['measure']}）。")  # fmt: skip


def _heat_line(name, cells, total):
    line = [Cell(name)]
    for cell in [*cells, total]:
        line += [Cell(cell.numbers.accepted, cell.numbers.total), Cell(cell.share)]
    return [*line, Cell(total.numbers.overdue)]


def _phase_table(phases):
    cols = (
        Col("阶段", "text", width=26), Col("开始", "date", width=12), Col("结束", "date", width=12),
        Col("计划完成", of="计划完成（条目）"), Col("审核通过", of="审核通过（条目）"),
    )  # fmt: skip
    lines = [
        [
            Cell(str(one["phase"])), Cell(one["phase"].starts_on), Cell(one["phase"].ends_on),
            Cell(one["planned"], one["numbers"].total),
            Cell(one["numbers"].accepted, one["numbers"].total),
        ]
        for one in phases
    ]  # fmt: skip
    return Table("phases", "三个阶段", cols, lines,
                 "计划完成为期限已过的条目；一个条目跨两个阶段的，两个阶段都计。")  # fmt: skip


def _workbook(request, address, tables, today):
    """What is on the screen, under the same conditions."""
    place = address.selection.organization
    name = f"{place.name}总览_{SECTIONS[address.section]}_{today:%Y%m%d}.xlsx"
    frame = {
        "unit": place.name,
        "scope_label": address.selection.label or "全部",
        "by": request.user,
        "now": timezone.now(),
        "period": in_words(today),
    }
    file = io.BytesIO()
    write_workbook(file, [table.sheet(**frame) for table in tables])
    record(
        "overview.exported", place, by=request.user, organization=place,
        section=address.section or "first", **address.selection.parameters,
    )  # fmt: skip
    return as_attachment(HttpResponse(file.getvalue(), content_type=TYPES["xlsx"]), name)


# --- The list behind a figure ---------------------------------------------------------------------


@require_GET
def items(request):
    """The items a figure counts, one per line; the count of the list is the figure."""
    require(scope_of(request.user).seen_paths, "您目前没有可查看的党组织。")
    today = local_day()
    organization = chosen(request)
    selection = read(request.GET, organization=organization, today=today)
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
            "export_url": f"{path_to('reports:exports')}?kind=checklist&{selection.query}",
            "today": today,
        },
    )


# --- Which organisation ---------------------------------------------------------------------------


def chosen(request):
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


# --- Words and addresses --------------------------------------------------------------------------


def _links(address, board, reporting):
    """Where the numbers of the first sentence lead."""
    links = {state: address.list(state=state) for state in STATES}
    links.update(
        overdue=address.list(overdue=True),
        ledger=f"{path_to('reports:exports')}?kind=summary&{address.selection.query}",
        accepted_share=share_words(board.total.share()),
        measure=MEASURES[address.measure],
        unit="个支部" if board.by_branch else "家",
        expected=address.reports(reporting),
        received=address.reports(reporting, verdict="received"),
        missing=address.reports(reporting, verdict="missing"),
    )
    return links


def short(task):
    """All eight names begin alike; what differs is what a narrow column can show."""
    return task.name.removeprefix("进一步")


def _tabs(everything, selection, numbers):
    """All, each state, overdue: with their counts."""

    def tab(label, count, **conditions):
        chosen = everything.of(**conditions)
        url = f"{path_to('reports:items')}?{chosen.query}"
        return {"label": label, "count": count, "url": url, "active": chosen == selection}

    tabs = [tab("全部", numbers.total)]
    tabs += [tab(word, getattr(numbers, state), state=state) for state, word in STATES.items()]
    return [*tabs, tab("逾期", numbers.overdue, overdue=True)]
