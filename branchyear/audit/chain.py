"""The trail as a chain: whoever changes, removes or slips in an entry behind the portal's back is found out.

Each link's digest is an HMAC-SHA-256, under a key made of ``FIELD_KEY``, over the digest before it and all of its
entry. Who holds the database alone can neither change an entry nor make the chain anew. Who could cut off its end
is found out by a digest kept elsewhere: every back-up names the last link, and ``verify_audit --expect`` holds the
chain against it. Source: 等保2.0 三级 8.1.4.3 安全审计 (审计记录应受到保护，避免未预期的删除、修改或覆盖).
"""

import hashlib
import hmac
import json
from dataclasses import dataclass, field
from datetime import UTC
from functools import cache

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import IntegrityError, transaction
from django.db.models import Exists, Max, OuterRef

from branchyear.audit.models import Entry, Link

START = "0" * 64  # what stands before the first link
BATCH = 2000
# Entries are looked for this far behind the newest linked one: a long transaction commits low numbers late.
# One without a link further back was slipped in.
BEHIND = 200_000
TOLD = 20  # faults named one by one

FIELDS = (
    "id", "at", "actor_id", "actor_name", "verb", "thing_type", "thing_id", "thing_label", "organization_id",
    "organization_name", "detail", "ip", "request_id",
)  # fmt: skip


@cache
def _key(secret):
    return hashlib.sha256(b"branchyear/audit-chain/" + secret.encode()).digest()


def digest_of(before, values):
    """The digest of a link: ``before`` is the digest of the one before, ``values`` the entry's, as in FIELDS."""
    at = values[1].astimezone(UTC).isoformat(timespec="microseconds")
    told = json.dumps(
        [values[0], at, *values[2:]], cls=DjangoJSONEncoder, ensure_ascii=False, sort_keys=True
    )
    message = f"{before}\n{told}".encode()
    return hmac.digest(_key(settings.FIELD_KEY), message, "sha256").hex()


def unlinked():
    return Entry.objects.filter(~Exists(Link.objects.filter(entry_id=OuterRef("pk")))).order_by(
        "pk"
    )


def extend():
    """Link what is not linked yet, in the order of its numbers; returns how many links were added.

    Of two at once one adds its links and the other none: the position is the key.
    """
    added = 0
    newest = Link.objects.aggregate(newest=Max("entry_id"))["newest"] or 0
    rows = unlinked().filter(pk__gt=newest - BEHIND)
    while True:
        try:
            with transaction.atomic():
                last = Link.objects.order_by("-position").first()
                position, digest = (last.position, last.digest) if last else (0, START)
                links = []
                for values in rows.values_list(*FIELDS)[:BATCH]:
                    position, digest = position + 1, digest_of(digest, values)
                    links.append(Link(position=position, entry_id=values[0], digest=digest))
                Link.objects.bulk_create(links)
        except IntegrityError:
            return added  # another is at it
        added += len(links)
        if len(links) < BATCH:
            return added


@dataclass
class Verdict:
    """What a verification found; ``faults`` are sentences."""

    links: int = 0
    faults: list[str] = field(default_factory=list)
    more: int = 0  # faults not told one by one

    @property
    def is_whole(self):
        return not self.faults

    def note(self, sentence):
        if len(self.faults) < TOLD:
            self.faults.append(sentence)
        else:
            self.more += 1


def verify(*, expect=None):
    """Link what is new, then go through the whole chain, in a memory that does not grow.

    ``expect`` is ``(position, digest)`` noted earlier and kept elsewhere.
    """
    extend()
    verdict, before, wanted = Verdict(), START, 1
    for links in _batches():
        entries = {
            values[0]: values
            for values in Entry.objects.filter(
                pk__in=[link.entry_id for link in links]
            ).values_list(*FIELDS)
        }
        for link in links:
            if link.position != wanted:
                verdict.note(f"审计链缺少第{wanted}至第{link.position - 1}环。")
            values = entries.get(link.entry_id)
            if values is None:
                verdict.note(f"第{link.entry_id}号审计记录已被删除（链上第{link.position}环）。")
            elif digest_of(before, values) != link.digest:
                verdict.note(
                    f"第{link.entry_id}号审计记录或其前后环节被改动（链上第{link.position}环）。"
                )
            before, wanted = link.digest, link.position + 1
            verdict.links += 1
            if expect and link.position == expect[0] and link.digest != expect[1]:
                verdict.note(f"链上第{link.position}环与另存的校验值不一致，审计链被整体改写过。")
    if expect and expect[0] >= wanted:
        verdict.note(f"另存的校验值在第{expect[0]}环，审计链只到第{wanted - 1}环，末尾被截去。")
    for pk in unlinked().values_list("pk", flat=True)[: TOLD + 1]:
        verdict.note(f"第{pk}号审计记录不在链上，是事后插入的。")
    return verdict


def _batches():
    position = 0
    while links := list(Link.objects.filter(position__gt=position).order_by("position")[:BATCH]):
        yield links
        position = links[-1].position


def head():
    """``(position, digest)`` of the last link: what a back-up notes."""
    last = Link.objects.order_by("-position").first()
    return (last.position, last.digest) if last else (0, START)
