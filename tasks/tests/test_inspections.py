"""Inspections: what is published before it is drawn, who goes where, what a second draw leaves."""

import json
from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection

from branches.models import Appointment
from branchyear.audit.models import Entry
from branchyear.lib.errors import Conflict, Refused
from branchyear.notifications.models import Notice
from conftest import make_office, make_user
from tasks.models import Draw, Inspection, Visit
from tasks.services import inspections, inspectors
from tasks.tests.make import make_campaign
from tasks.tests.make_inspections import (
    NOW,
    SOON,
    make_drawn,
    make_inspection,
    make_published,
    make_team,
    make_visits,
)

pytestmark = pytest.mark.engines


@pytest.fixture
def plan(org, people):
    make_campaign()
    return make_inspection(org.committee, people.committee)


def wrong(draw):
    draw.refresh_from_db()
    return [check.what for check in inspections.check_draw(draw) if not check.ok]


def test_the_hash_is_published_with_the_population_and_the_seed_stays_secret(plan, org, people):
    inspections.leave_out(
        plan, org.north_two, "刚刚完成换届，暂不检查", by=people.committee, now=NOW
    )

    draw = make_published(plan, people.committee)

    codes = [row[1] for row in draw.population["branches"]]
    assert codes == ["01-01", "01-03-01", "02-01", "03"]
    assert draw.population["excluded"] == [["01-02", "北二支部", "刚刚完成换届，暂不检查"]]
    assert [row[2:] for row in draw.strata] == [[2, 1], [1, 1], [1, 1]]
    assert "seed" not in draw.document()
    entry = Entry.objects.get(verb="inspection.published")
    assert entry.detail["commitment"] == draw.commitment
    with connection.cursor() as cursor:
        cursor.execute("SELECT seed FROM tasks_draw")
        stored = cursor.fetchone()[0]
    assert draw.seed not in stored + json.dumps(entry.detail)


def test_the_draw_opens_the_seed_and_everything_fits(plan, people):
    draw = make_drawn(plan, people.committee)

    assert draw.document()["seed"] == draw.seed
    assert wrong(draw) == []
    assert plan.visits.count() == draw.size == 3
    assert Entry.objects.get(verb="inspection.drawn").detail["size"] == 3


def test_nothing_is_drawn_before_its_hash_is_published(plan, people):
    with pytest.raises(Refused, match="先公布"):
        inspections.make_draw(plan, revision=plan.revision, by=people.committee, now=NOW)
    make_published(plan, people.committee)

    with pytest.raises(Refused, match="公布在前"):
        inspections.make_draw(plan, revision=plan.revision, by=people.committee, now=NOW)


@pytest.mark.parametrize(
    ("change", "what"),
    [
        ({"population": {"branches": [["01", "01-01", "北一支部"]], "excluded": []}}, "总体名单"),
        ({"seed": "00" * 32}, "种子"),
        ({"sample": []}, "重新抽取"),
        ({"commitment": "0" * 64}, "审计记录"),
        ({"published_at": NOW - timedelta(days=1)}, "审计记录"),
    ],
)
def test_what_is_changed_behind_the_portals_back_is_shown(change, what, plan, people):
    draw = make_drawn(plan, people.committee)

    Draw.objects.filter(pk=draw.pk).update(**change)

    assert any(what in sentence for sentence in wrong(draw))


def test_a_branch_visited_without_being_drawn_is_shown(plan, org, people):
    draw = make_drawn(plan, people.committee)
    drawn = set(plan.visits.values_list("branch", flat=True))
    another = next(each for each in (org.north, org.north_two) if each.pk not in drawn)

    plan.visits.filter(branch=org.south).update(branch=another)

    assert any("派出" in sentence for sentence in wrong(draw))


def test_a_changed_population_is_not_drawn_from(plan, people):
    draw = make_published(plan, people.committee)
    draw.population["branches"].pop()
    Draw.objects.filter(pk=draw.pk).update(population=draw.population)

    with pytest.raises(Refused, match="不一致"):
        inspections.make_draw(plan, revision=plan.revision, by=people.committee, now=NOW + SOON)


def test_a_second_draw_leaves_the_first_with_its_reason(plan, people):
    make_team(plan, people.committee, people.inspector)
    first = make_drawn(plan, people.committee)
    given = Appointment.objects.filter(user=people.inspector).count()

    inspections.declare_void(
        plan,
        "检查范围有误，漏列两个支部",
        revision=plan.revision,
        by=people.committee,
        now=NOW + 2 * SOON,
    )

    first.refresh_from_db()
    assert (plan.state, plan.visits.count()) == ("draft", 0)
    assert first.void_reason == "检查范围有误，漏列两个支部"
    assert first.sample
    assert Appointment.objects.filter(user=people.inspector).count() < given
    second = make_drawn(plan, people.committee, now=NOW + 3 * SOON)
    assert [draw.number for draw in plan.draws.all()] == [1, 2]
    assert second.commitment != first.commitment
    assert plan.draw == second


