"""党费台账: the page's numbers, and a member's sums only for those who may see them."""

from decimal import Decimal

import pytest
from django.utils import timezone

from branchyear.lib.dates import Month, local_day
from members.models import DuesMonth
from members.services import dues
from members.tests.make import make_member
from reports.kinds import kind_of
from reports.writing import write

pytestmark = pytest.mark.engines


@pytest.fixture
def month(campaign, org, people):
    """One member of the north branch who paid half of what is due in the campaign's last month so far."""
    today = local_day()
    month = Month(campaign.year, 4)
    member = make_member(org.north, "张三")
    line = dues.BaseEntry(member.pk, "wage", Decimal("7313"), month)
    dues.approve_bases(org.north, [line], by=people.secretary, today=today)
    dues.open_month(month, today=today)
    DuesMonth.objects.update(paid=Decimal("50"), paid_on=month.last_day, note="余款下月")
    return month


def asked(organization, by):
    return kind_of("dues").asked(organization, {}, by=by, at=timezone.now())


def lines(organization, by):
    return list(kind_of("dues").rows(asked(organization, by)))


def test_a_branchs_ledger_holds_base_rate_months_and_arrears(month, org, people):
    (line,) = lines(org.north, people.secretary)

    assert (line["base"], line["rate"], line["monthly"]) == (
        Decimal("7313"),
        Decimal("0.015"),
        Decimal("109.70"),
    )
    assert (line["m4"], line["m5"]) == (Decimal("50"), None)
    assert (line["due"], line["paid"], line["owed"]) == (
        Decimal("109.70"),
        Decimal("50"),
        Decimal("59.70"),
    )
    assert line["note"] == "4月余款下月"


@pytest.mark.parametrize("who", ["leader", "department", None])
def test_without_the_right_the_ledger_holds_states_only(who, month, org, people):
    by = getattr(people, who) if who else None

    (line,) = lines(org.north, by)
    titles = [column.title for column in kind_of("dues").columns(asked(org.north, by))]

    assert (line["m4"], line["months_due"], line["months_owed"]) == ("部分", 1, 1)
    assert not any(isinstance(value, Decimal) for value in line.values())
    assert "核定基数" not in titles


def test_above_the_ledger_sums_up_by_branch_like_the_page(month, org, people, sign_in):
    found = {line["unit"]: line for line in lines(org.north_office, people.reviewer)}
    page = sign_in(people.reviewer).get(f"/dues/?org={org.north_office.pk}&month={month}")

    north = found["北一支部"]
    total = page.context["total"]
    assert (north["people"], north["owing"], north["due"], north["paid"]) == (
        total["people"],
        total["owing"],
        total["due_sum"],
        total["paid_sum"],
    )
    assert north["rate"] == page.context["total_rate"]
    assert "南一支部" not in found


@pytest.mark.parametrize("format", ["xlsx", "pdf"])
@pytest.mark.parametrize("place", ["north", "north_office"])
def test_the_file_is_written_in_both_forms(place, format, month, org, people, tmp_path):
    organization = getattr(org, place)
    target = tmp_path / f"ledger.{format}"

    write(kind_of("dues"), asked(organization, people.reviewer), format, target)

    assert target.stat().st_size > 1000
