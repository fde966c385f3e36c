"""How SQLite goes to the items: by the place asked for, never through the whole city's."""

import pytest
from django.db import connection

from tasks.models import BranchItem, Campaign

TREE = "SEARCH branches_organization USING"


def way(rows):
    """The tables in the order SQLite reads them, and how."""
    if connection.vendor != "sqlite":
        pytest.skip("PostgreSQL counts its rows and decides by them")
    return rows.explain()


@pytest.mark.parametrize("who", ["north_office", "committee"])
def test_figures_go_from_the_place_to_its_items(who, org):
    rows = BranchItem.objects.of(Campaign(pk=1)).in_force().under(getattr(org, who))

    plan = way(rows.order_by())

    assert plan.index(TREE) < plan.index("SEARCH tasks_branchitem")
    assert "(path>? AND path<?)" in plan
    assert "tasks_branchitem USING INDEX tasks_branchitem_branch_id" in plan


def test_a_reviewers_queue_goes_by_where_the_items_lie(people):
    rows = BranchItem.objects.of(Campaign(pk=1)).to_review_by(people.reviewer)

    plan = way(rows.order_by())

    assert "branchitem_queue (with_organization_id=?)" in plan
    assert "SCAN tasks_branchitem" not in plan
