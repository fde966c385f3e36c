"""The demo's year of organisation life: sound rows, the same for the same seed, gaps where little is kept."""

from datetime import date
from random import Random
from types import SimpleNamespace

import pytest
from django.db.models import Count, F, Q

from branchyear.demo import life
from branchyear.demo.city import Place
from members.models import Attendance, Meeting
from members.services import meetings
from members.tests.make import make_member
from members.tests.test_meetings import NOW, facts

pytestmark = pytest.mark.engines
TODAY = date(2026, 5, 12)


def city_of(people, *branches_and_diligence):
    places = [
        Place(branch, None, "办公室", diligence, 8, secretary=people.secretary)
        for branch, diligence in branches_and_diligence
    ]
    return SimpleNamespace(places=places)


def test_a_diligent_branch_holds_more_than_one_that_neglects_it(org, people):
    for branch in (org.archive, org.north, org.south):
        for number in range(8):
            make_member(branch, f"党员{number}", party_post="委员" if number < 3 else "")
    city = city_of(people, (org.archive, 0.9), (org.north, 1.0), (org.south, 0.05))

    life.build(city, Random(1), TODAY, lambda text: None)

    north, south = (Meeting.objects.filter(organization=b) for b in (org.north, org.south))
    assert north.count() > south.count() > 0
    assert not Meeting.objects.filter(on__gt=TODAY).exists()
    counted = Meeting.objects.annotate(
        rows=Count("attendances"),
        came=Count("attendances", filter=Q(attendances__status="present")),
    )
    assert not counted.exclude(rows=F("due"), came=F("present")).exists()


def test_keys_go_on_after_rows_that_chose_their_own(org, people):
    make_member(org.north)
    life.build(city_of(people, (org.north, 1.0)), Random(1), TODAY, lambda text: None)
    last = Meeting.objects.order_by("-pk").first()

    meeting = meetings.record_meeting(org.north, facts=facts(), by=people.secretary, now=NOW)

    assert meeting.pk > last.pk
    assert Attendance.objects.filter(meeting=meeting).count() == 1