def test_void_needs_a_reason_and_that_nobody_has_begun(plan, org, people):
    with pytest.raises(Refused, match="具体一些"):
        inspections.declare_void(plan, "错", revision=1, by=people.committee, now=NOW)
    make_drawn(plan, people.committee)
    plan.visits.filter(branch=org.south).update(state="running")

    with pytest.raises(Refused, match="已有支部开始检查"):
        inspections.declare_void(
            plan, "想换一批支部", revision=plan.revision, by=people.committee, now=NOW + 2 * SOON
        )


def test_what_is_published_is_not_changed_any_more(plan, org, people):
    make_published(plan, people.committee)

    with pytest.raises(Refused, match="不能修改"):
        inspections.leave_out(plan, org.south, "不方便接受检查", by=people.committee, now=NOW)
    stale = Inspection.objects.get()
    with pytest.raises(Conflict):
        inspections.publish(stale, revision=1, by=people.committee, now=NOW)


def test_leaving_out_has_a_reason_and_happens_once(plan, org, people):
    by = {"by": people.committee, "now": NOW}
    with pytest.raises(Refused, match="理由"):
        inspections.leave_out(plan, org.south, " ", **by)
    inspections.leave_out(plan, org.south, "上月刚接受过检查", **by)
    with pytest.raises(Refused, match="已列为不抽取"):
        inspections.leave_out(plan, org.south, "上月刚接受过检查", **by)

    inspections.take_in(plan, org.south, **by)

    assert not plan.exclusions.exists()


@pytest.mark.parametrize("who", ["leader", "reviewer", "inspector", "secretary", "admin"])
def test_only_who_inspects_plans_publishes_and_draws(who, plan, org, people):
    person = getattr(people, who)
    with pytest.raises(PermissionDenied):
        make_inspection(org.committee, person)
    with pytest.raises(PermissionDenied):
        make_published(plan, person)
    make_published(plan, people.committee)
    with pytest.raises(PermissionDenied):
        inspections.make_draw(plan, revision=plan.revision, by=person, now=NOW + SOON)


def test_inspectors_see_what_fell_to_them_until_their_day(org, people):
    make_campaign()
    stranger = make_user("shisuo", "施某")
    plan = make_inspection(org.committee, people.committee)
    make_team(plan, people.committee, stranger, until=NOW.date() + timedelta(days=5))
    make_drawn(plan, people.committee)

    offices = Appointment.objects.filter(user=stranger)

    assert {o.organization_id for o in offices} == set(plan.visits.values_list("branch", flat=True))
    assert {o.ends_on for o in offices} == {NOW.date() + timedelta(days=5)}
    assert Notice.objects.filter(recipient=stranger, kind="inspection.assigned").count() == 1


def test_who_leaves_the_team_sees_nothing_at_once(org, people):
    make_campaign()
    stranger = make_user("shisuo", "施某")
    plan = make_inspection(org.committee, people.committee)
    member = make_team(plan, people.committee, stranger)
    make_drawn(plan, people.committee)

    inspectors.leave(member, by=people.committee, now=NOW + 2 * SOON)

    assert not Appointment.objects.in_force(NOW.date()).filter(user=stranger).exists()
    assert not plan.visits.exclude(inspector=None).exists()


def test_nobody_inspects_where_he_has_an_office(org, people):
    make_campaign()
    own = make_office(make_user("jiancha", "简某"), "secretary", org.south)
    plan = make_inspection(org.committee, people.committee)
    member = make_team(plan, people.committee, own)
    make_drawn(plan, people.committee)

    assert plan.visits.get(branch=org.south).inspector is None
    with pytest.raises(Refused, match="回避"):
        inspectors.assign(
            plan.visits.get(branch=org.south), member, by=people.committee, now=NOW + 2 * SOON
        )


def test_an_unannounced_visit_is_nobodys_below_before_it_begins(org, people):
    make_campaign()
    plan = make_visits(org.committee, people.committee, people.inspector)
    below = (people.secretary, people.reviewer, people.south_secretary)

    assert [Inspection.objects.visible_to(p).count() for p in below] == [0, 0, 0]
    assert [Visit.objects.visible_to(p).count() for p in below] == [0, 0, 0]
    assert not Notice.objects.filter(recipient__in=below).exists()
    assert Visit.objects.visible_to(people.inspector).count() == plan.visits.count()
    assert Visit.objects.visible_to(people.leader).count() == plan.visits.count()


def test_an_announced_visit_is_told_to_the_branch_and_those_above(org, people):
    make_campaign()
    make_visits(org.committee, people.committee, people.inspector, announced=True)

    told = Notice.objects.filter(kind="inspection.announced")

    assert told.filter(recipient=people.secretary).count() == 1
    assert told.filter(recipient=people.reviewer).count() >= 1
    assert Visit.objects.visible_to(people.secretary).count() == 1
