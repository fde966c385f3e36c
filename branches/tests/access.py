"""Who gets what at the addresses of this app."""

from datetime import timedelta

from django.utils import timezone

from branches.models import Appointment, Handover
from branchyear.lib.dates import local_day
from branchyear.tests.access import LEDGERS, NORTH, PEOPLE, Row, resource
from branchyear.tokens.models import ApiToken

SEEING = [p for p in PEOPLE if p not in {"admin", "security", "auditor", "nobody"}]
# Whoever sees one branch only is taken to its page.
ONE_BRANCH = [
    "secretary",
    "clerk",
    "second_secretary",
    "fourth_secretary",
    "south_secretary",
    "archive_secretary",
    "inspector",
]


def furnish(world):
    """The clerk's office has been handed over once."""
    now = timezone.now()
    world.handover = Handover.objects.create(
        organization=world.north,
        role="clerk",
        from_user=world.people.nobody,
        to_user=world.people.clerk,
        sheet=[{"title": "月报", "lines": []}],
        on=local_day(now),
        at=now,
        by=world.people.reviewer,
    )
    world.acting = Appointment.objects.create(
        user=world.people.nobody,  # over: today nobody's sight is changed
        organization=world.north_office,
        role="org_reviewer",
        starts_on=local_day(now) - timedelta(days=5),
        ends_on=local_day(now) - timedelta(days=1),
        acting_for=world.people.reviewer,
    )

    world.token = ApiToken.objects.create(
        user=world.people.leader,
        name="已收回",
        start="jcjs_x",
        digest="x",
        scopes=["members:read"],
        expires_at=now + timedelta(days=1),
        revoked_at=now,
    )


NO_KEYS = ("inspector", "security", "auditor", "nobody")


def office(world):
    return [world.people.secretary.appointments.get().pk]


ROWS = {
    "branches:hand_over": Row(
        {
            200: ["reviewer", "committee", "admin"],
            403: [p for p in NORTH if p not in ("reviewer", "committee")],
        },
        args=office,
    ),
    "branches:substitute": Row(
        {
            200: ["reviewer", "committee", "admin"],
            403: ["leader", "department"],
        },
        args=lambda world: [world.people.reviewer.appointments.get(acting_for=None).pk],
    ),
    "branches:end_acting": Row(
        {409: ["reviewer", "committee", "admin"], 403: ["leader", "department"]},
        args=lambda world: [world.acting.pk],
        method="post",
    ),
    "branches:handover_sheet": Row({200: LEDGERS}, args=lambda world: [world.handover.pk]),
    "branches:tree": Row({302: ONE_BRANCH, 200: [p for p in SEEING if p not in ONE_BRANCH]}),
    **resource("organizations", (*NORTH, "admin"), lambda world: [world.north.pk]),
    "branches:tokens": Row(
        {
            200: [p for p in PEOPLE if p not in NO_KEYS],
            403: NO_KEYS,
        }
    ),
    "branches:withdraw_token": Row(
        {409: ["leader"]}, args=lambda world: [world.token.pk], method="post"
    ),
    "branches:organization": Row({200: NORTH}, args=lambda world: [world.north.pk]),
}
