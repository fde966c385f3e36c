"""Search (搜索) over everything a person sees: organisations, members, checklist items."""

from django.db.models import Q
from django.shortcuts import render
from django.views.decorators.http import require_GET

from branches.models import Kind, Organization
from branches.roles import BRANCH_ROLES
from branches.scope import scope_of
from branchyear.lib.dates import local_day
from members.models import Member
from tasks.models import BranchItem, Campaign, ChecklistItem

SHOWN = 20
LEAST = 2  # one character finds half the city


@require_GET
def search(request):
    """The first hits of each kind; never more than is in the person's sight."""
    words = " ".join(request.GET.get("q", "").split())[:50]
    found = _found(request.user, words) if len(words) >= LEAST else None
    context = {"words": words, "found": found, "least": LEAST, "shown": SHOWN}
    return render(request, "search.html", context)


def _found(user, words):
    organizations = Organization.objects.visible_to(user).open().exclude(kind=Kind.GROUP)
    members = Member.objects.visible_to(user).counted().filter(organization__closed_on=None)
    return {
        "organizations": list(
            organizations.filter(
                Q(name__icontains=words)
                | Q(short_name__icontains=words)
                | Q(code__startswith=words)
            )[:SHOWN]
        ),
        "members": list(members.found(q=words).select_related("organization")[:SHOWN]),
        **_items(user, words),
    }


def _items(user, words):
    """The own branch's items themselves; above the branches each item once, with its list of answers."""
    campaign = Campaign.objects.running(local_day())
    scope = scope_of(user)
    own = scope.organizations(BRANCH_ROLES)
    if campaign is None or not scope.seen_paths:
        return {"items": [], "asked": []}
    if own:
        rows = BranchItem.objects.visible_to(user).of(campaign).in_force().with_words()
        match = Q(item__code__istartswith=words) | Q(version__text__icontains=words)
        return {"items": list(rows.filter(match, branch__in=own)[:SHOWN]), "asked": []}
    rows = ChecklistItem.objects.asked().filter(task__campaign=campaign)
    match = Q(code__istartswith=words) | Q(current__text__icontains=words)
    found = rows.filter(match).select_related("current").order_by("task__order", "order")
    return {"items": [], "asked": list(found[:SHOWN])}
