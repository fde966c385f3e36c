"""What the apps above show on an organisation's page, e.g. its people and its last meetings.

This app knows nothing of members or meetings; they register here a part of the page::

    @panel("members/panels/people.html")
    def people(organization, user, today):
        return {"figures": ...}  # None: nothing to show here

Parts stand in the order in which they were registered.
"""

_panels = []


def panel(template):
    """Register ``function(organization, user, today)`` as a part of the page, shown by ``template``."""

    def register(function):
        _panels.append((template, function))
        return function

    return register


def panels_of(organization, user, today):
    """``[(template, context)]`` of the parts that have something to show."""
    found = [(template, function(organization, user, today)) for template, function in _panels]
    return [(template, context) for template, context in found if context is not None]
