"""R3: with Redis away the portal is used as before, and the backlog is gone within a minute of its return."""

import os
import sys
import time

from scripts import processes
from scripts.faults import saves, world
from scripts.faults.fleet import ROOT, Fleet

DESKS = 4
WITHIN = 60


def run(away=600):
    """Redis away for so many seconds while people work: the figures, and what is wrong with them."""
    with Fleet() as fleet:
        import django

        django.setup()
        world.build(DESKS)
        fleet.start()
        client = processes.start(
            [sys.executable, "-m", "scripts.faults.desks", 10**9],
            cwd=ROOT, env={**os.environ, "DESKS_PAUSE": "1"},
        )  # fmt: skip
        try:
            with_redis = period(fleet, 15)
            processes.stop([fleet.redis.process], grace=10)
            without = period(fleet, away)
            waiting = undone()
            (fleet.folder / "stop").touch()  # what comes now is the backlog alone
            wait_out(fleet, client, 30)
            fleet.mend()
            drained = saves.drain(fleet, seconds=300)
        finally:
            processes.stop([client], grace=5)
        lines = saves.read(fleet.folder / "journal")
        found = saves.judge(lines, fleet)
        logs = {name: fleet.log_of(name) for name in ("web", "worker", "beat")}
    troubles = [line for line in lines if line["what"] == "trouble"]
    figures = {
        "Redis away, s": away,
        "requests that failed": len(troubles),
        "saves meanwhile": len(during(lines, without)),
        "p95 of a save with Redis, s": p95(during(lines, with_redis)),
        "p95 of a save without, s": p95(during(lines, without)),
        "jobs waiting at its return": waiting,
        "backlog drained, s": drained["seconds"],
        **{
            name: found[name]
            for name in ("lost", "duplicated", "faults", "letters missing", "dead jobs")
        },
        "letters twice": found["letters twice, with the same Message-ID"],
    }
    wrong = [f"{name}: {found[name]}" for name in saves.ZERO if found[name]]
    if troubles:
        wrong.append(f"{len(troubles)} requests failed, such as {troubles[0]}")
    if drained["undone"] or drained["seconds"] > WITHIN:
        wrong.append(f"backlog: {drained}")
    if wrong:
        for name, log in logs.items():
            print(f"--- {name}\n{log}", file=sys.stderr)
    return figures, wrong


def period(fleet, seconds):
    """Let so many seconds pass; from when to when."""
    began, end = time.time(), time.monotonic() + seconds
    while time.monotonic() < end:
        fleet.look()
        time.sleep(0.2)
    return began, time.time()


def wait_out(fleet, client, seconds):
    end = time.monotonic() + seconds
    while client.poll() is None and time.monotonic() < end:
        fleet.look()
        time.sleep(0.1)


def undone():
    from branchyear.outbox.models import Job

    return Job.objects.filter(status__in=["queued", "running"]).count()


def during(lines, moments):
    first, last = moments
    return [ln for ln in lines if ln["what"] == "ack" and first <= ln["began"] and ln["at"] <= last]


def p95(acknowledged):
    took = sorted(line["at"] - line["began"] for line in acknowledged)
    return round(took[int(len(took) * 0.95)], 3) if took else None
