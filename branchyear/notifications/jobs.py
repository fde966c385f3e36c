"""Letters and calls of hooks leave through here."""

from django.utils import timezone

from branchyear.notifications.sending import send_many
from branchyear.outbox.services import handler


@handler("notifications.send_many", atomic=False)
def send(payload, job):
    send_many(payload["channel"], payload["deliveries"], now=timezone.now(), key=job.key)


@handler("notifications.send", atomic=False)
def send_one(payload, job):
    """Letters that were queued one by one by an earlier version."""
    send_many("email", [payload["delivery"]], now=timezone.now(), key=job.key)
