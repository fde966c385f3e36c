"""Whatever is founded, moved, reordered and merged: the paths stay right, and so does every scope."""

from datetime import date

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from branches.models import CHILD_KINDS, Kind, Organization
from branches.roles import Role
from branches.scope import scope_of
from branches.services import appointments, organizations
from branchyear.lib.errors import Refused
from conftest import make_user

DAY = date(2026, 4, 1)
PLACES = {
    Kind.CITY_DEPARTMENT: Role.CITY_DEPARTMENT,
    Kind.WORK_COMMITTEE: Role.COMMITTEE_LEADER,
    Kind.PRIMARY_COMMITTEE: Role.ORG_REVIEWER,
    Kind.GENERAL_BRANCH: Role.ORG_REVIEWER,
    Kind.BRANCH: Role.SECRETARY,
}
steps = st.lists(
    st.tuples(
        st.sampled_from(["establish", "establish", "establish", "move", "reorder", "merge"]),
        st.integers(0, 30),
        st.integers(0, 30),
        st.integers(0, 5),
    ),
    max_size=25,
)


class Model:
    """The naive tree: each organisation knows the one above it, nothing else."""

    def __init__(self):
        self.parent, self.order, self.count = {}, {}, 0
        city = self.found(None, Kind.CITY_DEPARTMENT, 0)
        self.found(city, Kind.WORK_COMMITTEE, 0)

    def found(self, parent, kind, order):
        self.count += 1
        organization = organizations.establish(
            parent=parent,
            kind=kind,
            code=f"{self.count:03d}",
            name=f"第{self.count}",
            order_number=order,
            on=DAY,
            by=None,
        )
        self.parent[organization.pk] = parent.pk if parent else None
        self.order[organization.pk] = (order, organization.code)
        return organization

    def act(self, verb, first, second, number):
        rows = list(Organization.objects.order_by("pk"))
        one, other = rows[first % len(rows)], rows[second % len(rows)]
        if verb == "establish":
            kinds = sorted(CHILD_KINDS[Kind(one.kind)])
            if kinds and one.is_open:
                self.found(one, kinds[number % len(kinds)], number)
        elif verb == "move":
            organizations.move(one, to=other, on=DAY, by=None)
            self.parent[one.pk] = other.pk
        elif verb == "reorder":
            organizations.reorder(one, order_number=number, by=None)
            self.order[one.pk] = (number, one.code)
        else:
            below = [
                pk
                for pk, parent in self.parent.items()
                if parent == one.pk and Organization.objects.get(pk=pk).is_open
            ]
            organizations.merge(one, into=other, on=DAY, by=None)
            self.parent.update(dict.fromkeys(below, other.pk))

    def ancestors(self, pk):
        while pk is not None:
            yield pk
            pk = self.parent[pk]


@pytest.mark.engines
class TreeProperties(TestCase):
    @settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
    @given(steps=steps, place=st.integers(0, 30))
    def test_paths_and_scopes_equal_the_naive_tree(self, steps, place):
        model = Model()
        for step in steps:
            try:
                model.act(*step)
            except Refused:
                continue  # a wrong place; the tree must be as it was
        rows = {o.pk: o for o in Organization.objects.all()}

        # No orphan, no wrong depth, no wrong number of children, no path twice.
        assert Organization.objects.find_problems() == ([], [], [], [], [])
        assert len({o.path for o in rows.values()}) == len(rows)
        # Every path is the path of the organisation above plus one step.
        for pk, organization in rows.items():
            above = model.parent[pk]
            assert organization.path[: -organization.steplen] == (rows[above].path if above else "")
        # Sisters stand in official order.
        by_path = sorted(rows.values(), key=lambda o: o.path)
        for left, right in zip(by_path, by_path[1:], strict=False):
            if model.parent[left.pk] == model.parent[right.pk]:
                assert model.order[left.pk] < model.order[right.pk]
        # What the database says a person sees is what walking upwards says.
        chosen = list(rows.values())[place % len(rows)]
        if chosen.is_open and chosen.kind in PLACES:
            user = make_user(f"u{chosen.pk}")
            appointments.appoint(
                user,
                organization=chosen,
                role=PLACES[chosen.kind],
                starts_on=DAY,
                by=None,
            )
            seen = set(Organization.objects.visible_to(user).values_list("pk", flat=True))
            naive = {pk for pk in rows if chosen.pk in model.ancestors(pk)}
            assert seen == naive
            assert {pk for pk, o in rows.items() if scope_of(user).sees(o)} == naive
