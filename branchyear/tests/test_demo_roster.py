"""The demo's rolls: gaps where little is kept, five in the first branch, a history of changes."""

from datetime import date
from random import Random
from types import SimpleNamespace

from branchyear.demo import people as inventions
from branchyear.demo import roster
from branchyear.demo.city import Place
from members.completeness import completeness_by_branch
from members.models import Member, MemberEvent
from members.services.roster import add_members
from members.soundness import findings_of

TODAY = date(2026, 1, 5)


def fill(branch, start, size=30):
    facts = [
        inventions.biography(Random(n), n, retired=n % 3 == 0, today=TODAY)
        for n in range(start, start + size)
    ]
    return add_members(
        [{**one, "unit": "综合处"} for one in facts], organization=branch, by=None, today=TODAY
    )


def build(org, people):
    places = [
        Place(branch, None, "综合处", diligence, 30, secretary=people.secretary)
        for branch, diligence in ((org.north, 0.9), (org.north_two, 1.0), (org.south, 0.05))
    ]
    roster.build(SimpleNamespace(places=places), Random(1), TODAY, lambda text: None)


def test_the_first_branch_lacks_five_facts_and_a_neglected_one_many(org, people):
    for number, branch in enumerate((org.north, org.north_two, org.south)):
        fill(branch, 100 * number)

    build(org, people)

    found = completeness_by_branch(Member.objects.all())
    missing = [found[branch.pk].missing for branch in (org.north, org.north_two, org.south)]
    assert missing[:2] == [5, 0]
    assert missing[2] > 5
    assert MemberEvent.objects.exists()
    assert not MemberEvent.objects.filter(on__gt=TODAY).exists()


def test_invented_records_are_sound_at_the_turn_of_the_year(org, people):
    members = fill(org.north, 0, 200)

    build(org, people)

    assert [f for m in members for f in findings_of(m, today=TODAY) if f.is_error] == []
