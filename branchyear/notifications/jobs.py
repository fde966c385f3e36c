"""Letters leave through here."""

from django.utils import timezone

from branchyear.notifications import services
from branchyear.outbox.services import handler


@handler("notifications.send", atomic=False)
def send(payload, job):
    services.send(payload["delivery"], now=timezone.now())
