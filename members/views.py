"""The roll of an organisation (党员名册)."""

from django.http import Http404
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_GET

from branches.models import Kind, Organization
from branches.roles import BRANCH_ROLES
from branches.scope import scope_of
from branches.tree import tree_nodes
from branchyear.lib.paging import page_of
from members.forms import RosterForm
from members.models import Member


@require_GET
def roster(request):
    """The members of one branch, or of everything below an organisation; numbers are masked."""
    organization = _organization(request)
    below = Organization.objects.visible_to(request.user).under(organization).open()
    groups = list(below.filter(kind=Kind.GROUP)) if organization.is_branch else []
    form = RosterForm(request.GET, groups=groups)
    members = Member.objects.visible_to(request.user).under(organization)
    members = members.filter(organization__closed_on=None)
    rows = members.counted().found(**form.chosen).select_related("organization", "group")
    page = page_of(request.GET, rows)
    context = {
        "organization": organization,
        "form": form,
        "page": page,
        "figures": members.head_count(),
        "searching": any(form.chosen.values()),
        "tree_nodes": _tree(request.user, organization),
    }
    return render(request, "members/roster.html", context)


def _organization(request):
    """The organisation asked for, else the person's own branch, else where the sight begins."""
    seen = Organization.objects.visible_to(request.user).exclude(kind=Kind.GROUP)
    asked = request.GET.get("org", "")
    if asked:
        return get_object_or_404(seen, pk=int(asked) if asked.isdecimal() else 0)
    scope = scope_of(request.user)
    own = scope.organizations(BRANCH_ROLES)
    first = own[0] if own else seen.filter(path__in=scope.seen_paths).first()
    if first is None:
        raise Http404
    return first


def _tree(user, organization):
    """The tree leads to the roll of each organisation; a Party group is a filter of its branch."""
    address = reverse("members:roster")
    nodes = tree_nodes(
        user, active=organization, groups=False, url=lambda o: f"{address}?org={o.pk}"
    )
    return nodes if len(nodes) > 1 else []
