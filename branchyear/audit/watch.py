"""A look at the chain that takes a moment, for every minute; the whole of it is ``verify_audit``.

Each look counts links and entries (something removed or slipped in shows at once, wherever), computes the newest
links again (where somebody who covers his tracks is at work) and one stretch of the older ones, going round.
"""

from dataclasses import dataclass

from django.db.models import Max

from branchyear.audit import chain
from branchyear.audit.models import Entry, Link

NEWEST = 2000
STRETCH = 3000  # with a minute between looks, a city's year of 300,000 entries is gone through in 100 minutes


@dataclass
class Look:
    position: int  # where the next stretch begins
    head: list  # position and digest of the last link there was
    fault: str = ""


def look(*, position=0, head=(0, chain.START)):
    """Go on from ``position``; the first fault, if any, in words that name no person.

    ``head`` is the last link of the look before: it must still be there.
    """
    last, digest = chain.head()
    fault = _fault(position, last, head)
    position = 0 if fault or position + STRETCH >= last else position + STRETCH
    return Look(position, [last, digest], fault)


def _fault(position, last, head):
    noted, digest = head
    if noted and not Link.objects.filter(position=noted, digest=digest).exists():
        return "the end of the audit chain was cut off or made anew"
    if Link.objects.filter(position__lte=last).count() != last:  # more may come while we look
        return "links are missing from the audit chain"
    # Entries are counted up to the newest linked one: later ones wait for the next minute's links.
    newest = Link.objects.aggregate(newest=Max("entry_id"))["newest"] or 0
    entries = Entry.objects.filter(pk__lte=newest).count()
    if entries < last:
        return "entries are missing from the audit trail"
    late = chain.unlinked().filter(pk__lte=newest - chain.BEHIND).first()
    if late is not None:
        return f"entry {late.pk} was slipped into the audit trail"
    stretches = ((max(last - NEWEST, 0), last), (position, min(position + STRETCH, last)))
    return next((fault for each in stretches if (fault := _first_fault(*each))), "")


def _first_fault(after, upto):
    """The first link after ``after`` and not behind ``upto`` that does not follow from the one before it."""
    links = list(Link.objects.filter(position__gt=after, position__lte=upto).order_by("position"))
    if after:
        before = Link.objects.filter(position=after).values_list("digest", flat=True).first()
    else:
        before = chain.START
    numbers = [link.entry_id for link in links]
    entries = {
        values[0]: values
        for start in range(0, len(numbers), chain.BATCH)
        for values in Entry.objects.filter(pk__in=numbers[start : start + chain.BATCH]).values_list(
            *chain.FIELDS
        )
    }
    keys = chain.Keys()
    for link in links:
        values = entries.get(link.entry_id)
        if values is None or chain.digest_of(before, values, keys.at(link.position)) != link.digest:
            return f"entry {link.entry_id} of the audit trail was changed or removed"
        before = link.digest
    return ""
