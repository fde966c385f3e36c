"""The parts of the campaign: one for each promise, with what it requires and how it is measured.

A part is a function of ``quick`` that returns ``(figures, what is wrong)``. Those that existed before the campaign
(``make races``, ``make reminders``, tests of the suite) are run as they are, and their figures read.
"""

import json
import re
import subprocess
import sys
from dataclasses import dataclass

from scripts.faults.fleet import ROOT


@dataclass(frozen=True)
class Part:
    promise: str
    required: str
    run: object


def program(*words):
    """Run one of our programs; ``(output, exit code)``."""
    done = subprocess.run(
        [sys.executable, *map(str, words)], cwd=ROOT, capture_output=True, text=True, check=False
    )
    return done.stdout + done.stderr, done.returncode


def lines_of(output):
    """The JSON objects a program printed, one to a line."""
    found = []
    for line in output.splitlines():
        if line.startswith("{"):
            try:
                found.append(json.loads(line))
            except ValueError:
                continue
    return found


def suite(*words):
    """Tests of the suite: figures, and what failed."""
    output, code = program(
        "-m", "pytest", "-q", "-s", "-p", "no:cacheprovider", "--no-header", *words
    )
    told = re.findall(r"(\d+) (passed|failed|error)", output)
    figures = {f"tests {word}": int(number) for number, word in told}
    return figures, [output[-3000:]] if code else [], output


def r1(quick):
    from scripts.faults import saves

    return saves.run(400, 20) if quick else saves.run()


def r2(quick):
    output, code = program("-m", "scripts.reminder_trial", "--branches", 100 if quick else 10_000)
    told = lines_of(output)
    figures = {k: v for line in told for k, v in line.items() if k != "day"}
    return figures, [output[-2000:]] if code else []


def r3(quick):
    from scripts.faults import broker

    return broker.run(away=20 if quick else 600)


def r4(quick):
    return races("--forms", 0, "--rounds", 10 if quick else 500)


def r5(quick):
    return races("--rounds", 0, "--forms", 10 if quick else 1000)


def races(*words):
    output, code = program("-m", "scripts.races", *words)
    figures = {
        line["name"]: round(line["value"])
        for line in lines_of(output)
        if " from " not in line["name"] and line.get("unit") != "s"
    }
    return figures, [output[-2000:]] if code else []


def r6(quick):
    from scripts.faults import sqlite

    return sqlite.run(each=50 if quick else 1000, control=20 if quick else 50)


def r7(quick):
    wanted = ["branchyear/tests/test_access.py"] + (
        ["-k", "every_route or visitor"] if quick else []
    )
    figures, wrong, _ = suite(*wanted)
    return {**figures, **cells()}, wrong


def cells():
    """The size of the access table."""
    output, _ = program(
        "-c",
        "import os, json; os.environ['DJANGO_SETTINGS_MODULE'] = 'branchyear.settings_test'\n"
        "import django; django.setup()\n"
        "from branchyear.tests.access import PEOPLE, all_rows\n"
        "rows = len(all_rows()); print(json.dumps({'routes': rows, 'cells': rows * (len(PEOPLE) + 1)}))",
    )  # fmt: skip
    return lines_of(output)[-1]


def r8(quick):
    wanted = ["branchyear/tests/test_canary.py"]
    wanted += ["-k", "at_rest or trail"] if quick else ["branchyear/tests/test_access.py"]
    figures, wrong, _ = suite(*wanted)
    return figures, wrong


def r9(quick):
    figures, wrong, _ = suite(
        "tasks/tests/test_hostile_files.py", "branchyear/lib/tests/test_xlsx.py"
    )
    fields = "test_hostile.py" if quick else "hostile_full.py"
    _, faults, output = suite(f"branchyear/tests/{fields}")
    told = re.findall(r"(\d+) (forms|values|faults)", output)
    return figures | {f"fields: {word}": int(number) for number, word in told}, wrong + faults


def r10(quick):
    from scripts.faults import drill

    return drill.run("small", "sqlite") if quick else drill.run("city", "postgres")


def r12(quick):
    from scripts.faults import trail

    return trail.run(quick)


def r13(quick):
    from scripts.faults import alarm

    return alarm.run(("worker",) if quick else ("worker", "beat", "disk", "mail"))


def r14(quick):
    figures, wrong, _ = suite("reports/tests/test_periods.py", "-k", "last_instant")
    return {**figures, "months": 48, "moments of each due day": 4}, wrong


PARTS = {
    "r1": Part(
        "An acknowledged save is never lost",
        "10,000 acknowledged saves, 200 kills: lost 0, doubled 0",
        r1,
    ),
    "r2": Part(
        "A reminder is sent once and never skipped",
        "10,000 branches × 3 matters × 2 days under 2 beats, 3 workers, redelivery, an emptied broker, "
        "2 h of downtime: missing 0, twice 0",
        r2,
    ),
    "r3": Part(
        "Work survives the broker",
        "Redis away for 10 minutes: 0 failed requests, backlog drained ≤ 60 s after its return",
        r3,
    ),
    "r4": Part(
        "No lost update",
        "500 rounds × 4 people at one item, both databases: 1 winner each, nothing overwritten, no 500",
        r4,
    ),
    "r5": Part(
        "Double click, retry and back button make one effect",
        "1,000 forms posted 5 times at once: 1,000 effects",
        r5,
    ),
    "r6": Part(
        "SQLite never shows “database is locked”",
        "20 writers × 1,000: 0 locked, longest wait < 10 s; the control arm shows the error",
        r6,
    ),
    "r7": Part(
        "Nobody reads or changes outside his subtree",
        "every route × every role: 0 leaks, 0 untested routes",
        r7,
    ),
    "r8": Part(
        "No full ID number or telephone leaves without the right",
        "canaries heard in pages, answers, exports, letters, trail, log, at rest: 0",
        r8,
    ),
    "r9": Part(
        "Bad input never causes a 500",
        "≥ 400 hostile files, ≥ 2,000 hostile values: 0 × 5xx",
        r9,
    ),
    "r10": Part(
        "Restore works",
        "back-up → empty machine: every table and file equal, ≤ 30 min",
        r10,
    ),
    "r12": Part(
        "The trail is complete and tampering is found",
        "every route that changes something writes ≥ 1 entry; every changed or removed entry is named",
        r12,
    ),
    "r13": Part(
        "A broken member of the fleet is seen",
        "no worker, no beat, full disk, silent mail server: each red at /healthz/deep ≤ 120 s",
        r13,
    ),
    "r14": Part(
        "The monthly period closes correctly",
        "48 months × 2 due days × 4 moments around midnight: classified right",
        r14,
    ),
}
