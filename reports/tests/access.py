"""Who gets what at the addresses of reports."""

from branchyear.tests.access import ADMINS, PEOPLE, Row

# Those who answer for more than their own branch.
OVERSEERS = ("reviewer", "general_reviewer", "south_reviewer", "committee", "leader", "department")
# Those who see no organisation at all: the administrators, and a person without office.
BLIND = (*ADMINS, "nobody")

ROWS = {
    "reports:overview": Row({200: OVERSEERS, 403: [p for p in PEOPLE if p not in OVERSEERS]}),
    "reports:items": Row({200: [p for p in PEOPLE if p not in BLIND], 403: BLIND}),
}
