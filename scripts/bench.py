"""Runs every ``bench/bench_*.py`` and shows one table.

A bench is a script of its own. Each line of its output that is a JSON object with ``name``, ``value``,
``unit`` and perhaps ``limit`` becomes a row; the exit code says whether it met its limits.
Everything else it prints is shown as it comes. Further arguments choose benches by part of the name.
"""

import json
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


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
    rows = rows or [{"name": "whole run", "value": time.monotonic() - started, "unit": "s"}]
    return rows, bench.returncode


def table(results):
    lines = [f"{'bench':<24}{'what':<44}{'value':>14}{'limit':>14}"]
    for name, rows, returncode in results:
        for row in rows:
            value, limit = (shown(row.get(key), row.get("unit", "")) for key in ("value", "limit"))
            lines.append(f"{name:<24}{row['name']:<44}{value:>14}{limit:>14}")
        if returncode:
            lines.append(f"{name:<24}FAILED (exit {returncode})")
    return "\n".join(lines)


def shown(number, unit):
    if number is None:
        return ""
    text = f"{number:,.3g}" if isinstance(number, float) and abs(number) < 100 else f"{number:,.0f}"
    return f"{text} {unit}".rstrip()


def main(chosen):
    scripts = [
        script
        for script in sorted((ROOT / "bench").glob("bench_*.py"))
        if not chosen or any(part in script.stem for part in chosen)
    ]
    if not scripts:
        print("no benchmarks (bench/bench_*.py)")
        return 0
    results = []
    for script in scripts:
        print(f"== {script.stem} ==", flush=True)
        results.append((script.stem.removeprefix("bench_"), *run_bench(script)))
    print("\n" + table(results))
    return 1 if any(returncode for _, _, returncode in results) else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
