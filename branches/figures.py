"""Figures about organisations that the apps above supply, e.g. how many members are on the roll.

This app knows nothing of members or items; they register here what a table of organisations may show::

    @figure
    def members(condition):
        rows = Member.objects.filter(condition("organization__path"))
        return rows.values_list("organization__path").annotate(Count("pk"))

``figures_of`` adds each place to all above it, so that every organisation gets the sum of its subtree.
"""

from os.path import commonprefix

from branches.models import Organization
from branches.querysets import below

_figures = {}


def figure(function):
    """Register ``function(condition)`` under its name; ``condition(field)`` limits rows to a subtree."""
    _figures[function.__name__] = function
    return function


def figures_of(organizations):
    """``{pk: {"branches": 12, "members": 345, …}}`` for a few organisations, one query per figure."""
    organizations = list(organizations)
    if not organizations:
        return {}
    step = Organization.steplen
    prefix = commonprefix([o.path for o in organizations])
    prefix = prefix[: len(prefix) // step * step]

    def condition(field):
        return below(prefix, field)

    found = {o.pk: {} for o in organizations}
    for name, function in _figures.items():
        totals = {}
        for path, number in function(condition):
            for length in range(step, len(path) + 1, step):
                totals[path[:length]] = totals.get(path[:length], 0) + number
        for organization in organizations:
            found[organization.pk][name] = totals.get(organization.path, 0)
    return found


@figure
def branches(condition):
    """Open branches."""
    rows = Organization.objects.branches().open().filter(condition("path"))
    return ((path, 1) for path in rows.values_list("path", flat=True))
