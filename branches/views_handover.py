"""交接: the form, its result, and the sheet to print."""

import io

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from branches import rules
from branches.forms import HandoverForm
from branches.handing_over import sheet_of
from branches.models import Appointment, Handover
from branches.roles import BRANCH_ROLES
from branches.scope import scope_of
from branches.services import handover as services
from branchyear.lib.admin import as_attachment
from branchyear.lib.dates import local_day
from branchyear.lib.errors import Refused, require
from branchyear.lib.layout import moment
from branchyear.lib.pdf import render_document


@require_http_methods(["GET", "POST"])
def hand_over(request, pk):
    """What is open, to whom it goes, one button; afterwards the result with the one-time password.

    The result is shown at once, not after a redirect: the password is kept nowhere. Posted again it
    finds the office gone and says so.
    """
    office = _office(request, pk)
    organization = office.organization
    require(rules.may_hand_over(request.user, organization), services.NOT_YOURS)
    form = HandoverForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            done = services.hand_over(
                office, by=request.user, now=timezone.now(), **form.cleaned_data
            )
            return render(request, "branches/handed_over.html", {"done": done})
        except Refused as refused:
            if refused.field is None:
                raise
            form.add_error(refused.field, refused.sentence)
    sees = scope_of(request.user).sees(organization)
    context = {
        "office": office,
        "organization": organization,
        "form": form,
        "sheet": sheet_of(organization, local_day()) if sees else None,
    }
    return render(request, "branches/hand_over.html", context, status=422 if form.errors else 200)


def _office(request, pk):
    """The office in force, if this person sees the organisation (or is the system administrator, who sees
    offices though not the Party's business)."""
    offices = Appointment.objects.in_force(local_day()).filter(role__in=BRANCH_ROLES)
    office = get_object_or_404(offices.select_related("organization", "user"), pk=pk)
    scope = scope_of(request.user)
    if not scope.sees(office.organization) and not rules.may_manage_organizations(request.user):
        raise Http404
    return office


@require_GET
def handover_sheet(request, pk):
    """The sealed sheet, on the screen or (``?format=pdf``) as a paper with the three signatures."""
    rows = Handover.objects.visible_to(request.user)
    rows = rows.select_related("organization", "from_user", "to_user", "by")
    handover = get_object_or_404(rows, pk=pk)
    context = {
        "handover": handover,
        "organization": handover.organization,
        "total": sum(len(part["lines"]) for part in handover.sheet),
    }
    if request.GET.get("format") != "pdf":
        return render(request, "branches/handover_sheet.html", context)
    title = f"{handover.organization}{handover.get_role_display()}交接单"
    paper = io.BytesIO()
    render_document(
        paper,
        "branches/handover_paper.html",
        context,
        title=title,
        author=str(request.user),
        watermark=f"{request.user} {moment(timezone.now())}",
    )
    answer = HttpResponse(paper.getvalue(), content_type="application/pdf")
    return as_attachment(answer, f"{title}{handover.on:%Y%m%d}.pdf")
