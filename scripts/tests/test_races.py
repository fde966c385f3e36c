"""The races of ``make races`` in their short form, against a live server on either database."""

import pytest

from scripts.races import forms_at_once, rounds_of_four, settle

pytestmark = [pytest.mark.engines, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def world(org, people, live_server):
    return settle(org, people, live_server.url)


def test_a_form_posted_five_times_at_once_has_one_effect(world):
    effects, faults = forms_at_once(world.seats[:2], world.forms, total=4)

    assert (effects, faults) == (4, [])


def test_of_four_at_one_item_one_wins_and_nobody_loses_what_was_typed(world):
    won, faults = rounds_of_four(world.seats, world.item, rounds=5)

    assert faults == []
    assert won.total() == 5
