"""A city's roster as Excel, from the database, against the libraries one would take.

The ledger of 党员名册 as the export centre makes it: 20 styled columns (numbers, dates, texts short and long) read
in statements of fifty branches, two numbers of each person decrypted and masked, rows as high as their text. Beside
it, in turns and each in a process of its own, the same cells with the same styles and heights, lying in memory
already: XlsxWriter with ``constant_memory``, and openpyxl cell by cell with style objects for each (of a part of the
rows, scaled up). What all of them wrote is read again and compared, styles too.

Limits, by processor time, so that what else a machine does cannot decide: at least as fast as XlsxWriter, four times
as fast as openpyxl; ten times the rows take at most 1.1 times the memory; the same cells; no formula; and a ledger of
hostile texts comes back equal from openpyxl, from calamine and, where it is installed, from LibreOffice.

Without arguments 15,000 rows; with ``BENCH_FULL=1`` 100,000. ``BENCH_PAIRS`` says how often (3; 5).
"""

import json
import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FULL = os.environ.get("BENCH_FULL", "") not in {"", "0"}
ROWS = 100_000 if FULL else 15_000
NAIVE_ROWS = 5_000 if FULL else 1_000
STYLED_ROWS = 300  # whose styles are compared cell by cell
PAIRS = int(os.environ.get("BENCH_PAIRS", "5" if FULL else "3"))
AS_FAST, FASTER, FLAT = 1.0, 4, 1.1


def act(name, *words):
    """One arm, in this process."""
    from bench.excel import again, arms, city

    known = {
        "found": city.found, "make": city.make, "hostile": again.hostile, "ours": arms.ours,
        "small": arms.small, "large": arms.large, "in_memory": arms.in_memory, "xlsxwriter": arms.xlsxwriter,
        "naive": arms.naive,
    }  # fmt: skip
    return known[name](*words)


def arm(name, folder, *words):
    """Run one arm in a fresh process; what it says."""
    done = subprocess.run(
        [sys.executable, __file__, name, *map(str, words)],
        cwd=ROOT,
        env={**os.environ, "BRANCHYEAR_VAR": str(folder), "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        sys.exit(done.stderr)
    return json.loads(done.stdout.splitlines()[-1])


def main():
    from bench.excel.again import looks, reread

    with tempfile.TemporaryDirectory(prefix="bench-excel-") as made:
        base = Path(made) / "base"
        paths = {name: Path(made) / f"{name}.xlsx" for name in ("ours", "xlsxwriter", "naive")}
        paths["in_memory"] = paths["memory"] = Path(made) / "other.xlsx"
        arm("found", base, ROWS)
        values = Path(made) / "values"
        size = arm("make", base, values)
        for name in ("xlsxwriter", "naive"):
            (Path(f"{paths[name]}.rows")).symlink_to(values)
        for name in ("ours", "xlsxwriter"):
            arm(name, base, paths[name], STYLED_ROWS)
        same_look = looks(paths["ours"], STYLED_ROWS) == looks(paths["xlsxwriter"], STYLED_ROWS)
        results = {name: [] for name in ("ours", "xlsxwriter", "naive", "in_memory")}
        for turn in range(PAIRS):
            for name, done in results.items():
                if name == "in_memory" and turn:
                    continue
                rows = NAIVE_ROWS if name == "naive" else ROWS
                done.append(arm(name, base, paths[name], rows))
        few, many = (
            arm(name, base, paths["memory"], ROWS)["memory"] for name in ("small", "large")
        )
        mine = reread(paths["ours"])
        closing = [line[0] for line in mine[ROWS:]]
        mine = mine[:ROWS]
        same = mine == reread(paths["xlsxwriter"])
        tail = mine[:NAIVE_ROWS] == reread(paths["naive"])
        sizes = {name: paths[name].stat().st_size for name in ("ours", "xlsxwriter")}
        odd = arm("hostile", base, made)
    for result in results["naive"]:
        result["busy"] *= ROWS / NAIVE_ROWS
        result["seconds"] *= ROWS / NAIVE_ROWS

    def median(name, what):
        return statistics.median(result[what] for result in results[name])

    def times(name, what, of="ours"):
        pairs = zip(results[name], results[of], strict=False)
        return statistics.median(theirs[what] / ours[what] for theirs, ours in pairs)

    fast, faster = times("xlsxwriter", "busy"), times("naive", "busy")
    n = f"{ROWS:,} x {size['columns']}"
    for name, value, unit, limit in (
        (f"{n} from the database, processor time", median("ours", "busy"), "s", None),
        (f"{n} by XlsxWriter from memory, the same", median("xlsxwriter", "busy"), "s", None),
        (f"{n} by openpyxl, naive, scaled", median("naive", "busy"), "s", None),
        ("times as fast as XlsxWriter", fast, "x", AS_FAST),
        ("times as fast as naive openpyxl", faster, "x", FASTER),
        ("times as fast as XlsxWriter, on the wall", times("xlsxwriter", "seconds"), "x", None),
        ("times as fast as naive openpyxl, on the wall", times("naive", "seconds"), "x", None),
        (
            "rows in memory too: times XlsxWriter",
            times("xlsxwriter", "busy", "in_memory"),
            "x",
            None,
        ),
        ("peak memory", many, "MB", None),
        ("peak memory, ten times the rows", many / few, "x", FLAT),
        ("file, of XlsxWriter's", sizes["ours"] / sizes["xlsxwriter"], "x", None),
        ("formulas in hostile texts", odd["formulas"], "", 0),
        *(
            (f"hostile cells that differ, by {reader}", len(odd[reader]), "", 0)
            for reader in ("openpyxl", "calamine", "LibreOffice")
            if reader in odd
        ),
    ):
        print(json.dumps({"name": name, "value": value, "unit": unit, "limit": limit}))
    if "LibreOffice" not in odd:
        print("LibreOffice is not installed here (soffice): what it reads was not compared.")
    checks = {
        "as fast as XlsxWriter": fast >= AS_FAST,
        "faster than naive openpyxl": faster >= FASTER,
        "memory flat": many / few <= FLAT,
        "every row there, then the signatures": len(mine) == size["rows"] == ROWS
        and closing[1].startswith("填报人"),
        "the same cells as XlsxWriter's": same,
        "the same cells as openpyxl's": tail,
        "the same styles as XlsxWriter's": same_look,
        "no formula but ours": odd["formulas"] == 0,
        "hostile cells equal": not any(
            odd.get(name) for name in ("openpyxl", "calamine", "LibreOffice")
        ),
    }
    for name, holds in checks.items():
        if not holds:
            print(f"FAILED: {name}", odd if "hostile" in name else "")
    return 0 if all(checks.values()) else 1


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))
    if len(sys.argv) > 1:
        os.environ["DJANGO_SETTINGS_MODULE"] = "branchyear.settings_test"
        os.environ.setdefault("LOG_LEVEL", "WARNING")
        name, path, *rest = [*sys.argv[1:], ""][:4]
        if name not in {"xlsxwriter", "naive"}:
            import django

            django.setup()
        print(json.dumps(act(name, path, *(int(number) for number in rest if number))))
    else:
        sys.exit(main())
