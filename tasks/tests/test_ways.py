"""How SQLite goes to the items: by the place asked for, never through the whole city's."""

import pytest
from django.db import connection

from tasks.health import engine
from tasks.models import BranchItem, Campaign
from tasks.tests.make import make_campaign

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


# Read wholly for one branch: what the plan of the campaign holds, the city's own few, and of the groups the paths.
SMALL = {
    "found", "health_now", "branches_organization", "members_admissionstep", "tasks_checklistitem", "tasks_itemversion",
    "tasks_rule", "tasks_phase", "tasks_task", "tasks_factword",
}  # fmt: skip


def test_a_look_at_one_branch_never_goes_through_the_citys_rows(org, people):
    if connection.vendor != "sqlite":
        pytest.skip("PostgreSQL counts its rows and decides by them")
    campaign = make_campaign()
    wrong = []
    with connection.cursor() as cursor:
        engine._make_stage(cursor)
        for rule, _ in engine._rules(campaign, None):
            for sql, params in engine._statements(rule, campaign, campaign.ends_on, org.north.path):
                cursor.execute(
                    f"EXPLAIN QUERY PLAN {sql}", engine._with_path(params, org.north.path)
                )
                steps = [row[3] for row in cursor.fetchall()]
                scanned = {step.split()[1] for step in steps if step.startswith("SCAN ")}
                aliased = {name for name in scanned if name[0] in "UVWT" and name[1:].isdigit()}
                for step in steps:
                    if "meetings_of_a_time" in step:
                        wrong.append((rule.number, step))
                wrong += [(rule.number, name) for name in scanned - aliased - SMALL]
                wrong += [(rule.number, steps) for _ in aliased]
    assert wrong == []
