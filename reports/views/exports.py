"""导出中心: choose a ledger, see its first lines, ask for the file, fetch it."""

from urllib.parse import urlencode

from django.conf import settings
from django.contrib import messages
from django.db.models import Q
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse_lazy
from django.utils import timezone
from django.utils.text import format_lazy
from django.views.decorators.http import require_GET, require_POST

from branches.models import Kind as Level
from branches.models import Organization
from branches.querysets import within
from branches.scope import scope_of
from branchyear.lib.dates import Month, local_day
from branchyear.lib.errors import Refused, require
from branchyear.lib.layout import Totals, display, values
from branchyear.lib.paging import page_of
from branchyear.lib.private import hand_out
from reports import rules
from reports.kinds import KINDS
from reports.models import Export
from reports.selection import NAMES, STATES
from reports.services import exports as services
from reports.views.export_lines import Line, lines_of

NO_LEDGERS = "您的职责不包括导出台账。"
PREVIEW_ROWS, MORE_ROWS = 20, 200
MINE = format_lazy("{}#mine", reverse_lazy("reports:exports"))


@require_GET
def exports(request):
    """The ledgers there are, the chosen one with its preview, and what was asked for so far."""
    require(rules.may_export(request.user), NO_LEDGERS)
    mine = Export.objects.visible_to(request.user).for_the_list()
    page = page_of(request.GET, mine, 20)
    kind = KINDS.get(request.GET.get("kind", ""))
    context = {
        "sections": _sections(request, kind),
        "kind": kind,
        "page_obj": page,
        "rows": lines_of(page.object_list),
        "open_count": sum(export.status in services.OPEN for export in page.object_list),
        "keep_days": settings.EXPORT_KEEP_DAYS,
        **_package(request.user),
    }
    if kind:
        context.update(_previewed(request, kind))
    return render(request, "reports/exports.html", context)


@require_POST
def request_export(request):
    """Ask for the ledger under the conditions that were previewed."""
    require(rules.may_export(request.user), NO_LEDGERS)
    export = services.request_export(
        request.POST.get("kind", ""),
        organization=_organization(request.user, request.POST),
        format=request.POST.get("format", ""),
        parameters={name: request.POST.get(name, "") for name in NAMES},
        by=request.user,
    )
    title = Line(export).title
    if export.status == Export.Status.READY:
        at = f"{timezone.localtime(export.made_at):%H:%M}"
        messages.success(
            request, f"“{title}”今天{at}已生成，此后数据没有变化，在下面直接下载即可。"
        )
    else:
        messages.success(request, f"已申请“{title}”，生成后可在下面下载，也会在收件箱通知您。")
    return redirect(MINE)


@require_GET
def export(request, pk):
    """One line of the list, asked for again and again by the page while the file is being made."""
    mine = Export.objects.visible_to(request.user).for_the_list()
    [line] = lines_of([get_object_or_404(mine, pk=pk)])
    if not request.htmx:
        return redirect(MINE)
    return render(request, "reports/_export.html", {"row": line})


@require_GET
def download_export(request, pk):
    """The file, for the person who asked for it; taking it away is noted."""
    export = get_object_or_404(Export.objects.visible_to(request.user), pk=pk)
    file = services.download(export, by=request.user)
    return hand_out(file, name=export.filename)


@require_POST
def retry_export(request, pk):
    """Once more, after a failure."""
    export = get_object_or_404(Export.objects.visible_to(request.user), pk=pk)
    services.retry_export(export, by=request.user)
    messages.success(request, "已重新申请，生成后会在收件箱通知您。")
    return redirect(MINE)


@require_POST
def cancel_export(request, pk):
    """Not wanted any more."""
    export = get_object_or_404(Export.objects.visible_to(request.user), pk=pk)
    services.cancel_export(export, by=request.user)
    messages.success(request, f"已取消“{Line(export).title}”。")
    return redirect(MINE)


# --- The chosen ledger ----------------------------------------------------------------------------


