"""Replaying a history writes the rows the services would have written one by one."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from branchyear.audit.models import Entry
from branchyear.lib.errors import Refused
from branchyear.notifications.models import Notice
from tasks.models import BranchItem, Evidence, ItemEvidence, ItemStep
from tasks.services import evidence, items
from tasks.services.replay import replay
from tasks.tests.make import NOW, item_of, make_answer, make_campaign, make_evidence

pytestmark = pytest.mark.engines

REASON = {"reason": "请补充会议记录。"}


@pytest.fixture
def campaign(org, people):
    return make_campaign()


def play(branch_item, history):
    """The same history through the services, one verb at a time."""
    for verb, person, moment, data in history:
        row = BranchItem.objects.get(pk=branch_item.pk)
        data = dict(data or {})
        if verb == "attach":
            evidence.attach(row, data["evidence"], by=person, now=moment)
            continue
        if verb == "save":
            data["revision"] = row.revision
        getattr(items, verb)(row, by=person, now=moment, **data)


def written(branch_item):
    """Everything a history leaves, without keys of its own rows."""
    row = BranchItem.objects.filter(pk=branch_item.pk).values().get()
    entries = Entry.objects.filter(organization_id=branch_item.branch_id).order_by("pk")
    return {
        "row": row,
        "steps": list(
            ItemStep.objects.filter(branch_item=branch_item).values(
                "round",
                "kind",
                "organization_id",
                "by_id",
                "by_name",
                "at",
                "reason",
                "version_id",
                "snapshot",
            )
        ),
        "links": list(branch_item.evidence_links.values("evidence_id", "attached_by_id")),
        "trail": [
            (
                e.verb,
                e.actor_id,
                e.thing_label,
                {k: v for k, v in e.detail.items() if k != "replayed"},
            )
            for e in entries.filter(verb__regex="^(item|evidence)")
        ],
    }


class Undo(Exception):
    pass


def same_both_ways(branch_item, history):
    """Play it, remember, undo; replay it; compare."""
    from django.db import transaction

    try:
        with transaction.atomic():
            play(branch_item, history)
            played = written(branch_item)
            raise Undo
    except Undo:
        pass
    before = Entry.objects.count()
    try:
        with transaction.atomic():
            replay([(branch_item, history)])
            replayed = written(branch_item)
            assert Entry.objects.count() > before
            raise Undo
    except Undo:
        pass
    assert replayed == played


def test_a_long_history_is_written_as_the_services_would(campaign, org, people):
    item = item_of(org.north_four, "T1-05")
    paper = make_evidence(item_of(org.north_four, "T1-01"), people.fourth_secretary)
    hours = [NOW + timedelta(hours=n) for n in range(12)]
    me, general, reviewer = people.fourth_secretary, people.general_reviewer, people.reviewer
    history = [
        ("save", me, hours[0], {"answer": make_answer(result="ongoing")}),
        ("attach", me, hours[1], {"evidence": paper}),
        ("save", me, hours[2], {"answer": make_answer(note="批复已到。")}),
        ("submit", me, hours[3], None),
        ("withdraw", me, hours[4], {}),
        ("submit", me, hours[5], {"answer": make_answer(note="批复已到，请审核。")}),
        ("accept", general, hours[6], {"reason": "材料齐全。"}),
        ("send_back", reviewer, hours[7], REASON),
        ("submit", me, hours[8], {"answer": make_answer(note="已补充。")}),
        ("accept", general, hours[9], {}),
        ("accept", reviewer, hours[10], {}),
        ("send_back", people.committee, hours[11], {"reason": "抽查发现批复没有盖章。"}),
    ]

    same_both_ways(item, history)


@settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(data=st.data())
def test_any_history_is_written_as_the_services_would(campaign, org, people, data):
    """Random verbs; those the services refuse are refused by the replay too."""
    branch, me = data.draw(
        st.sampled_from(
            [
                (org.north, people.secretary),
                (org.north_four, people.fourth_secretary),
                (org.archive, people.archive_secretary),
            ]
        )
    )
    item = item_of(branch)
    persons = [me, people.general_reviewer, people.reviewer, people.committee]
    verbs = {
        "save": {"answer": make_answer(note="第一稿，待核对。")},
        "submit": {"answer": make_answer()},
        "withdraw": {},
        "accept": {},
        "send_back": REASON,
    }
    chosen = data.draw(st.lists(st.sampled_from(list(verbs)), min_size=1, max_size=8))
    history = []
    for position, verb in enumerate(chosen):
        able = persons if verb in {"accept", "send_back"} else [me]
        person = data.draw(st.sampled_from(able))
        move = (verb, person, NOW + timedelta(hours=position), verbs[verb])
        if _is_possible(item, [*history, move]):
            history.append(move)

    if history:
        same_both_ways(item, history)


def _is_possible(item, history):
    """Both ways agree whether this history is possible."""
    from django.db import transaction

    answers = []
    for way in (lambda: play(item, history), lambda: replay([(item, history)])):
        try:
            with transaction.atomic():
                way()
                raise Undo
        except Undo:
            answers.append(True)
        except (Refused, PermissionDenied):
            answers.append(False)
    assert answers[0] == answers[1], history
    return answers[0]


def test_a_refused_move_says_which_item_and_writes_nothing(campaign, org, people):
    good, bad = item_of(org.north, "T1-01"), item_of(org.north, "T1-03")
    submit = ("submit", people.secretary, NOW, {"answer": make_answer()})

    with pytest.raises(Refused, match="北一支部 T1-03.*不在待审核状态"):
        replay([(good, [submit]), (bad, [("accept", people.reviewer, NOW, None)])])

    assert not ItemStep.objects.exists()
    assert set(BranchItem.objects.values_list("state", flat=True)) == {"todo"}


def test_moves_of_many_items_lie_in_the_order_of_their_moments(campaign, org, people):
    first, second = item_of(org.north, "T1-01"), item_of(org.north, "T1-03")
    early, late = NOW, NOW + timedelta(hours=3)
    answer = {"answer": make_answer()}

    made = replay(
        [
            (first, [("submit", people.secretary, late, answer)]),
            (second, [("submit", people.secretary, early, answer)]),
        ]
    )

    assert made == 2
    assert list(ItemStep.objects.values_list("branch_item_id", flat=True)) == [second.pk, first.pk]
    entries = Entry.objects.filter(verb="item.submitted").order_by("pk")
    assert [e.at for e in entries] == [early, late]
    assert all(e.detail["replayed"] for e in entries)
    assert not Notice.objects.exists()


def test_the_trail_can_be_left_out(campaign, org, people):
    submit = ("submit", people.secretary, NOW, {"answer": make_answer()})

    replay([(item_of(org.north), [submit])], audit=False)

    assert not Entry.objects.filter(verb="item.submitted").exists()
    assert item_of(org.north).state == "submitted"


def test_queries_do_not_grow_with_the_histories(campaign, org, people, django_assert_num_queries):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    counts = []
    for codes in (["T1-01"], ["T1-03", "T1-06", "T2-02"]):
        histories = [
            (
                item_of(org.north, code),
                [
                    ("submit", people.secretary, NOW, {"answer": make_answer()}),
                    ("accept", people.reviewer, NOW + timedelta(hours=1), {}),
                ],
            )
            for code in codes
        ]
        with CaptureQueriesContext(connection) as queries:
            replay(histories)
        counts.append(len(queries))

    assert counts[0] == counts[1]
    assert not Evidence.objects.exists()
    assert not ItemEvidence.objects.exists()
