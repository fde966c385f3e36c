"""Deliveries on their way: planned with the notice, claimed by one worker, many in one go.

A crash between sending and noting it is resolved after ten minutes by sending again; letters have the
same Message-ID then, which mail programs show once.
"""

from datetime import timedelta

from django.db.models import Min
from django.utils import timezone

from branchyear.lib import metrics
from branchyear.lib.bulk import insert_many
from branchyear.notifications.channels import CHANNELS, channels_for
from branchyear.notifications.kinds import KINDS
from branchyear.notifications.models import Delivery
from branchyear.outbox.services import enqueue, enqueue_many

Status = Delivery.Status
DOUBT = timedelta(minutes=10)  # whoever sends for so long has died; longer than any job may run
NOTED = 20  # after so many it is noted what has left: as many are in doubt after a crash


def plan(kind, notices, *, not_before=None):
    """A delivery for each of these new notices and each channel that reaches its recipient, and jobs that
    send many at a time."""
    channels = channels_for(KINDS[kind])
    if not channels:
        return
    rows = [
        Delivery(notice=notice, channel=channel.code, address=address)
        for channel in channels
        for notice in notices
        if (address := channel.address_of(notice.recipient))
    ]
    if not rows:
        return
    insert_many(Delivery, rows, ignore_conflicts=True)
    planned = Delivery.objects.filter(notice__in=notices, status=Status.PLANNED).order_by("pk")
    waiting = {}
    for pk, channel in planned.values_list("pk", "channel"):
        waiting.setdefault(channel, []).append(pk)
    enqueue_many(
        (
            _job(channel, pks[start : start + CHANNELS[channel].batch])
            for channel, pks in waiting.items()
            for start in range(0, len(pks), CHANNELS[channel].batch)
        ),
        run_after=not_before,
    )


def _job(channel, pks):
    key = f"deliveries:{channel}:{pks[0]}-{pks[-1]}:{len(pks)}"
    return "notifications.send_many", key, {"channel": channel, "deliveries": pks}, "mail"


def send_many(channel, pks, *, now, key=None):
    """Send those of ``pks`` that nobody else sends or has sent; returns how many left.

    What must wait (too many calls this minute, a worker that may have died while sending) is queued
    again under ``key`` and the moment.
    """
    way = CHANNELS[channel]
    if key and _too_fast(way, now):
        _later(channel, pks, key, now + timedelta(minutes=1))
        return 0
    todo = Delivery.objects.filter(pk__in=pks, channel=channel).exclude(status=Status.SENT)
    todo.exclude(status=Status.SENDING, sending_at__gt=now - DOUBT).update(
        status=Status.SENDING, sending_at=now
    )
    mine = list(
        todo.filter(status=Status.SENDING, sending_at=now)
        .select_related("notice__recipient")
        .order_by("pk")
    )
    left = _deliver(way, mine) if mine else 0
    if key:
        others = todo.filter(status=Status.SENDING).exclude(pk__in=[d.pk for d in mine])
        since = others.aggregate(since=Min("sending_at"))["since"]
        if since is not None:
            _later(channel, pks, key, since + DOUBT + timedelta(seconds=1))
    return left


def _deliver(way, mine):
    """Send; note what has left every so often, and give back what has not when the line breaks."""
    sent, left, open_ = [], 0, {delivery.pk for delivery in mine}
    try:
        for delivery, trouble in way.deliver(mine):
            open_.discard(delivery.pk)
            if trouble:
                _note([delivery.pk], status=Status.FAILED, error=trouble[:1000])
                metrics.LETTERS.labels(way.code, "failed").inc()
                continue
            sent.append(delivery.pk)
            metrics.LETTERS.labels(way.code, "sent").inc()
            left += 1
            if len(sent) == NOTED:
                _note(sent, status=Status.SENT, sent_at=timezone.now(), error="")
                sent = []
    except OSError as error:  # smtplib's and urllib's errors are OSErrors too
        _note(open_, status=Status.FAILED, error=str(error)[:1000])
        metrics.LETTERS.labels(way.code, "failed").inc(len(open_))
        raise
    finally:
        _note(sent, status=Status.SENT, sent_at=timezone.now(), error="")
    return left


def _note(pks, **columns):
    if pks:
        Delivery.objects.filter(pk__in=pks).update(**columns)


def _too_fast(way, now):
    if way.per_minute is None:
        return False
    lately = Delivery.objects.filter(channel=way.code, sending_at__gt=now - timedelta(minutes=1))
    return lately.values("sending_at").distinct().count() >= way.per_minute


def _later(channel, pks, key, moment):
    enqueue(
        "notifications.send_many",
        f"{key.split('@')[0]}@{moment.isoformat()}",
        {"channel": channel, "deliveries": pks},
        queue="mail",
        run_after=moment,
    )
