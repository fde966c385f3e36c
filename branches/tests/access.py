"""Who gets what at the addresses of this app."""

from branchyear.tests.access import NORTH, PEOPLE, Row

SEEING = [p for p in PEOPLE if p not in {"admin", "security", "auditor", "nobody"}]
# Whoever sees one branch only is taken to its page.
ONE_BRANCH = [
    "secretary",
    "clerk",
    "second_secretary",
    "fourth_secretary",
    "south_secretary",
    "archive_secretary",
    "inspector",
]

ROWS = {
    "branches:tree": Row({302: ONE_BRANCH, 200: [p for p in SEEING if p not in ONE_BRANCH]}),
    "organizations-list": Row({200: PEOPLE}),
    "organizations-detail": Row({200: NORTH}, args=lambda world: [world.north.pk]),
    "branches:organization": Row({200: NORTH}, args=lambda world: [world.north.pk]),
}
