"""Two people register the same election at the same moment."""

from datetime import date

import pytest

from branches.models import Term
from branches.services.terms import Election
from branches.tests.test_concurrency import at_once
from branchyear.lib.errors import Conflict
from conftest import build_tree
from members.models import PostHeld
from members.services import elections
from members.services.posts import Seat
from members.tests.make import make_member

pytestmark = [pytest.mark.engines, pytest.mark.django_db(transaction=True)]


@pytest.mark.parametrize("had_a_term", [False, True])
def test_of_two_elections_at_once_one_counts_and_the_other_is_told(had_a_term):
    org = build_tree()
    people = [make_member(org.north, name) for name in ("甲", "乙")]
    seen = ()
    if had_a_term:
        old = elections.record_election(
            org.north,
            Election(elected_on=date(2022, 6, 1)),
            [Seat(people[0], "secretary")],
            by=None,
        )
        seen = (old.pk, old.revision)

    def elect(member):
        return elections.record_election(
            org.north,
            Election(elected_on=date(2025, 6, 1)),
            [Seat(member, "secretary")],
            by=None,
            running=seen,
        )

    results = at_once(*[lambda member=member: elect(member) for member in people])

    assert {type(result) for result in results} == {Term, Conflict}
    assert Term.objects.filter(ended_on=None).count() == 1
    assert PostHeld.objects.filter(ends_on=None, post="secretary").count() == 1
