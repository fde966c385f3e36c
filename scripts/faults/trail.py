"""R12: whatever changes something leaves its entry in the trail; whatever is done to the trail is found.

The tests of pages, API and admin are run with a plugin that watches every request: did it write rows, and did it
write its entry? An address that changed rows without an entry fails; an address of the access table that no test
carried through is told.
"""

import json
import os
import tempfile
from pathlib import Path

from scripts.faults.parts import lines_of, program, suite

# A representative few; in full all tests of the apps.
FEW = ("tasks/tests/test_problem_pages.py", "branchyear/once/tests")
ALL = (
    "branchyear",
    "branches",
    "members",
    "tasks",
    "reports",
    "-m",
    "not journey and not engines and not live",
)
# Addresses that write rows of nobody's content; each with its reason.
ALLOWED = {
    "POST login": "a log-in is an entry of its own (auth.logged_in), written by a receiver",
}


def run(quick):
    figures, wrong, _ = suite("branchyear/audit/tests/test_chain.py")
    with tempfile.TemporaryDirectory(prefix="branchyear-faults-") as folder:
        file = Path(folder) / "trail.json"
        os.environ["TRAIL_FILE"] = str(file)
        watched, faults, _ = suite("-p", "scripts.faults.trail_plugin", *(FEW if quick else ALL))
        found = json.loads(file.read_text()) if file.exists() else {}
    silent = {
        route: line["tables"]
        for route, line in sorted(found.items())
        if not line["entered"] and route not in ALLOWED
    }
    seen = {route.split(" ", 1)[1] for route in found}
    figures = {
        "tests of the chain passed": figures.get("tests passed", 0),
        "tests watched": watched.get("tests passed", 0),
        "routes that changed something": len(found),
        "of them with an entry": sum(bool(line["entered"]) for line in found.values()),
        "without": silent,
    }
    if not quick:
        left = sorted(acting() - seen)
        print("   no test carried through:", *left)
        figures["routes that no test carried through to a change"] = len(left)
    if silent:
        wrong.append(f"no entry: {silent}")
    return figures, wrong + [fault[-1500:] for fault in faults]


def acting():
    """The addresses of the access table that do something."""
    output, _ = program(
        "-c",
        "import os, json; os.environ['DJANGO_SETTINGS_MODULE'] = 'branchyear.settings_test'\n"
        "import django; django.setup()\n"
        "from branchyear.tests.access import all_rows\n"
        "print(json.dumps({'names': [n for n, row in all_rows().items() if row.method != 'get']}))",
    )  # fmt: skip
    return set(lines_of(output)[-1]["names"])
