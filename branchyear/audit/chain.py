"""The trail as a chain: whoever changes, removes or slips in an entry behind the portal's back is found out.

Each link's digest is an HMAC-SHA-256, under a key made of ``FIELD_KEY``, over the digest before it and all of its
entry. When ``FIELD_KEY`` is changed the links stay as they are: the key they were made with is kept, encrypted, and the
chain goes on under one of its own (``ChainKey``); its first link seals all before it. Who holds the database alone can neither change an entry nor make the chain anew. Who could cut off its end
is found out by a digest kept elsewhere: every back-up names the last link, and ``verify_audit --expect`` holds the
chain against it. Source: 等保2.0 三级 8.1.4.3 安全审计 (审计记录应受到保护，避免未预期的删除、修改或覆盖).
"""

import hashlib
import hmac
import json
import secrets
from dataclasses import dataclass, field
from datetime import UTC
from functools import cache

from django.core.serializers.json import DjangoJSONEncoder
from django.db import IntegrityError, connection, transaction
from django.db.models import Exists, Max, OuterRef

from branchyear.audit.models import ChainKey, Entry, Link
from branchyear.lib import crypto

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


class Keys:
    """Which link is made with which key, as it is now."""

    def __init__(self):
        # Not there yet in a back-up of an older release, which is verified before its tables are changed.
        has_table = ChainKey._meta.db_table in connection.introspection.table_names()
        rows = ChainKey.objects.values_list("since", "key") if has_table else ()
        self.rows = [(since, bytes.fromhex(key)) for since, key in rows] or [(1, _first_key())]

    def at(self, position):
        return [key for since, key in self.rows if since <= position][-1]


def _first_key():
    """Made of ``FIELD_KEY``; while that is being changed, of the one that fits the first link."""
    made = [_key(secret) for secret in crypto.secrets()]
    return next((key for key in made if _fits_first_link(key)), made[0])


def _fits_first_link(key):
    link = Link.objects.filter(position=1).first()
    values = link and Entry.objects.filter(pk=link.entry_id).values_list(*FIELDS).first()
    return not link or bool(values) and digest_of(START, values, key) == link.digest


def is_readable():
    """Whether the chain's keys are there: kept, or to be made of a key that is named."""
    return ChainKey.objects.exists() or any(
        _fits_first_link(_key(secret)) for secret in crypto.secrets()
    )


def change_key(*, after):
    """Go on under a new key behind the link of the entry ``after``, in the transaction that wrote it."""
    for _ in range(
        20
    ):  # another may be adding links; the position is the key, so one of us waits for the other
        extend()
        if Link.objects.filter(entry_id=after.pk).exists():
            break
    else:
        raise RuntimeError("The links of the audit chain could not be added.")
    position, _ = head()
    if not ChainKey.objects.exists():
        ChainKey.objects.create(since=1, key=_first_key().hex())
    ChainKey.objects.create(since=position + 1, key=secrets.token_hex(32))


def digest_of(before, values, key):
    """The digest of a link: ``before`` is the digest of the one before, ``values`` the entry's, as in FIELDS."""
    at = values[1].astimezone(UTC).isoformat(timespec="microseconds")
    told = json.dumps(
        [values[0], at, *values[2:]], cls=DjangoJSONEncoder, ensure_ascii=False, sort_keys=True
    )
    message = f"{before}\n{told}".encode()
    return hmac.digest(key, message, "sha256").hex()


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
                key, links = Keys().at(position + 1), []  # after the last link: see change_key
                for values in rows.values_list(*FIELDS)[:BATCH]:
                    position, digest = position + 1, digest_of(digest, values, key)
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
        keys = Keys()  # after the links: they may have gone on under a new one meanwhile
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
            elif digest_of(before, values, keys.at(link.position)) != link.digest:
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
