"""``manage.py send_due_reminders [--now ISO]``: one sweep of the monthly reports' reminders, by hand."""

from datetime import datetime

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from branchyear.lib.dates import CHINA
from reports.services.reminders import send_due_reminders


class Command(BaseCommand):
    help = "Send the reminders that are due and were not sent; safe to run at any time."

    def add_arguments(self, parser):
        parser.add_argument(
            "--now",
            metavar="ISO",
            help="the moment to act for, e.g. 2026-04-22T09:00 (China unless it names a zone)",
        )

    def handle(self, *, now=None, **options):
        sent = send_due_reminders(now=moment(now) if now else timezone.now())
        self.stdout.write(f"{sent} reminders sent.")


def moment(text):
    """An aware moment from ISO text; without a zone it is China's time."""
    try:
        value = datetime.fromisoformat(text)
    except ValueError:
        raise CommandError(f"Not a moment in ISO form: {text!r}") from None
    return value if value.tzinfo else value.replace(tzinfo=CHINA)
