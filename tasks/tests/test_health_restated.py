"""The rules against their plain restatement, on random cities and through the year."""

from datetime import date

import pytest

from tasks.health import engine
from tasks.models import Finding
from tasks.tests.make import make_campaign
from tasks.tests.random_city import City
from tasks.tests.restated import everything
from tasks.tests.restated.world import World

pytestmark = pytest.mark.engines

RULES = [f"R{n:02d}" for n in range(1, 48) if n not in {10, 15}]
# A month's end, days on which a quarter is nearly over and just over, autumn, the last day, next year.
DAYS = (date(2026, 2, 28), date(2026, 5, 12), date(2026, 6, 15), date(2026, 7, 1),
        date(2026, 9, 30), date(2026, 12, 31), date(2027, 1, 1))  # fmt: skip


@pytest.mark.parametrize("seed", [17, 20])
def test_every_rule_finds_what_its_plain_restatement_finds(seed, org):
    City(seed, org)
    campaign = make_campaign()
    world = World(campaign)

    for day in DAYS:
        engine.evaluate(campaign, day=day, numbers=RULES)

        rows = Finding.objects.open().values_list(
            "organization_id", "rule__number", "key", "severity"
        )
        got, wanted = set(rows), everything(world, day)
        assert (day, sorted(got - wanted), sorted(wanted - got)) == (day, [], [])
