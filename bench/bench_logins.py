"""A storm of log-ins (B12): people log in while others work, against the hashing alone and against the pages alone.

The password is checked with the portal's own hasher (argon2), through the real log-in page on the whole portal. The
ceiling of log-ins is what the cores can hash: cores divided by the processor time of one check. First the mix of
pages, saves and uploads alone; then the same beside an open loop of log-ins at three quarters of the ceiling.

Limits: at least 0.7 of the ceiling a second; p95 of pages at most three times that without log-ins; no error. The
processor time of a log-in besides its hash is told because it does not depend on what else the machine does.

100 branches, 4 requests a second, 8 s each; with ``BENCH_FULL=1`` 1,000 branches, 50 requests a second, 15 s.
"""

import asyncio
import json
import os
import statistics
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FULL = os.environ.get("BENCH_FULL", "") not in {"", "0"}
BRANCHES, RATE, SECONDS = (1_000, 50, 15) if FULL else (100, 4, 8)
SHARE, TIMES = 0.7, 3
OFFERED = 0.75


def one_check():
    """Processor seconds of checking one password, threads of the hasher included."""
    import django

    django.setup()
    from django.contrib.auth.hashers import check_password, make_password

    hashed, spent = make_password("Rush-2026-zhibu"), []
    for _ in range(5):
        begun = time.process_time()
        check_password("Rush-2026-zhibu", hashed)
        spent.append(time.process_time() - begun)
    return statistics.median(spent)


def as_the_web_has_it(fleet):
    """``one_check`` in a process with the environment of the web server's."""
    code = "from bench.bench_logins import one_check; print(one_check())"
    done = subprocess.run(
        [sys.executable, "-c", code], env=fleet.place.environment, cwd=ROOT,
        check=True, capture_output=True, text=True,
    )  # fmt: skip
    return float(done.stdout)


async def measure(fleet, town, rate):
    from bench.load.town import PASSWORD, processor_seconds
    from bench.load.visits import Loop, Visitor

    visitors = [Visitor(facts, town["cookie"], fleet.port) for facts in town["people"]]

    async def keep_alive():
        while True:
            fleet.look()
            await asyncio.sleep(0.5)

    def log_in(visitor):
        return visitor.log_in(PASSWORD)

    watching = asyncio.create_task(keep_alive())
    await Loop(visitors).run(RATE, 3)
    await Loop(visitors).run(2, 2, log_in)
    web = [fleet.child("web")]
    busy = processor_seconds(web)
    alone = Loop(visitors)
    await alone.run(RATE, SECONDS)
    pages = processor_seconds(web) - busy
    beside, logins = Loop(visitors), Loop(visitors)
    _, took = await asyncio.gather(beside.run(RATE, SECONDS), logins.run(rate, SECONDS, log_in))
    both = processor_seconds(web) - busy - pages
    watching.cancel()
    return {
        "alone": alone, "beside": beside, "logins": logins, "took": took,
        "login": (both - pages) / max(1, len(logins.all)),
    }  # fmt: skip


def main():
    from bench.load.town import built
    from scripts.faults.fleet import Fleet

    with Fleet() as fleet:
        town = built(fleet, BRANCHES, min(BRANCHES, 300))
        check = as_the_web_has_it(fleet)
        ceiling = len(os.sched_getaffinity(0)) / check
        fleet.start()
        found = asyncio.run(measure(fleet, town, OFFERED * ceiling))
    alone, beside, logins = found["alone"], found["beside"], found["logins"]
    a_second = (len(logins.all) - logins.errors) / found["took"]
    times = beside.quantile(0.95) / alone.quantile(0.95)
    errors = alone.errors + beside.errors + logins.errors
    for name, value, unit, limit in (
        ("processor time of one password check", check * 1000, "ms", None),
        ("ceiling: cores / that", ceiling, "/s", None),
        (f"log-ins beside {RATE} requests a second", a_second, "/s", None),
        ("share of the ceiling", a_second / ceiling, "", SHARE),
        ("p95 of a log-in", logins.quantile(0.95) * 1000, "ms", None),
        ("p95 of requests without log-ins", alone.quantile(0.95) * 1000, "ms", None),
        ("p95 of requests beside them, times that", times, "x", TIMES),
        ("processor time of a log-in in the web server", found["login"] * 1000, "ms", None),
        ("errors", errors, "", 0),
    ):
        print(json.dumps({"name": name, "value": value, "unit": unit, "limit": limit}))
    checks = {
        "as many log-ins": a_second >= SHARE * ceiling,
        "pages quick enough": times <= TIMES,
        "no error": errors == 0,
    }
    for name, holds in checks.items():
        if not holds:
            print(f"FAILED: {name} {logins.failed} {beside.failed}")
    return not all(checks.values())


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))
    sys.exit(main())