def _previewed(request, kind):
    """Conditions, columns and the first lines of the chosen ledger."""
    organization = _organization(request.user, request.GET)
    asked = kind.asked(organization, request.GET, by=request.user, at=timezone.now())
    selection = asked.selection
    layout, refusal = kind.layout(asked), _refusal(kind, asked)
    size = MORE_ROWS if request.GET.get("rows") == str(MORE_ROWS) else PREVIEW_ROWS
    count = kind.count(asked)
    shown = [values(layout, row) for row in kind.preview(asked, size)] if count else []
    lines = [
        [
            (column.alignment, display(column, value))
            for column, value in zip(layout.columns, row, strict=True)
        ]
        for row in shown
    ]
    return {
        "organization": organization,
        "organizations": _choices(request.user, organization),
        "selection": selection,
        "states": STATES,
        "reset_url": f"?kind={kind.key}&org={organization.pk}",
        "layout": layout,
        "lines": lines,
        "totals": _totals(layout, shown) if len(shown) == count else None,
        "count": count,
        "more_url": _more(request) if count > len(shown) and size == PREVIEW_ROWS else "",
        "more_rows": min(count, MORE_ROWS),
        "formats": [(each, Export.Format(each).label) for each in kind.formats],
        "refusal": refusal,
        "hidden": {"kind": kind.key},
        "shown": kind.conditions or ("none",),
        "month_label": kind.month_label,
    }


def _totals(layout, rows):
    """The total row as it stands under the file, where all lines are on the screen."""
    if not layout.has_totals:
        return None
    totals = Totals(layout)
    for row in rows:
        totals.add(row)
    span = totals.label_span
    cells = [(column.alignment, totals.text(column)) for column in layout.columns[span:]]
    return {"span": span, "cells": cells}


def _more(request):
    query = request.GET.copy()
    query["rows"] = MORE_ROWS
    return f"?{query.urlencode()}#preview"


def _refusal(kind, asked):
    """Why the file cannot be made of what is chosen now; empty when it can."""
    try:
        kind.check(asked)
    except Refused as refusal:
        return refusal.sentence
    return ""


def _package(user):
    """The month's papers in one click, for those whose office makes them."""
    kind, highest = KINDS["month_end"], scope_of(user).organizations(rules.EXPORTERS)[0]
    if not kind.fits(highest):
        return {}
    month = Month.of(local_day())
    return {"package": kind, "package_of": highest, "package_month": month}


def _sections(request, chosen):
    """The cards under their headings: ``[(heading, [(kind, address, whether it is chosen)])]``."""
    offices = scope_of(request.user).organizations(rules.EXPORTERS)
    sections = {}
    for kind in KINDS.values():
        if kind is chosen or not kind.is_for_few or any(kind.fits(o) for o in offices):
            cards = sections.setdefault(kind.section, [])
            cards.append((kind, _address(request, kind), kind is chosen))
    return list(sections.items())


def _address(request, kind):
    """The card's address; the organisation and the conditions chosen so far stay."""
    kept = {name: request.GET[name] for name in ("org", *NAMES) if request.GET.get(name)}
    return f"?{urlencode({'kind': kind.key, **kept})}#preview"


def _organization(user, query):
    """The organisation asked for, if it is in sight; else the highest one of the person's offices."""
    pk = query.get("org", "")
    if not pk:
        return scope_of(user).organizations(rules.EXPORTERS)[0]
    if not pk.isascii() or not pk.isdigit() or len(pk) > 18:
        raise Http404
    return get_object_or_404(Organization.objects.visible_to(user), pk=pk)


def _choices(user, chosen):
    """What may be chosen: down to the directly affiliated organisations from above, everything of
    one's own inside one; and whatever a link has chosen deeper down."""
    offices = scope_of(user).organizations(rules.EXPORTERS)
    own = within([o.path for o in offices if o.depth >= Organization.DIRECT_DEPTH])
    visible = Organization.objects.visible_to(user).open().exclude(kind=Level.GROUP)
    found = visible.filter(Q(depth__lte=Organization.DIRECT_DEPTH) | own | Q(pk=chosen.pk))
    top = min((o.depth for o in offices), default=1)
    return [(o.pk, "　" * max(0, o.depth - top) + o.label) for o in found]
