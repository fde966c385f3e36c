"""Who gets what at the addresses of rosters with whole numbers."""

from io import BytesIO

from django.utils import timezone

from branchyear.tests.access import LEDGERS, Row
from members.models import NumbersRule, RosterProfile
from members.services import numbers
from members.tests.rows.people import SEEING


def furnish(world):
    """The secretary asks, and a second person is wanted for every single member."""
    NumbersRule.objects.update(alone_up_to=0)
    world.numbers = numbers.ask(
        BytesIO(),
        RosterProfile.objects.get(),
        world.north,
        reason="“党建e家”入库",
        by=world.people.secretary,
        now=timezone.now(),
    )


def _numbers(world):
    return [world.numbers.pk]


OTHERS = [person for person in LEDGERS if person != "secretary"]

ROWS = {
    "members:numbers": Row({200: SEEING}),
    # The first who decides, decides; the others are told.
    "members:decide_numbers": Row(
        {
            302: ["reviewer"],
            409: ["committee", "leader", "department"],
            403: ["secretary", "clerk"],
        },
        args=_numbers,
        method="post",
        data={"decision": "approve"},
    ),
    "members:withdraw_numbers": Row(
        {302: ["secretary"], 403: OTHERS}, args=_numbers, method="post"
    ),
    "members:take_numbers": Row({409: ["secretary"], 403: OTHERS}, args=_numbers, method="post"),
}
