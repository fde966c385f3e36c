"""The pages of organisation life."""

from datetime import date, timedelta

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from branches.models import Kind
from branches.services import organizations
from members.models import Meeting
from members.tests.make import make_member
from members.tests.test_meetings import NOW, TODAY, hold


@pytest.fixture(autouse=True)
def _afternoon():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def roll(org):
    return [make_member(org.north, name) for name in "甲乙丙丁戊己庚"]


def cells(answer):
    return {row.label: row for row in answer.context["rows"]}


def text_of(answer):
    return answer.content.decode()


def address(name="life", **query):
    return reverse(f"members:{name}") + "?" + "&".join(f"{k}={v}" for k, v in query.items())


# --- The year of a branch -----------------------------------------------------------------------


def test_what_was_not_held_is_said_and_opens_the_form_for_it(sign_in, people, org, roll):
    hold(org.north, people.secretary, on=date(2026, 4, 10))

    answer = sign_in(people.secretary).get(address())

    rows = cells(answer)
    assert [(c.state, c.words) for c in rows["主题党日"].cells[:6]] == [
        ("missing", "未开展"),
        ("missing", "未开展"),
        ("missing", "未开展"),
        ("held", "1次"),
        ("open", "待开展"),
        ("future", ""),
    ]
    assert [(c.span, c.state) for c in rows["党员大会"].cells] == [
        (3, "missing"), (3, "open"), (3, "future"), (3, "future"),
    ]  # fmt: skip
    assert "kind=theme_day&amp;month=2026-03" in text_of(answer)
    assert rows["主题党日"].cells[3].url == Meeting.objects.get().get_absolute_url()


def test_what_does_not_apply_says_why(sign_in, people, org):
    make_member(org.north)

    rows = cells(sign_in(people.secretary).get(address()))

    assert rows["支委会"].why_not == "正式党员1名，不足7名，不设支部委员会"
    assert rows["党小组会"].why_not == "未划分党小组"


def test_seven_formal_members_have_a_committee(sign_in, people, org, roll):
    assert cells(sign_in(people.secretary).get(address()))["支委会"].why_not == ""


def test_each_group_is_asked_for_its_own_meeting(sign_in, people, org, roll):
    groups = [
        organizations.establish(
            parent=org.north, kind=Kind.GROUP, code=f"g{n}", name=f"{n}组", on=date(2021, 1, 1),
            by=None,
        )
        for n in (1, 2)
    ]  # fmt: skip
    for member, group in zip(roll, groups, strict=False):
        member.group = group
        member.save()
    hold(org.north, people.secretary, "group_meeting", group=groups[0], on=date(2026, 3, 3))

    march = cells(sign_in(people.secretary).get(address()))["党小组会"].cells[2]

    assert (march.state, march.words) == ("missing", "1/2组")
    assert f"group={groups[1].pk}" in march.url


def test_a_lecture_at_another_meeting_counts(sign_in, people, org, roll):
    hold(org.north, people.secretary, includes_lecture=True)

    assert cells(sign_in(people.secretary).get(address()))["党课"].cells[1].state == "held"


def test_a_void_record_is_listed_and_does_not_count(sign_in, people, org, roll):
    meeting = hold(org.north, people.secretary)
    client = sign_in(people.secretary)

    client.post(reverse("members:void_meeting", args=[meeting.pk]), {"reason": "登记重复了"})
    answer = client.get(address())

    assert cells(answer)["主题党日"].cells[4].state == "open"
    assert "已作废：登记重复了" in text_of(answer)


def test_those_above_read_and_cannot_record(sign_in, people, org, roll):
    answer = sign_in(people.reviewer).get(address(org=org.north.pk))

    assert answer.status_code == 200
    assert "new/?" not in text_of(answer)


# --- Many branches ------------------------------------------------------------------------------


