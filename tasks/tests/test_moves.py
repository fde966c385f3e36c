"""Every verb in every state, and the numbers counted from the states."""

from datetime import date, timedelta
from functools import partial

import pytest
from django.core.exceptions import PermissionDenied
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from branchyear.lib.errors import Refused
from tasks.models import BranchItem
from tasks.querysets import OPEN_STATES
from tasks.services import items
from tasks.tests.make import (
    NOW,
    item_of,
    make_accepted,
    make_answer,
    make_campaign,
    make_draft,
    make_returned,
    make_submitted,
)

pytestmark = pytest.mark.engines

State = BranchItem.State
REASON = "请补充会议记录。"

# What each verb does in each state; what is not here is refused.
ALLOWED = {
    ("save", "todo"): "draft",
    ("save", "draft"): "draft",
    ("save", "returned"): "returned",
    ("submit", "todo"): "submitted",
    ("submit", "draft"): "submitted",
    ("submit", "returned"): "submitted",
    ("withdraw", "submitted"): "draft",
    ("accept", "submitted"): "accepted",
    ("accept", "forwarding"): "submitted",
    ("send_back", "submitted"): "returned",
    ("send_back", "forwarding"): "returned",
    ("send_back", "accepted"): "returned",
    ("withdraw", "forwarding"): "draft",
}
VERBS = ("save", "submit", "withdraw", "accept", "send_back")
STATES = ("todo", "draft", "submitted", "forwarding", "returned", "accepted")


@pytest.fixture
def campaign(org, people):
    return make_campaign()


def bring_to(state, org, people):
    """An item in ``state``; *forwarding* is one submitted with two levels still before it."""
    if state == "forwarding":
        return make_submitted(item_of(org.north_four), people.fourth_secretary)
    item = item_of(org.north)
    me, reviewer = people.secretary, people.reviewer
    build = {
        "todo": lambda: item,
        "draft": lambda: make_draft(item, me),
        "submitted": lambda: make_submitted(item, me),
        "returned": lambda: make_returned(item, me, reviewer),
        "accepted": lambda: make_accepted(item, me, reviewer),
    }
    return build[state]()


def do(verb, item, people, *, forwarding):
    me = people.fourth_secretary if forwarding else people.secretary
    reviewer = people.general_reviewer if forwarding else people.reviewer
    answer = make_answer(note="另一种说法，也写清楚了。")
    returner = people.committee if item.state == "accepted" else reviewer
    acts = {
        "save": lambda: items.save(item, answer, revision=item.revision, by=me, now=NOW),
        "submit": lambda: items.submit(item, answer, by=me, now=NOW),
        "withdraw": lambda: items.withdraw(item, by=me, now=NOW),
        "accept": lambda: items.accept(item, by=reviewer, now=NOW),
        "send_back": lambda: items.send_back(item, reason=REASON, by=returner, now=NOW),
    }
    return acts[verb]()


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("verb", VERBS)
def test_each_verb_moves_or_is_refused_in_each_state(campaign, org, people, verb, state):
    item = bring_to(state, org, people)
    before = BranchItem.objects.filter(pk=item.pk).values().get()
    steps = item.steps.count()
    expected = ALLOWED.get((verb, state))

    if expected is None:
        with pytest.raises(Refused):
            do(verb, item, people, forwarding=state == "forwarding")
        assert BranchItem.objects.filter(pk=item.pk).values().get() == before
        assert item.steps.count() == steps
    else:
        do(verb, item, people, forwarding=state == "forwarding")
        after = BranchItem.objects.get(pk=item.pk)
        assert after.state == expected
        assert after.revision == before["revision"] + 1
        assert item.steps.count() == steps + (verb != "save")


def test_the_verbs_use_every_move_of_the_table_and_no_other():
    real = {"forwarding": "submitted"}
    used = {(real.get(state, state), to) for (_, state), to in ALLOWED.items()}

    assert used == {(a.value, b.value) for a, ends in BranchItem.MOVES.items() for b in ends}


def test_states_with_the_branch_are_the_editable_ones():
    assert set(OPEN_STATES) == {s.value for s in BranchItem.EDITABLE}


@settings(
    max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(data=st.data())
def test_no_sequence_of_verbs_breaks_what_always_holds(campaign, org, people, data):
    from django.db import transaction

    persons = [
        people.fourth_secretary,
        people.general_reviewer,
        people.reviewer,
        people.committee,
        people.secretary,
    ]
    with transaction.atomic():
        item = item_of(org.north_four)
        for number in range(data.draw(st.integers(1, 12))):
            row = BranchItem.objects.get(pk=item.pk)
            verb, person = data.draw(st.sampled_from(VERBS)), data.draw(st.sampled_from(persons))
            now = NOW + timedelta(minutes=number)
            draft = make_answer(note=f"第{number}稿")
            act = {
                "save": partial(items.save, answer=draft, revision=row.revision),
                "submit": partial(items.submit, answer=make_answer()),
                "withdraw": items.withdraw,
                "accept": items.accept,
                "send_back": partial(items.send_back, reason=REASON),
            }[verb]
            before = row.state
            try:
                act(row, by=person, now=now)
            except (Refused, PermissionDenied):
                continue
            after = BranchItem.objects.get(pk=item.pk)
            assert after.state in BranchItem.MOVES[State(before)]
            assert (after.with_organization is not None) == (after.state == "submitted")
            assert after.round == after.steps.filter(kind="submitted").count()
            for step in after.steps.exclude(kind__in=["submitted", "withdrawn"]):
                assert step.by_id != people.fourth_secretary.pk
        transaction.set_rollback(True)


@settings(
    max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(data=st.data())
def test_the_figures_equal_counting_by_hand(campaign, org, people, data):
    day = date(2026, 6, 15)
    rows = list(BranchItem.objects.select_related("branch", "item__task", "version"))
    for row in rows:
        row.state = data.draw(st.sampled_from(State.values)) if row.pk % 3 == 0 else State.TODO
        row.with_organization = org.north_office if row.state == "submitted" else None
        row.due_on = day + timedelta(days=row.pk % 5 - 2)
        row.opens_on = row.due_on
    fields = ["state", "with_organization", "due_on", "opens_on"]
    BranchItem.objects.bulk_update(rows, fields, batch_size=40)

    def by_hand(some):
        weights = [r.version.weight for r in some]
        done = [r.version.weight for r in some if r.state == "accepted"]
        return {
            "total": len(some),
            **{s: sum(r.state == s for r in some) for s in State.values},
            "overdue": sum(r.is_overdue(day) for r in some),
            "weight": sum(weights),
            "weight_accepted": sum(done) if done else None,
        }

    assert BranchItem.objects.figures(day) == by_hand(rows)
    grouped = {f.pop("item__task"): f for f in BranchItem.objects.figures(day, "item__task")}
    tasks = {r.item.task_id for r in rows}
    assert grouped == {t: by_hand([r for r in rows if r.item.task_id == t]) for t in tasks}
    assert BranchItem.objects.overdue(day).count() == by_hand(rows)["overdue"]
