"""``manage.py evaluate_rules [--org CODE] [--on DATE]``: bring the findings of 支部体检 up to date."""

from datetime import date

from django.core.management.base import BaseCommand, CommandError

from branches.models import Organization
from branchyear.lib.dates import local_day
from tasks.services import findings


class Command(BaseCommand):
    help = "Run all rules (支部体检) over the organisations and keep what they find."

    def add_arguments(self, parser):
        parser.add_argument("--org", help="code of an organisation: it and everything below")
        parser.add_argument("--on", type=date.fromisoformat, help="as of this day (default: today)")

    def handle(self, *, org=None, on=None, **options):
        organization = None
        if org:
            organization = Organization.objects.filter(code=org).first()
            if organization is None:
                raise CommandError(f"No organisation has the code {org!r}.")
        number = findings.evaluate(day=on or local_day(), organization=organization)
        self.stdout.write(f"{number} findings are open.")
