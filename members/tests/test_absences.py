"""Floating and lost members: the register, the contacts, what the organisation decided."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied

from branches.services import organizations
from branchyear.audit.models import Entry
from branchyear.lib.dates import add_months, local_day
from branchyear.lib.errors import Refused
from members.models import Absence
from members.services import absences, roster
from members.tests.make import make_member

pytestmark = pytest.mark.engines

TODAY = local_day()


def register(member, by=None, **changes):
    given = {
        "kind": "floating",
        "since": TODAY - timedelta(days=200),
        "destination": "省外某市",
        "contact_person": "赵书记",
        **changes,
    }
    return absences.register_absence(member, by=by, **given)


def lost(member, months, **changes):
    return register(member, kind="lost", since=add_months(TODAY, -months), **changes)


def fresh(row):
    row.refresh_from_db()
    return row


def test_the_standing_follows_the_register(org, people):
    member = make_member(org.north)

    absence = register(member, by=people.clerk)

    assert fresh(member).standing == "floating"
    assert absence.contact_due < TODAY
    absences.add_contact(absence, on=TODAY, how="电话", result="工作稳定", by=people.clerk)
    assert fresh(absence).contact_due == add_months(TODAY, 3)
    absences.end_absence(absence, on=TODAY, by=people.clerk)
    assert fresh(member).standing == "active"
    verbs = ["absence.registered", "absence.contacted", "absence.ended"]
    assert Entry.objects.filter(verb__in=verbs).count() == 3


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"destination": ""}, "请填写去向"),
        ({"contact_person": " "}, "请明确支部联系人"),
        ({"since": TODAY + timedelta(days=1)}, "不能晚于今天"),
        ({"kind": "holiday"}, "请选择类别"),
    ],
)
def test_an_unclear_entry_is_refused(changes, sentence, org):
    with pytest.raises(Refused, match=sentence):
        register(make_member(org.north), **changes)

    assert Absence.objects.count() == 0


def test_nobody_is_registered_twice_but_a_floating_one_may_be_lost(org):
    member = make_member(org.north)
    first = register(member)

    with pytest.raises(Refused, match="不能登记"):
        register(fresh(member))
    lost(fresh(member), 2)

    assert fresh(first).ending == "转为失联"
    assert fresh(member).standing == "lost"


def test_only_the_branch_keeps_the_register(org, people):
    absence = register(make_member(org.north))

    for person in (people.second_secretary, people.reviewer, people.inspector):
        with pytest.raises(PermissionDenied):
            absences.add_contact(absence, on=TODAY, how="电话", result="好", by=person)


def test_an_attempt_that_reached_nobody_is_kept_but_is_no_contact(org):
    absence = lost(make_member(org.north), 7)

    absences.add_contact(absence, on=TODAY, how="走访", result="家中无人", reached=False, by=None)

    assert fresh(absence).last_contact_on is None
    assert absence.contacts.count() == 1


def test_suspension_is_registered_after_half_a_year_with_its_number(org):
    early, due = lost(make_member(org.north), 5), lost(make_member(org.north, "乙"), 7)

    with pytest.raises(Refused, match="满6个月"):
        absences.suspend(early, on=TODAY, decision_no="1号", by=None)
    with pytest.raises(Refused, match="文号"):
        absences.suspend(due, on=TODAY, decision_no=" ", by=None)
    absences.suspend(due, on=TODAY, decision_no="1号", by=None)

    member = fresh(due.member)
    assert (member.standing, member.left_on) == ("suspended", TODAY)
    with pytest.raises(Refused, match="请填写文号"):
        absences.end_absence(due, on=TODAY, by=None)
    absences.end_absence(due, on=TODAY, decision_no="2号", by=None)
    assert fresh(member).standing == "active"


def test_a_removal_is_registered_only_after_a_suspension(org):
    absence = lost(make_member(org.north), 31)

    with pytest.raises(Refused, match="尚未停止党籍"):
        absences.end_absence(absence, on=TODAY, outcome="removed", by=None)
    absences.suspend(absence, on=add_months(TODAY, -25), decision_no="1号", by=None)
    absences.end_absence(absence, on=TODAY, outcome="removed", decision_no="2号", by=None)

    assert fresh(absence.member).standing == "expelled"


def test_a_floating_member_is_not_suspended(org):
    with pytest.raises(Refused, match="不适用停止党籍"):
        absences.suspend(register(make_member(org.north)), on=TODAY, decision_no="1号", by=None)


def test_after_a_merger_the_branch_that_stays_keeps_in_touch(org):
    absence = register(make_member(org.north_two))

    organizations.merge(org.north_two, into=org.north, on=TODAY, by=None)

    assert fresh(absence).organization == org.north


@pytest.mark.parametrize(
    ("standing", "ended"), [("deceased", True), ("left", True), ("lost", False)]
)
def test_an_absence_ends_with_the_standing_it_stood_for(standing, ended, org, people):
    member = make_member(org.north)
    absence = register(member, by=people.clerk)

    roster.change_standing(fresh(member), standing, on=TODAY, by=people.clerk, reason="据实登记")

    assert (fresh(absence).ended_on is not None) == ended
