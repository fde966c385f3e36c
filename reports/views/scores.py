"""A score sheet to be taken away."""

from django.http import Http404, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_GET

from branchyear.audit.services import record
from branchyear.lib.admin import as_attachment
from reports.services import score_copies
from reports.views.copies import TYPES
from tasks.views.score import fetch


@require_GET
def score_copy(request, pk):
    """得分表 with its verification code, as PDF or Excel."""
    score = fetch(request, pk)
    form = request.GET.get("format", "pdf")
    if form not in ("pdf", "xlsx"):
        raise Http404
    name, content = score_copies.give_out(score, form, by=request.user, now=timezone.now())
    record("score.copied", score, by=request.user, organization=score.organization, format=form)
    return as_attachment(HttpResponse(content, content_type=TYPES[form]), name)
