"""The roll of an organisation (党员名册)."""

from django.shortcuts import render
from django.views.decorators.http import require_GET

from branches.models import Kind, Organization
from branchyear.lib.paging import page_of
from members import rules
from members.completeness import REQUIRED, completeness, completeness_by_branch, missing_of
from members.desk import desk
from members.forms import SORTS, RosterForm
from members.models import Member
from members.querysets import OFFICE


@require_GET
def roster(request):
    """The members of one branch, or of everything below an organisation; numbers are masked."""
    organization, context = desk(request, "members:roster")
    below = Organization.objects.with_ledgers_for(request.user).under(organization).open()
    groups = list(below.filter(kind=Kind.GROUP)) if organization.is_branch else []
    form = RosterForm(request.GET, groups=groups)
    chosen = form.chosen
    members = members_of(request.user, organization)
    found = members.found(**chosen, numbers=rules.may_search_numbers(request.user))
    sort = request.GET.get("sort", "")
    rows = in_order(found.with_missing(), sort, organization).select_related(
        "organization", "group"
    )
    page = page_of(request.GET, rows)
    for member in page.object_list:
        member.lacks = _lacks(member)
    whole = completeness(members)
    context |= {
        "form": form,
        "chosen": chosen,
        "page": page,
        "figures": members.head_count(),
        "searching": any(chosen.values()),
        "sort": sort if sort in SORTS else "",
        "groups": groups,
        "completeness": whole,
        "may_import": rules.may_import_roster(request.user, organization),
        "may_take_numbers": rules.may_take_numbers(request.user, organization),
        "may_keep": rules.may_keep_roster(request.user, organization) and organization.is_open,
    }
    return render(request, "members/roster.html", context)


@require_GET
def completeness_page(request):
    """How complete the rosters of the branches below are: one line per branch, in official order."""
    organization, context = desk(request, "members:roster")
    members = members_of(request.user, organization)
    whole = completeness(members)
    by_branch = completeness_by_branch(members)
    branches = (
        Organization.objects.with_ledgers_for(request.user).under(organization).open().branches()
    )
    if request.GET.get("show") == "lacking":
        branches = branches.filter(pk__in=[pk for pk, one in by_branch.items() if one.missing])
    page = page_of(request.GET, branches)
    for branch in page.object_list:
        branch.completeness = by_branch.get(branch.pk)
    context |= {
        "page": page,
        "completeness": whole,
        "incomplete": sum(1 for one in by_branch.values() if one.missing),
        "branches": len(by_branch),
        "required_words": "、".join(required.label for required in REQUIRED),
        "only_lacking": request.GET.get("show") == "lacking",
    }
    return render(request, "members/completeness.html", context)


def members_of(user, organization):
    """Everybody ever registered at or below ``organization``, in open branches, that ``user`` sees."""
    members = Member.objects.visible_to(user).under(organization)
    return members.filter(organization__closed_on=None)


def _lacks(member):
    """Which facts are missing, without asking again whether the branch has groups: the count knows."""
    found = missing_of(member, has_groups=False) if member.missing else []
    return found if len(found) == member.missing else missing_of(member, has_groups=True)


def in_order(members, sort, organization):
    """Sorted as asked; else in the order of the paper: branch by branch, officers first."""
    if sort in SORTS:
        return members.order_by(*SORTS[sort], "pk")
    if organization.is_branch:
        return members.order_by(OFFICE, "group__path", "name_key", "pk")
    return members.order_by("organization__path", "name_key", "pk")
