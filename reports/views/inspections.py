"""检查报告: an inspection as a paper."""

import io

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.views.decorators.http import require_GET

from branches.scope import scope_of
from branchyear.lib.admin import as_attachment
from branchyear.lib.errors import Refused, require
from reports.services import inspection_papers
from tasks.models import Inspection
from tasks.models.inspections import WATCHING_ROLES


@require_GET
def inspection_report(request, pk):
    """The PDF, for those over the inspection: it names all branches and what was found there."""
    row = get_object_or_404(
        Inspection.objects.visible_to(request.user)
        .select_related("organization", "scope", "campaign")
        .prefetch_related("draws"),
        pk=pk,
    )
    require(scope_of(request.user).holds_over(WATCHING_ROLES, row.organization))
    if row.state not in {Inspection.State.RUNNING, Inspection.State.ENDED}:
        raise Refused("抽取之后才有检查报告。")
    file = io.BytesIO()
    inspection_papers.print_report(row, file, by=request.user, now=timezone.now())
    answer = HttpResponse(file.getvalue(), content_type="application/pdf")
    return as_attachment(answer, f"{row.title}情况报告.pdf")
