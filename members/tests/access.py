"""Who gets what at the addresses of this app."""

from branchyear.tests.access import NORTH, PEOPLE, Row
from members.services import add_members

SEEING = [p for p in PEOPLE if p not in {"admin", "security", "auditor", "nobody"}]


def furnish(world):
    world.member = add_members([{"name": "北党员", "organization": world.north}], by=None)[0]


ROWS = {
    "members:roster": Row({200: SEEING}),
    "members-list": Row({200: PEOPLE}),
    "members-detail": Row({200: NORTH}, args=lambda world: [world.member.pk]),
}
