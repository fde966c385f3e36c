"""Items counted by place, task and phases: what every number of the overview is added up from.

One statement over the items, whatever is asked; the phases and the weights are put to it afterwards, because
they are a matter of the few versions of an item and not of its many answers.
"""

from dataclasses import dataclass, fields
from decimal import Decimal

from django.db.models import F
from django.db.models.functions import Substr

from branches.models import Organization


@dataclass(frozen=True)
class Numbers:
    """How many items stand where, how many should be done by now, and what they weigh."""

    total: int = 0
    todo: int = 0
    draft: int = 0
    submitted: int = 0
    returned: int = 0
    accepted: int = 0
    overdue: int = 0
    due: int = 0
    weight: Decimal = Decimal(0)
    weight_accepted: Decimal = Decimal(0)

    @classmethod
    def of(cls, row):
        """From one row of ``figures``; a sum over nothing is None there and 0 here."""
        return cls(**{f.name: row.get(f.name) or f.default for f in fields(cls)})

    def __add__(self, other):
        return Numbers(*map(sum, zip(self.values, other.values, strict=True)))

    @property
    def values(self):
        return tuple(getattr(self, name) for name in NAMES)

    def share(self, by="count"):
        """The accepted share, 0 to 1, by number of items or by their weight; None of nothing."""
        part, whole = (
            (self.weight_accepted, self.weight) if by == "weight" else (self.accepted, self.total)
        )
        return Decimal(part) / Decimal(whole) if whole else None


NAMES = tuple(field.name for field in fields(Numbers))
ACCEPTED = NAMES.index("accepted")
ACCEPTED_WEIGHT = NAMES.index("weight_accepted")


def live(selection, *, by, today):
    """``(path of the place, task, phases, numbers)``, counted now.

    The place is the directly affiliated organisation, or the branch inside one.
    """
    versions = selection.content.versions
    place = F("branch__path")
    if not is_by_branch(selection.organization):
        place = Substr("branch__path", 1, Organization.steplen * Organization.DIRECT_DEPTH)
    rows = selection.of(phase=None).items(by=by, today=today).annotate(place=place)
    for path, version, *numbers in rows.counts(today, "place", "version_id"):
        task, phases, weight = versions[version]
        numbers += [weight * numbers[0], weight * numbers[ACCEPTED]]
        yield path, task, phases, numbers


def is_by_branch(organization):
    """Inside a directly affiliated organisation the branches are told apart."""
    return organization.depth >= Organization.DIRECT_DEPTH


def counts(selection, *, by, today):
    """Counted now, or beforehand where the city is too large for that; the numbers are the same."""
    from reports.services import rollups  # counts with what is here

    if rollups.serves(selection, by=by):
        for path, task, phases, numbers in rollups.kept(selection.of(phase=None), today=today):
            numbers[-2:] = [Decimal(number) / rollups.CENTS for number in numbers[-2:]]
            yield path, task, phases, numbers
        return
    yield from live(selection, by=by, today=today)


class Sums(dict):
    """Numbers added up under a key."""

    def put(self, key, numbers):
        held = self.get(key)
        if held is None:
            self[key] = list(numbers)
        else:
            for place, number in enumerate(numbers):
                held[place] += number

    def of(self, key):
        return Numbers(*self[key]) if key in self else Numbers()
