"""How everything grows with the city (B10): exponents over sizes, in one run and one process for each size.

The work of the other benches (B1 overview, B5 ledger as Excel, B7 reminders, B8 roster from Excel, B9 all rules) and ten
pages, each measured in cities of several sizes; the exponent is the slope of the least-squares line through the
logarithms of size and processor time (SQLite works in the process itself).

Limits: what reads the whole city grows with an exponent of at most 1.10; pages of one branch or one directly affiliated
organisation (always 100 branches) with at most 0.15; memory per process with at most 0.1. A tenth is forgiven in the
small form, whose two sizes lie close to what each process does once.

300 and 1,000 branches; with ``BENCH_FULL=1`` 1,000, 3,000 and 10,000 (100,000 too with ``BENCH_SIZES=1000,10000,100000``).
"""

import json
import math
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FULL = os.environ.get("BENCH_FULL", "") not in {"", "0"}
SIZES = [
    int(size)
    for size in os.environ.get("BENCH_SIZES", "1000,3000,10000" if FULL else "300,1000").split(",")
]
GRACE = 0.0 if FULL else 0.1
SCAN, SCOPED, MEMORY = 1.10 + GRACE, 0.15 + GRACE, 0.10 + GRACE
ROUNDS = 5 if FULL else 3
PAGES = {
    "secretary": (
        "/",
        "/checklist/{branch}/",
        "/items/{item}/",
        "/problems/",
        "/notices/",
        "/members/",
        "/reports/",
    ),
    "reviewer": ("/", "/review/", "/members/"),
}


def timed(act, rounds=ROUNDS):
    """Median processor seconds, the first round not counted."""
    spent = []
    for _ in range(rounds + 1):
        begun = time.process_time()
        act()
        spent.append(time.process_time() - begun)
    return statistics.median(spent[1:])


def peak():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def make(count):
    """The city, by a process of its own: the memory of making it is no part of what is measured."""
    from bench.bench_dashboard import City
    from bench.growth import whole
    from bench.tables import counted

    city = City()
    city.grow(count)
    whole.settle(city)
    counted()


def measure(count):
    """``{what: seconds}`` of the city that is there, and the peaks of this process's memory."""
    from bench.bench_dashboard import DAY, by_services
    from bench.growth import whole
    from tasks.health import engine

    city, people = whole.settled()
    found = {"scoped": {}, "scan": {}, "memory": {}}
    for person, pages in PAGES.items():
        client = people[person]
        for page in pages:
            address = page.format(**people)
            found["scoped"][f"{person} {page}"] = timed(lambda c=client, a=address: whole.got(c, a))
    found["memory"]["after the pages"] = peak()
    for what, act, rounds in (
        ("B1 overview", lambda: by_services(city), 3),
        ("B5 ledger as Excel", whole.ledger, 1),
        ("B9 all rules", lambda: engine.evaluate(city.campaign, day=DAY), 2),
    ):
        found["scan"][what] = timed(act, rounds)
        found["memory"][f"after {what}"] = peak()
    found["scan"]["B7 reminders"] = whole.apart("remind", count)
    found["scan"]["B8 roster from Excel"] = whole.apart("roster", count)
    return found


def slope(values):
    """The exponent: least squares through the logarithms."""
    xs, ys = [math.log(size) for size in SIZES], [math.log(max(value, 1e-6)) for value in values]
    mx, my = statistics.mean(xs), statistics.mean(ys)
    return sum((x - mx) * (y - my) for x, y in zip(xs, ys, strict=True)) / sum(
        (x - mx) ** 2 for x in xs
    )


def apart(act, size, folder):
    """``make`` or ``measure`` in a process of its own; what it printed last."""
    done = subprocess.run(
        [sys.executable, __file__, act, str(size)],
        cwd=ROOT,
        env={**os.environ, "BRANCHYEAR_VAR": folder, "PYTHONPATH": str(ROOT), "DATABASE_URL": ""},
        stdout=subprocess.PIPE, text=True, check=True,
    )  # fmt: skip
    return json.loads(done.stdout.splitlines()[-1])


def main():
    found = []
    for size in SIZES:
        with tempfile.TemporaryDirectory(prefix="bench-growth-") as folder:
            apart("make", size, folder)
            found.append(apart("measure", size, folder))
        told = {
            what: round(value, 3) for each in found[-1].values() for what, value in each.items()
        }
        print(f"{size:,} branches: {told}", flush=True)
    good = True
    for kind, limit in (("scan", SCAN), ("scoped", SCOPED), ("memory", MEMORY)):
        for what in found[0][kind]:
            values = [each[kind][what] for each in found]
            exponent = slope(values)
            told = f"{kind}: {what}, exponent"
            print(
                json.dumps({"name": told, "value": round(exponent, 3), "unit": "", "limit": limit})
            )
            unit = "MB" if kind == "memory" else "s"
            print(
                json.dumps(
                    {"name": f"  at {SIZES[-1]:,} branches", "value": values[-1], "unit": unit}
                )
            )
            if exponent > limit:
                print(f"FAILED: {what}: {exponent:.2f} {values}")
                good = False
    return not good


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))
    if len(sys.argv) > 1:
        os.environ["DJANGO_SETTINGS_MODULE"] = "branchyear.settings_test"
        os.environ.setdefault("LOG_LEVEL", "ERROR")
        import django

        django.setup()
        import time_machine

        # The city's September, so that every page has its running campaign; its deadline, when a home page asks most.
        with time_machine.travel("2026-09-25 10:00 +0800"):
            print(json.dumps({"make": make, "measure": measure}[sys.argv[1]](int(sys.argv[2]))))
    else:
        sys.exit(main())
