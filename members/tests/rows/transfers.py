"""Who gets what at the addresses of transfers: the letter goes from the north branch to the south one."""

from branchyear.lib.dates import local_day
from branchyear.tests.access import LEDGERS, Row
from members.models import Member
from members.services import transfers
from members.tests.make import make_member
from members.tests.rows.people import KEEPERS, ONLOOKERS, SEEING


def furnish(world):
    member = make_member(world.north, "转接党员")
    world.transfer = transfers.issue(
        Member.objects.get(pk=member.pk), receiver=world.south, issued_on=local_day(), by=None
    )


def pk(world):
    return [world.transfer.pk]


SOUTH = ("south_secretary", "south_reviewer")
ABOVE = ("reviewer", "south_reviewer", "committee", "leader", "department")
ROWS = {
    "members:transfers": Row({200: SEEING}),
    "members:issue_transfer": Row({200: KEEPERS, 403: ONLOOKERS}),
    "members:take_in": Row({200: KEEPERS, 403: ONLOOKERS}),
    "members:transfer": Row({200: [*LEDGERS, *SOUTH]}, args=pk),
    "members:letter": Row({200: [*LEDGERS, *SOUTH]}, args=pk),
    "members:receive_transfer": Row(
        {422: ["south_secretary"], 403: [*ABOVE, "secretary", "clerk"]}, args=pk, method="post"
    ),
    "members:refuse_transfer": Row(
        {422: ["south_secretary"], 403: [*ABOVE, "secretary", "clerk"]}, args=pk, method="post"
    ),
    "members:withdraw_transfer": Row(
        {422: ["secretary", "clerk"], 403: [*ABOVE, "south_secretary"]}, args=pk, method="post"
    ),
    "members:register_slip": Row(
        {422: ["secretary", "clerk"], 403: [*ABOVE, "south_secretary"]}, args=pk, method="post"
    ),
}
