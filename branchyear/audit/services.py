"""``record``: the last line but one of every service."""

from django.db import transaction
from django.utils import timezone

from branchyear.audit import context, verbs
from branchyear.audit.models import Entry
from branchyear.audit.signals import recorded
from branchyear.lib.bulk import insert_many, insert_one, insert_tuples


def build(verb, thing=None, *, by, organization=None, **detail):
    """The entry for one act, unsaved (for services that write many at once)."""
    if verb not in verbs.VERBS:
        raise ValueError(f"Unknown audit verb {verb!r}: add its words to audit/verbs.py.")
    return Entry(
        actor=by if by is not None and by.pk else None,
        actor_name=str(by) if by is not None else "系统",
        verb=verb,
        thing_type=thing._meta.label_lower if thing is not None else "",
        thing_id=thing.pk if thing is not None else None,
        thing_label=str(thing)[:300] if thing is not None else "",
        organization_id=organization.pk if organization is not None else None,
        organization_name=organization.name[:200] if organization is not None else "",
        detail=detail,
        ip=context.ip.get(),
        request_id=context.request_id.get(),
    )


def record(verb, thing=None, *, by, organization=None, **detail):
    """Write one act to the trail, in the transaction of the act itself.

    ``by`` is the person, or None when the system acts by the clock. ``detail`` holds plain values
    (ids, dates, before/after); never an ID number or a telephone.
    """
    entry = build(verb, thing, by=by, organization=organization, **detail)
    insert_one(entry)
    recorded.send(Entry, organizations={entry.organization_id} - {None}, verbs={entry.verb})
    return entry


def record_many(entries):
    """Write many entries made with ``build``, quickly: an import leaves one for each person."""
    concerned, verbs_used = set(), set()

    def passing():
        for entry in entries:
            concerned.add(entry.organization_id)
            verbs_used.add(entry.verb)
            yield entry

    with transaction.atomic(savepoint=False):
        insert_many(Entry, passing())
    if concerned:
        recorded.send(Entry, organizations=concerned - {None}, verbs=verbs_used)


_EACH = (
    "at", "actor_id", "actor_name", "verb", "thing_type", "thing_id", "thing_label", "organization_id",
    "organization_name", "detail", "ip", "request_id",
)  # fmt: skip


def record_each(verb, model, things, *, by):
    """The same act on each of many things of one kind, without detail, and without an object for each.

    ``things`` are ``(pk, label, organization)``.
    """
    pattern = build(verb, by=by)
    kind, now = model._meta.label_lower, timezone.now()
    concerned = set()

    def rows():
        for pk, label, organization in things:
            concerned.add(organization.pk)
            yield (
                now, pattern.actor_id, pattern.actor_name, verb, kind, pk, label[:300],
                organization.pk, organization.name[:200], {}, pattern.ip, pattern.request_id,
            )  # fmt: skip

    with transaction.atomic(savepoint=False):
        insert_tuples(Entry, _EACH, rows())
    if concerned:
        recorded.send(Entry, organizations=concerned, verbs={verb})
