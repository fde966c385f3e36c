"""Who gets what at the addresses of training."""

from datetime import date
from decimal import Decimal

from branchyear.tests.access import LEDGERS, Row
from members.services import training
from members.tests.make import make_member
from members.tests.rows.people import KEEPERS, ONLOOKERS, SEEING


def furnish(world):
    facts = training.Facts("专题班", "course", date(2022, 5, 1), date(2022, 5, 1), Decimal(8))
    world.training = training.record_training(
        world.north, facts=facts, members=[make_member(world.north, "参训")], by=None
    )


def pk(world):
    return [world.training.pk]


OTHERS = [p for p in LEDGERS if p not in {"secretary", "clerk"}]
ROWS = {
    "members:training": Row({200: SEEING}),
    "members:new_training": Row({200: KEEPERS, 403: ONLOOKERS}),
    "members:one_training": Row({200: LEDGERS}, args=pk),
    # Voided by the secretary already, the clerk is told so.
    "members:void_training": Row(
        {302: ["secretary"], 409: ["clerk"], 403: OTHERS}, args=pk, method="post"
    ),
}