def test_the_board_counts_what_was_held_of_what_was_due(sign_in, people, org, roll):
    hold(org.north, people.secretary, on=date(2026, 1, 10))
    hold(org.north, people.secretary, on=date(2026, 1, 20))
    hold(org.north, people.secretary, on=date(2026, 5, 8))
    hold(org.north, people.secretary, "members_meeting", on=date(2026, 2, 8))

    answer = sign_in(people.reviewer).get(address(org=org.north_office.pk))

    line = answer.context["page"].object_list[0]
    told = {c["kind"]: (c["done"], c["due"]) for c in line.cells}
    assert line.branch == org.north
    assert told["theme_day"] == (2, 5)  # January and, in the running month, May
    assert told["members_meeting"] == (1, 1)
    assert told["party_lecture"] == (0, 1)
    assert told["org_life_meeting"] == (0, 0)
    assert answer.context["branches"] == 3
    assert "南一支部" not in text_of(answer)


def test_only_those_behind_are_left_when_asked_for(sign_in, people, org, roll):
    hold(org.north, people.secretary, on=date(2026, 4, 8))
    make_member(org.north_two)
    url = address(org=org.north_office.pk, q=2, missing=1)

    answer = sign_in(people.reviewer).get(url)

    left = [line.branch for line in answer.context["page"]]
    assert org.north_two in left


def test_the_board_asks_the_same_number_of_questions_for_one_branch_and_for_many(
    sign_in, people, org, roll
):
    client = sign_in(people.department)
    client.get(address(org=org.committee.pk))
    hold(org.north, people.secretary)
    with CaptureQueriesContext(connection) as one:
        client.get(address(org=org.committee.pk))
    make_member(org.south)
    hold(org.south, people.south_secretary)
    hold(org.north, people.secretary, "members_meeting")
    for number in range(4, 7):
        organizations.establish(
            parent=org.south_office, kind=Kind.BRANCH, code=f"02-0{number}", name=f"南{number}支部",
            on=date(2020, 1, 1), by=None,
        )  # fmt: skip
    with CaptureQueriesContext(connection) as many:
        client.get(address(org=org.committee.pk))

    assert len(many) == len(one)


def test_a_branch_page_asks_the_same_number_of_questions_for_one_meeting_and_for_many(
    sign_in, people, org, roll
):
    client = sign_in(people.secretary)
    client.get(address())
    meeting = hold(org.north, people.secretary)
    paper = meeting.get_absolute_url()
    with CaptureQueriesContext(connection) as one:
        client.get(address())
    for number in range(5):
        hold(org.north, people.secretary, topic=f"主题{number}")
    with CaptureQueriesContext(connection) as many:
        client.get(address())
    with CaptureQueriesContext(connection) as record:
        client.get(paper)

    assert len(many) == len(one)
    assert len(record) < 25


# --- The list behind the figures ----------------------------------------------------------------


def test_the_list_shows_the_month_and_the_kind(sign_in, people, org, roll):
    hold(org.north, people.secretary, topic="五月主题")
    hold(org.north, people.secretary, topic="四月主题", on=date(2026, 4, 3))
    hold(org.north, people.secretary, "members_meeting", topic="五月大会")
    client = sign_in(people.reviewer)

    answer = client.get(
        address("meetings", org=org.north_office.pk, kind="theme_day", month="2026-05")
    )

    assert [m.topic for m in answer.context["page"]] == ["五月主题"]
    assert client.get(address("meetings", kind="?", month="x")).status_code == 200


# --- Recording ----------------------------------------------------------------------------------


def typed(people, **changes):
    values = {
        "on": "2026-05-11",
        "topic": "学习党章",
        "place": "活动室",
        "hours": "2",
        **{f"who_{m.pk}": "present" for m in people},
    }
    return values | changes


