"""What takes too long to be asked while somebody waits for ``/healthz/deep``: a job asks, a pulse keeps the answer."""

from smtplib import SMTPException

from django.conf import settings
from django.core.mail import get_connection

from branchyear.audit import watch
from branchyear.monitoring import services
from branchyear.monitoring.models import Pulse


def mail(*, now):
    """Whether the mail server lets us in; no letter is sent."""
    if not settings.EMAIL_HOST:
        services.beat("mail", now=now, said="no mail server is set")
        return
    try:
        with get_connection() as connection:
            code, _ = connection.connection.noop()
        is_well, said = code == 250, f"NOOP was answered with {code}"
    except (
        OSError,
        SMTPException,
    ) as error:  # the server's words may repeat our account: its kind is enough
        is_well, said = False, type(error).__name__
    services.beat("mail", now=now, is_well=is_well, said=said)


def audit_chain(*, now):
    """Look at the trail's newest links and at the next stretch of the older ones; a fault stays noted until
    ``verify_audit`` has gone through the whole chain and found it whole."""
    before = Pulse.objects.filter(pk="audit_chain").first()
    if before and not before.is_well:
        services.beat("audit_chain", now=now, is_well=False, said=before.said, facts=before.facts)
        return
    found = watch.look(**(before.facts if before else {}))
    services.beat(
        "audit_chain",
        now=now,
        is_well=not found.fault,
        said=found.fault,
        facts={"position": found.position, "head": found.head},
    )
