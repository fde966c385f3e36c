"""Task 1's rules: both sides of each threshold, and equality with a plain restatement on random cities."""

from collections import Counter
from datetime import date
from random import Random

import pytest

from branches.models import BranchType, Kind, Organization
from branches.services import organizations
from conftest import FOUNDED
from members.completeness import REQUIRED
from members.models import COUNTED, Member
from tasks.health import engine
from tasks.models import Finding
from tasks.tests.make import make_campaign

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
    assert {(f.organization_id, f.rule_id, f.key, f.severity) for f in seen} == set(
        Finding.objects.values_list("organization_id", "rule_id", "key", "severity")
    )


# --- The plain restatement ---


def restated(campaign):
    """Every finding of R01-R09, one object at a time."""
    out = set()
    everybody = list(Member.objects.select_related("organization"))
    for branch in Organization.objects.filter(closed_on=None).exclude(kind=Kind.GROUP):
        below = [
            m for m in everybody
            if m.standing in COUNTED and m.organization.path.startswith(branch.path)
            and m.organization.closed_on is None
        ]  # fmt: skip
        if branch.kind in {Kind.BRANCH, Kind.GENERAL_BRANCH} and len(below) >= 100:
            out.add((branch.pk, "R05", "", "error"))
        if branch.kind == Kind.BRANCH:
            out |= {(branch.pk, *found) for found in _of_branch(branch, below)}
    return out


def _of_branch(branch, people):
    n, formal = len(people), sum(m.category == "formal" for m in people)
    groups = [
        g for g in Organization.objects.get_children(branch) if g.kind == Kind.GROUP and g.is_open
    ]
    units = Counter(m.unit for m in people if m.unit)
    if branch.branch_type in {"", BranchType.STANDING} and (n < 3 or formal < 3):
        yield "R01", "", "error" if n < 3 else "warning"
    if branch.branch_type == BranchType.JOINT:
        for unit, heads in units.items():
            if heads >= 3:
                yield "R02", f"unit:{unit}", "warning"
        covered = branch.covered_units.split("\n") if branch.covered_units else []
        if len(covered) > 5 or any(heads > 2 for heads in units.values()):
            yield "R03", "", "warning"
    if 50 <= n < 100:
        yield "R04", "", "error"
    if n >= 20 and len(groups) < 2:
        yield "R06", "", "error"
    for group in groups:
        inside = [m for m in people if m.group_id == group.pk]
        if len(inside) > 10:
            yield "R07", f"group:{group.pk}", "warning"
        elif len(inside) < 3 or not any(m.category == "formal" for m in inside):
            yield "R07", f"group:{group.pk}", "notice"
    for member in people:
        if groups and member.group_id is None:
            yield "R08", f"member:{member.pk}", "error"
    if any(_lacks(member, name, bool(groups)) for member in people for name in NAMES):
        yield "R09", "", "error"


NAMES = [required.name for required in REQUIRED]


def _lacks(member, name, has_groups):
    if name == "formal_on" and member.category != "formal":
        return False
    if name in {"unit", "post"} and member.is_retired:
        return False
    if name == "group" and not has_groups:
        return False
    return not getattr(member, name)


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
    assert {row for row in rows if row[1] <= "R09"} == restated(campaign)
