"""Members in tables of organisations; groups that move."""

from branches.figures import figures_of
from branches.models import Kind, Organization
from branches.services import organizations
from conftest import FOUNDED
from members.tests.make import make_member


def found_group(branch, code="g"):
    return organizations.establish(
        parent=branch, kind=Kind.GROUP, code=code, name="一组", on=FOUNDED, by=None
    )


def test_every_organization_has_the_sum_of_what_stands_below(org):
    group = found_group(org.north)
    make_member(org.north, group=group)
    make_member(org.north, "乙", category="probationary", formal_on=None)
    make_member(org.north_four, "丙")
    make_member(org.archive, "丁")
    rows = [org.committee, org.north_office, org.north, group, org.south]

    figures = figures_of(Organization.objects.filter(pk__in=[o.pk for o in rows]))

    got = [
        (figures[o.pk]["branches"], figures[o.pk]["members"], figures[o.pk]["probationary"])
        for o in rows
    ]
    assert got == [(5, 4, 1), (3, 3, 1), (1, 2, 1), (0, 1, 0), (1, 0, 0)]


def test_a_group_that_moves_takes_its_members_along(org):
    group = found_group(org.north)
    member = make_member(org.north, group=group)

    organizations.move(group, to=org.north_two, on=FOUNDED, by=None)

    member.refresh_from_db()
    assert member.organization == org.north_two
