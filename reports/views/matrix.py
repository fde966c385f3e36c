"""报送情况: months × organisations."""

import io

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_GET

from branches.models import Kind, Organization
from branchyear.audit.services import record
from branchyear.lib.admin import as_attachment
from branchyear.lib.errors import require
from branchyear.lib.paging import page_of
from branchyear.lib.xlsx import write_workbook
from reports import rules
from reports.models import Tier
from reports.querysets import VERDICTS as CODES
from reports.services import matrix as services
from reports.views.copies import TYPES
from reports.views.report_list import VERDICTS
from tasks.year import campaign_of


@require_GET
def matrix(request):
    """报送情况: which organisation reported which month how; a total under every month."""
    require(rules.may_see_overview(request.user), "报送情况由上级党组织查看。")
    now = timezone.now()
    seen = Organization.objects.visible_to(request.user)
    root = _root(request, seen)
    campaign = campaign_of(request)
    tiers = _tiers_below(root)
    tier = request.GET.get("tier") if request.GET.get("tier") in tiers else next(iter(tiers))
    board = services.board_of(root, tier, campaign=campaign, by=request.user, now=now)
    if request.GET.get("format") == "xlsx" and campaign is not None:
        return _workbook(request, board)
    page = page_of(request.GET, board.organizations, 20)
    periods, cells, counts = board.periods, board.cells(page), board.totals()
    return render(
        request,
        "reports/matrix.html",
        {
            "root": root,
            "above": list(seen.filter(path__in=root.ancestor_paths[1:])),
            "campaign": campaign,
            "tier": tier,
            "tabs": [
                {"label": label, "url": f"?org={root.pk}&tier={key}", "active": key == tier}
                for key, label in tiers.items()
            ],
            "periods": periods,
            "page": page,
            "rows": [(o, [cells.get((o.pk, p.pk)) for p in periods]) for o in page],
            "totals": _totals(counts, periods),
            "trend": board.trend(counts),
            "opens_below": tier == Tier.DIRECT,
        },
    )


def _root(request, seen):
    """The organisation asked for, else the highest one in sight."""
    pk = request.GET.get("org", "")
    if pk:
        if not (pk.isdecimal() and len(pk) < 19):
            raise Http404
        return get_object_or_404(seen, pk=pk)
    return seen.first()


def _tiers_below(root):
    """Which tiers' reports there are at and below an organisation, the next one down first."""
    if root.kind in (Kind.CITY_DEPARTMENT, Kind.WORK_COMMITTEE):
        return {"direct": "直属党组织", "branch": "党支部", "committee": "市直机关工委"}
    if root.is_direct and root.is_branch:
        return {"direct": "直属党支部"}
    if root.is_direct:
        return {"branch": "党支部", "direct": "本级"}
    return {"branch": "党支部"}


def _workbook(request, board):
    file = io.BytesIO()
    write_workbook(file, [services.sheet_of(board, by=request.user)])
    record(
        "report.matrix_exported", board.root, by=request.user, organization=board.root,
        tier=board.tier,
    )  # fmt: skip
    name = f"{board.root.name}{Tier(board.tier).label}月报报送情况.xlsx"
    return as_attachment(HttpResponse(file.getvalue(), content_type=TYPES["xlsx"]), name)


def _totals(counts, periods):
    """Per kind of number one row over the periods; the verdicts add up to expected."""
    names = [("expected", "应报"), *((code, VERDICTS[code]) for code in CODES)]
    return [
        {
            "code": code,
            "label": label,
            "cells": [(period, counts.get(period.pk, {}).get(code, 0)) for period in periods],
        }
        for code, label in names
    ]
