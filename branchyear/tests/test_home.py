"""The home of each role."""

from datetime import date
from decimal import Decimal
from io import BytesIO

import pytest
import time_machine
from django.utils import timezone

from branches.roles import Role
from branches.services.terms import Election, open_term
from branchyear.lib.dates import Month
from conftest import make_office
from members.models import NumbersRule, RosterProfile
from members.services import dues, numbers
from members.tests.make import make_member
from reports.services.periods import open_periods
from tasks.models import BranchItem
from tasks.services.campaign import open_campaign
from tasks.template import read

TODAY = date(2026, 6, 20)


@pytest.fixture
def city(org, people):
    """The real campaign, ten days before the second phase ends; June's reports are open."""
    with time_machine.travel("2026-06-20 10:00 +0800", tick=False):
        open_campaign(read("campaign_2022"), year=2026, by=None)
        open_periods(today=TODAY)
        yield org


def text(client):
    answer = client.get("/")
    assert answer.status_code == 200
    return answer.content.decode()


def test_a_secretary_finds_the_returned_item_first_then_the_report(city, people, sign_in):
    row = BranchItem.objects.filter(branch=city.north, item__code="T8-01").get()
    BranchItem.objects.filter(pk=row.pk).update(state="returned", return_reason="请补充制度文本")

    page = text(sign_in(people.secretary))

    assert page.index("请补充制度文本") < page.index("报送2026年6月月报") < page.index("T1-01")
    assert "今天要办" in page
    assert "南一支部" not in page


def test_what_does_not_fit_on_the_home_page_is_one_click_away(city, people, sign_in):
    client = sign_in(people.secretary)

    first = text(client)
    whole = client.get("/?all=1").content.decode()

    assert "全部列出" in first
    assert first.count('class="todo__act"') == 8
    assert whole.count('class="todo__act"') > 8
    assert "全部列出" not in whole


def test_a_returned_item_on_the_home_page_is_the_branchs_own(city, people, sign_in):
    BranchItem.objects.filter(branch=city.south).update(
        state="returned", return_reason="南边的原因"
    )

    assert "南边的原因" not in text(sign_in(people.secretary))
    assert "南边的原因" in text(sign_in(people.south_secretary))


@pytest.mark.parametrize(
    ("elected_on", "word"),
    [
        (None, "登记本届班子"),
        (date(2023, 6, 1), "换届已逾期"),
        (date(2023, 12, 20), "准备换届"),
        (date(2024, 1, 1), ""),
    ],
)
def test_a_secretary_finds_the_election_that_is_due(city, people, sign_in, elected_on, word):
    if elected_on:
        open_term(city.north, Election(elected_on=elected_on), by=None)

    page = text(sign_in(people.secretary))

    words = {"登记本届班子", "换届已逾期", "准备换届"}
    assert {each for each in words if each in page} == ({word} if word else set())


def test_a_reviewer_finds_how_many_elections_are_overdue(city, people, sign_in):
    open_term(city.north, Election(elected_on=date(2023, 6, 1)), by=None)
    open_term(city.south, Election(elected_on=date(2023, 6, 1)), by=None)

    page = text(sign_in(people.reviewer))

    assert "1个党组织逾期未换届" in page
    assert f"/terms/?org={city.north_office.pk}&amp;state=overdue" in page


def test_a_reviewer_finds_what_waits_and_who_owes(city, people, sign_in):
    BranchItem.objects.filter(branch=city.north, item__code="T1-01").update(
        state="submitted", with_organization=city.north_office, submitted_by=people.secretary
    )

    page = text(sign_in(people.reviewer))

    assert "审核1项检查条目" in page
    assert "应报 <b>3</b> 个" in page
    assert "南一支部" not in page


def test_who_reviews_and_keeps_a_branch_finds_both(city, people, sign_in):
    make_office(people.reviewer, Role.SECRETARY, city.north_two)
    row = BranchItem.objects.filter(branch=city.north_two, item__code="T8-01").get()
    BranchItem.objects.filter(pk=row.pk).update(state="returned", return_reason="请补充制度文本")

    page = text(sign_in(people.reviewer))

    assert "请补充制度文本" in page
    assert "检查条目已逾期" not in page
    assert "总览" in page


@pytest.mark.parametrize("who", ["committee", "leader", "department"])
def test_those_above_find_the_month_and_the_numbers(who, city, people, sign_in):
    page = text(sign_in(getattr(people, who)))

    assert "应报 <b>3</b> 个" in page
    assert "检查条目" in page


def test_an_inspector_finds_the_branches_given_to_him_only(city, people, sign_in):
    page = text(sign_in(people.inspector))

    assert "北一支部" in page
    assert "北二支部" not in page


def test_a_person_without_office_is_told_whom_to_ask(city, people, sign_in):
    assert "系统管理员" in text(sign_in(people.nobody))


@pytest.mark.parametrize("who", ["secretary", "reviewer", "committee"])
def test_the_home_page_asks_the_same_number_of_questions_however_much_there_is(
    who, city, people, sign_in, django_assert_num_queries
):
    client = sign_in(getattr(people, who))
    client.get("/")
    counts = []
    for _ in range(2):
        from django.db import connection
        from django.test.utils import CaptureQueriesContext

        with CaptureQueriesContext(connection) as questions:
            client.get("/")
        counts.append(len(questions))
        BranchItem.objects.filter(branch=city.north, item__task__code="T1").update(
            state="returned", return_reason="请修改"
        )

    assert counts[0] == counts[1]
    assert counts[0] <= 36


def test_dues_not_yet_registered_are_work_from_the_twentieth_on(city, people, sign_in):
    make_member(city.north, "张三")

    with time_machine.travel("2026-06-19 10:00 +0800", tick=False):
        assert "本月党费" not in text(sign_in(people.secretary))
    with time_machine.travel("2026-06-20 10:00 +0800", tick=False):
        assert "本月党费还有1人未登记" in text(sign_in(people.secretary))


@pytest.mark.parametrize(("who", "where"), [("reviewer", "north"), ("committee", "archive")])
def test_who_decides_about_an_exemption_finds_it(who, where, city, people, sign_in):
    asker = people.secretary if where == "north" else people.archive_secretary
    month = Month.of(TODAY)
    dues.request_exemption(
        make_member(getattr(city, where), "张三"),
        from_month=month,
        to_month=month,
        reduced_to=Decimal(0),
        reason="家庭困难",
        by=asker,
        now=timezone.now(),
    )

    assert "审批1项党费减免申请" in text(sign_in(getattr(people, who)))
    other = people.committee if who == "reviewer" else people.reviewer
    assert "党费减免申请" not in text(sign_in(other))


def test_who_approves_whole_numbers_finds_the_request(city, people, sign_in):
    NumbersRule.objects.update(alone_up_to=0)
    make_member(city.north, "张三")
    profile = RosterProfile.objects.get()
    for place, who in ((city.north, people.secretary), (city.committee, people.committee)):
        numbers.ask(BytesIO(), profile, place, reason="党建e家入库", by=who, now=timezone.now())

    assert "审批1项完整号码下载申请" in text(sign_in(people.reviewer))
    assert "审批1项完整号码下载申请" in text(sign_in(people.leader))
    assert "完整号码下载申请" not in text(sign_in(people.committee))


def test_what_the_roster_lacks_is_work_with_its_list_behind_it(city, people, sign_in):
    make_member(city.north, "张三", native_place="本省")

    page = text(sign_in(people.secretary))

    assert "党员名册缺7项信息" in page
    assert f"/members/?org={city.north.pk}&amp;lacking=any" in page
