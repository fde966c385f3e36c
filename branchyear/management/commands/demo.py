"""``manage.py demo --scale small|city|province [--year Y] [--seed N]``: a believable city to try."""

import time
from datetime import date
from random import Random

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from branches.models import Organization
from branchyear.audit.models import Entry
from branchyear.audit.services import record
from branchyear.demo.city import SCALES, City
from branchyear.lib.dates import local_day


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
            self.stdout.write("演示数据已经载入,不再重复。")
            return
        if Organization.objects.exists():
            raise CommandError("数据库中已有党组织,演示数据只能载入空库。")
        started = time.monotonic()
        today = today or local_day(timezone.now())

        def say(sentence):
            self.stdout.write(f"[{time.monotonic() - started:5.1f}s] {sentence}")
            self.stdout.flush()

        city = City(scale, Random(seed), today, say).build()
        record("demo.loaded", by=None, scale=scale, seed=seed, branches=len(city.places))
        say("演示数据载入完成。")
