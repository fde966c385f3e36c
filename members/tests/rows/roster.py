"""Who gets what at the addresses of the roster."""

from branchyear.tests.access import LEDGERS, Row
from members.services.roster import add_members
from members.tests.rows.people import SEEING

KEEPERS = ["secretary", "clerk"]
# Sees the branch, but the roll is kept by the branch itself.
READERS = [person for person in LEDGERS if person not in KEEPERS]
UNMASKING = [*KEEPERS, "reviewer", "committee"]


def furnish(world):
    world.member = add_members([{"name": "北党员", "organization": world.north}], by=None)[0]


def member(world):
    return [world.member.pk]


ROWS = {
    "members:roster": Row({200: SEEING}),
    "members:completeness": Row({200: SEEING}),
    "members:new": Row(
        {
            200: [p for p in SEEING if "secretary" in p or p == "clerk"],
            403: [p for p in SEEING if "secretary" not in p and p != "clerk"],
        }
    ),
    "members:groups": Row(
        {
            200: [p for p in SEEING if "secretary" in p or p == "clerk"],
            403: [p for p in SEEING if "secretary" not in p and p != "clerk"],
        }
    ),
    "members:member": Row({200: LEDGERS}, args=member),
    "members:edit": Row({200: KEEPERS, 403: READERS}, args=member),
    "members:standing": Row({200: KEEPERS, 403: READERS}, args=member),
    "members:unmask": Row(
        {200: UNMASKING, 403: [p for p in LEDGERS if p not in UNMASKING]},
        args=member,
        method="post",
        data={"reason": "核对身份号码"},
    ),
}
