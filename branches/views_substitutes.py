"""转办: who acts for a reviewer who is away, and until when."""

from django.contrib import messages
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from branches import rules
from branches.forms import SubstituteForm
from branches.models import Appointment
from branches.roles import REVIEW_ROLES
from branches.scope import scope_of
from branches.services import substitutes as services
from branchyear.lib.dates import local_day
from branchyear.lib.errors import Refused, require


@require_http_methods(["GET", "POST"])
def substitute(request, pk):
    """Who acts now or will, and the form for another."""
    office = _office(request, pk, acting_for=None)
    require(rules.may_substitute(request.user, office), services.NOT_YOURS)
    form = SubstituteForm(request.POST or None, initial={"starts_on": local_day()})
    if request.method == "POST" and form.is_valid():
        try:
            acting = services.substitute(
                office, by=request.user, now=timezone.now(), **form.cleaned_data
            )
            words = f"{acting.starts_on:%m月%d日}至{acting.ends_on:%m月%d日}由{acting.user}代理审核"
            messages.success(request, f"{words}，已通知双方，到期自动结束。")
            return redirect("branches:substitute", office.pk)
        except Refused as refused:
            if refused.field is None:
                raise
            form.add_error(refused.field, refused.sentence)
    context = {
        "office": office,
        "organization": office.organization,
        "form": form,
        "acting": services.acting_of(office, local_day()),
        "sees": scope_of(request.user).sees(office.organization),
    }
    return render(request, "branches/substitute.html", context, status=422 if form.errors else 200)


@require_POST
def end_acting(request, pk):
    """The reviewer is back before the day."""
    acting = _office(request, pk, acting_for__isnull=False)
    office = Appointment.objects.filter(
        user=acting.acting_for, organization=acting.organization, role=acting.role, acting_for=None
    ).first()
    services.end_acting(acting, by=request.user, now=timezone.now())
    messages.success(request, f"{acting.user}的代理已结束，已通知双方。")
    if office is None:
        return redirect(acting.organization)
    return redirect("branches:substitute", office.pk)


def _office(request, pk, **kind):
    """A reviewer's office, if this person sees the organisation or keeps the offices."""
    offices = Appointment.objects.filter(role__in=REVIEW_ROLES, **kind)
    office = get_object_or_404(offices.select_related("organization", "user", "acting_for"), pk=pk)
    scope = scope_of(request.user)
    if not scope.sees(office.organization) and not rules.may_manage_organizations(request.user):
        raise Http404
    return office
