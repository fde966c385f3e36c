"""导出中心: choose a ledger, see its first lines, ask for the file, fetch it."""

from urllib.parse import urlencode

from django.conf import settings
from django.contrib import messages
from django.db.models import Q
from django.http import FileResponse, Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse, reverse_lazy
from django.utils import timezone
from django.utils.text import format_lazy
from django.views.decorators.http import require_GET, require_POST

from branches.models import Kind as Level
from branches.models import Organization
from branches.querysets import within
from branches.scope import scope_of
from branchyear.lib.errors import Refused, require
from branchyear.lib.layout import display, values
from branchyear.lib.paging import page_of
from reports import rules
from reports.kinds import KINDS
from reports.models import Export
from reports.selection import NAMES, STATES
from reports.services import exports as services

NO_LEDGERS = "您的职责不包括导出台账。"
PREVIEW_ROWS = 10
MINE = format_lazy("{}#mine", reverse_lazy("reports:exports"))


@require_GET
def exports(request):
    """The ledgers there are, the chosen one with its preview, and what was asked for so far."""
    require(rules.may_export(request.user), NO_LEDGERS)
    mine = Export.objects.visible_to(request.user).select_related("organization", "paper")
    page = page_of(request.GET, mine, 20)
    kind = KINDS.get(request.GET.get("kind", ""))
    context = {
        "kinds": [(each, _address(request, each), each is kind) for each in KINDS.values()],
        "kind": kind,
        "page_obj": page,
        "rows": [Line(export) for export in page.object_list],
        "keep_days": settings.EXPORT_KEEP_DAYS,
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
    messages.success(
        request, f"已申请“{Line(export).title}”，生成后可在下面下载，也会在收件箱通知您。"
    )
    return redirect(MINE)


@require_GET
def export(request, pk):
    """One line of the list, asked for again and again by the page while the file is being made."""
    mine = Export.objects.visible_to(request.user).select_related("organization", "paper")
    line = Line(get_object_or_404(mine, pk=pk))
    if not request.htmx:
        return redirect(MINE)
    return render(request, "reports/_export.html", {"row": line})


@require_GET
def download_export(request, pk):
    """The file, for the person who asked for it; taking it away is noted."""
    export = get_object_or_404(Export.objects.visible_to(request.user), pk=pk)
    file = services.download(export, by=request.user)
    return FileResponse(file, as_attachment=True, filename=export.filename)


@require_POST
def retry_export(request, pk):
    """Once more, after a failure."""
    export = get_object_or_404(Export.objects.visible_to(request.user), pk=pk)
    services.retry_export(export, by=request.user)
    messages.success(request, "已重新申请，生成后会在收件箱通知您。")
    return redirect(MINE)


# --- The chosen ledger ----------------------------------------------------------------------------


def _previewed(request, kind):
    """Conditions, columns and the first lines of the chosen ledger."""
    organization = _organization(request.user, request.GET)
    asked = kind.asked(organization, request.GET, by=request.user, at=timezone.now())
    selection = asked.selection
    request.campaign = selection.content.running
    layout = kind.layout(asked)
    lines = [
        [
            (column.alignment, display(column, value))
            for column, value in zip(layout.columns, values(layout, row), strict=True)
        ]
        for row in kind.preview(asked, PREVIEW_ROWS)
    ]
    return {
        "organization": organization,
        "organizations": _choices(request.user, organization),
        "selection": selection,
        "states": STATES,
        "reset_url": f"?kind={kind.key}&org={organization.pk}",
        "layout": layout,
        "lines": lines,
        "count": kind.count(asked),
        "formats": [(each, Export.Format(each).label) for each in kind.formats],
        "refusal": _refusal(kind, asked),
        "hidden": {"kind": kind.key},
        "shown": kind.conditions or ("none",),
    }


def _refusal(kind, asked):
    """Why the file cannot be made of what is chosen now; empty when it can."""
    try:
        kind.check(asked)
    except Refused as refusal:
        return refusal.sentence
    return ""


def _address(request, kind):
    """The card's address; the organisation and the conditions chosen so far stay."""
    kept = {name: request.GET[name] for name in ("org", *NAMES) if request.GET.get(name)}
    return f"?{urlencode({'kind': kind.key, **kept})}"


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


# --- The list -------------------------------------------------------------------------------------


class Line:
    """An export as the list shows it."""

    def __init__(self, export):
        self.export = export
        self.is_open = export.status in services.OPEN
        self.is_ready = export.status == Export.Status.READY
        self.is_failed = export.status == Export.Status.FAILED
        kind = KINDS.get(export.kind)
        self.title = kind.title if kind else export.kind
        self.again_url = ""
        if kind and export.status == Export.Status.EXPIRED:
            query = urlencode(
                {"kind": kind.key, "org": export.organization_id, **export.parameters}
            )
            self.again_url = f"{reverse('reports:exports')}?{query}"

    @property
    def conditions(self):
        """The conditions as words, read from the request alone: no further question to the database."""
        given = self.export.parameters
        words = [given.get("year", "") and f"{given['year']}年度", given.get("phase", "")]
        words += [given.get("task", ""), given.get("item", "")]
        words += [STATES.get(given.get("state", ""), ""), given.get("overdue") and "逾期"]
        words += [given.get("month") and f"期限在{given['month']}"]
        return "、".join(word for word in words if word) or (
            KINDS[self.export.kind].everything if self.export.kind in KINDS else "全部条目"
        )

    @property
    def counted(self):
        """How much is in it."""
        return f"{self.export.rows} {'个文件' if self.export.format == Export.Format.ZIP else '行'}"

    @property
    def time_left(self):
        """About how much longer, once there is something to judge by."""
        export = self.export
        if export.status != Export.Status.RUNNING or not export.started_at or not export.done_units:
            return ""
        spent = (timezone.now() - export.started_at).total_seconds()
        seconds = spent * (export.total_units - export.done_units) / export.done_units
        # The first moments go into fonts and set-up and would frighten people.
        if export.done_units * 50 < export.total_units or seconds < 0:
            return ""
        return f"约剩{round(seconds)}秒" if seconds < 90 else f"约剩{round(seconds / 60)}分钟"
