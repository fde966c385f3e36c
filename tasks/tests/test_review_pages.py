"""审核: the queue, the decisions, the batch."""

from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tasks.services import items
from tasks.tests import make

QUEUE = "/review/"


@pytest.fixture(autouse=True)
def _morning():
    with time_machine.travel(make.NOW, tick=False):
        yield


@pytest.fixture
def queue(people, org):
    """Three items with the north office, the oldest first: T1-03, T1-01, T1-02."""
    make.make_campaign()
    days = {"T1-03": 8, "T1-01": 5, "T1-02": 0}
    return [
        make.make_submitted(
            make.item_of(org.north, code),
            people.secretary,
            now=make.NOW - timedelta(days=ago),
        )
        for code, ago in days.items()
    ]


def decide(client, verb, row, **data):
    return client.post(reverse(f"tasks:{verb}", args=[row.pk]), {"queue": 1, **data})


def test_the_longest_waiting_comes_first_and_is_opened(sign_in, people, queue):
    answer = sign_in(people.reviewer).get(QUEUE)

    assert [(r.item.code, r.waited, r.wait_tone) for r in answer.context["rows"]] == [
        ("T1-03", 6, "late"),
        ("T1-01", 4, "near"),
        ("T1-02", 0, ""),
    ]
    assert answer.context["chosen"].item.code == "T1-03"
    assert "等待6个工作日" in answer.content.decode()


def test_the_queue_holds_only_what_lies_with_the_own_organisation(sign_in, people, org, queue):
    make.make_submitted(make.item_of(org.south, "T1-01"), people.south_secretary, note="南边的事")

    north, south = (
        sign_in(person).get(QUEUE).content.decode()
        for person in (people.reviewer, people.south_reviewer)
    )

    assert "南一支部" not in north
    assert "南边的事" in south
    assert "北一支部" not in south


def test_the_committee_reviews_the_direct_branches(sign_in, people, org, queue):
    mine = make.make_submitted(make.item_of(org.archive, "T1-01"), people.archive_secretary)

    answer = sign_in(people.committee).get(QUEUE)

    assert [r.pk for r in answer.context["rows"]] == [mine.pk]


def test_filters_by_branch_and_task_stay_through_a_decision(sign_in, people, org, queue):
    other = make.make_submitted(make.item_of(org.north_two, "T1-01"), people.second_secretary)
    client = sign_in(people.reviewer)

    answer = client.get(QUEUE, {"branch": org.north_two.pk})
    decided = decide(client, "accept_item", other, branch=org.north_two.pk)

    assert [r.pk for r in answer.context["rows"]] == [other.pk]
    assert decided.url == f"{QUEUE}?branch={org.north_two.pk}"


def test_after_accepting_the_next_item_opens_with_a_message(sign_in, people, queue):
    first, second, _ = queue

    answer = decide(sign_in(people.reviewer), "accept_item", first)
    page = sign_in(people.reviewer).get(answer.url)

    first.refresh_from_db()
    assert first.state == "accepted"
    assert answer.url == f"{QUEUE}?item={second.pk}"
    assert page.context["chosen"].pk == second.pk
    assert "北一支部 T1-03 已审核通过。" in page.content.decode()


def test_after_the_last_item_the_queue_says_it_is_empty(sign_in, people, queue):
    client = sign_in(people.reviewer)

    for row in queue:
        answer = decide(client, "accept_item", row)

    assert answer.url == QUEUE
    assert "没有等待您审核的条目" in client.get(answer.url).content.decode()


def test_a_general_branch_passes_on_to_the_next_level(sign_in, people, org):
    make.make_campaign()
    row = make.make_submitted(make.item_of(org.north_four, "T1-01"), people.fourth_secretary)
    client = sign_in(people.general_reviewer)

    answer = decide(client, "accept_item", row)

    row.refresh_from_db()
    assert (row.state, row.with_organization) == ("submitted", org.north_office)
    assert "转市北区局机关党委审核" in client.get(answer.url).content.decode()


def test_returning_needs_a_reason_and_keeps_the_page(sign_in, people, queue):
    answer = decide(sign_in(people.reviewer), "return_item", queue[1])

    queue[1].refresh_from_db()
    assert answer.status_code == 422
    assert answer.context["chosen"].pk == queue[1].pk
    assert answer.context["reason_form"].errors["reason"] == [
        "退回修改要写明原因，支部才知道改什么。"
    ]
    assert queue[1].state == "submitted"


def test_a_reason_too_long_keeps_what_was_typed(sign_in, people, queue):
    answer = decide(sign_in(people.reviewer), "return_item", queue[0], reason="改" * 501)

    assert answer.status_code == 422
    assert "改" * 501 in answer.content.decode()


def test_returning_tells_the_branch_and_opens_the_next(sign_in, people, queue):
    answer = decide(sign_in(people.reviewer), "return_item", queue[0], reason="请补充盖章的批复。")

    queue[0].refresh_from_db()
    assert (queue[0].state, queue[0].return_reason) == ("returned", "请补充盖章的批复。")
    assert answer.url == f"{QUEUE}?item={queue[1].pk}"


def test_the_committee_returns_any_accepted_item_from_its_page(sign_in, people, queue):
    decide(sign_in(people.reviewer), "accept_item", queue[0])
    client = sign_in(people.committee)

    page = client.get(queue[0].get_absolute_url())
    wrong = client.post(reverse("tasks:return_item", args=[queue[0].pk]), {"reason": ""})
    right = client.post(
        reverse("tasks:return_item", args=[queue[0].pk]), {"reason": "抽查发现名册缺人。"}
    )

    queue[0].refresh_from_db()
    assert "退回修改" in page.content.decode()
    assert wrong.status_code == 422
    assert right.url == queue[0].get_absolute_url()
    assert queue[0].state == "returned"