def test_a_meeting_is_recorded_with_its_absent(sign_in, people, org, roll):
    client = sign_in(people.clerk)
    page = client.get(address("new_meeting", kind="theme_day"))
    assert [value for _, _, value in page.context["form"].people] == ["present"] * 7

    answer = client.post(
        address("new_meeting", kind="theme_day"),
        typed(roll, **{f"who_{roll[0].pk}": "sick", f"who_{roll[1].pk}": "out"}),
    )

    meeting = Meeting.objects.get()
    assert answer.url == meeting.get_absolute_url()
    assert (meeting.due, meeting.present, meeting.created_by) == (6, 5, people.clerk)


def test_the_form_knows_what_the_portal_knows(sign_in, people, org, roll):
    org.north.place = "三楼活动室"
    org.north.save()

    form = sign_in(people.secretary).get(
        address("new_meeting", kind="members_meeting", month="2026-03")
    ).context["form"]  # fmt: skip

    assert form["on"].value() == date(2026, 3, 31)
    assert form["place"].value() == "三楼活动室"
    assert form["host"].value() == "赵书记"
    assert form["vote_0_voters_due"].value() == 7


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"on": "昨天"}, "请按 2022-04-25 的格式填写日期。"),
        ({"on": ""}, "请填写日期。"),
        ({"on": "2026-05-13"}, "日期不能晚于今天"),
        ({"topic": ""}, "请填写主题"),
        ({"starts_at": "下午"}, "格式填写时间"),
        ({"hours": "-1"}, ""),
        ({"hours": "两"}, "学时请填写数字"),
        ({"vote_0": "选举", "vote_0_in_favour": "x"}, "请填写整数"),
        (
            {
                "vote_0": "接收预备党员",
                "vote_0_voters_due": "7",
                "vote_0_voters_present": "3",
                "vote_0_in_favour": "3",
            },
            "有表决权党员应到7人、实到3人，不足半数，不能表决。",
        ),
    ],
)
def test_wrong_input_is_said_and_nothing_typed_is_lost(
    sign_in, people, org, roll, changes, sentence
):
    given = typed(roll, minutes="写了很久的记录") | {f"who_{roll[2].pk}": "duty"} | changes

    answer = sign_in(people.secretary).post(address("new_meeting", kind="members_meeting"), given)

    assert answer.status_code == 422
    assert sentence in text_of(answer)
    assert "写了很久的记录" in text_of(answer)
    assert answer.context["form"].counts == {"due": 7, "present": 6, "absent": 1}
    assert not Meeting.objects.exists()


def test_the_second_record_of_a_day_is_asked_about_and_taken(sign_in, people, org, roll):
    client = sign_in(people.secretary)
    url = address("new_meeting", kind="theme_day")
    client.post(url, typed(roll))

    asked = client.post(url, typed(roll))
    taken = client.post(url, typed(roll, again="on"))

    assert asked.status_code == 422
    assert "这是另一次活动" in text_of(asked)
    assert taken.status_code == 302


def test_a_record_is_corrected_and_the_slower_of_two_is_told(sign_in, people, org, roll):
    meeting = hold(org.north, people.secretary, on=TODAY - timedelta(days=1))
    client = sign_in(people.clerk)
    url = reverse("members:edit_meeting", args=[meeting.pk])

    first = client.post(url, typed(roll, version="1", topic="改过的主题"))
    second = client.post(url, typed(roll, version="1", topic="慢的主题"))

    assert first.url == meeting.get_absolute_url()
    assert second.status_code == 409
    assert "改过的主题" in text_of(second)
    assert second.context["form"]["version"].value() == "2"
    assert client.post(url, typed(roll, version="2", topic="慢的主题")).status_code == 302


def test_the_record_names_the_absent_and_what_it_lacks(sign_in, people, org, roll):
    meeting = hold(org.north, people.secretary, absences={roll[3].pk: "duty"})

    answer = sign_in(people.department).get(meeting.get_absolute_url())

    assert "丁（公务）" in text_of(answer)
    assert "记录里还没有：时间、主持人、记录人、主要内容" in text_of(answer)


