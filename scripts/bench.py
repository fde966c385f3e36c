"""Runs every ``bench/bench_*.py`` and shows one table.

A bench is a script of its own. Each line of its output that is a JSON object with ``name``, ``value``,
``unit`` and perhaps ``limit`` becomes a row; the exit code says whether it met its limits.
Everything else it prints is shown as it comes. Further arguments choose benches by part of the name or by number
(``B4``). The rows are kept as JSON in ``test-results/bench.json``.
"""

import json
import os
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
NUMBERS = {
    "dashboard": "B1", "queries": "B2", "save": "B3", "rush": "B4", "excel": "B5", "pdf": "B6",
    "reminders": "B7", "roster_import": "B8", "rules": "B9", "growth": "B10", "safety": "B11",
    "logins": "B12",
}  # fmt: skip


def row_of(line):
    """The measurement a line of output stands for, or nothing."""
    if not line.startswith("{"):
        return None
    try:
        row = json.loads(line)
    except ValueError:
        return None
    return row if {"name", "value"} <= row.keys() else None


def run_bench(script):
    started = time.monotonic()
    rows = []
    with subprocess.Popen(
        [sys.executable, str(script)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stdin=subprocess.DEVNULL,
        text=True,
    ) as bench:
        for line in bench.stdout:
            row = row_of(line.strip())
            if row:
                rows.append(row)
            else:
                print("  " + line.rstrip(), flush=True)
    return rows, bench.returncode, time.monotonic() - started


def table(results):
    lines = [f"{'bench':<20}{'what':<52}{'value':>14}{'limit':>14}"]
    for name, rows, returncode, seconds in results:
        for row in rows:
            value, limit = (shown(row.get(key), row.get("unit", "")) for key in ("value", "limit"))
            lines.append(f"{name:<20}{row['name']:<52}{value:>14}{limit:>14}")
        lines.append(f"{name:<20}{'whole run':<52}{shown(seconds, 's'):>14}")
        if returncode:
            lines.append(f"{name:<20}FAILED (exit {returncode})")
    return "\n".join(lines)


def titled(script):
    """``B4 rush``; a bench without a number by its name."""
    name = script.stem.removeprefix("bench_")
    return f"{NUMBERS[name]} {name}" if name in NUMBERS else name


def in_order(script):
    number = NUMBERS.get(script.stem.removeprefix("bench_"), "B99")
    return int(number[1:]), script.stem


def keep(results):
    """What the run found, for whoever compares runs."""
    folder = ROOT / "test-results"
    folder.mkdir(exist_ok=True)
    facts = {
        "at": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
        "full": os.environ.get("BENCH_FULL", "") not in {"", "0"},
        "load": round(os.getloadavg()[0], 1),
        "benches": [
            {"bench": name, "rows": rows, "kept": not returncode, "seconds": round(seconds, 1)}
            for name, rows, returncode, seconds in results
        ],
    }
    (folder / "bench.json").write_text(json.dumps(facts, ensure_ascii=False, indent=1) + "\n")


def shown(number, unit):
    if number is None:
        return ""
    text = f"{number:,.3g}" if isinstance(number, float) and abs(number) < 100 else f"{number:,.0f}"
    return f"{text} {unit}".rstrip()


def main(chosen):
    scripts = [
        script
        for script in sorted((ROOT / "bench").glob("bench_*.py"), key=in_order)
        if not chosen
        or any(part in script.stem or part == titled(script).split()[0] for part in chosen)
    ]
    if not scripts:
        print("no benchmarks (bench/bench_*.py)")
        return 0
    results = []
    for script in scripts:
        print(f"== {script.stem} ==", flush=True)
        results.append((titled(script), *run_bench(script)))
    print("\n" + table(results))
    keep(results)
    return 1 if any(returncode for _, _, returncode, _ in results) else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
