"""Tell people something, once."""

import uuid
from datetime import timedelta

from django.conf import settings
from django.core.mail import EmailMessage
from django.template.loader import render_to_string
from django.utils import timezone

from branchyear.lib.errors import Refused
from branchyear.notifications.kinds import KINDS
from branchyear.notifications.models import Delivery, Notice
from branchyear.outbox.services import enqueue_many


def notify(kind, to, *, url="", key=None, **context):
    """Put a notice of ``kind`` in the in-box of each user in ``to``; letters where the kind says so.

    ``key`` names the occasion: the same person is told once per key, however often this is called.
    Without a key each call is an occasion of its own. Returns how many new notices there are.
    """
    recipients = {user.pk: user for user in to if user.is_active}
    if not recipients:
        return 0
    key = key or uuid.uuid4().hex
    told = set(
        Notice.objects.filter(recipient__in=recipients, key=key).values_list(
            "recipient_id", flat=True
        )
    )
    rows = []
    for pk, user in recipients.items():
        if pk in told:
            continue
        values = {**context, "user": user, "url": settings.SITE_URL + url}
        title = render_to_string(f"mail/{kind}.subject.txt", values).strip()
        text = render_to_string(f"mail/{kind}.txt", values).strip()
        rows.append(
            Notice(recipient=user, kind=kind, title=title[:200], text=text, url=url, key=key)
        )
    Notice.objects.bulk_create(rows, batch_size=500, ignore_conflicts=True)
    if KINDS[kind].email:
        _plan_letters(key, [pk for pk in recipients if pk not in told])
    return len(rows)


def _plan_letters(key, recipient_ids):
    """A delivery row and a job for each new notice whose recipient has an address."""
    notices = Notice.objects.filter(key=key, recipient__in=recipient_ids).select_related(
        "recipient"
    )
    Delivery.objects.bulk_create(
        [
            Delivery(notice=notice, channel="email", address=notice.recipient.email)
            for notice in notices
            if notice.recipient.email
        ],
        batch_size=500,
        ignore_conflicts=True,
    )
    planned = Delivery.objects.filter(
        notice__key=key, notice__recipient__in=recipient_ids, status=Delivery.Status.PLANNED
    )
    enqueue_many(
        ("notifications.send", f"delivery:{pk}", {"delivery": pk}, "mail")
        for pk in planned.values_list("pk", flat=True)
    )


def send(delivery_id, *, now):
    """Send one letter. A crash between sending and noting it is resolved after ten minutes
    by sending again under the same Message-ID, which mail programs show once."""
    claimed = (
        Delivery.objects.filter(pk=delivery_id)
        .exclude(status=Delivery.Status.SENT)
        .exclude(status=Delivery.Status.SENDING, sending_at__gt=now - timedelta(minutes=10))
        .update(status=Delivery.Status.SENDING, sending_at=now)
    )
    if not claimed:
        return False
    delivery = Delivery.objects.select_related("notice").get(pk=delivery_id)
    notice = delivery.notice
    body = notice.text + (f"\n\n点击办理:{settings.SITE_URL}{notice.url}" if notice.url else "")
    letter = EmailMessage(
        subject=notice.title,
        body=body,
        to=[delivery.address],
        headers={"Message-ID": f"<delivery-{delivery.pk}@branchyear>"},
    )
    try:
        letter.send()
    except OSError as error:  # smtplib's errors are OSErrors too
        Delivery.objects.filter(pk=delivery_id).update(
            status=Delivery.Status.FAILED, error=str(error)[:1000]
        )
        raise
    Delivery.objects.filter(pk=delivery_id).update(
        status=Delivery.Status.SENT, sent_at=timezone.now(), error=""
    )
    return True


def read(notice, *, by):
    """The recipient has seen it."""
    if notice.recipient_id != by.pk:
        raise Refused("这不是发给您的通知。")
    Notice.objects.filter(pk=notice.pk, read_at=None).update(read_at=timezone.now())


def read_all(*, by):
    """The recipient has seen everything; returns how many were unread."""
    return Notice.objects.visible_to(by).unread().update(read_at=timezone.now())
