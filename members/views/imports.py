"""The roster as an Excel file: take it away, bring it back, look at what would change, say yes."""

from io import BytesIO

from django.conf import settings
from django.contrib import messages
from django.db.models import Case, Q, When
from django.http import FileResponse, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from branches.models import Organization
from branchyear.lib.admin import EXCEL, as_attachment
from branchyear.lib.dates import local_day
from branchyear.lib.errors import Refused, require
from branchyear.lib.paging import page_of
from branchyear.lib.uploads.limits import MAX_FILE_BYTES
from branchyear.lib.xlsx import filename
from members import rules
from members.desk import desk
from members.forms import RosterFileForm
from members.importing.workbooks import MAX_FORM
from members.models import RosterProfile, RosterUpload, Verdict
from members.services import imports, rosters_out

NOT_YOURS = "名册由本支部书记、党务干部维护，直属党组织审核人可以统一填报；您可以查看，不能上传。"


@require_http_methods(["GET", "POST"])
def roster_upload(request):
    """Three steps: take the roster away, fill it in, bring it back."""
    organization, context = desk(request, "members:roster")
    require(rules.may_import_roster(request.user, organization), NOT_YOURS)
    form = RosterFileForm()
    if request.method == "POST":
        form = RosterFileForm(request.POST, request.FILES)
    if form.is_valid():
        try:
            upload = imports.upload_roster(
                form.cleaned_data["file"], organization=organization, by=request.user
            )
            return redirect("members:roster_report", upload.pk)
        except Refused as refusal:
            form.add_error("file", refusal.sentence)
    uploads = RosterUpload.objects.visible_to(request.user).filter(organization=organization)
    context |= {
        "form": form,
        "uploads": uploads[:5],
        "profiles": profiles_for(request),
        "may_take_numbers": rules.may_take_numbers(request.user, organization),
        "max_bytes": MAX_FILE_BYTES,
        "keep_days": settings.ROSTER_UPLOAD_KEEP_DAYS,
    }
    return render(request, "members/roster_upload.html", context)


@require_GET
def roster_workbook(request):
    """The roster as a workbook to fill in."""
    organization, _ = desk(request, "members:roster")
    require(rules.may_import_roster(request.user, organization), NOT_YOURS)
    book = BytesIO()
    count = rosters_out.write_workbook(book, organization, by=request.user)
    if count > MAX_FORM:
        raise Refused(f"党员超过{MAX_FORM}名，请按下级党组织分别下载。")
    return attached(book, organization, "党员名册(填报)")


@require_POST
def roster_export(request):
    """The roster in another system's layout, numbers masked."""
    organization = _organization(request)
    profile = get_object_or_404(profiles_for(request), pk=_number(request.POST.get("profile")))
    book = BytesIO()
    rosters_out.write_profile(book, profile, organization, by=request.user)
    return attached(book, organization, f"党员名册({profile.name})")


@require_GET
def roster_uploads(request):
    """What the person uploaded so far, and what came of it."""
    _, context = desk(request, "members:roster")
    mine = RosterUpload.objects.visible_to(request.user).select_related("organization")
    context |= {
        "page": page_of(request.GET, mine, 20),
        "keep_days": settings.ROSTER_UPLOAD_KEEP_DAYS,
    }
    return render(request, "members/roster_uploads.html", context)


TABS = (
    ("error", "错误"), ("denied", "不允许"), ("conflict", "冲突"), ("new", "新增"), ("changed", "修改"),
    ("same", "不变"),
)  # fmt: skip


@require_GET
def roster_report(request, pk):
    """What would become of each row; or, while it is being looked at, how far that is."""
    upload = _mine(request, pk)
    if request.htmx and upload.is_open:
        return render(request, "members/_upload_state.html", {"upload": upload})
    _, context = desk(request, "members:roster", upload.organization)
    # What must be mended comes first; of what would be saved, what changes nothing comes last.
    chosen = request.GET.get("only", "mend" if upload.blocking else "")
    unchanged = Case(When(verdict=Verdict.SAME, then=1), default=0)
    rows = upload.rows.order_by(unchanged, "number")
    if chosen == "mend":
        rows = rows.filter(verdict__in=(Verdict.ERROR, Verdict.DENIED))
    elif chosen in Verdict.values:
        rows = rows.filter(verdict=chosen)
    elif chosen == "warned":
        rows = rows.exclude(warnings=[])
    context |= {
        "upload": upload,
        "tabs": _tabs(upload, chosen),
        "page": page_of(request.GET, rows),
        "one_branch": upload.organization.is_branch,
        "conflicts": upload.count(Verdict.CONFLICT),
        "report_in_full": rosters_out.is_in_full(upload),
    }
    answer = render(request, "members/roster_report.html", context)
    if request.htmx:  # the job has ended: show the whole page
        answer = HttpResponse()
        answer["HX-Refresh"] = "true"
    return answer


@require_POST
def roster_confirm(request, pk):
    """Save what was shown."""
    upload = imports.confirm(
        _mine(request, pk),
        by=request.user,
        skip_conflicts=request.POST.get("skip_conflicts") == "1",
    )
    if upload.state == RosterUpload.State.SAVED:
        new, changed = upload.count(Verdict.NEW), upload.count(Verdict.CHANGED)
        messages.success(request, f"已保存：新增{new}名，修改{changed}名。")
    return redirect("members:roster_report", upload.pk)


@require_GET
def roster_findings(request, pk):
    """The uploaded workbook with what was found behind each row."""
    upload = _mine(request, pk)
    file = rosters_out.open_report(upload, by=request.user)
    name = filename(upload.organization.label, "名册核对结果", "", local_day(), "xlsx")
    answer = FileResponse(file, as_attachment=True, filename=name, content_type=EXCEL)
    answer.headers["Cache-Control"] = "no-store"
    return answer


# --- Helpers --------------------------------------------------------------------------------------


def _mine(request, pk):
    mine = RosterUpload.objects.visible_to(request.user).select_related("organization", "by")
    return get_object_or_404(mine, pk=pk)


def profiles_for(request):
    """The layouts in use."""
    return RosterProfile.objects.visible_to(request.user).active()


def _organization(request):
    seen = Organization.objects.with_ledgers_for(request.user)
    return get_object_or_404(seen, Q(pk=_number(request.POST.get("org"))))


def _number(text):
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 18 else 0


def _tabs(upload, chosen):
    """The verdicts there are, each with its number of rows."""
    counts = [("", "全部", sum(upload.count(v) for v in Verdict.values))]
    if upload.blocking:
        counts.insert(0, ("mend", "要改的", upload.blocking))
    counts += [(key, label, upload.count(key)) for key, label in TABS]
    counts.append(("warned", "有提醒", upload.count("warned")))
    return [
        {"label": label, "url": f"?only={key}", "active": chosen == key, "count": count}
        for key, label, count in counts
        if count or chosen == key
    ]


def attached(book, organization, what):
    """A workbook about an organisation as a download."""
    name = filename(organization.label, what, "", local_day(), "xlsx")
    return as_attachment(HttpResponse(book.getvalue(), content_type=EXCEL), name)
