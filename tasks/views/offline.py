"""The checklist as an Excel file: take it away, bring it back, look at what would change, say yes."""

from io import BytesIO

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from branches.models import Organization
from branchyear.lib.admin import EXCEL, as_attachment
from branchyear.lib.dates import local_day
from branchyear.lib.errors import Refused, require
from branchyear.lib.uploads.limits import MAX_FILE_BYTES
from branchyear.lib.xlsx import filename
from members.models import Verdict
from tasks import rules
from tasks.models import ChecklistUpload
from tasks.services import offline as services

NOT_YOURS = "清单由本支部书记、党务干部填报；您可以查看，不能用 Excel 填报。"
# What must be mended comes first, what changes nothing last.
ORDER = [v.value for v in Verdict]


class ChecklistFileForm(forms.Form):
    """The workbook that is brought back."""

    file = forms.FileField(
        label="清单文件",
        allow_empty_file=True,
        error_messages={"required": "请先选择填写好的 Excel 文件。"},
    )


@require_http_methods(["GET", "POST"])
def checklist_excel(request, pk):
    """Three steps: take the checklist away, fill it in, bring it back."""
    branch = _branch(request, pk)
    form = ChecklistFileForm()
    if request.method == "POST":
        form = ChecklistFileForm(request.POST, request.FILES)
    if form.is_valid():
        try:
            return redirect(
                services.take(form.cleaned_data["file"], branch=branch, by=request.user)
            )
        except Refused as refusal:
            form.add_error("file", refusal.sentence)
    uploads = ChecklistUpload.objects.visible_to(request.user).filter(branch=branch)
    context = {
        "branch": branch,
        "form": form,
        "uploads": uploads.defer("typed", "rows")[:5],
        "max_bytes": MAX_FILE_BYTES,
    }
    return render(
        request, "tasks/checklist_excel.html", context, status=422 if form.errors else 200
    )


@require_GET
def checklist_workbook(request, pk):
    """The checklist as a workbook to fill in."""
    branch = _branch(request, pk)
    book = BytesIO()
    services.write_workbook(book, branch, by=request.user)
    name = filename(branch.label, "八项任务清单(填报)", "", local_day(), "xlsx")
    return as_attachment(HttpResponse(book.getvalue(), content_type=EXCEL), name)


@require_GET
def checklist_report(request, pk):
    """What would become of each row."""
    upload = _mine(request, pk)
    rows = sorted(upload.rows, key=lambda row: (ORDER.index(row["verdict"]), row["number"]))
    chosen = request.GET.get("only", "")
    shown = [row for row in rows if row["verdict"] == chosen] if chosen in ORDER else rows
    context = {
        "upload": upload,
        "branch": upload.branch,
        "rows": shown,
        "tabs": _tabs(upload, chosen),
        "conflicts": upload.count(Verdict.CONFLICT),
    }
    return render(request, "tasks/checklist_report.html", context)


@require_POST
def checklist_confirm(request, pk):
    """Save what was shown."""
    upload = services.confirm(
        _mine(request, pk),
        by=request.user,
        skip_conflicts=request.POST.get("skip_conflicts") == "1",
    )
    if upload.state == ChecklistUpload.State.SAVED:
        messages.success(request, f"已保存{upload.to_save}个条目，还没有提交。")
    return redirect(upload)


def _branch(request, pk):
    branches = Organization.objects.visible_to(request.user).branches()
    branch = get_object_or_404(branches, pk=pk)
    require(rules.may_fill(request.user, branch), NOT_YOURS)
    return branch


def _mine(request, pk):
    mine = ChecklistUpload.objects.visible_to(request.user).select_related("branch", "by")
    return get_object_or_404(mine, pk=pk)


def _tabs(upload, chosen):
    """The verdicts there are, each with its number of rows."""
    counts = [("", "全部", len(upload.rows))]
    counts += [(v.value, v.label, upload.count(v)) for v in Verdict]
    return [
        {"label": label, "url": f"?only={key}", "active": chosen == key, "count": count}
        for key, label, count in counts
        if count or not key
    ]
