"""Task 1's rules: both sides of each threshold, and equality with a plain restatement on random cities."""

from datetime import date
from random import Random

import pytest

from branches.models import BranchType, Kind, Organization
from branches.services import organizations
from conftest import FOUNDED
from members.models import Member
from tasks.health import engine
from tasks.models import Finding
from tasks.tests.make import make_campaign
from tasks.tests.restated import organization as restated
from tasks.tests.restated.world import World

pytestmark = pytest.mark.engines

DAY = date(2026, 5, 12)


@pytest.fixture
def campaign(org):
    return make_campaign()


def fill(branch, formal, probationary=0, *, group=None, unit="", **facts):
    """Put people on the roll as they stand, sound or not: the rules must see what is there."""
    Member.objects.bulk_create(
        Member(
            organization=branch,
            group=group,
            name=f"党员{n}",
            name_key=f"dangyuan{n}",
            unit=unit,
            category="formal" if n < formal else "probationary",
            **facts,
        )
        for n in range(formal + probationary)
    )


def found_group(branch, number):
    return organizations.establish(
        parent=branch, kind=Kind.GROUP, code=f"{branch.code}-G{number}", name=f"第{number}党小组",
        on=FOUNDED, by=None,
    )  # fmt: skip


def findings(campaign, number, organization=None):
    """``{(organization name, key): (severity, facts)}`` as the engine keeps them."""
    engine.evaluate(campaign, day=DAY, numbers=[number])
    rows = Finding.objects.open().filter(rule__number=number).select_related("organization")
    return {
        (f.organization.name, f.key): (f.severity, f.facts)
        for f in rows
        if organization is None or f.organization == organization
    }


@pytest.mark.parametrize(
    ("formal", "probationary", "severity"),
    [(2, 0, "error"), (0, 2, "error"), (2, 1, "warning"), (3, 0, None), (0, 3, "warning")],
)
def test_three_members_make_a_branch(formal, probationary, severity, campaign, org):
    fill(org.north, formal, probationary)

    got = findings(campaign, "R01", org.north)

    assert got == (
        {("北一支部", ""): (severity, {"n": formal + probationary, "formal": formal})}
        if severity
        else {}
    )


@pytest.mark.parametrize(
    ("size", "rules"), [(49, []), (50, ["R04"]), (99, ["R04"]), (100, ["R05"])]
)
def test_fifty_make_a_general_branch_and_a_hundred_a_committee(size, rules, campaign, org):
    fill(org.north, size)

    engine.evaluate(campaign, day=DAY, numbers=["R04", "R05"])

    assert [f.rule.number for f in Finding.objects.open()] == rules


@pytest.mark.parametrize(
    ("size", "groups", "facts"),
    [
        (19, 0, None),
        (20, 0, {"n": 20, "g": 0, "k": 2}),
        (21, 1, {"n": 21, "g": 1, "k": 3}),
        (20, 2, None),
    ],
)
def test_twenty_members_are_divided_into_groups(size, groups, facts, campaign, org):
    fill(org.north, size)
    for number in range(groups):
        found_group(org.north, number + 1)

    got = findings(campaign, "R06", org.north)

    assert got == ({("北一支部", ""): ("error", facts)} if facts else {})


@pytest.mark.parametrize(
    ("formal", "probationary", "severity"),
    [(10, 0, None), (11, 0, "warning"), (3, 0, None), (1, 1, "notice"), (0, 3, "notice")],
)
def test_a_group_has_ten_members_at_most_and_three_at_least(
    formal, probationary, severity, campaign, org
):
    group = found_group(org.north, 1)
    fill(org.north, formal, probationary, group=group)

    got = findings(campaign, "R07", org.north)

    assert [(key, found[0]) for (_, key), found in got.items()] == (
        [(f"group:{group.pk}", severity)] if severity else []
    )


def test_a_finding_closes_by_itself_and_opens_again_as_a_new_one(campaign, org):
    engine.evaluate(campaign, day=DAY, numbers=["R01"], organization=org.north)
    fill(org.north, 3)
    engine.evaluate(campaign, day=date(2026, 5, 13), numbers=["R01"], organization=org.north)
    Member.objects.filter(organization=org.north).delete()
    engine.evaluate(campaign, day=date(2026, 5, 14), numbers=["R01"], organization=org.north)

    rows = Finding.objects.filter(organization=org.north).order_by("pk")
    assert [(f.opened_on, f.closed_on, f.closing) for f in rows] == [
        (DAY, date(2026, 5, 13), "mended"),
        (date(2026, 5, 14), None, ""),
    ]


def test_a_second_run_changes_nothing(campaign, org):
    engine.evaluate(campaign, day=DAY)
    before = list(Finding.objects.order_by("pk").values())

    engine.evaluate(campaign, day=date(2026, 5, 20))

    assert list(Finding.objects.order_by("pk").values()) == before


def test_looking_finds_the_same_and_writes_nothing(campaign, org):
    fill(org.north, 21)
    fill(org.north_two, 2)

    seen = engine.look(campaign, day=DAY, organization=org.north_office)

    assert not Finding.objects.exists()
    engine.evaluate(campaign, day=DAY, organization=org.north_office)
    # R49 speaks of the findings that are kept.
    kept = Finding.objects.exclude(rule__number="R49")
    assert {(f.organization_id, f.rule_id, f.key, f.severity) for f in seen} == set(
        kept.values_list("organization_id", "rule_id", "key", "severity")
    )


# --- Random cities with large branches ---


@pytest.mark.parametrize("seed", range(3))
def test_the_rules_equal_their_plain_restatement_on_a_random_city(seed, campaign, org):
    rng = Random(seed)
    for branch in (org.north, org.north_two, org.north_four, org.south, org.archive):
        kind = rng.choice(["", *BranchType.values])
        units = [f"处室{n}" for n in range(rng.randint(1, 7))]
        Organization.objects.filter(pk=branch.pk).update(
            branch_type=kind, covered_units="\n".join(units)
        )
        groups = [found_group(branch, n) for n in range(rng.choice((0, 0, 1, 2, 3)))]
        if groups and rng.random() < 0.3:
            Organization.objects.filter(pk=groups[0].pk).update(closed_on=DAY)
        for _ in range(rng.choice((1, 2, 3, 6, 18, 22, 49, 50, 99, 104))):
            fill(
                branch,
                rng.choice((0, 1, 1)),
                0 if rng.random() < 0.8 else 1,
                group=rng.choice([None, *groups]),
                unit=rng.choice(["", *units]),
                standing=rng.choice(("active", "active", "active", "left", "floating", "lost")),
                is_retired=rng.random() < 0.2,
                sex=rng.choice(("", "male")),
            )

    engine.evaluate(campaign, day=DAY)

    rows = Finding.objects.values_list("organization_id", "rule__number", "key", "severity")
    assert {row for row in rows if row[1] <= "R09"} == set(restated.findings(World(campaign), DAY))
