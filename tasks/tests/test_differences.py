"""What a reviewer sees changed since the item was given back."""

from datetime import timedelta

import pytest

from tasks import differences
from tasks.services import evidence, items
from tasks.tests import make


def since(row):
    return differences.since_given_back(list(row.steps.select_related("version")))


@pytest.fixture
def row(people, org):
    """T1-05 asks for a file; given back once."""
    make.make_campaign()
    return make.make_returned(
        make.item_of(org.north, "T1-05"), people.secretary, people.reviewer, note="已核对。共3人。"
    )


def test_each_changed_field_and_file_is_named_beside_the_old_remark(people, row):
    evidence.detach(row, row.evidence_links.get().evidence, by=people.secretary, now=make.NOW)
    make.make_evidence(row, people.secretary, make.make_pdf("新批复.pdf", "2"))
    day = make.make_answer().fact_on + timedelta(days=1)
    make.make_submitted(row, people.secretary, note="已核对。共4人。", fact_on=day)

    found = since(row)

    assert found.step.reason == "请补充会议记录。"
    assert [(c.label, c.before, c.after) for c in found.fields] == [
        ("完成日期", "2026年4月20日", "2026年4月21日"),
        ("情况说明", "已核对。共3人。", "已核对。共4人。"),
    ]
    assert found.fields[1].pieces == [
        ("same", "已核对。"),
        ("gone", "共3人"),
        ("new", "共4人"),
        ("same", "。"),
    ]
    assert (found.added, found.removed, found.kept) == (["新批复.pdf"], ["批复.pdf"], 0)
    assert found.count == 4


def test_nothing_changed_is_said_and_a_withdrawn_round_is_passed_over(people, row):
    make.make_submitted(row, people.secretary, note="写错了")
    items.withdraw(row, by=people.secretary, now=make.NOW)
    make.make_submitted(row, people.secretary, note="已核对。共3人。")

    found = since(row)

    assert (found.count, found.kept) == (0, 1)


def test_a_first_hand_in_has_nothing_to_compare(people, org):
    make.make_campaign()
    row = make.make_submitted(make.item_of(org.north), people.secretary)

    assert since(row) is None


def test_the_review_page_shows_it_and_marks_the_field(sign_in, people, row):
    make.make_submitted(row, people.secretary, note="已核对。共5人。")

    page = sign_in(people.reviewer).get("/review/").content.decode()

    assert "上次退回意见" in page
    assert "请补充会议记录。" in page
    assert "<del>共3人</del><ins>共5人</ins>" in page
    assert '情况说明 <span class="differ__mark">有修改</span>' in page
