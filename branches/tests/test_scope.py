"""Who sees what: offices in force today, and nothing else."""

from datetime import timedelta

import pytest

from branches.models import Appointment, Organization
from branches.roles import Role
from branches.scope import forget_scope, holders, scope_of
from branches.services import appointments
from branchyear.accounts.models import User
from branchyear.lib.dates import local_day
from conftest import make_office, make_user

pytestmark = pytest.mark.engines

DAY = timedelta(days=1)


def seen_by(user):
    return {o.name for o in Organization.objects.visible_to(user)}


NORTH_OFFICE = {"市北区局机关党委", "北一支部", "北二支部", "北三总支", "北四支部"}
ALL = NORTH_OFFICE | {
    "市委组织部",
    "市直机关工委",
    "市南区局机关党委",
    "南一支部",
    "市档案馆直属党支部",
}


@pytest.mark.parametrize(
    ("who", "names"),
    [
        ("secretary", {"北一支部"}),
        ("clerk", {"北一支部"}),
        ("archive_secretary", {"市档案馆直属党支部"}),
        ("reviewer", NORTH_OFFICE),
        ("general_reviewer", {"北三总支", "北四支部"}),
        ("committee", ALL - {"市委组织部"}),
        ("leader", ALL - {"市委组织部"}),
        ("department", ALL),
        ("inspector", {"北一支部"}),
        ("admin", set()),
        ("security", set()),
        ("auditor", set()),
        ("nobody", set()),
    ],
)
def test_each_office_sees_its_organization_and_all_below(who, names, people):
    assert seen_by(getattr(people, who)) == names


@pytest.mark.parametrize(
    ("starts", "ends", "sees"),
    [
        (-10, None, True),
        (0, None, True),
        (0, 0, True),
        (-10, 0, True),  # the last day still counts
        (1, None, False),
        (-10, -1, False),
        (1, 5, False),
    ],
)
def test_an_office_counts_from_its_first_to_its_last_day(starts, ends, sees, org):
    today = local_day()
    user = make_office(
        make_user("x"),
        Role.SECRETARY,
        org.south,
        starts_on=today + starts * DAY,
        ends_on=None if ends is None else today + ends * DAY,
    )

    assert (seen_by(user) == {"南一支部"}) is sees


def test_two_offices_see_both_places_once(org, people):
    make_office(people.reviewer, Role.SECRETARY, org.north)
    make_office(people.reviewer, Role.SECRETARY, org.south)

    assert seen_by(people.reviewer) == NORTH_OFFICE | {"南一支部"}
    assert len(scope_of(people.reviewer).seen_paths) == 2


def test_a_closed_account_sees_nothing(people):
    people.committee.is_active = False

    assert seen_by(people.committee) == set()


def test_an_inspector_sees_the_branches_drawn_for_him_only(org):
    inspector = make_user("x")
    for branch in (org.north, org.south):
        make_office(inspector, Role.INSPECTOR, branch, ends_on=local_day() + 7 * DAY)

    assert seen_by(inspector) == {"北一支部", "南一支部"}


def test_the_next_request_after_an_office_ended_sees_nothing(org, people, sign_in):
    client = sign_in(people.secretary)
    first = client.get(org.north.get_absolute_url()).status_code
    Appointment.objects.filter(user=people.secretary).update(ends_on=local_day() - DAY)

    second = client.get(org.north.get_absolute_url()).status_code

    assert (first, second) == (200, 404)


def test_the_next_request_after_an_account_was_closed_is_sent_to_the_door(org, people, sign_in):
    client = sign_in(people.secretary)
    User.objects.filter(pk=people.secretary.pk).update(is_active=False)

    answer = client.get(org.north.get_absolute_url())

    assert answer.status_code == 302
    assert answer.url.startswith("/login/")


def test_a_scope_is_computed_once_until_it_is_forgotten(people, django_assert_num_queries):
    user = User.objects.get(pk=people.secretary.pk)
    with django_assert_num_queries(1):
        scope_of(user)
        scope_of(user)
    forget_scope(user)
    with django_assert_num_queries(1):
        scope_of(user)


def test_holders_are_those_in_office_today_with_an_open_account(org, people):
    gone = make_office(make_user("gone"), Role.CLERK, org.north, ends_on=local_day() - DAY)
    shut = make_office(make_user("shut"), Role.CLERK, org.north)
    User.objects.filter(pk=shut.pk).update(is_active=False)

    found = set(holders({Role.SECRETARY, Role.CLERK}, org.north))

    assert found == {people.secretary, people.clerk}
    assert gone not in found


def test_sight_and_ability_are_two_questions(org, people):
    scope = scope_of(people.reviewer)

    assert scope.sees(org.north_four)
    assert scope.holds({Role.ORG_REVIEWER}, org.north_office)
    assert not scope.holds({Role.ORG_REVIEWER}, org.north)
    assert scope.holds_over({Role.ORG_REVIEWER}, org.north)
    assert not scope.holds_over({Role.ORG_REVIEWER}, org.south)
    assert not scope.sees(org.committee)


def test_an_ended_office_is_over_for_the_person_at_hand_too(org, people):
    assert seen_by(people.south_secretary) == {"南一支部"}
    office = people.south_secretary.appointments.get()

    appointments.end_appointment(office, on=local_day() - DAY, by=None)

    assert seen_by(office.user) == set()
