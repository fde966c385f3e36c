"""``make faults``: run the campaign, print each part's figures, keep them, write the table of docs/reliability.md.

``ARGS="r1 r3"`` chooses parts, ``--quick`` takes the short forms (their figures are printed, not kept),
``--machine "two cores of …"`` says in words what it ran on, ``--table`` only writes the table anew.
"""

import argparse
import json
import os
import platform
import subprocess
import sys
import time
import traceback
from datetime import UTC, datetime

from scripts.faults import report
from scripts.faults.fleet import ROOT
from scripts.faults.parts import PARTS

MARK = "RESULT "


def machine():
    """In words: no name, no path."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    load = os.getloadavg()[0]
    return f"{os.cpu_count()} cores, {memory:.0f} GB, Python {platform.python_version()}, load {load:.0f}"


def commit():
    done = subprocess.run(
        ["git", "describe", "--always", "--dirty"],  # noqa: S607
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    return done.stdout.strip() or "unknown"


def run_part(name, quick):
    """In a process of its own: each part has its own servers, and settings are read once."""
    words = [
        sys.executable,
        "-m",
        "scripts.faults",
        name,
        "--here",
        *(["--quick"] if quick else []),
    ]
    done = subprocess.run(words, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=False)
    told = [line for line in done.stdout.splitlines() if line.startswith(MARK)]
    if not told:
        return {}, [done.stdout[-3000:] or f"ended with {done.returncode}"]
    return json.loads(told[-1].removeprefix(MARK))


def run_here(name, quick):
    try:
        return PARTS[name].run(quick)
    except Exception:  # noqa: BLE001 told like any other failure
        return {}, [traceback.format_exc()]


def main():
    asked = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    asked.add_argument("parts", nargs="*", metavar="|".join(PARTS))
    asked.add_argument("--quick", action="store_true")
    asked.add_argument("--machine", default="")
    asked.add_argument("--table", action="store_true")
    asked.add_argument("--here", action="store_true", help=argparse.SUPPRESS)
    chosen = asked.parse_args()
    unknown = set(chosen.parts) - set(PARTS)
    if unknown:
        asked.error(f"unknown: {', '.join(sorted(unknown))}")
    if chosen.here:
        figures, wrong = run_here(chosen.parts[0], chosen.quick)
        print(MARK + json.dumps([figures, wrong], ensure_ascii=False))
        return 0
    if chosen.table:
        report.write()
        return 0
    failed = []
    for name in chosen.parts or PARTS:
        print(f"== {name}: {PARTS[name].promise} ==", flush=True)
        at, began = machine(), time.monotonic()
        figures, wrong = run_part(name, chosen.quick)
        for what, value in figures.items():
            print(f"   {what}: {value}")
        for what in wrong:
            print(f"   FAILED: {what}")
        failed += [name] * bool(wrong)
        if not chosen.quick:
            report.keep(
                name, figures=figures, kept=not wrong, seconds=round(time.monotonic() - began),
                date=datetime.now(tz=UTC).date().isoformat(), commit=commit(),
                machine=chosen.machine or at,
            )  # fmt: skip
    if not chosen.quick:
        report.write()
    print(f"kept: {len(chosen.parts or PARTS) - len(failed)}, failed: {failed}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
