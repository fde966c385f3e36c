"""工作推进会: the overview for a projector. Few figures, large; read only; no names of people."""

from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET

from branchyear.lib.dates import local_day
from branchyear.lib.errors import require
from reports import rules
from reports.services import month_ends, standing
from reports.services import overview as services
from reports.views import sections
from reports.views.addresses import LEVELS, Address, share_words
from reports.views.overview import chosen, chosen_conditions, phase_line, short
from tasks import clocks
from tasks.models import Problem

RULES_SHOWN, MONTHS_SHOWN, MISSING_SHOWN = 6, 6, 24


@require_GET
def meeting(request):
    """Slides of the same numbers as the overview; without JavaScript one page below the other."""
    require(rules.may_see_overview(request.user))
    today, now = local_day(), timezone.now()
    organization = chosen(request)
    if organization.is_branch:
        return redirect("tasks:branch_checklist", organization.pk)
    selection = chosen_conditions(request, organization, today)
    address = Address(selection)
    context = {
        "organization": organization,
        "selection": selection,
        "today": today,
        "back_url": address.board(),
    }
    if selection.campaign is None:
        return render(request, "reports/meeting.html", context)
    board = services.board(selection, by=request.user, today=today)
    reporting = services.reporting(organization, by=request.user, now=now)
    of = {"by": request.user, "campaign": selection.campaign, "task": selection.task}
    problems = standing.problems(standing.problems_of(organization, **of), today)
    shared, concerned = standing.findings_by_rule(standing.findings_of(organization, **of))
    ends = month_ends.of(organization, selection.campaign, by=request.user)[-MONTHS_SHOWN:]
    rows = [address.row(row, board) for row in board.rows]
    context |= {
        "board": board,
        "rows": rows,
        "total": address.cell(board.total, selection),
        "tasks": [
            (task, short(task), address.cell(board.totals[task.pk], selection.of(task=task)))
            for task in board.tasks
        ],
        "levels": LEVELS,
        "counted": [(level, sum(row["total"].level is level for row in rows)) for level in LEVELS],
        "phases": [phase_line(phase, numbers, address, today) for phase, numbers in board.phases],
        "reporting": reporting,
        "missing": _missing(request, organization, reporting, now),
        "missing_shown": MISSING_SHOWN,
        "rules": shared[:RULES_SHOWN],
        "concerned": concerned,
        "problems": problems,
        "unsolved": problems["total"] - problems[Problem.State.CLOSED],
        "clocks": clocks.clocks(organization, by=request.user, today=today),
        "ends": [
            (name, [(p["label"], share_words(p[key])) for p in map(sections.month_point, ends)])
            for key, name in sections.SHARES.items()
            if ends
        ],
    }
    return render(request, "reports/meeting.html", context)


def _missing(request, organization, reporting, now):
    """Names of the organisations whose day is over and that have not reported."""
    if not reporting.missing:
        return []
    rows = services.reports_of_month(organization, reporting, by=request.user)
    late = rows.expected().judged("missing", now).select_related("organization")
    return [r.organization.label for r in late.order_by("organization__path")[:MISSING_SHOWN]]
