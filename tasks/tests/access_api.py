"""Who gets what at the addresses of the API of the campaign year."""

from branchyear.tests.access import LEDGERS, NORTH, PEOPLE, resource
from tasks.models import Extension
from tasks.tests.access_inspections import OVER, member

ROWS = {
    **resource("campaign", [p for p in PEOPLE if p != "nobody"], lambda world: [world.campaign.pk]),
    **resource("item", NORTH, lambda world: [world.branch_item.pk]),
    **resource("evidence", NORTH, lambda world: [world.evidence.pk]),
    **resource("finding", NORTH, lambda world: [world.finding.pk]),
    **resource("explanation", NORTH, lambda world: [world.explanation.pk]),
    **resource("self-check", NORTH, lambda world: [world.self_check.pk]),
    **resource("problem", NORTH, lambda world: [world.problem.pk]),
    **resource("extension", NORTH, lambda world: [Extension.objects.earliest("pk").pk]),
    **resource("disposal", LEDGERS, lambda world: [world.disposal.pk]),
    **resource("supervision", NORTH, lambda world: [world.supervision.pk]),
    **resource("score", NORTH, lambda world: [world.score.pk]),
    **resource("appeal", NORTH, lambda world: [world.appeal.pk]),
    **resource("inspection", NORTH, lambda world: [world.inspection.pk]),
    **resource("team-member", OVER, member),
    **resource("visit", NORTH, lambda world: [world.visit.pk]),
    **resource("discrepancy", NORTH, lambda world: [world.record.pk]),
}
