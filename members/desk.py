"""The branch's desk (支部台账): which organisation a page is about, and the tabs that lead from one ledger
to the next. Every page of this app uses it, so that all of them find the branch in the same way.
"""

from django.http import Http404
from django.shortcuts import get_object_or_404
from django.urls import NoReverseMatch, reverse

from branches.models import Kind, Organization
from branches.roles import BRANCH_ROLES
from branches.scope import scope_of
from branches.tree import tree_nodes

# In the order of the tabs: what it is called, the view it leads to.
TABS = (
    ("党员名册", "members:roster"),
    ("班子和党小组", "members:committee"),
    ("组织生活", "members:life"),
    ("党费", "members:dues"),
    ("教育培训", "members:training"),
    ("组织关系", "members:transfers"),
    ("流动和失联", "members:absences"),
    ("发展党员", "members:admissions"),
)
WITHOUT_LEDGERS = ("members:life",)  # open to whoever inspects the branch


def chosen_organization(request, *, ledgers=False):
    """The organisation asked for (``?org=``), else the person's own branch, else where the sight begins.

    404 when it is out of sight, is a Party group, or nothing is in sight at all; for a page of ``ledgers`` also where
    those of its people may not be read.
    """
    scope, asked = scope_of(request.user), request.GET.get("org", "")
    pk = int(asked) if asked.isdecimal() else 0
    here = scope.own(pk, ledgers=ledgers) if asked else None
    if here is not None and here.kind != Kind.GROUP:
        return here
    own = scope.organizations(BRANCH_ROLES)
    if own and not asked:
        return own[0]
    places = Organization.objects
    seen = places.with_ledgers_for(request.user) if ledgers else places.visible_to(request.user)
    seen = seen.exclude(kind=Kind.GROUP)
    if asked:
        return get_object_or_404(seen, pk=pk)
    tops = scope.ledger_paths if ledgers else scope.seen_paths
    first = seen.filter(path__in=tops).first()
    if first is None:
        raise Http404
    return first


def tree_for(user, organization, view_name):
    """The tree at the left leads to the same page of each organisation; none for a single branch."""
    if organization.is_branch and scope_of(user).seen_paths == (organization.path,):
        return []
    address = reverse(view_name)
    nodes = tree_nodes(
        user, active=organization, groups=False, url=lambda o: f"{address}?org={o.pk}"
    )
    return nodes if len(nodes) > 1 else []


def tabs_for(user, organization, view_name):
    """The tabs of the desk that this person may open, the one of ``view_name`` chosen."""
    reads, tabs = scope_of(user).reads_ledgers(organization), []
    for label, name in TABS:
        if not reads and name not in WITHOUT_LEDGERS:
            continue
        try:
            address = reverse(name)
        except NoReverseMatch:
            continue
        tabs.append(
            {
                "label": label,
                "url": f"{address}?org={organization.pk}",
                "active": name == view_name,
                "count": None,
            }
        )
    return tabs


def desk(request, view_name, organization=None, *, ledgers=True):
    """``(organization, context)``: what every page of the desk starts from.

    The context holds ``organization``, ``desk_tabs`` and ``tree_nodes``. ``ledgers``: the page is about the people,
    so whoever inspects the branch alone does not find it (404).
    """
    organization = organization or chosen_organization(request, ledgers=ledgers)
    return organization, {
        "organization": organization,
        "desk_tabs": tabs_for(request.user, organization, view_name),
        "tree_nodes": tree_for(request.user, organization, view_name),
    }
