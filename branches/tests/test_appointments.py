"""Offices: given, ended, taken back."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction

from branches.models import Appointment
from branches.roles import ADMIN_ROLES, Role
from branches.services import appointments, organizations
from branchyear.audit.models import Entry
from branchyear.lib.dates import local_day
from branchyear.lib.errors import Refused

pytestmark = pytest.mark.engines

DAY = date(2026, 4, 1)


def appoint(user, role, organization, *, by=None, starts_on=DAY, **changes):
    return appointments.appoint(
        user, organization=organization, role=role, starts_on=starts_on, by=by, **changes
    )


def test_an_office_is_given_and_written_down(org, people):
    office = appoint(
        people.nobody, Role.CLERK, org.south, by=people.admin, document_no="任〔2026〕3号"
    )

    assert (office.user, office.organization, office.role) == (people.nobody, org.south, "clerk")
    entry = Entry.objects.first()
    assert (entry.verb, entry.actor, entry.organization_name) == (
        "appointment.made",
        people.admin,
        "南一支部",
    )


@pytest.mark.parametrize(
    ("role", "place", "sentence"),
    [
        (Role.SECRETARY, "north_office", "“党支部书记”不能设在机关党委。"),
        (Role.ORG_REVIEWER, "committee", "“直属党组织审核人”不能设在市直机关工委。"),
        (Role.COMMITTEE_LEADER, "city", "“市直机关工委领导”不能设在市委组织部。"),
        (Role.SYSTEM_ADMIN, "north", "“系统管理员”不能设在党支部。"),
        (Role.CITY_DEPARTMENT, "committee", "“市委组织部”不能设在市直机关工委。"),
    ],
)
def test_each_office_has_its_place(role, place, sentence, org, people):
    with pytest.raises(Refused) as refusal:
        appoint(people.nobody, role, getattr(org, place))

    assert str(refusal.value) == sentence


def test_nobody_takes_office_in_a_closed_organization(org, people):
    organizations.close(org.south, on=DAY, by=None)

    with pytest.raises(Refused, match="已撤销，不能任职"):
        appoint(people.nobody, Role.CLERK, org.south)


def test_an_inspector_is_appointed_to_a_day(org, people):
    with pytest.raises(Refused, match="第三方检查人员必须填写截止日期"):
        appoint(people.nobody, Role.INSPECTOR, org.south)


def test_an_office_does_not_end_before_it_begins(org, people):
    with pytest.raises(Refused, match="截止日期不能早于起始日期"):
        appoint(people.nobody, Role.CLERK, org.south, ends_on=DAY - timedelta(days=1))


def test_the_same_office_is_held_once(org, people):
    appoint(people.nobody, Role.CLERK, org.south)

    with pytest.raises(Refused, match="朱无职在南一支部已经是党支部党务干部"):
        appoint(people.nobody, Role.CLERK, org.south)
    assert people.nobody.appointments.count() == 1


def test_nobody_makes_himself_or_another_an_administrator(org, people):
    for role in ADMIN_ROLES:
        with pytest.raises(PermissionDenied):
            appoint(people.admin, role, org.city, by=people.admin)
    assert appoint(people.nobody, Role.SYSTEM_ADMIN, org.city, by=people.security)


def test_the_security_administrator_gives_no_office_of_the_partys_work(org, people):
    for role, place in ((Role.SECRETARY, org.south), (Role.COMMITTEE_LEADER, org.committee)):
        with pytest.raises(PermissionDenied):
            appoint(people.nobody, role, place, by=people.security)


@pytest.mark.parametrize(
    "who", ["secretary", "reviewer", "committee", "leader", "department", "auditor", "nobody"]
)
def test_nobody_else_gives_or_ends_offices(who, org, people):
    by = getattr(people, who)
    office = people.south_secretary.appointments.get()

    with pytest.raises(PermissionDenied):
        appoint(people.nobody, Role.CLERK, org.south, by=by)
    with pytest.raises(PermissionDenied):
        appointments.end_appointment(office, on=DAY, by=by)
    with pytest.raises(PermissionDenied):
        appointments.withdraw_appointment(office, by=by)


def test_an_office_ends_with_a_day_and_stays_in_the_books(org, people):
    office = people.south_secretary.appointments.get()

    appointments.end_appointment(office, on=DAY, by=people.admin)

    office.refresh_from_db()
    assert office.ends_on == DAY
    assert Entry.objects.first().verb == "appointment.ended"
    assert appoint(people.south_secretary, Role.SECRETARY, org.south, starts_on=DAY).pk


def test_an_office_does_not_end_before_it_began(org, people):
    office = people.south_secretary.appointments.get()

    with pytest.raises(Refused, match="免职日期不能早于任职日期"):
        appointments.end_appointment(office, on=date(2019, 1, 1), by=None)


def test_an_office_to_come_is_taken_back_and_one_that_began_is_not(org, people):
    tomorrow = local_day() + timedelta(days=1)
    office = appoint(people.nobody, Role.CLERK, org.south, starts_on=tomorrow)

    appointments.withdraw_appointment(office, by=people.admin)

    assert not Appointment.objects.filter(pk=office.pk).exists()
    assert Entry.objects.first().verb == "appointment.withdrawn"
    with pytest.raises(Refused, match="已经开始，不能取消"):
        appointments.withdraw_appointment(people.south_secretary.appointments.get(), by=None)


def test_the_database_itself_keeps_the_rules_of_dates(org, people):
    for role, starts_on, ends_on in (
        (Role.CLERK, DAY, DAY - timedelta(days=1)),
        (Role.INSPECTOR, DAY, None),
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            Appointment.objects.create(
                user=people.nobody,
                organization=org.south,
                role=role,
                starts_on=starts_on,
                ends_on=ends_on,
            )


@pytest.mark.parametrize("second", sorted(ADMIN_ROLES))
@pytest.mark.parametrize("first", ["admin", "security", "auditor"])
def test_nobody_holds_two_of_the_three_administrators_offices(first, second, org, people):
    with pytest.raises(Refused, match="须由不同的人担任"):
        appoint(getattr(people, first), second, org.committee)


def test_administrators_offices_may_follow_one_another(org, people):
    first = appoint(people.nobody, Role.SYSTEM_ADMIN, org.city, ends_on=DAY)

    with pytest.raises(Refused, match="须由不同的人担任"):
        appoint(people.nobody, Role.AUDIT_ADMIN, org.city, starts_on=DAY)
    later = appoint(people.nobody, Role.AUDIT_ADMIN, org.city, starts_on=DAY + timedelta(days=1))

    assert first.ends_on < later.starts_on


def test_nor_are_both_given_in_one_list(org, people):
    offices = [
        Appointment(user=people.nobody, organization=org.city, role=role, starts_on=DAY)
        for role in (Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN)
    ]

    with pytest.raises(Refused, match="须由不同的人担任"):
        appointments.appoint_many(offices, by=None)


def test_the_database_keeps_the_three_administrators_apart_too(org, people):
    with pytest.raises(IntegrityError), transaction.atomic():
        Appointment.objects.create(
            user=people.admin, organization=org.city, role=Role.AUDIT_ADMIN, starts_on=DAY
        )
