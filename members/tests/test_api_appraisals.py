"""民主评议 for other systems."""

import pytest

from branchyear.lib.dates import local_day
from members.models import Appraisal
from members.tests.make import make_member
from members.tests.test_api import on_version, post

YEAR = local_day().year


@pytest.fixture
def client(people, sign_in):
    return sign_in(people.secretary)


def lines(members, **first):
    return [{"member": member.pk, **(first if member == members[0] else {})} for member in members]


def test_a_years_appraisal_is_recorded_and_corrected_line_by_line(org, client):
    members = [make_member(org.north, name) for name in "甲乙丙"]

    made = post(
        client, "appraisals/", organization=org.north.pk, year=YEAR, on=str(local_day()),
        results=lines(members, grade="excellent", opinion="带头攻坚"),
    )  # fmt: skip
    revised = on_version(
        client, f"appraisals/{made.json()['id']}/", method="patch",
        results=[{"member": members[1].pk, "grade": "qualified", "votes_qualified": 3}],
    )  # fmt: skip

    assert (made.status_code, revised.status_code) == (201, 200)
    told = {row["member_name"]: row for row in revised.json()["results"]}
    assert {name: row["grade"] for name, row in told.items()} == {
        "甲": "excellent", "乙": "qualified", "丙": ""
    }  # fmt: skip
    assert (told["甲"]["opinion"], told["乙"]["votes_qualified"]) == ("带头攻坚", 3)


def test_nobody_is_left_out_of_an_appraisal(org, client):
    members = [make_member(org.north, name) for name in "甲乙"]

    answer = post(
        client, "appraisals/", organization=org.north.pk, year=YEAR, on=str(local_day()),
        results=lines(members[:1]),
    )  # fmt: skip

    assert answer.status_code == 409
    assert "还有1名党员没有列入评议" in answer.json()["detail"]
    assert not Appraisal.objects.exists()
