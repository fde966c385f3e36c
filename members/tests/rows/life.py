"""Who gets what at the addresses of organisation life."""

from datetime import timedelta

from django.utils import timezone

from branchyear.lib.dates import local_day
from branchyear.tests.access import NORTH, Row
from members.models import Appraisal, Talk
from members.services import meetings
from members.services.roster import add_members
from members.tests.rows.people import SEEING

WRITERS = ("secretary", "clerk")
READERS = [p for p in NORTH if p not in WRITERS]


def furnish(world):
    world.meeting = meetings.record_meeting(
        world.north,
        facts={
            "kind": "theme_day",
            "on": local_day() - timedelta(days=1),
            "topic": "北一支部主题党日",
            "hours": 2,
        },
        by=world.people.secretary,
        now=timezone.now(),
    )
    other = add_members([{"name": "另一党员", "organization": world.north}], by=None)[0]
    world.talk = Talk.objects.create(
        organization=world.north,
        on=local_day(),
        kind=Talk.Kind.MEMBERS,
        speaker=world.member,
        listener=other,
    )
    world.appraisal = Appraisal.objects.create(
        organization=world.north, year=local_day().year - 1, on=local_day() - timedelta(days=1)
    )
    world.appraisal.results.create(member=world.member, grade="qualified")


def one(world):
    return [world.meeting.pk]


BRANCH_ONLY = {
    200: [
        "secretary", "clerk", "second_secretary", "fourth_secretary", "south_secretary",
        "archive_secretary",
    ],
    403: ["inspector"],  # the first organisation in sight is a branch, but not an own one
}  # fmt: skip

ROWS = {
    "members:life": Row({200: [*SEEING, "inspector"]}),
    "members:meetings": Row({200: [*SEEING, "inspector"]}),
    # Without an organisation in the address the page is of the own branch; an office has none.
    "members:new_meeting": Row(BRANCH_ONLY),
    "members:meeting": Row({200: NORTH}, args=one),
    "members:edit_meeting": Row({200: WRITERS, 403: READERS}, args=one),
    "members:void_meeting": Row({422: WRITERS, 403: READERS}, args=one, method="post"),
    "members:appraisal": Row({200: SEEING}),
    "members:talks": Row({200: SEEING}),
    "members:void_talk": Row(
        {302: ["secretary"], 409: ["clerk"], 403: [p for p in READERS if p != "inspector"]},
        args=lambda world: [world.talk.pk],
        method="post",
    ),
}
