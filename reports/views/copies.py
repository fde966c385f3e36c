"""A monthly report and the table of who reported, to be taken away."""

import io

from django.http import Http404, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_GET

from branchyear.audit.services import record
from branchyear.lib.admin import as_attachment
from reports.services import copies
from reports.views.monthly import get_report

TYPES = {
    "pdf": "application/pdf",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


@require_GET
def report_copy(request, pk):
    """报送件: what was handed in; for those who write it, the draft as well, marked as such."""
    report = get_report(request, pk)
    form = request.GET.get("format", "pdf")
    if form not in TYPES:
        raise Http404
    now, user = timezone.now(), request.user
    copy = copies.copy_for(report, by=user, now=now)
    file = io.BytesIO()
    if form == "pdf":
        copies.write_pdf(copy, file, by=user, now=now)
    elif form == "docx":
        copies.write_word(copy, file, by=user)
    else:
        copies.write_book(copy, file, report, by=user, now=now)
    record("report.copied", report, by=user, organization=report.organization, format=form)
    mark = "（草稿）" if copy.is_draft else ""
    name = f"{copy.unit}{report.period.label}月报{mark}.{form}"
    return as_attachment(HttpResponse(file.getvalue(), content_type=TYPES[form]), name)
