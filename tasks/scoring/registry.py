"""How a fact of the scores is written down.

A rule is a function that gets an ``Ask`` and answers with ``Facts``: a queryset of rows, which of them
count, and to which organisation each belongs. The engine makes the number, the list behind it and its
digest from that one queryset, so they cannot differ; one statement serves one organisation and ten thousand::

    @fact("problems.overdue", "逾期未销号的问题", unit="个", show=show_problem)
    def overdue_problems(ask):
        rows = Problem.objects.filter(ask.under("organization__path"), due_on__lte=ask.ends_on)
        return Facts(rows, owner="organization__path", counted=Q(state="open"))

Facts are what somebody other than the organisation has looked at (accepted items, sealed reports, closed
problems, inspections); nothing counts persons, log-ins or uploads.
"""

from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cache
from importlib import import_module
from pkgutil import iter_modules

from django.db.models import Q


@dataclass(frozen=True)
class Ask:
    """Of which campaign, in which days, at which moment, with which parameters, about whom.

    ``under(path)`` is the condition that limits rows to the organisations asked about.
    """

    campaign: object
    starts_on: date
    ends_on: date
    moment: datetime
    params: dict = field(default_factory=dict)
    condition: object = None

    def under(self, path):
        return Q() if self.condition is None else self.condition(path)


@dataclass(frozen=True)
class Facts:
    """The rows, and what each says.

    ``owner`` leads to the path of the organisation a row belongs to; ``counted`` is true of those that count;
    ``claimed`` of those the organisation itself says so of (自评; None: the same); ``amount`` is what a row
    weighs (None: one each); ``task`` leads to the code of the task a row is about: a line that names a task takes
    the rows of that task alone; ``reviewer`` is the expression of who reviewed it; ``words`` names the relations
    and annotations that ``show`` reads.
    """

    rows: object
    owner: str
    counted: Q
    claimed: Q | None = None
    amount: str | None = None
    task: str = ""
    reviewer: object = None
    words: object = None  # rows → rows, with what a list shows


@dataclass(frozen=True)
class FactRule:
    """A registered fact. ``own``: of the organisation itself alone, not of those below it."""

    key: str
    name: str
    find: object
    unit: str
    counted_word: str
    show: object
    link: object = None
    own: bool = False


FACTS: dict[str, FactRule] = {}


def fact(key, name, *, show, unit="件", counted_word="计入", link=None, own=False):
    """Register the function below as the fact with this key."""

    def register(function):
        if key in FACTS and FACTS[key].find.__module__ != function.__module__:
            raise ValueError(f"two facts called {key}")
        FACTS[key] = FactRule(key, name, function, unit, counted_word, show, link, own)
        return function

    return register


def load():
    """Import every module of facts, so that they are registered."""
    _import_facts()
    return FACTS


@cache
def _import_facts():
    import tasks.scoring as package  # its modules import this one

    for module in iter_modules(package.__path__):
        import_module(f"tasks.scoring.{module.name}")
