"""All rules of 支部体检 over a large city, against SQL written by hand and against one object at a time.

In the same run, on the same rows, in turns: ``engine.evaluate`` over every rule; one statement by hand
(``bench/rules/by_hand.sql``) that finds and stores the same; and the rules' plain restatement asked branch
by branch of objects fetched through the ORM (of a part of the branches, scaled up, since it takes minutes).
Then the same in a city of a tenth, for the growth.

Limits: at most four times the hand-written statement; fifty times as fast as object by object; the same
findings all three ways; growth with an exponent of at most 1.1.

Without arguments 500 branches; with ``BENCH_FULL=1`` 10,000. On SQLite and on a PostgreSQL of its own, or
where ``DATABASE_URL`` of an empty database says.
"""

import json
import math
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FULL = os.environ.get("BENCH_FULL", "") not in {"", "0"}
BRANCHES = 10_000 if FULL else 500
SAMPLE = 20
ROUNDS = 3
TIMES_BY_HAND, FASTER, EXPONENT = 4, 50, 1.1


def clock():
    """Processor time of this process, and of the one that serves it where that is PostgreSQL (no parallel
    workers, see ``measure``): other work on the machine must not decide."""
    from django.db import connection

    spent = time.process_time()
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_backend_pid()")
            (server,) = cursor.fetchone()
        ticks = Path(f"/proc/{server}/stat").read_text().rsplit(") ", 1)[1].split()[11:13]
        spent += sum(map(int, ticks)) / os.sysconf("SC_CLK_TCK")
    return spent


def timed(act):
    begun = clock()
    result = act()
    return clock() - begun, result


def measure(count):
    """Seconds of each arm in one city, and whether they agree."""
    from django.db import connection

    from bench.rules import by_hand, city
    from bench.rules.one_by_one import object_by_object
    from bench.tables import counted
    from branches.models import Organization
    from tasks.health import engine
    from tasks.models import Campaign, Finding

    rows = city.make(count)
    by_hand.prepare()
    counted()
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SET max_parallel_workers_per_gather TO 0")
    campaign, day = Campaign.objects.get(), city.DAY
    statement = by_hand.statement()
    spent = {"engine": [], "hand": [], "again": []}

    def run(sql):
        with connection.cursor() as cursor:
            cursor.execute(sql)

    for _ in range(ROUNDS):
        run("DELETE FROM tasks_finding")
        run("DELETE FROM bench_found")
        if connection.vendor == "postgresql":
            run("VACUUM tasks_finding, bench_found")
        spent["hand"].append(timed(lambda: run(statement))[0])
        spent["engine"].append(timed(lambda: engine.evaluate(campaign, day=day))[0])
        spent["again"].append(timed(lambda: engine.evaluate(campaign, day=day))[0])
    found = set(Finding.objects.values_list("organization_id", "rule__number", "key", "severity"))
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT f.organization_id, r.number, f.key, f.severity FROM bench_found f"
            " JOIN tasks_rule r ON r.id = f.rule_id"
        )
        told = set(cursor.fetchall())
    sample = list(Organization.objects.branches().order_by("pk")[:: count // SAMPLE][:SAMPLE])
    slow, said = timed(lambda: object_by_object(campaign, sample, day))
    chosen = {branch.pk for branch in sample}
    ours = {each for each in found if each[0] in chosen}
    if os.environ.get("BENCH_EACH"):
        each_rule(campaign, engine, day, lambda: run("DELETE FROM tasks_finding"))
    return {name: min(times) for name, times in spent.items()} | {
        "slow": slow * count / SAMPLE,
        "found": len(found),
        "rules": len({rule for _, rule, _, _ in found}),
        "same as by hand": found == told,
        "same as object by object": ours == said,
        "differences": [
            sorted(map(str, one - other))[:5]
            for one, other in ((found, told), (told, found), (ours, said), (said, ours))
        ],
        "rows": rows,
    }


def each_rule(campaign, engine, day, forget):
    """Where the time goes, rule by rule (``BENCH_EACH=1``)."""
    for number in sorted(engine.load()):
        forget()
        seconds, _ = timed(lambda n=number: engine.evaluate(campaign, day=day, numbers=[n]))
        print(f"  {number} {seconds:8.3f} s", file=sys.stderr)


def arm(count, folder, address):
    """Measure one city in a process and a database of its own."""
    done = subprocess.run(
        [sys.executable, __file__, str(count)],
        cwd=ROOT,
        env={**os.environ, "BRANCHYEAR_VAR": str(folder), "PYTHONPATH": str(ROOT)}
        | ({"DATABASE_URL": address} if address else {})
        | ({"BENCH_OWN_SERVER": "1"} if address else {}),
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    return json.loads(done.stdout.splitlines()[-1])


def compare(on, addresses):
    """One database's rows of the table; whether all limits hold."""
    with tempfile.TemporaryDirectory(prefix="bench-rules-") as made:
        small = arm(BRANCHES // 10, Path(made) / "small", addresses[0])
        large = arm(BRANCHES, Path(made) / "large", addresses[1])
    times = large["engine"] / large["hand"]
    faster = large["slow"] / large["engine"]
    growth = math.log10(large["engine"] / small["engine"])
    for name, value, unit, limit in (
        (f"every rule, {BRANCHES // 10:,} branches, stored", small["engine"], "s", None),
        (f"every rule, {BRANCHES:,} branches, stored", large["engine"], "s", None),
        ("the same again, nothing new", large["again"], "s", None),
        ("the same by hand, one statement", large["hand"], "s", None),
        ("object by object, scaled", large["slow"], "s", None),
        ("times the hand-written statement", times, "x", TIMES_BY_HAND),
        ("times as fast as object by object", faster, "x", FASTER),
        ("exponent of growth", growth, "", EXPONENT),
        ("findings", large["found"], "", None),
        ("rules with findings", large["rules"], "", None),
    ):
        row = {"name": f"{on}: {name}", "value": value, "unit": unit, "limit": limit}
        print(json.dumps(row), flush=True)
    checks = {
        "close enough to the hand-written statement": times <= TIMES_BY_HAND,
        "fast enough": faster >= FASTER,
        "linear": growth <= EXPONENT,
        "the same findings by hand": small["same as by hand"] and large["same as by hand"],
        "the same findings object by object": small["same as object by object"]
        and large["same as object by object"],
    }
    for name, holds in checks.items():
        if not holds:
            print(f"FAILED on {on}: {name}", small["differences"], large["differences"])
    return all(checks.values())


def main():
    from scripts import servers

    if os.environ.get("DATABASE_URL"):
        return not compare("given database", ["", ""])
    good = compare("SQLite", ["", ""])
    with servers.postgres() as address:
        begin, _, _ = address.rpartition("/")
        good &= compare("PostgreSQL", [f"{begin}/small", f"{begin}/large"])
    return not good


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))
    if len(sys.argv) > 1:
        os.environ["DJANGO_SETTINGS_MODULE"] = "branchyear.settings_test"
        os.environ.setdefault("LOG_LEVEL", "WARNING")
        import django

        django.setup()
        print(json.dumps(measure(int(sys.argv[1]))))
    else:
        sys.exit(main())
