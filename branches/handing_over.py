"""What is open at an organisation, as its hand-over sheet lists it.

This app knows nothing of items, problems or members; the apps above register their parts::

    @part("问题清单")
    def problems(organization, today):
        return [line(what, why, due)]  # []: nothing open

Parts stand in the order in which they were registered; a part without a line is said to be empty.
"""

from branches.models import Kind, Term
from branches.terms import elects

_parts = []


def part(title):
    """Register ``function(organization, today)`` as a part of the sheet."""

    def register(function):
        _parts.append((title, function))
        return function

    return register


def line(what, why="", due=None):
    """One open thing, in a form that can be sealed as JSON."""
    return {"what": what, "why": why, "due": due.isoformat() if due else ""}


def sheet_of(organization, today):
    """``[{title, lines}]``: everything open at the organisation today."""
    return [{"title": title, "lines": list(find(organization, today))} for title, find in _parts]


@part("班子任期")
def term(organization, today):
    if organization.kind == Kind.GROUP or not elects(organization):
        return
    running = Term.objects.filter(organization=organization, ended_on=None).first()
    if running is None:
        yield line("本届班子的选举日期还没有登记")
    else:
        yield line(f"第{running.number}届班子任期届满，届时换届", due=running.due_on)