def test_a_branch_without_groups_is_told_so(sign_in, people, org, roll):
    answer = sign_in(people.secretary).get(address("new_meeting", kind="group_meeting"))

    assert "本支部还没有划分党小组" in text_of(answer)


def test_a_foreign_branch_is_out_of_sight(sign_in, people, org, roll):
    meeting = hold(org.north, people.secretary, topic="北边的秘密")
    client = sign_in(people.south_secretary)

    assert client.get(meeting.get_absolute_url()).status_code == 404
    assert client.get(address(org=org.north.pk)).status_code == 404
    assert client.get(address("new_meeting", org=org.north.pk)).status_code == 404
    assert "北边的秘密" not in text_of(client.get(address("meetings")))


# --- Appraisal and talks ------------------------------------------------------------------------


def appraised(roll, **changes):
    values = {"on": "2026-05-10", "version": "0"}
    for member in roll:
        values |= {f"part_{member.pk}": "on", f"grade_{member.pk}": "qualified"}
    return values | changes


def test_the_whole_branch_is_appraised_on_one_page(sign_in, people, org, roll):
    client = sign_in(people.clerk)
    url = address("appraisal", year=2026)
    three = {f"grade_{m.pk}": "excellent" for m in roll[:3]}

    refused = client.post(url, appraised(roll, **three, **{f"opinion_{roll[0].pk}": "先锋"}))
    taken = client.post(url, appraised(roll, **three, over_third_reason="抗疫一线表现突出"))
    slower = client.post(url, appraised(roll))

    assert refused.status_code == 422
    assert "“优秀”的党员3人，超过党员总数三分之一（2人）" in text_of(refused)
    assert 'value="先锋"' in text_of(refused)
    assert taken.status_code == 302
    assert slower.status_code == 409
    told = sign_in(people.reviewer).get(address("appraisal", org=org.north.pk, year=2026))
    assert told.context["told"].excellent == 3
    board = sign_in(people.reviewer).get(address("appraisal", org=org.north_office.pk, missing=1))
    assert org.north not in [line["branch"] for line in board.context["lines"]]


def test_wrong_grades_and_votes_are_said_beside_the_name(sign_in, people, org, roll):
    wrong = {f"grade_{roll[0].pk}": "best", f"votes_excellent_{roll[1].pk}": "两"}

    answer = sign_in(people.secretary).post(address("appraisal"), appraised(roll, **wrong))

    assert answer.status_code == 422
    assert "请从列出的等次中选择。" in text_of(answer)
    assert "请填写整数。" in text_of(answer)


def test_talks_of_several_people_are_entered_at_once(sign_in, people, org, roll):
    roll[0].party_post = "党支部书记"
    roll[0].save()
    client = sign_in(people.secretary)
    given = {"on": "2026-05-11", "speaker": roll[0].pk, "listeners": [roll[1].pk, roll[2].pk]}

    none = client.post(address("talks"), {"on": "2026-05-11", "content": "谈心"})
    taken = client.post(address("talks"), given)
    page = client.get(address("talks"))

    assert none.status_code == 422
    assert "谈心" in text_of(none)
    assert taken.status_code == 302
    assert {m.name for m in page.context["owed"]} == {"丁", "戊", "己", "庚"}
    assert "（支委）" in text_of(page)


@pytest.mark.parametrize("name", ["appraisal", "talks"])
def test_those_above_see_how_far_each_branch_is_in_the_same_number_of_questions(
    sign_in, people, org, roll, name
):
    client = sign_in(people.department)
    url = address(name, org=org.committee.pk)
    client.get(url)
    with CaptureQueriesContext(connection) as one:
        client.get(url)
    for branch in (org.south, org.archive):
        for person in "子丑寅":
            make_member(branch, person)
    with CaptureQueriesContext(connection) as many:
        answer = client.get(url)

    assert len(many) == len(one)
    assert "南一支部" in text_of(answer)
    assert client.post(url).status_code in {200, 403}
