"""A draw, done again in front of whoever looks; and everything that is needed to do it elsewhere."""

import json

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_GET

from branchyear.lib.admin import as_attachment
from tasks import drawing
from tasks.models import Draw, Inspection
from tasks.services import inspections as services
from tasks.views.inspections import sees_sample


def fetch(request, pk):
    """The draw of an inspection in sight, and whether its sample may be seen."""
    seen = Inspection.objects.visible_to(request.user)
    draw = get_object_or_404(
        Draw.objects.filter(inspection__in=seen).select_related("inspection__organization"), pk=pk
    )
    return draw, sees_sample(request.user, draw.inspection)


@require_GET
def draw(request, pk):
    """The hash, when it was published, how to do it again, and that we did."""
    row, may_see = fetch(request, pk)
    shown = may_see or not row.is_open
    context = {
        "draw": row,
        "inspection": row.inspection,
        "may_see": may_see,
        "shown": shown,
        "checks": services.check_draw(row) if shown else [],
        "strata": _ranked(row) if may_see else [],
        "bytes": drawing.SEED_BYTES,
    }
    context["all_well"] = all(check.ok for check in context["checks"])
    return render(request, "inspections/draw.html", context)


def _ranked(row):
    """Every stratum with its branches; with the seed open in the order of the draw."""
    shown = []
    for key, label, count, size in row.strata:
        branches = [each for each in row.population["branches"] if each[0] == key]
        lines = [
            {"code": code, "name": name, "rank": "", "drawn": False} for _, code, name in branches
        ]
        if row.is_open:
            for line in lines:
                line["rank"] = _rank(row.seed, key, line["code"])
            lines.sort(key=lambda line: (line["rank"], line["code"]))
            for line in lines[:size]:
                line["drawn"] = True
        shown.append({"label": label, "count": count, "size": size, "lines": lines})
    return shown


def _rank(seed, key, code):
    try:
        return drawing.rank(seed, key, code)
    except ValueError:  # a seed that somebody changed into something else
        return ""


@require_GET
def draw_document(request, pk):
    """The draw as JSON (docs/draw.md); before the seed is open, what was published."""
    row, may_see = fetch(request, pk)
    if row.is_open and not may_see:
        raise Http404
    text = json.dumps(row.document(), ensure_ascii=False, indent=1)
    answer = HttpResponse(text, content_type="application/json; charset=utf-8")
    if request.GET.get("show"):
        answer["Cache-Control"] = "no-store"
        return answer
    return as_attachment(answer, f"{row.inspection.title}_第{row.number}次抽取.json")
