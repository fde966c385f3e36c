"""一次填报: fields typed and filled in, by the forms' own definitions."""

from datetime import date, datetime

import pytest

from branchyear.lib.dates import CHINA, Month, local_day
from members.models import DuesMonth, Meeting
from members.tests.make import make_member
from reports import burden
from tasks.models import BranchItem
from tasks.tests.make import make_campaign, make_running_campaign

MAY = Month.parse("2026-05")
AT = datetime(2026, 5, 12, 9, tzinfo=CHINA)


def test_each_record_counts_by_its_form(org):
    make_campaign(2026)
    BranchItem.objects.filter(branch=org.north, item__code="T1-05").update(first_submitted_at=AT)
    Meeting.objects.create(
        organization=org.north, kind="theme_day", on=date(2026, 5, 8), topic="学习", due=10,
        present=8, created_at=AT,
    )  # fmt: skip
    for number, paid in enumerate((20, 20, 15)):
        member = make_member(org.north, f"党员{number}")
        DuesMonth.objects.create(
            member=member,
            organization=org.north,
            month="2026-05",
            due=20,
            paid=paid,
            paid_on=date(2026, 5, 9),
        )

    told = burden.burden_of([org.north, org.south], MAY, MAY)

    one = told[org.north.pk, "2026-05"]
    assert one.typed == {
        "items": burden.ITEM_FIELDS,
        "meetings": len(burden.WANTED) + 2,
        "dues": 1,
    }
    assert one.filled == {"items": 0, "meetings": len(burden.PREFILLED) + 8, "dues": 5}
    assert (org.south.pk, "2026-05") not in told


def test_what_the_forms_ask_is_what_is_counted():
    assert burden.ITEM_FIELDS == 3
    assert "topic" in burden.WANTED
    assert "on" in burden.PREFILLED
    assert not burden.WANTED & burden.PREFILLED


@pytest.mark.parametrize("place", ["north_general", "north_office"])
def test_the_page_lists_the_branches_in_sight_with_as_many_questions(
    place, org, people, sign_in, django_assert_max_num_queries
):
    make_running_campaign()
    client = sign_in(people.reviewer)
    client.get("/burden/")

    with django_assert_max_num_queries(18):
        text = client.get(f"/burden/?org={getattr(org, place).pk}").content.decode()

    assert "北四支部" in text
    assert "南一支部" not in text
    assert "计算方法" in text


def test_a_branch_sees_its_own_months(org, people, sign_in):
    make_running_campaign()

    text = sign_in(people.secretary).get("/burden/").content.decode()

    assert f"{Month.of(local_day()).label}" in text
