"""报送情况: months × organisations."""

from django.http import Http404
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_GET

from branches.models import Kind, Organization
from branchyear.lib.dates import local_day
from branchyear.lib.errors import require
from branchyear.lib.paging import page_of
from reports import rules
from reports.models import MonthlyReport, Period, Tier
from reports.querysets import VERDICTS as CODES
from reports.views.monthly import VERDICTS
from tasks.models import Campaign


@require_GET
def matrix(request):
    """报送情况: which organisation reported which month how; a total under every month."""
    require(rules.may_see_overview(request.user), "报送情况由上级党组织查看。")
    now = timezone.now()
    seen = Organization.objects.visible_to(request.user)
    root = _root(request, seen)
    campaign = Campaign.objects.running(local_day(now))
    tiers = _tiers_below(root)
    tier = request.GET.get("tier") if request.GET.get("tier") in tiers else next(iter(tiers))
    reports = (
        MonthlyReport.objects.visible_to(request.user)
        .under(root)
        .filter(period__campaign=campaign, period__tier=tier)
    )
    organizations = seen.filter(pk__in=reports.expected().values("organization"))
    page = page_of(request.GET, organizations, 20)
    periods = list(Period.objects.filter(campaign=campaign, tier=tier).order_by("month"))
    cells = {
        (report.organization_id, report.period_id): report
        for report in reports.expected()
        .filter(organization__in=[o.pk for o in page])
        .with_verdict(now)
    }
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
            "totals": _totals(reports, periods, now),
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


def _totals(reports, periods, now):
    """Per kind of number one row over the periods; the verdicts add up to expected."""
    counts = {row["period"]: row for row in reports.figures(now, "period")}
    names = [("expected", "应报"), *((code, VERDICTS[code]) for code in CODES)]
    return [
        {
            "code": code,
            "label": label,
            "cells": [(period, counts.get(period.pk, {}).get(code, 0)) for period in periods],
        }
        for code, label in names
    ]
