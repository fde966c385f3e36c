"""A run of the tests that goes on past midnight in China."""

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from branchyear.lib.dates import day_end, local_day
from branchyear.tests import days

TODAY = local_day()


@pytest.fixture
def after_midnight():
    with time_machine.travel(day_end(TODAY) + timedelta(minutes=5), tick=True):
        yield


def test_a_file_keeps_the_day_it_was_read_on(after_midnight):
    assert local_day() == TODAY + timedelta(days=1)
    with days.kept(TODAY, of_the_run=TODAY):
        assert local_day() == TODAY
    assert local_day() == TODAY + timedelta(days=1)


def test_a_day_of_the_files_own_story_is_left_alone(after_midnight):
    for story in (None, TODAY - timedelta(days=1), TODAY + timedelta(days=1)):
        with days.kept(story, of_the_run=TODAY):
            assert local_day() == TODAY + timedelta(days=1)


def test_before_midnight_the_clock_is_left_alone():
    moment = day_end(TODAY) - timedelta(minutes=5)
    with time_machine.travel(moment, tick=False), days.kept(TODAY, of_the_run=TODAY):
        assert timezone.now() == moment
