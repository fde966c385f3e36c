"""The pages about organisations."""

from django.db.models import F, Q
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET

from branches import rules
from branches.figures import figures_of
from branches.forms import FindForm
from branches.models import Kind, Organization
from branches.panels import panels_of
from branches.roles import BRANCH_ROLES, Role
from branches.scope import scope_of
from branches.tree import tree_nodes
from branchyear.lib.dates import local_day
from branchyear.lib.paging import page_of


@require_GET
def tree(request):
    """Where the person's sight begins, as a table; or what a search finds anywhere below it."""
    scope = scope_of(request.user)
    if not scope.seen_paths:
        raise Http404
    form = FindForm(request.GET)
    asked = form.chosen
    searching = bool(asked["q"] or asked["kind"] or asked["state"] != "open")
    seen = Organization.objects.visible_to(request.user)
    tops = list(seen.filter(path__in=scope.seen_paths))
    if not searching and len(tops) == 1 and tops[0].is_branch:  # its groups are on its own page
        return redirect(tops[0])
    if searching:
        rows = _found(seen, asked)
    elif len(tops) == 1:
        rows = _open_children(tops[0])
    else:
        rows = seen.filter(path__in=scope.seen_paths)
    page = page_of(request.GET, _for_table(rows))
    context = {
        "form": form,
        "page": page,
        "rows": _with_figures(page),
        "searching": searching,
        "top": tops[0] if len(tops) == 1 else None,
        "tree_nodes": tree_nodes(request.user),
    }
    return render(request, "branches/tree.html", context)


@require_GET
def organization(request, pk):
    """One organisation: facts, offices, what stands below it, its history."""
    seen = Organization.objects.visible_to(request.user)
    organization = get_object_or_404(seen, pk=pk)
    today = local_day()
    offices = sorted(
        organization.appointments.select_related("user", "acting_for", "organization"),
        key=lambda office: (list(Role).index(office.role), office.starts_on),
    )
    children = list(_for_table(_children(organization)))
    figures = figures_of([organization, *children])
    for child in children:
        child.figures, child.parent_name = figures[child.pk], organization.name
    context = {
        "organization": organization,
        "parents": list(seen.filter(path__in=organization.ancestor_paths[1:])),
        "figures": figures[organization.pk],
        "offices": _with_acts(request.user, [o for o in offices if _holds(o, today)]),
        "handovers": organization.handovers.visible_to(request.user).select_related(
            "from_user", "to_user"
        ),
        "past_offices": [o for o in offices if not _holds(o, today)],
        "sees_ledgers": scope_of(request.user).reads_ledgers(organization),
        "panels": panels_of(organization, request.user, today),
        "children": [o for o in children if o.kind != Kind.GROUP],
        "steps": [_step(event) for event in _history(organization)],
        "tree_nodes": tree_nodes(request.user, active=organization),
    }
    return render(request, "branches/organization.html", context)


def _with_acts(user, offices):
    """The offices, each with what this person may do about it."""
    for office in offices:
        in_branch = office.role in BRANCH_ROLES
        office.may_hand_over = in_branch and rules.may_hand_over(user, office.organization)
        office.may_substitute = rules.may_substitute(user, office)
    return offices


def _found(seen, asked):
    rows = seen
    if asked["q"]:
        words = asked["q"]
        rows = rows.filter(
            Q(name__icontains=words) | Q(short_name__icontains=words) | Q(code__startswith=words)
        )
    if asked["kind"]:
        rows = rows.filter(kind=asked["kind"])
    if asked["state"] != "all":
        rows = rows.filter(closed_on__isnull=asked["state"] == "open")
    return rows


def _children(organization):
    """Direct children, the closed ones after the open."""
    return Organization.objects.get_children(organization).order_by(
        F("closed_on").asc(nulls_first=True), "path"
    )


def _open_children(organization):
    return Organization.objects.get_children(organization).open()


def _for_table(rows):
    return rows.with_secretary_name(local_day())


def _with_figures(rows):
    """The rows of a table, each with its figures and the name of the organisation above."""
    rows = list(rows)
    figures = figures_of(rows)
    above = {o.path[: -o.steplen] for o in rows}
    names = dict(Organization.objects.filter(path__in=above).values_list("path", "name"))
    for organization in rows:
        organization.figures = figures[organization.pk]
        organization.parent_name = names.get(organization.path[: -organization.steplen], "")
    return rows


def _holds(appointment, today):
    return appointment.starts_on <= today and (
        appointment.ends_on is None or appointment.ends_on >= today
    )


def _history(organization):
    return organization.events.select_related("other", "by").order_by("on", "id")


def _step(event):
    """One event in the words of the office, for the time line."""
    return {
        "at": event.on,
        "who": event.by or "系统",
        "what": event.get_what_display(),
        "detail": event.sentence,
        "code": "",
    }
