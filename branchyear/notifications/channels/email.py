"""Letters: one SMTP connection for all of a job."""

from smtplib import SMTPRecipientsRefused, SMTPResponseException

from django.conf import settings
from django.core.mail import EmailMessage, get_connection

from branchyear.notifications.channels.base import Channel

FINAL = 500  # SMTP: from here on the answer will be the same tomorrow


class Email(Channel):
    code, word = "email", "邮件"

    def carries(self, kind):
        return kind.email

    def address_of(self, user):
        return user.email

    def deliver(self, deliveries):
        with get_connection() as connection:
            for delivery in deliveries:
                try:
                    letter(delivery, connection).send()
                except (SMTPRecipientsRefused, SMTPResponseException) as error:
                    if code_of(error) < FINAL:
                        raise
                    yield delivery, str(error)
                else:
                    yield delivery, None


def letter(delivery, connection):
    """Sent again after a crash it has the same Message-ID, which mail programs show once."""
    notice = delivery.notice
    body = notice.text + (f"\n\n点击办理：{settings.SITE_URL}{notice.url}" if notice.url else "")
    return EmailMessage(
        subject=notice.title,
        body=body,
        to=[delivery.address],
        headers={"Message-ID": f"<delivery-{delivery.pk}@branchyear>"},
        connection=connection,
    )


def code_of(error):
    if isinstance(error, SMTPRecipientsRefused):
        return min(code for code, _ in error.recipients.values())
    return error.smtp_code
