"""Groups of people that the rows speak of."""

from branchyear.tests.access import PEOPLE

# Everybody who sees some organisation.
SEEING = [p for p in PEOPLE if p not in {"admin", "security", "auditor", "nobody", "inspector"}]
ROWS = {}
# Who keeps some branch, and who sees one without keeping any.
KEEPERS = [p for p in SEEING if p == "clerk" or p.endswith("secretary")]
ONLOOKERS = [p for p in SEEING if p not in KEEPERS]
