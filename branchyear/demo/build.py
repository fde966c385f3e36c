"""The whole demo, in the order it would really happen."""

from random import Random

from branchyear.audit.services import record
from branchyear.demo.city import City
from branchyear.demo.history import History
from branchyear.demo.reports import FACTS_DAY, Reports
from branchyear.lib.dates import day_end, local_day
from tasks import template
from tasks.services.campaign import open_campaign


def build(scale, *, year, seed, now, say):
    """Build everything up to ``now``; ``say`` is told how far it is. Same seed and day, same city."""
    today = local_day(now)
    rng = Random(seed)  # noqa: S311 a story, not a secret
    city = City(scale, rng, today, say).build()
    campaign = open_campaign(template.read("campaign_2022"), year=year or today.year, by=None)
    say(f"{campaign}:{campaign.tasks.count()}项任务")
    history = History(city, campaign, rng, now, say).invent()
    reports = Reports(city, campaign, rng, now, say)
    for month in reports.months():
        # The items move on to the day whose facts the month's reports show, then those are written.
        history.make(until=day_end(month.first_day.replace(day=FACTS_DAY)))
        reports.write(month)
    history.make(until=now)
    record("demo.loaded", by=None, scale=scale, seed=seed, branches=len(city.places))
    return city, history
