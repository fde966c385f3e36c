"""The deadline's rush (B4): an open loop of pages, saves and uploads on the whole portal, against the same mix when quiet.

Seventy of a hundred requests are pages a secretary opens, 27 save an item as the browser does, three upload a file of a
megabyte. Once warm (20 s at seven tenths of the rate), at a tenth of the rate, then at the full rate while every branch is reminded and one ledger of the
whole city is printed beside it. What a request took counts from the moment it was due. PostgreSQL, Redis, four web
processes, worker, beat and this client share the machine's cores.

Limits: no error; p95 at most four times the quiet one; saves acknowledged = saves stored. Told besides, because it
does not depend on what else the machine does: the processor time of one request, and how many a second two cores
carry with it.

200 branches, 4 and 40 requests a second, 10 s each; with ``BENCH_FULL=1`` 10,000 branches, 20 and 200 a second, 60 s each.
``BENCH_RATE`` sets another full rate.
"""

import asyncio
import json
import os
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FULL = os.environ.get("BENCH_FULL", "") not in {"", "0"}
BRANCHES, PEOPLE, SECONDS = (10_000, 600, 60) if FULL else (200, 100, 10)
RATE = float(os.environ.get("BENCH_RATE", "200" if FULL else "40"))
WARM = 20 if FULL else 3
TIMES = 4


def beside(town):
    """Who reminds and who asks for a ledger, ready to begin at a word: in a city that runs, both are there already."""
    from scripts import processes

    ready = "import sys, django; django.setup()\n{}\nprint('ready', flush=True); sys.stdin.readline()\n{}"
    ledger = ready.format(
        "from branchyear.accounts.models import User\n"
        "from branches.models import Organization\n"
        "from reports.services import exports",
        "exports.request_export('checklist', organization=Organization.objects.get(kind='work_committee'),"
        " format='pdf', parameters={}, by=User.objects.get(username='ledger'))",
    )
    reminders = ready.format(
        "from django.core.management import call_command, load_command_class\n"
        "load_command_class('reports', 'send_due_reminders')",
        f"call_command('send_due_reminders', now='{town['due']}T09:00+08:00')",
    )
    helpers = [
        # A worker that reminds goes after the pages like the others.
        processes.start(
            [sys.executable, "-c", code], yields=yields, cwd=ROOT, env=os.environ,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )
        for code, yields in ((ledger, False), (reminders, True))
    ]  # fmt: skip
    for helper in helpers:
        if helper.stdout.readline() != "ready\n":
            raise RuntimeError("What should run beside the rush did not start.")
    return helpers


def stored(visitors):
    """Revisions of the visitors' items, added up."""
    import psycopg

    keys = [item["pk"] for visitor in visitors for item in visitor.items]
    with psycopg.connect(os.environ["DATABASE_URL"]) as connection:
        return connection.execute(
            "SELECT sum(revision) FROM tasks_branchitem WHERE id = ANY(%s)", [keys]
        ).fetchone()[0]


async def measure(fleet, town):
    from bench.load.town import processor_seconds
    from bench.load.visits import Loop, Visitor

    visitors = [Visitor(facts, town["cookie"], fleet.port) for facts in town["people"]]

    async def keep_alive():
        while True:
            fleet.look()
            await asyncio.sleep(0.5)

    watching = asyncio.create_task(keep_alive())
    # What each process does once, and memory that nobody had touched before the city was built.
    await Loop(visitors).run(RATE * 0.7, WARM)
    before = stored(visitors) - sum(visitor.saved for visitor in visitors)
    quiet, rush = Loop(visitors), Loop(visitors)
    programs = [fleet.child("web"), fleet.postgres.process]
    helpers = beside(town)
    await quiet.run(RATE / 10, SECONDS)
    for helper in helpers:
        helper.stdin.write("begin\n")
        helper.stdin.flush()
    busy, own = [processor_seconds([each]) for each in programs], time.process_time()
    took = await rush.run(RATE, SECONDS)
    spent = [processor_seconds([each]) - was for each, was in zip(programs, busy, strict=True)]
    spent.append(time.process_time() - own)
    for helper in helpers:
        helper.kill()
        helper.wait()
    watching.cancel()
    return {
        "quiet": quiet, "rush": rush, "took": took, "spent": spent,
        "saves": sum(visitor.saved for visitor in visitors), "stored": stored(visitors) - before,
    }  # fmt: skip


def main():
    from bench.load.town import built
    from scripts.faults.fleet import Fleet

    with Fleet(ROLLUPS_FROM_BRANCHES="2000") as fleet:
        town = built(fleet, BRANCHES, PEOPLE)
        fleet.start()
        found = asyncio.run(measure(fleet, town))
    quiet, rush = found["quiet"], found["rush"]
    count = len(rush.all)
    times = rush.quantile(0.95) / quiet.quantile(0.95)
    per = [1000 * seconds / count for seconds in found["spent"]]
    rows = [
        (
            f"p95 at {RATE / 10:.0f}/s, {BRANCHES:,} branches",
            quiet.quantile(0.95) * 1000,
            "ms",
            None,
        ),
        (f"p50 at {RATE:.0f}/s", rush.quantile(0.5) * 1000, "ms", None),
        (f"p95 at {RATE:.0f}/s", rush.quantile(0.95) * 1000, "ms", None),
        (f"p99 at {RATE:.0f}/s", rush.quantile(0.99) * 1000, "ms", None),
        ("p95, times the quiet one", times, "x", TIMES),
        ("errors, quiet and rush", quiet.errors + rush.errors, "", 0),
        ("requests of the rush", count, "", None),
        ("answered a second in the rush", count / found["took"], "/s", None),
        ("processor time of a request: web", per[0], "ms", None),
        ("processor time of a request: PostgreSQL", per[1], "ms", None),
        ("processor time of a request: this client", per[2], "ms", None),
        ("requests a second two cores carry (web, database)", 2000 / (per[0] + per[1]), "/s", None),
        ("saves acknowledged", found["saves"], "", None),
        ("saves stored", found["stored"], "", found["saves"]),
    ]
    rows += [
        (f"  p95 of a {kind} in the rush", rush.quantile(0.95, kind) * 1000, "ms", None)
        for kind in ("page", "save", "file")
    ]
    for name, value, unit, limit in rows:
        print(json.dumps({"name": name, "value": value, "unit": unit, "limit": limit}))
    checks = {
        "no error": quiet.errors + rush.errors == 0,
        "p95 close enough to the quiet one": times <= TIMES,
        "saves acknowledged are stored": found["saves"] == found["stored"],
    }
    for name, holds in checks.items():
        if not holds:
            print(f"FAILED: {name} {quiet.failed} {rush.failed}")
    return not all(checks.values())


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))
    sys.exit(main())
