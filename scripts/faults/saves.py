"""R1: no acknowledged save is lost or doubled while everything is killed.

Sixteen secretaries and their reviewers save, hand in, give back, list problems and upload pictures through
the real pages (``desks``); meanwhile programs are killed with SIGKILL, one after so many acknowledged saves.
Afterwards the journal of what was acknowledged is compared with the database.
"""

import json
import os
import random
import statistics
import sys
import time
from collections import Counter, defaultdict

from scripts import processes
from scripts.faults import world
from scripts.faults.fleet import ROOT, Fleet

DESKS = 16
BASE = 1  # the revision of an item nobody has touched
DRAIN = 720  # a letter in doubt goes out again after ten minutes (notifications/sending.py)
# Of a hundred: what is killed how often.
FAULTS = {
    "web_worker": 28, "web_master": 8, "job_child": 14, "worker": 10, "beat": 8, "redis": 12,
    "end_session": 8, "backend": 4, "postgres": 4, "restart_postgres": 4,
}  # fmt: skip


def acts_of(fleet):
    return {
        "web_worker": fleet.kill_web_worker, "web_master": fleet.kill_web_master,
        "job_child": fleet.kill_job_child, "worker": fleet.kill_worker, "beat": fleet.kill_beat,
        "redis": fleet.kill_redis, "end_session": fleet.end_session, "backend": fleet.kill_backend,
        "postgres": fleet.kill_postgres, "restart_postgres": fleet.restart_postgres,
    }  # fmt: skip


def run(saves=10_000, kills=200, seed=2026):
    """The figures, and what is wrong with them."""
    with Fleet() as fleet:
        import django

        django.setup()
        world.build(DESKS)
        fleet.start()
        began = time.monotonic()
        killed, missed = campaign(fleet, saves, kills, random.Random(seed))  # noqa: S311 chance
        working = time.monotonic() - began
        lines = read(fleet.folder / "journal")
        drained = drain(fleet)
        found = judge(lines, fleet)
        logs = {name: fleet.log_of(name) for name in ("web", "worker", "beat")}
    acknowledged = [line for line in lines if line["what"] == "ack"]
    troubles = Counter(str(line["trouble"]) for line in lines if line["what"] == "trouble")
    figures = {
        "acknowledged saves": len(acknowledged),
        "by kind": dict(Counter(line["kind"] for line in acknowledged)),
        "kills": len(killed),
        "kills by kind": dict(Counter(kind for kind, _ in killed)),
        "seconds": round(working),
        **found,
        "sent again": sum(line["tries"] - 1 for line in acknowledged),
        "answers that were no answer": dict(troubles),
        "longest wait of one save, s": round(max(a["at"] - a["began"] for a in acknowledged), 1),
        "recovery, s": recovery(killed, acknowledged),
        "jobs undone when the backlog was given up": drained["undone"],
        "backlog drained, s": drained["seconds"],
    }
    wrong = [f"{name}: {found[name]}" for name in found if name in ZERO and found[name]]
    if len(killed) < kills or len(acknowledged) < saves:
        wrong.append(f"{len(killed)} kills, {len(acknowledged)} saves ({missed} kills met nobody)")
    if drained["undone"]:
        wrong.append(f"{drained['undone']} jobs undone")
    if wrong:
        for name, log in logs.items():
            print(f"--- {name}\n{log}", file=sys.stderr)
    return figures, wrong


ZERO = (
    "lost", "duplicated", "faults", "entries of the trail missing or double", "jobs missing or double",
    "notices missing or double", "letters missing", "files missing or double", "dead jobs",
)  # fmt: skip


def campaign(fleet, saves, kills, rng):
    """Kill one after every so many acknowledged saves; ``([(kind, moment)], how many met nobody)``.

    Some meet nobody, so the work goes on until as many as were wanted have met somebody. While a server is down none is
    killed, and saves that do not need it go on: in a short run they become several times as many as were wanted.
    """
    at_most = 10 * saves  # something would be wrong with the victims
    acts = acts_of(fleet)
    order = rng.choices(list(FAULTS), FAULTS.values(), k=kills)
    order[: min(len(acts), kills)] = list(acts)[: min(len(acts), kills)]  # each at least once
    rng.shuffle(order)
    client = processes.start(
        [sys.executable, "-m", "scripts.faults.desks", at_most], cwd=ROOT, env=os.environ
    )
    step = saves / (kills + 1)
    killed, missed, due_up = [], 0, 0.0
    counter = Counting(fleet.folder / "journal")
    try:
        while client.poll() is None:
            fleet.look()
            if time.monotonic() > due_up:
                fleet.mend()
                due_up = 0.0
            if not order and counter.read() >= saves:
                (fleet.folder / "stop").touch()
            if order and not due_up and counter.read() >= step * (len(killed) + 1):
                if acts[order[0]]():
                    kind = order.pop(0)
                    killed.append((kind, time.time()))
                    if kind in {"redis", "postgres", "restart_postgres"}:
                        due_up = time.monotonic() + rng.uniform(
                            0.2, 3.0 if kind == "redis" else 1.0
                        )
                else:  # it is on its way up: another first
                    missed += 1
                    order.append(order.pop(0))
            time.sleep(0.05)
    finally:
        fleet.mend()
        processes.stop([client], grace=5)
    return killed, missed


