"""Who gets what at the addresses of terms, bodies and Party groups."""

from datetime import timedelta

from branches.services import organizations
from branches.services.terms import Election
from branchyear.lib.dates import local_day
from branchyear.tests.access import LEDGERS, Row
from members.models import PostHeld
from members.services import elections
from members.services.posts import Seat
from members.tests.rows.people import SEEING

WRITERS = ["secretary", "clerk"]
REVIEWERS = ["reviewer", "committee"]


def rest(*groups):
    """Who sees the north branch but may not."""
    allowed = {person for group in groups for person in group}
    return [person for person in LEDGERS if person not in allowed]


def furnish(world):
    elected_on = local_day() - timedelta(days=1000)
    world.term = elections.record_election(
        world.north,
        Election(elected_on=elected_on),
        [Seat(world.member, "secretary")],
        by=None,
    )
    world.post = PostHeld.objects.get(member=world.member)
    world.group = organizations.found_group(world.north, name="一组", on=elected_on, by=None)


def north(world):
    return [world.north.pk]


def term(world):
    return [world.term.pk]


KEPT = {200: WRITERS, 403: rest(WRITERS)}

ROWS = {
    "members:committee": Row({200: SEEING}),
    "members:terms": Row({200: SEEING}),
    "members:election": Row(KEPT, args=north),
    "members:by_election": Row(KEPT, args=north),
    "members:correct_term": Row(KEPT, args=term),
    "members:extension": Row(
        {200: [*WRITERS, *REVIEWERS], 403: rest(WRITERS, REVIEWERS)}, args=north
    ),
    "members:reminder": Row({200: REVIEWERS, 403: rest(REVIEWERS)}, args=term),
    "members:post": Row(KEPT, args=lambda world: [world.post.pk]),
    "members:found_group": Row(KEPT, args=north),
    "members:group": Row(KEPT, args=lambda world: [world.group.pk]),
    "members:close_group": Row(
        {302: ["secretary"], 409: ["clerk"], 403: rest(WRITERS)},  # the second finds it closed
        args=lambda world: [world.group.pk],
        method="post",
    ),
    # Without an organisation nothing is found.
    "members:remind_terms": Row({}, method="post"),
}
