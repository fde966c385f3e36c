"""Rosters that are confirmed at the same moment."""

import datetime as dt

import pytest

from branches.tests.test_concurrency import at_once
from branchyear.lib.errors import Refused
from conftest import build_people, build_tree
from members.models import Member, RosterUpload
from members.services import imports
from members.tests.rosters import book, person

TODAY = dt.date(2022, 5, 10)

pytestmark = [pytest.mark.engines, pytest.mark.django_db(transaction=True)]


def upload(organization, by):
    return imports.upload_roster(book(person(1)), organization=organization, by=by, today=TODAY)


def confirming(pk, by):
    return lambda: imports.confirm(RosterUpload.objects.get(pk=pk), by=by, today=TODAY).state


def test_two_people_with_the_same_new_member_add_him_once():
    org = build_tree()
    people = build_people(org)
    first, second = upload(org.north, people.secretary), upload(org.north, people.clerk)

    states = at_once(confirming(first.pk, people.secretary), confirming(second.pk, people.clerk))

    # The slower one is shown that nothing is left to save.
    assert sorted(states) == ["ready", "saved"]
    assert Member.objects.count() == 1
    assert RosterUpload.objects.get(state="ready").counts["same"] == 1


def test_a_double_click_on_confirm_saves_once():
    org = build_tree()
    people = build_people(org)
    found = upload(org.north, people.secretary)

    results = at_once(*[confirming(found.pk, people.secretary)] * 2)

    assert sorted(isinstance(result, Refused) for result in results) == [False, True]
    assert "saved" in results
    assert Member.objects.count() == 1