class Counting:
    """How many acknowledgements stand in the journal, read on from where we were."""

    def __init__(self, path):
        self.path, self.at, self.count = path, 0, 0

    def read(self):
        if self.path.exists():
            with self.path.open("rb") as file:
                file.seek(self.at)
                new = file.read()
                self.at += len(new)
                self.count += new.count(b'"what": "ack"')
        return self.count


def read(path):
    return [json.loads(line) for line in path.read_text().splitlines()]


def drain(fleet, seconds=DRAIN):
    """Wait until no job is left to do."""
    from django.db import OperationalError, connection

    from branchyear.outbox.models import Job

    began = time.monotonic()
    while True:
        fleet.look()
        try:
            undone = Job.objects.filter(status__in=["queued", "running"]).count()
        except OperationalError:  # the connection is of before a kill
            connection.close()
            undone = -1
        passed = time.monotonic() - began
        if undone == 0 or passed > seconds:
            return {"undone": undone, "seconds": round(passed)}
        time.sleep(1)


def recovery(killed, acknowledged):
    """Seconds from a kill to the first acknowledgement of a save begun after it: median and longest."""
    began = sorted((line["began"], line["at"]) for line in acknowledged)
    waits = defaultdict(list)
    for kind, moment in killed:
        first = min((at for start, at in began if start > moment), default=None)
        if first is not None:
            waits[kind].append(first - moment)
    return {
        kind: [round(statistics.median(some), 2), round(max(some), 2)]
        for kind, some in sorted(waits.items())
    }


# --- The count afterwards -------------------------------------------------------------------------


def judge(lines, fleet):
    """What was acknowledged against what is stored."""
    from branchyear.audit.models import Entry
    from branchyear.notifications.models import Delivery, Notice
    from branchyear.outbox.models import Job
    from tasks.models import BranchItem, Evidence, ItemStep, Problem

    acks = [line for line in lines if line["what"] == "ack"]
    per_item = defaultdict(Counter)
    for line in acks:
        per_item[line["item"]][line["kind"]] += 1
    lost = doubled = trail = steps = 0
    last = {line["item"]: line["marker"] for line in acks if line["kind"] == "save"}
    entries = Counter(Entry.objects.values_list("verb", "thing_type", "thing_id"))
    ways = Counter(ItemStep.objects.values_list("branch_item_id", "kind"))
    for row in BranchItem.objects.filter(pk__in=per_item):
        done = per_item[row.pk]
        wanted = BASE + done["save"] + done["submit"] + done["return"]
        lost += max(0, wanted - row.revision) + (row.pk in last and row.note != last[row.pk])
        doubled += max(0, row.revision - wanted)
        for verb, kind in (("saved", "save"), ("submitted", "submit"), ("returned", "return")):
            trail += abs(entries[f"item.{verb}", "tasks.branchitem", row.pk] - done[kind])
        for way, kind in (("submitted", "submit"), ("returned", "return")):
            steps += abs(ways[row.pk, way] - done[kind])
    problems = Counter(Problem.objects.values_list("title", flat=True))
    files = Counter(
        name.removesuffix(".png") for name in Evidence.objects.values_list("name", flat=True)
    )
    listed = {line["marker"] for line in acks if line["kind"] == "problem"}
    kept = {line["marker"] for line in acks if line["kind"] == "file"}
    lost += len(listed - set(problems)) + len(kept - set(files))
    doubled += sum(problems.values()) - len(problems) + sum(files.values()) - len(files)
    unasked = len(set(problems) - listed) + len(set(files) - kept)
    trail += sum(
        abs(entries["problem.listed", "tasks.problem", pk] - 1)
        for pk in Problem.objects.values_list("pk", flat=True)
    )
    trail += sum(
        abs(entries["evidence.added", "tasks.evidence", pk] - 1)
        for pk in Evidence.objects.values_list("pk", flat=True)
    )
    counts = Counter(line["kind"] for line in acks)
    prints = Job.objects.filter(kind="tasks.fingerprint").count()
    mails = Job.objects.filter(kind="notifications.send_many").exclude(key__contains="@")
    # What the clock sends meanwhile (reminders, at 37 minutes past) is no answer to an act.
    acts = set(Delivery.objects.filter(notice__kind="item.returned").values_list("pk", flat=True))
    mails = sum(not acts.isdisjoint(job.payload["deliveries"]) for job in mails)
    told = {
        kind: Notice.objects.filter(kind=kind).count()
        for kind in ("item.submitted", "item.returned")
    }
    letters = Counter(message for _, message in fleet.letters())
    sent = Delivery.objects.filter(status="sent", pk__in=acts).count()
    reminded = Delivery.objects.filter(status="sent").exclude(pk__in=acts).count()
    on_disk = sum(row.file.storage.exists(row.file.name) for row in Evidence.objects.all())
    return {
        "lost": lost,
        "duplicated": doubled + steps + unasked,
        "faults": [line for line in lines if line["what"] == "fault"],
        "entries of the trail missing or double": trail,
        "jobs missing or double": abs(prints - counts["file"]) + abs(mails - counts["return"]),
        "notices missing or double": abs(told["item.submitted"] - counts["submit"])
        + abs(told["item.returned"] - counts["return"]),
        "letters": len(letters),
        "letters missing": counts["return"] - min(len(letters) - reminded, sent),
        "letters twice, with the same Message-ID": sum(letters.values()) - len(letters),
        "files missing or double": abs(on_disk - counts["file"])
        + abs(sum(files.values()) - counts["file"]),
        "dead jobs": Job.objects.filter(status="dead").count(),
        "jobs": Job.objects.count(),
    }
