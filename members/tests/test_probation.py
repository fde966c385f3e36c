"""Probation: converted in time, extended once, or ended."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied

from branchyear.audit.models import Entry
from branchyear.lib.dates import add_months, local_day
from branchyear.lib.errors import Refused
from members.models import Member
from members.services import probation
from members.tests.make import make_member

pytestmark = pytest.mark.engines

TODAY = local_day()
LAST_YEAR = add_months(TODAY, -13)


def probationer(org, admitted_on=LAST_YEAR, name="预备", **changes):
    return make_member(
        org.north,
        name,
        category="probationary",
        admitted_on=admitted_on,
        formal_on=None,
        **changes,
    )


def fresh(row):
    row.refresh_from_db()
    return row


def test_conversion_counts_from_the_day_the_probation_is_over(org, people):
    member = probationer(org)
    end = add_months(LAST_YEAR, 12)

    with pytest.raises(Refused, match="届满"):
        probation.convert(member, formal_on=end - timedelta(days=1), by=people.secretary)
    probation.convert(member, formal_on=end, by=people.secretary)

    member = fresh(member)
    assert (member.category, member.formal_on) == ("formal", end)
    assert member.events.filter(what="converted").count() == 1
    assert Entry.objects.get(verb="probation.converted").detail["formal_on"] == end.isoformat()
    with pytest.raises(Refused, match="不是预备党员"):
        probation.convert(member, formal_on=end, by=None)


def test_a_probation_is_extended_once_by_half_a_year_to_a_year(org):
    member = probationer(org)
    end = add_months(LAST_YEAR, 12)

    for months, day in ((5, 0), (12, 1)):
        to = add_months(end, months) + timedelta(days=day)
        with pytest.raises(Refused, match="不少于半年、不超过一年"):
            probation.extend_probation(member, to=to, reason="还需考察", by=None)
    with pytest.raises(Refused, match="写明"):
        probation.extend_probation(member, to=add_months(end, 6), by=None)
    probation.extend_probation(member, to=add_months(end, 6), reason="还需考察", by=None)
    with pytest.raises(Refused, match="只能延长一次"):
        probation.extend_probation(member, to=add_months(end, 7), reason="还需考察", by=None)

    assert fresh(member).probation_extended_to == add_months(end, 6)
    with pytest.raises(Refused, match="届满"):
        probation.convert(member, formal_on=end, by=None)


def test_an_ended_probation_takes_the_person_off_the_roll(org):
    member = probationer(org)

    probation.end_probation(member, on=TODAY, reason="不履行党员义务", by=None)

    assert fresh(member).standing == "expelled"
    assert Member.objects.counted().count() == 0
    assert member.events.filter(what="probation_ended").count() == 1


def test_only_the_branch_registers(org, people):
    for person in (people.second_secretary, people.reviewer, people.committee):
        with pytest.raises(PermissionDenied):
            probation.convert(probationer(org), formal_on=TODAY, by=person)


def test_what_is_due_is_found_to_the_day_and_the_unknown_comes_first(org):
    def admitted(days, name, **changes):
        return probationer(org, add_months(TODAY, -12) + timedelta(days=days), name, **changes)

    admitted(30, "三十天后")
    admitted(31, "三十一天后")
    admitted(-3, "已过期")
    admitted(-3, "已延长", probation_extended_to=TODAY + timedelta(days=170))
    probationer(org, None, "没有日期")

    found = probation.due_within(Member.objects.counted(), TODAY + timedelta(days=30))

    assert [member.name for _, member in found] == ["没有日期", "已过期", "三十天后"]
