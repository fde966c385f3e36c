"""The demo's people on the move: sound rows in every state, something left to do in the first branch."""

from datetime import date
from random import Random
from types import SimpleNamespace

import pytest
import time_machine

from branchyear.demo import movement
from branchyear.demo.city import Place
from branchyear.lib.dates import local_day
from members import admission
from members.models import Applicant, Member, Training, Transfer
from members.services import admissions, probation
from members.tests.make import make_member

pytestmark = pytest.mark.engines
TODAY = date(2026, 9, 12)


@pytest.fixture
def city(org, people):
    branches = (org.north, org.north_two, org.north_four, org.south, org.archive)
    with time_machine.travel("2026-09-12 10:00 +0800", tick=False):
        for branch in branches:
            for number in range(14):
                make_member(branch, f"党员{number}", party_post="委员" if number < 3 else "")
        places = [
            Place(branch, None, "办公室", 1 - number / 5, 14, secretary=people.secretary)
            for number, branch in enumerate(branches)
        ]
        movement.build(SimpleNamespace(places=places), Random(3), TODAY, lambda text: None)
        yield org


def test_the_first_branch_has_one_to_receive_one_to_convert_and_two_applicants(city):
    until = local_day() + movement.deadlines.SOON
    own = Member.objects.counted().filter(organization=city.north)

    assert Transfer.objects.filter(receiver=city.north, state="issued").count() == 1
    assert len(probation.due_within(own, until)) == 1
    assert Applicant.objects.filter(organization=city.north, state="running").count() >= 2


def test_standings_agree_with_the_ledgers(city):
    leaving = Transfer.objects.filter(state="issued").values_list("member", flat=True)
    away = Member.objects.filter(absences__ended_on=None, absences__isnull=False)

    assert set(Member.objects.filter(standing="leaving").values_list("pk", flat=True)) == set(
        leaving
    )
    assert {m.standing for m in away} <= {"floating", "lost"}
    assert all(t.valid_until <= movement.deadlines.letter_limit(t.issued_on)
               for t in Transfer.objects.all())  # fmt: skip


def test_every_way_into_the_party_is_in_order(city):
    steps = admissions.steps_in_force()

    for applicant in Applicant.objects.all():
        taken = admissions.taken_by(applicant)
        for step in steps:
            if step.number in taken:
                others = {n: d for n, d in taken.items() if n != step.number}
                day = taken[step.number]
                assert admission.problem(step, day, steps, others, name="甲") == ""


def test_courses_lie_in_the_past_and_keys_go_on(city):
    assert not Training.objects.filter(ends_on__gt=TODAY).exists()
    last = Training.objects.order_by("-pk").first().pk

    assert Training.objects.create(
        organization=city.north, title="新", kind="study", starts_on=TODAY, ends_on=TODAY, hours=1
    ).pk > last  # fmt: skip
