"""审核用时 (反向督办): how long items lie with the organisations above the branches."""

from django.db.models import Q
from django.http import Http404
from django.shortcuts import render
from django.views.decorators.http import require_GET

from branches.models import Organization
from branches.roles import COMMITTEE_ROLES, Role
from branches.scope import scope_of
from branchyear.lib.dates import local_day
from branchyear.lib.errors import require
from branchyear.lib.paging import page_of
from tasks import clocks, rules
from tasks.workdays import WorkingDays

LOOKING = frozenset({Role.ORG_REVIEWER, Role.CITY_DEPARTMENT, *COMMITTEE_ROLES})


@require_GET
def review_clocks(request):
    """By organisation in official order, never by person; below it what waits too long."""
    scope = scope_of(request.user)
    require(scope.has(LOOKING), "审核用时由直属党组织、市直机关工委和市委组织部查看。")
    seen = Organization.objects.visible_to(request.user)
    asked = request.GET.get("org", "")
    if asked:
        found = seen.filter(pk=asked).first() if asked.isdecimal() and len(asked) < 10 else None
        if found is None:
            raise Http404
    else:
        found = scope.organizations(LOOKING)[0]
    today = local_day()
    now = clocks.clocks(found, by=request.user, today=today)
    if request.htmx and request.GET.get("panel"):  # the levels alone, for the overview
        return render(request, "tasks/_clocks_panel.html", {"clocks": now})
    late = clocks.overdue_items(found, by=request.user, today=today)
    days = WorkingDays()
    rows = page_of(request.GET, late)
    for row in rows:
        row.waited = days.between(local_day(row.waiting_since), today)
    context = {
        "organization": found,
        "above": seen.filter(path__in=found.ancestor_paths[1:]).filter(~Q(kind="group")),
        "clocks": now,
        "rows": rows,
        "may_urge": rules.may_urge_below(request.user, found),
        "today": today,
    }
    return render(request, "tasks/review_clocks.html", context)
