"""Who gets what at the addresses of dues."""

from decimal import Decimal

from django.utils import timezone

from branchyear.lib.dates import Month, local_day
from branchyear.tests.access import LEDGERS, Row
from members.models import DuesRemittance
from members.services import dues
from members.tests.rows.people import SEEING

KEEPERS = ("secretary", "clerk")
BRANCHES = (
    "secretary",
    "clerk",
    "second_secretary",
    "fourth_secretary",
    "south_secretary",
    "archive_secretary",
)
ABOVE = [p for p in SEEING if p not in BRANCHES]  # their first organisation is no branch of theirs
# A member's sums tell the wage: the branch, who reviews it, the committee's reviewer; nobody else.
SUMS = (*KEEPERS, "reviewer", "committee")
PRIVATE = {
    200: [*BRANCHES, "reviewer", "general_reviewer", "south_reviewer", "committee"],
    403: ["leader", "department"],
}
ACCOUNTANTS = PRIVATE[200]


def furnish(world):
    month = Month.of(local_day())
    world.exemption = dues.request_exemption(
        world.member,
        from_month=month,
        to_month=month.plus(2),
        reduced_to=Decimal(0),
        reason="家庭困难",
        by=world.people.secretary,
        now=timezone.now(),
    )
    world.remittance = DuesRemittance.objects.create(
        organization=world.north, month=str(month), amount=1, on=local_day()
    )


ROWS = {
    "members:dues": Row({200: SEEING}),
    "members:dues_year": Row({200: SEEING}),
    "members:dues_accounts": Row({200: SEEING}),
    "members:dues_bases": Row(PRIVATE),
    "members:dues_exemptions": Row(PRIVATE),
    "members:record_dues": Row({302: BRANCHES, 403: ABOVE}, method="post"),
    "members:member_dues": Row(
        {200: SUMS, 403: [p for p in LEDGERS if p not in SUMS]},
        args=lambda world: [world.member.pk],
    ),
    # The first who decides, decides; the second is told.
    "members:decide_exemption": Row(
        {
            302: ["reviewer"],
            409: ["committee"],
            403: [*KEEPERS, "leader", "department"],
        },
        args=lambda world: [world.exemption.pk],
        method="post",
        data={"decision": "approve"},
    ),
    "members:withdraw_exemption": Row(
        {302: ["secretary"], 409: ["clerk"], 403: [p for p in LEDGERS if p not in KEEPERS]},
        args=lambda world: [world.exemption.pk],
        method="post",
    ),
    "members:remit_dues": Row(
        {422: ACCOUNTANTS, 403: [p for p in SEEING if p not in ACCOUNTANTS]}, method="post"
    ),
    "members:publish_dues": Row(
        {422: ACCOUNTANTS, 403: [p for p in SEEING if p not in ACCOUNTANTS]}, method="post"
    ),
    # The branch's own; gone for those who come after.
    "members:withdraw_remittance": Row(
        {302: ["secretary"]}, args=lambda world: [world.remittance.pk], method="post"
    ),
    # A statement is a branch's.
    "members:dues_statement": Row({200: BRANCHES}),
    "members:dues_workbook": Row({200: BRANCHES}),
    "members:bases_workbook": Row({200: BRANCHES}),
    "members:import_dues": Row({422: BRANCHES, 403: ABOVE}, method="post"),
    "members:import_bases": Row({422: BRANCHES, 403: ABOVE}, method="post"),
}
