"""The whole demo, in the order it would really happen."""

from random import Random

from branchyear.audit.services import record
from branchyear.demo import (
    bulletins,
    delegations,
    dues,
    exports,
    inspections,
    life,
    movement,
    practices,
    problems,
    roster,
    scores,
    self_check,
    supervision,
    terms,
)
from branchyear.demo import findings as past
from branchyear.demo.city import City
from branchyear.demo.history import History
from branchyear.demo.month_ends import MonthEnds
from branchyear.demo.plan import plan_for
from branchyear.demo.reports import FACTS_DAY, Reports
from branchyear.lib.dates import day_end, local_day
from tasks.services import findings
from tasks.services.campaign import open_campaign


def build(scale, *, year, seed, now, say):
    """Build everything up to ``now``; ``say`` is told how far it is. Same seed and day, same city."""
    today = local_day(now)
    rng = Random(seed)  # noqa: S311 a story, not a secret
    city = City(scale, rng, today, say).build()
    plan, year = plan_for(today, year)
    campaign = open_campaign(plan, year=year, by=None)
    say(f"{campaign}：{campaign.tasks.count()}项任务")
    roster.build(city, Random(seed + 1), today, say)  # noqa: S311 as above
    movement.build(city, Random(seed + 7), today, say, campaign=campaign)  # noqa: S311 as above
    life.build(city, Random(seed + 5), today, say, campaign=campaign)  # noqa: S311 as above
    dues.build(city, Random(seed + 6), today, say, campaign=campaign)  # noqa: S311 as above
    # After the year of meetings, which reads from the rolls who sits on the committee.
    terms.build(city, Random(seed + 3), today, say)  # noqa: S311 as above
    history = History(city, campaign, rng, now, say).invent()
    reports = Reports(city, campaign, rng, now, say)
    ends = MonthEnds(campaign, history, now, say)
    for month in reports.months():
        # The items move on to the day whose facts the month's reports show, then those are written.
        history.make(until=day_end(month.first_day.replace(day=FACTS_DAY)))
        reports.write(month)
        ends.count(month)
    history.make(until=now)
    practices.build(city, now, say)
    delegations.build(city, now, say)
    count = findings.evaluate(day=today)
    past.build(city, Random(seed + 10), today, say, campaign=campaign)  # noqa: S311 as above
    self_check.build(city, Random(seed + 8), today, say, campaign=campaign)  # noqa: S311 as above
    problems.build(city, Random(seed + 9), today, say, campaign=campaign)  # noqa: S311 as above
    ends.freeze()
    scores.build(city, Random(seed + 11), today, say, campaign=campaign)  # noqa: S311 as above
    supervision.build(city, today, say)
    bulletins.build(city, today, say, campaign=campaign)
    inspections.build(city, Random(seed + 12), today, say, campaign=campaign)  # noqa: S311 as above
    findings.evaluate(day=today, numbers=["R48", "R49", "R50", "R51"])
    say(f"支部体检：{count}处")
    exports.build(city, say)
    record("demo.loaded", by=None, scale=scale, seed=seed, branches=len(city.places))
    return city, history
