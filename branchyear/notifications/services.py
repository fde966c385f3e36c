"""Tell people something, once."""

import uuid
from dataclasses import dataclass, field

from django.conf import settings
from django.template.loader import get_template
from django.utils import timezone

from branchyear.accounts.models import User
from branchyear.lib.bulk import insert_many
from branchyear.lib.errors import Refused
from branchyear.notifications import sending
from branchyear.notifications.channels import channels_for
from branchyear.notifications.kinds import KINDS
from branchyear.notifications.models import Notice


@dataclass(frozen=True)
class Message:
    """One notice to one person: ``key`` names the occasion, ``context`` fills the kind's words."""

    to: User
    key: str
    url: str = ""
    context: dict = field(default_factory=dict)


def notify(kind, to, *, url="", key=None, **context):
    """Put a notice of ``kind`` in the in-box of each user in ``to``; letters where the kind says so.

    ``key`` names the occasion: the same person is told once per key, however often this is called.
    Without a key each call is an occasion of its own. Returns how many new notices there are.
    """
    key = key or uuid.uuid4().hex
    return notify_many(kind, [Message(user, key, url, context) for user in to])


def notify_many(kind, messages, *, not_before=None):
    """``notify`` for many people with words of their own, in a few statements per 500 of them.
    The in-box has it at once; letters leave not before ``not_before``."""
    wanted = {(m.to.pk, m.key): m for m in messages if m.to.is_active}
    pairs = list(wanted)
    new = 0
    for start in range(0, len(pairs), 500):
        new += _tell(kind, {pair: wanted[pair] for pair in pairs[start : start + 500]}, not_before)
    return new


def _tell(kind, wanted, not_before=None):
    told = set(_notices_of(wanted).values_list("recipient_id", "key"))
    words = get_template(f"mail/{kind}.subject.txt"), get_template(f"mail/{kind}.txt")
    rows = [_notice(kind, message, *words) for pair, message in wanted.items() if pair not in told]
    insert_many(Notice, rows, ignore_conflicts=True)
    if rows and channels_for(KINDS[kind]):
        new = {(row.recipient_id, row.key) for row in rows}
        stored = _notices_of(new).select_related("recipient")
        sending.plan(
            kind,
            [notice for notice in stored if (notice.recipient_id, notice.key) in new],
            not_before=not_before,
        )
    return len(rows)


def _notice(kind, message, subject, body):
    values = {**message.context, "user": message.to, "url": settings.SITE_URL + message.url}
    title = subject.render(values).strip()
    text = body.render(values).strip()
    return Notice(
        recipient=message.to,
        kind=kind,
        title=title[:200],
        text=text,
        url=message.url,
        key=message.key,
        created_at=timezone.now(),
    )


def _notices_of(pairs):
    """The notices there are for these pairs of person and key (and perhaps a few more)."""
    people, keys = zip(*pairs, strict=True)
    return Notice.objects.filter(recipient__in=set(people), key__in=set(keys))


def read(notice, *, by):
    """The recipient has seen it."""
    if notice.recipient_id != by.pk:
        raise Refused("这不是发给您的通知。")
    Notice.objects.filter(pk=notice.pk, read_at=None).update(read_at=timezone.now())


def read_all(*, by):
    """The recipient has seen everything; returns how many were unread."""
    return Notice.objects.visible_to(by).unread().update(read_at=timezone.now())
