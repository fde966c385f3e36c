"""Who gets what at the addresses of the roster."""

from branchyear.tests.access import NORTH, PEOPLE, Row
from members.services.roster import add_members
from members.tests.rows.people import SEEING


def furnish(world):
    world.member = add_members([{"name": "北党员", "organization": world.north}], by=None)[0]


ROWS = {
    "members:roster": Row({200: SEEING}),
    "members-list": Row({200: PEOPLE}),
    "members-detail": Row({200: NORTH}, args=lambda world: [world.member.pk]),
}
