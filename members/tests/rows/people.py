"""Groups of people that the rows speak of."""

from branchyear.tests.access import PEOPLE

# Everybody who sees some organisation.
SEEING = [p for p in PEOPLE if p not in {"admin", "security", "auditor", "nobody"}]
ROWS = {}
