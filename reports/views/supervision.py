"""A 督办单 to be printed."""

import io

from django.http import HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_GET

from branches.models import Organization
from branchyear.audit.services import record
from branchyear.lib.admin import as_attachment
from branchyear.lib.layout import moment
from branchyear.lib.pdf import render_document
from reports.views.copies import TYPES
from tasks.views.supervision import fetch


@require_GET
def supervision_copy(request, pk):
    """The 督办单 as PDF, with the reply where there is one."""
    row = fetch(request, pk)
    length = Organization.steplen * Organization.COMMITTEE_DEPTH
    signed = Organization.objects.filter(path=row.organization.path[:length]).first()
    file = io.BytesIO()
    render_document(
        file, "reports/supervision_copy.html", {"row": row, "signed": signed or ""},
        title=f"督办单（{row.title}）", author=str(request.user),
        watermark=f"{request.user} {moment(timezone.now())}",
    )  # fmt: skip
    record("supervision.copied", row, by=request.user, organization=row.organization)
    name = f"{row.organization.name}_{row}.pdf"
    return as_attachment(HttpResponse(file.getvalue(), content_type=TYPES["pdf"]), name)
