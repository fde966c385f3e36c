"""The rules against their plain restatement, on random cities and through the year."""

from datetime import date

import pytest
from django.db import connection, transaction
from django.db.models import TextField, Value
from django.db.models.functions import Cast, Concat
from django.utils import timezone

from branches.models import Organization
from tasks.health import engine
from tasks.health.registry import load
from tasks.models import Explanation, Finding
from tasks.tests.make import make_campaign
from tasks.tests.random_city import City
from tasks.tests.random_lists import Lists
from tasks.tests.restated import everything
from tasks.tests.restated.world import World

pytestmark = pytest.mark.engines

# A month's end, a quarter nearly over, autumn, the first day of the next year.
DAYS = (date(2026, 2, 28), date(2026, 6, 15), date(2026, 9, 30), date(2027, 1, 1))
# By city the rules that find nothing there: together the cities leave out only R04 and R05, of branches of
# 50 and 100 members, which are compared in test_health_organization.
CITIES = {
    10: {"R04", "R05", "R06", "R55"},
    37: {"R04", "R05", "R19", "R26", "R47"},
}


@pytest.mark.parametrize("seed", CITIES)
def test_every_rule_finds_what_its_plain_restatement_finds(seed, org):
    city = City(seed, org)
    campaign = make_campaign()
    Lists(city, campaign)
    world, seen = World(campaign), set()

    for day in DAYS[seed == 37 :]:
        engine.evaluate(campaign, day=day)

        rows = Finding.objects.open().values_list(
            "organization_id", "rule__number", "key", "severity"
        )
        got, wanted = set(rows), everything(world, day)
        assert (day, sorted(got - wanted), sorted(wanted - got)) == (day, [], [])
        seen |= {rule for _, rule, _, _ in got}
    assert set(load()) - seen <= CITIES[seed]  # what is never found is never compared


def test_one_statement_keeps_for_a_branch_what_several_keep(org, monkeypatch):
    if connection.vendor != "postgresql":  # the others need several for one branch as well
        return
    city = City(10, org)
    campaign = make_campaign()
    Lists(city, campaign)
    several, done = {"_keep_at_once": engine._keep}, set()
    for day in DAYS[:3]:
        for place in Organization.objects.filter(depth__gte=Organization.DIRECT_DEPTH):
            before = kept()
            one = kept_after(campaign, day, place, monkeypatch, {})

            assert one == kept_after(campaign, day, place, monkeypatch, several), (day, place)

            done |= {"opened" for row in one if row[0] not in {old[0] for old in before}}
            done |= {"closed" for row in one if row[-2] == day}
            done |= {"changed" for row in one if row[-3] == day != row[-4]}
        engine.evaluate(campaign, day=day)
        explain_some(day)
    assert done == {"opened", "closed", "changed"}


def kept():
    rows = Finding.objects.annotate(said=Cast("facts", TextField()))
    return sorted(
        rows.values_list(
            Concat("organization_id", Value(":"), "rule__number", Value(":"), "key", Value(":"), "opened_on",
                   output_field=TextField()),
            "severity", "said", "opened_on", "changed_on", "closed_on", "closing",
        ),
        key=str,
    )  # fmt: skip


def kept_after(campaign, day, place, monkeypatch, changed):
    with monkeypatch.context() as patched, transaction.atomic():
        for name, value in changed.items():
            patched.setattr(engine, name, value)
        engine.evaluate(campaign, day=day, organization=place)
        rows = kept()
        transaction.set_rollback(True)
    return rows


def explain_some(day):
    """Every third finding is explained: it is not opened again, unless it has become an error."""
    rows = Finding.objects.open().order_by("pk")
    for finding in rows[::3]:
        Explanation.objects.get_or_create(
            organization_id=finding.organization_id, rule_id=finding.rule_id, key=finding.key,
            state=Explanation.State.ACCEPTED, defaults={"text": "已核实，情况属实。", "given_at": timezone.now()},
        )  # fmt: skip
        Finding.objects.filter(pk=finding.pk).update(
            closed_on=day, closing=Finding.Closing.EXPLAINED
        )
