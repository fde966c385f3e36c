"""Down and up again: the workbooks of dues. Downloads hold members' sums and are noted."""

from io import BytesIO

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from branchyear.audit.services import record
from branchyear.lib.admin import EXCEL, as_attachment
from branchyear.lib.dates import Month, local_day
from branchyear.lib.errors import BadFile, require
from branchyear.lib.routes import path_to
from branchyear.lib.xlsx import filename
from members import dues_workbooks as books
from members import rules
from members.views.dues.bases import lines_of
from members.views.dues.common import (
    dues_desk,
    month_of,
    posted_branch,
    require_branch,
    running_month,
    year_of,
)

NO_FILE = "请先选择填写好的 Excel 表格。"


@require_GET
def dues_workbook(request):
    """The month's book, or with ``year`` the one of its months up to the running one."""
    branch, context = dues_desk(request, "members:dues")
    require_branch(branch)
    require(rules.may_keep_dues(request.user, branch))
    if "year" in request.GET:
        year = year_of(request.GET)
        last = min(Month(year, 12), context["running"])
        months = [Month(year, number) for number in range(1, last.number + 1)]
        label = f"{year}年"
    else:
        months = [month_of(request.GET)]
        label = months[0].label
    file = BytesIO()
    books.write_payments(file, branch, months, today=context["today"])
    return _download(request, branch, file, "党费登记表", label)


@require_GET
def bases_workbook(request):
    branch, context = dues_desk(request, "members:dues_bases")
    require_branch(branch)
    require(rules.may_keep_dues(request.user, branch))
    file = BytesIO()
    books.write_bases(file, lines_of(branch, context["running"]), context["running"])
    return _download(request, branch, file, "党费基数核定表", context["running"].label)


def _download(request, branch, file, title, label):
    record("dues.downloaded", branch, by=request.user, organization=branch, book=title)
    answer = HttpResponse(file.getvalue(), content_type=EXCEL)
    return as_attachment(answer, filename(branch.name, title, label, local_day(), "xlsx"))


@require_POST
def import_dues(request):
    """Register what the book says, all or nothing."""
    branch = posted_branch(request)

    def read(file):
        return books.import_payments(branch, file, by=request.user, now=timezone.now())

    back = f"{path_to('members:dues')}?org={branch.pk}&month={month_of(request.POST)}"
    return _uploaded(request, branch, read, "登记{}人次。", back)


@require_POST
def import_bases(request):
    """Approve what was changed in the book, all or nothing."""
    branch = posted_branch(request)

    def read(file):
        lines = lines_of(branch, running_month())
        return books.import_bases(branch, lines, file, by=request.user, today=local_day())

    back = f"{path_to('members:dues_bases')}?org={branch.pk}"
    return _uploaded(request, branch, read, "核定{}人的党费基数。", back)


def _uploaded(request, branch, read, said, back):
    file = request.FILES.get("file")
    report, sentence = None, NO_FILE
    if file is not None:
        try:
            report = read(file)
        except BadFile as error:
            sentence = error.sentence
    if report is not None and not report.rows:
        words = f"已从表格{said.format(report.saved)}"
        messages.success(request, words if report.saved else "表格内容与系统一致，没有需要登记的。")
        return redirect(back)
    _, context = dues_desk(request, "", branch)
    context |= {"report": report, "sentence": sentence, "back": back}
    return render(request, "members/dues_upload.html", context, status=422)
