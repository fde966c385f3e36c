"""Hostile values in the fields of every form: a quick turn; ``make hostile`` brings every payload to every field."""

from branchyear.tests.access import all_rows
from branchyear.tests.hostile import Walk


def test_hostile_values_break_no_page_and_become_no_markup(world, everybody):
    walk = Walk(world, everybody, all_rows(), quick=True)

    walk.run(turns=[0])

    assert walk.faults == []
    assert walk.values > 300
