"""What a branch's people ask of it today."""

from datetime import timedelta

import pytest

from branchyear.lib.dates import add_months, local_day
from members.models import Applicant, Member
from members.services import absences, admissions, transfers
from members.tests.make import make_member
from members.todos import movement_todos

TODAY = local_day()


@pytest.fixture(autouse=True)
def _steps(db):
    admissions.load_steps()


def furnish(org, number=0):
    """One of everything that is due in the north branch."""
    coming = make_member(org.south, f"来{number}")
    transfers.issue(coming, receiver=org.north, issued_on=TODAY, by=None)
    going = make_member(org.north, f"去{number}")
    transfers.issue(going, receiver_name="外地", issued_on=TODAY - timedelta(days=50), by=None)
    make_member(
        org.north,
        f"预备{number}",
        category="probationary",
        admitted_on=add_months(TODAY, -12) + timedelta(days=20),
        formal_on=None,
    )
    away = {"destination": "外地", "contact_person": "甲", "by": None}
    absences.register_absence(
        make_member(org.north, f"流动{number}"),
        kind="floating",
        since=add_months(TODAY, -4),
        **away,
    )
    absences.register_absence(
        make_member(org.north, f"失联{number}"), kind="lost", since=add_months(TODAY, -8), by=None
    )
    admissions.register_applicant(
        org.north, facts={"name": f"申请{number}"}, applied_on=TODAY - timedelta(days=10), by=None
    )


def whats(branch):
    return [todo["what"] for todo in movement_todos(branch, TODAY)]


def test_everything_that_is_due_is_named_and_nothing_of_other_branches(org):
    furnish(org)

    assert whats(org.north) == [
        "去0的介绍信已到期，尚未收到回执",
        "接收来0的组织关系",
        "讨论预备党员预备0转正",
        "联系流动党员流动0",
        "党员失联0失去联系已8个月",
        "发展党员：申请0“党组织派人谈话”",
    ]
    assert whats(org.south) == []


def test_what_is_not_due_is_not_named(org):
    make_member(
        org.north,
        category="probationary",
        admitted_on=add_months(TODAY, -12) + timedelta(days=31),
        formal_on=None,
    )
    transfers.issue(make_member(org.north), receiver=org.south, issued_on=TODAY, by=None)

    assert whats(org.north) == []


def test_the_home_page_shows_them(org, people, sign_in):
    furnish(org)

    page = sign_in(people.secretary).get("/").content.decode()

    assert Member.objects.filter(name="来0").get().standing == "leaving"
    assert "南一支部已开具介绍信" in page or "没有启动" in page


@pytest.mark.parametrize("count", [1, 4])
def test_many_ask_no_more_questions(count, org, django_assert_num_queries):
    for number in range(count):
        furnish(org, number)

    with django_assert_num_queries(5):
        list(movement_todos(org.north, TODAY))


def test_an_applicant_without_a_registered_step_stands_in_nobodys_way(org):
    Applicant.objects.create(organization=org.north, name="李初")

    assert [todo for todo in movement_todos(org.north, TODAY) if "李初" in todo["what"]] == []