def test_the_slower_of_two_reviewers_is_told(sign_in, people, queue):
    client = sign_in(people.reviewer)
    decide(client, "accept_item", queue[0])

    answer = decide(client, "accept_item", queue[0])

    assert answer.status_code == 409
    assert "审核通过" in answer.content.decode()


def test_a_batch_gives_a_result_for_each_row(sign_in, people, org, queue):
    foreign = make.make_submitted(make.item_of(org.south, "T1-01"), people.south_secretary)

    answer = sign_in(people.reviewer).post(
        reverse("tasks:accept_many"), {"items": [r.pk for r in queue] + [foreign.pk, "x"]}
    )

    foreign.refresh_from_db()
    assert (answer.context["done"], answer.context["missed"]) == (3, 0)
    assert [(r.item.code, s) for r, s in answer.context["results"]] == [
        ("T1-03", None),
        ("T1-01", None),
        ("T1-02", None),
    ]
    assert foreign.state == "submitted"


def test_what_was_changed_after_the_page_was_opened_is_not_accepted_unseen(
    sign_in, people, org, queue
):
    first, second, third = queue
    client = sign_in(people.reviewer)
    seen = [f"{row.pk}:{row.revision}" for row in queue]
    items.withdraw(first, by=people.secretary, now=make.NOW)
    items.withdraw(second, by=people.secretary, now=make.NOW)
    make.make_submitted(second, people.secretary, note="换了内容。")

    single = decide(client, "accept_item", second, seen=seen[1].partition(":")[2])
    returned = decide(
        client, "return_item", second, reason="请补充会议记录。", seen=seen[1].partition(":")[2]
    )
    batch = client.post(
        reverse("tasks:accept_many"), {"items": [r.pk for r in queue], "seen": [*seen, "x:y"]}
    )

    assert (single.status_code, returned.status_code) == (409, 409)
    assert "请补充会议记录。" in returned.content.decode()
    told = {row.item.code: sentence for row, sentence in batch.context["results"]}
    assert told["T1-02"] is None
    assert "这一条没有办理，请打开核对。" in told["T1-01"]
    assert "您的内容" not in told["T1-01"]
    assert "现为“填报中”" in told["T1-03"]


def test_the_slower_of_two_reviewers_is_told_and_keeps_his_reason(sign_in, people, org, queue):
    first = queue[0]
    seen = first.revision
    items.accept(first, by=people.reviewer, now=make.NOW)  # now with the committee

    late = decide(
        sign_in(people.reviewer), "return_item", first, reason="请补充会议记录。", seen=seen
    )

    assert late.status_code == 409
    assert "请补充会议记录。" in late.content.decode()


def test_the_filtered_list_ticks_the_plain_ones_and_says_why_not_the_others(
    sign_in, people, org, queue
):
    again = make.make_returned(
        make.item_of(org.north_two, "T1-01"), people.second_secretary, people.reviewer
    )
    make.make_submitted(again, people.second_secretary)
    excused = make.make_submitted(
        make.item_of(org.north_two, "T1-02"),
        people.second_secretary,
        result="not_applicable",
        note="本支部没有此类情况",
    )
    client = sign_in(people.reviewer)

    answer = client.get(reverse("tasks:review_batch"), {"branch": org.north_two.pk})
    empty = client.get(reverse("tasks:review_batch"), {"branch": org.south.pk})

    assert {row.pk: row.hints for row in answer.context["rows"]} == {
        again.pk: ["第2次提交"],
        excused.pk: ["不适用，请看理由"],
    }
    assert "北一支部" not in answer.content.decode().partition("<tbody>")[2]
    assert "没有等待您审核的条目" in empty.content.decode()


def test_what_a_reviewer_writes_again_and_again_is_offered(sign_in, people, org, queue):
    client = sign_in(people.reviewer)
    for row in queue[:2]:
        decide(client, "return_item", row, reason="请上传盖章件。")

    offered = client.get(QUEUE).context["own_reasons"]

    assert offered == ["请上传盖章件。"]


def test_an_empty_batch_says_what_to_do(sign_in, people, queue):
    answer = sign_in(people.reviewer).post(reverse("tasks:accept_many"), follow=True)

    assert "请先勾选" in answer.content.decode()


def test_the_own_decisions_are_listed_latest_first(sign_in, people, queue):
    client = sign_in(people.reviewer)
    decide(client, "accept_item", queue[0])
    decide(client, "return_item", queue[1], reason="请补充会议记录。")

    answer = client.get(QUEUE, {"tab": "done"})

    assert [s.kind for s in answer.context["steps"]] == ["returned", "accepted"]
    assert "请补充会议记录。" in answer.content.decode()


@pytest.mark.parametrize("place", ["", "?tab=done", "batch/"])
def test_the_queue_asks_as_often_for_one_as_for_many(sign_in, people, org, queue, place):
    client = sign_in(people.reviewer)
    counted = []

    for code in ("T1-04", "T1-05", "T1-06"):
        row = make.make_submitted(make.item_of(org.north_two, code), people.second_secretary)
        decide(client, "accept_item", row)
        client.get(QUEUE + place)
        with CaptureQueriesContext(connection) as queries:
            client.get(QUEUE + place)
        counted.append(len(queries))
        make.make_submitted(make.item_of(org.north_four, code), people.fourth_secretary)

    assert len(set(counted)) == 1
