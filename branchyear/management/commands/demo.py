"""``manage.py demo --scale small|city|province [--year Y] [--seed N]``: a believable city to try."""

import gc
from datetime import date, datetime, time
from time import monotonic

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils import timezone

from branches.models import Organization
from branchyear.audit.models import Entry
from branchyear.demo.build import build
from branchyear.demo.city import SCALES
from branchyear.lib.dates import CHINA


class Command(BaseCommand):
    help = "Load a demo city with a year of history. Refuses in production and on real data."

    def add_arguments(self, parser):
        parser.add_argument("--scale", choices=sorted(SCALES), default="city")
        parser.add_argument("--year", type=int, help="campaign year (default: this year)")
        parser.add_argument("--seed", type=int, default=2022)
        parser.add_argument("--today", type=date.fromisoformat, help="pretend it is this day")

    def handle(self, *, scale, year, seed, today, **options):
        if settings.PRODUCTION:
            raise CommandError("生产环境不能载入演示数据(BRANCHYEAR_ENV=production)。")
        if Entry.objects.filter(verb="demo.loaded").exists():
            self.stdout.write("演示数据已经载入，不再重复。")
            return
        if Organization.objects.exists():
            raise CommandError("数据库中已有党组织，演示数据只能载入空库。")
        started = monotonic()
        now = datetime.combine(today, time(17, 30), CHINA) if today else timezone.now()

        def say(sentence):
            self.stdout.write(f"[{monotonic() - started:5.1f}s] {sentence}")
            self.stdout.flush()

        gc.disable()  # millions of rows that live to the end: looking through them again is for nothing
        with transaction.atomic():
            build(scale, year=year, seed=seed, now=now, say=say)
        say("演示数据载入完成。")
