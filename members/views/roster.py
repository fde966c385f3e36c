"""The roll of an organisation (党员名册)."""

from django.shortcuts import render
from django.views.decorators.http import require_GET

from branches.models import Kind, Organization
from branchyear.lib.paging import page_of
from members.desk import desk
from members.forms import RosterForm
from members.models import Member


@require_GET
def roster(request):
    """The members of one branch, or of everything below an organisation; numbers are masked."""
    organization, context = desk(request, "members:roster")
    below = Organization.objects.visible_to(request.user).under(organization).open()
    groups = list(below.filter(kind=Kind.GROUP)) if organization.is_branch else []
    form = RosterForm(request.GET, groups=groups)
    members = Member.objects.visible_to(request.user).under(organization)
    members = members.filter(organization__closed_on=None)
    rows = members.counted().found(**form.chosen).select_related("organization", "group")
    page = page_of(request.GET, rows)
    context |= {
        "form": form,
        "page": page,
        "figures": members.head_count(),
        "searching": any(form.chosen.values()),
    }
    return render(request, "members/roster.html", context)
