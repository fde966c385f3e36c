"""党员名册 as Excel and PDF."""

from datetime import date

import pytest
from django.urls import reverse
from django.utils import timezone

from members.tests.make import id_number, make_member
from reports.kinds import KINDS
from reports.tests.test_exports import ask, do, sheet_of, table, text_of

NUMBER, PHONE = id_number(), "10012345678"


@pytest.fixture(autouse=True)
def own_files(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "files"


@pytest.fixture
def rolls(campaign, org):
    make_member(org.north, "书记甲", party_post="党支部书记", id_number=NUMBER, phone=PHONE)
    make_member(
        org.north,
        "阿乙",
        unit="综合处",
        post="科员",
        education="大学本科",
        degree="学士",
        joined_branch_on=date(2010, 3, 1),
        joined_from="市财政局",
        standing="floating",
    )
    make_member(org.north, "已去世", standing="deceased")
    make_member(org.south, "南党员")


def test_a_branch_takes_its_roster_in_the_usual_columns(rolls, org, people):
    head, lines = table(sheet_of(do(ask(people.secretary, org.north, "roster"))))

    assert head == [
        "序号", "姓名", "性别", "民族", "籍贯", "出生年月", "公民身份号码", "学历学位", "参加工作时间",
        "入党时间", "转正时间", "党员类别", "单位及职务", "党内职务", "所在党小组", "联系电话",
        "组织关系转入时间及来源", "是否流动/失联", "备注",
    ]  # fmt: skip
    assert [line["姓名"] for line in lines] == ["书记甲", "阿乙"]
    assert lines[0]["公民身份号码"] == f"990*************{NUMBER[-2:]}"
    assert lines[0]["联系电话"] == "100******78"
    assert lines[1]["学历学位"] == "大学本科，学士"
    assert lines[1]["组织关系转入时间及来源"] == "2010-03-01 市财政局"
    assert (lines[1]["是否流动/失联"], lines[1]["出生年月"]) == ("流动", "1980.01")


def test_the_paper_can_be_signed_and_gives_no_number_away(rolls, org, people):
    paper = text_of(do(ask(people.secretary, org.north, "roster", "pdf")))

    assert "党员名册" in paper
    assert "负责人（签章）" in paper
    assert NUMBER not in paper
    assert PHONE not in paper
    assert "南党员" not in paper


def test_above_a_branch_each_line_names_its_branch(rolls, org, people):
    _, lines = table(sheet_of(do(ask(people.committee, org.committee, "roster"))))

    assert [(line["党支部"], line["姓名"]) for line in lines] == [
        ("北一支部", "书记甲"),
        ("北一支部", "阿乙"),
        ("南一支部", "南党员"),
    ]


def test_the_card_offers_no_conditions_that_make_no_sense(rolls, org, people, sign_in):
    page = sign_in(people.secretary).get(
        reverse("reports:exports"), {"kind": "roster", "org": org.north.pk}
    )

    assert "全部任务" not in page.content.decode()
    assert "书记甲" in page.content.decode()


@pytest.mark.parametrize("count", [1, 12])
def test_the_rows_are_read_in_the_same_number_of_statements(
    count, org, people, campaign, django_assert_num_queries
):
    for number in range(count):
        make_member(org.north, f"党员{number}")
    asked = KINDS["roster"].asked(org.north, {}, by=people.secretary, at=timezone.now())
    list(asked.by.appointments.all())

    with django_assert_num_queries(3):
        assert len(list(KINDS["roster"].rows(asked))) == count
