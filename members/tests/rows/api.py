"""Who gets what at the addresses of the API of the roll."""

from branchyear.tests.access import LEDGERS, NORTH, PEOPLE, Row, resource
from members.models import DuesMonth

# What one member owes or paid is not for everybody who sees the branch (``rules.may_see_dues_sums``).
SUMS = ("secretary", "clerk", "reviewer", "committee")


def furnish(world):
    world.dues_month = DuesMonth.objects.create(
        member=world.member, organization=world.north, month="2020-01"
    )


ROWS = {
    **resource("members", LEDGERS, lambda world: [world.member.pk]),
    **resource("term", LEDGERS, lambda world: [world.term.pk]),
    **resource("post", LEDGERS, lambda world: [world.post.pk]),
    # On its way to the south: both sides see it.
    **resource(
        "transfer",
        (*LEDGERS, "south_secretary", "south_reviewer"),
        lambda world: [world.transfer.pk],
    ),
    # Asks for its fields; whose branch it is says the field itself.
    "transfer-take-in": Row({400: PEOPLE}, method="post"),
    **resource("absence", LEDGERS, lambda world: [world.absence.pk]),
    **resource("admission", LEDGERS, lambda world: [world.applicant.pk]),
    **resource("meetings", NORTH, lambda world: [world.meeting.pk]),
    **resource("appraisal", LEDGERS, lambda world: [world.appraisal.pk]),
    **resource("talk", LEDGERS, lambda world: [world.talk.pk]),
    **resource("training", LEDGERS, lambda world: [world.training.pk]),
    **resource("dues-month", SUMS, lambda world: [world.dues_month.pk]),
    **resource("dues-exemption", SUMS, lambda world: [world.exemption.pk]),
    **resource("dues-remittance", LEDGERS, lambda world: [world.remittance.pk]),
}
