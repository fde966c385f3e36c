"""The organisation tree at the left of a page, as ``templates/ui/_tree.html`` wants it."""

from branches.models import Kind, Organization
from branches.querysets import within
from branches.scope import scope_of

# A city has about five hundred organisations; above this the tree shows only what is near the chosen
# one, so that no page grows with the whole of a province.
WHOLE_UP_TO = 1500


def tree_nodes(user, *, active=None, url=None, badges=None, groups=True):
    """The open organisations a person sees, a flat list in official order.

    ``active`` is the chosen organisation, ``url(organization)`` where a click leads (default: the page
    of the organisation), ``badges`` maps primary keys to a short text behind the name; without
    ``groups`` the tree ends at the branches.
    """
    url = url or Organization.get_absolute_url
    badges = badges or {}
    tops = scope_of(user).seen_paths
    rows = list(_rows(user, tops, active, groups))
    paths = {o.path for o in rows}
    parents = {o.path[: -o.steplen] for o in rows} & paths
    opened = set(active.ancestor_paths) if active else set()
    depth_of_top = {path: len(path) // Organization.steplen for path in tops}

    def depth(path):
        top = next(top for top in tops if path.startswith(top))
        return len(path) // Organization.steplen - depth_of_top[top] + 1

    return [
        {
            "pk": o.pk,
            # Branches of several organisations side by side: short names alone would be told apart by nobody.
            "name": o.name if o.path in tops and len(tops) > 1 else o.label,
            "depth": depth(o.path),
            "url": url(o),
            "active": active is not None and o.pk == active.pk,
            "has_children": o.path in parents,
            "open": o.path in opened or o.path in tops,
            "badge": badges.get(o.pk, ""),
        }
        for o in rows
    ]


def _rows(user, tops, active, groups):
    seen = Organization.objects.visible_to(user).open()
    if not groups:
        seen = seen.exclude(kind=Kind.GROUP)
    rows = seen.only("id", "path", "depth", "name", "short_name")
    whole = list(rows[: WHOLE_UP_TO + 1])
    if len(whole) <= WHOLE_UP_TO:
        return whole
    step = Organization.steplen
    near = {path[:-step] for path in (active.ancestor_paths if active else [])} | set(tops)
    if active:
        near.add(active.path)
    depths = {len(path) // step + 1 for path in near}
    candidates = rows.filter(within(tops), depth__in=depths | {len(p) // step for p in tops})
    return [o for o in candidates if o.path[:-step] in near or o.path in tops]
