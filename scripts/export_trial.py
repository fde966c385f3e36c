"""A city's ledger is made while its workers are killed, and a count afterwards.

``python -m scripts.export_trial [--branches 2500 | --scale city | --of FOLDER] [--kills 10] [--format pdf] [--embedded]``: one
ledger is made undisturbed; then the same once more while workers are killed (``kill -9``, the whole program, at
random moments) and others started in their place. It must finish, once: one file ready, one notice, one
entry in the trail, the same content, nothing left over.

With PostgreSQL and Redis of its own; ``--embedded``: with SQLite and the broker in files, then also of a copy
of a portal's own data (``--of var``). A killed worker's job is
free again after ``--alive`` seconds here, after 90 in the portal.
"""

import argparse
import json
import os
import random
import re
import shutil
import signal
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path

from scripts import processes, servers

ROOT = Path(__file__).resolve().parent.parent
PATIENCE = 1800  # seconds for one ledger
WORKERS = 2


def program():
    """The beat of the trial: it wakes what is due more often than the portal's does."""
    import django

    django.setup()
    from branchyear.celery import app

    app.conf.beat_schedule = {
        "sweep": {
            "task": "branchyear.outbox.jobs.sweep",
            "schedule": 3.0,
            "options": {"expires": 6},
        }
    }
    app.Beat(
        scheduler="celery.beat:PersistentScheduler",
        schedule=os.environ["BRANCHYEAR_VAR"] + "/beat",
        loglevel="ERROR",
    ).run()


class Workers:
    """The workers and the beat while they run."""

    def __init__(self, log):
        self.log, self.count = log, 0
        self.beat = self._start([sys.executable, "-m", "scripts.export_trial", "--program"])
        self.running = [self._worker() for _ in range(WORKERS)]

    def _start(self, argv):
        return processes.start(argv, cwd=ROOT, env=os.environ, stdout=self.log, stderr=self.log)

    def _worker(self):
        self.count += 1
        return self._start(
            [sys.executable, "-m", "celery", "-A", "branchyear", "worker", "-P", "prefork", "-c", "1",
             "-Q", "default,mail,heavy", "-n", f"worker{self.count}@trial", "--loglevel", "ERROR",
             "--without-gossip", "--without-mingle"]
        )  # fmt: skip

    def kill_one(self):
        at = random.randrange(len(self.running))  # noqa: S311 chance, not a secret
        os.killpg(self.running[at].pid, signal.SIGKILL)
        self.running[at].wait()
        self.running[at] = self._worker()

    def stop(self):
        processes.stop([self.beat, *self.running], grace=15)


def order(format, by, organization):
    """Ask for the whole city's ledger; an act in the trail keeps the file of before from being at hand."""
    from branchyear.audit.services import record
    from reports.services import exports

    record("item.saved", organization, by=None, organization=organization)
    return exports.request_export(
        "checklist", organization=organization, format=format, parameters={}, by=by
    )


def state_of(export):
    export.refresh_from_db()
    return export.status


def wait(export, workers=None, kills=0, pace=1.0):
    """Until it has come to an end; returns seconds and how many workers were killed meanwhile."""
    began, killed = time.monotonic(), 0
    next_kill = began + random.uniform(0.2, pace)  # noqa: S311
    while state_of(export) in ("queued", "running") and time.monotonic() - began < PATIENCE:
        if killed < kills and time.monotonic() > next_kill and export.status == "running":
            workers.kill_one()
            killed += 1
            next_kill = time.monotonic() + random.uniform(0.2, pace)  # noqa: S311
        time.sleep(0.1)
    return time.monotonic() - began, killed


def content_of(export):
    """What stands in the file, without the code and the moments in which two files of the same rows differ."""
    with export.file.open("rb") as file:
        if export.format == "pdf":
            from pypdf import PdfReader

            text = [page.extract_text() for page in PdfReader(file).pages]
        else:
            from openpyxl import load_workbook

            sheets = load_workbook(file, read_only=True)
            text = [str(row) for sheet in sheets for row in sheet.iter_rows(values_only=True)]
    plain = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d|[2-9A-HJ-NP-Z]{4}(-[2-9A-HJ-NP-Z]{4}){2}")
    return [plain.sub("·", page) for page in text]


def judge(export, before):
    """What must hold of the ledger whose workers were killed."""
    from django.core.files.storage import default_storage

    from branchyear.audit.models import Entry
    from branchyear.notifications.models import Notice
    from branchyear.outbox.models import Job
    from reports.models import Export, ExportPart
    from reports.services.exports import PARTS

    try:
        parts = default_storage.listdir(PARTS)[0]
    except FileNotFoundError:
        parts = []
    _, files = default_storage.listdir("exports")
    named = {Path(name).name for name in Export.objects.values_list("file", flat=True) if name}
    told = Notice.objects.filter(kind="export.ready", key__startswith=f"export.ready:{export.pk}:")
    return {
        "status": export.status,
        "ready rows": Export.objects.filter(pk=export.pk, status="ready").count(),
        "notices": told.count(),
        "finished entries": Entry.objects.filter(
            verb="export.finished", thing_id=export.pk
        ).count(),
        "content equal": export.status == "ready" and content_of(export) == content_of(before),
        "left over": len(parts)
        + len(set(files) - named)
        + ExportPart.objects.filter(export=export).count(),
        "dead jobs": Job.objects.filter(status="dead").count(),
    }


GOOD = {
    "status": "ready", "ready rows": 1, "notices": 1, "finished entries": 1, "content equal": True,
    "left over": 0, "dead jobs": 0,
}  # fmt: skip


def build(chosen):
    """The city, and the person who orders."""
    from datetime import date

    from django.core.management import call_command

    from branches.models import Appointment, Organization
    from branches.roles import Role
    from branchyear.accounts.models import User
    from branchyear.outbox.models import Job
    from reports.models import Export
    from scripts import reminder_city

    call_command("migrate", verbosity=0)
    if chosen.of:
        Job.objects.filter(status__in=["queued", "running"]).delete()
        Export.objects.filter(status__in=["queued", "running"]).update(status="cancelled")
    elif chosen.scale:
        call_command("demo", scale=chosen.scale, verbosity=0)
    else:
        reminder_city.make(chosen.branches, matters=("items",))
    committee = Organization.objects.get(kind="work_committee")
    person = User.objects.create(username="trial", name="陈工委")
    Appointment.objects.create(
        user=person,
        organization=committee,
        role=Role.COMMITTEE_REVIEWER,
        starts_on=date(2020, 1, 1),
    )
    return person, committee


def run(chosen, folder):
    import django

    django.setup()
    from django.db import connection

    by, organization = build(chosen)
    good = True
    with (folder / "log").open("ab") as log:
        workers = Workers(log)
        try:
            before = order(chosen.format, by, organization)
            calm, _ = wait(before)
            say(
                undisturbed=round(calm, 1),
                status=before.status,
                rows=before.rows,
                pages=before.pages,
            )
            export = order(chosen.format, by, organization)
            pace = max(1.0, 2 * calm / chosen.kills)
            took, killed = wait(export, workers, chosen.kills, pace)
            time.sleep(2)  # the worker that said "ready" still clears away
            found = judge(export, before)
        finally:
            workers.stop()
            connection.close()
    good = found == GOOD and killed == chosen.kills
    say(
        broker="files" if chosen.embedded else "redis", database=connection.vendor,
        format=chosen.format, killed=killed, seconds=round(took, 1), good=good, **found,
    )  # fmt: skip
    return good


def say(**facts):
    print(json.dumps(facts, ensure_ascii=False), flush=True)  # noqa: T201 the result


def main():
    asked = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    asked.add_argument("--branches", type=int, default=2500)
    asked.add_argument("--scale", choices=["small", "city"], help="the demo's city instead")
    asked.add_argument("--of", type=Path, help="a portal's data folder, to be copied")
    asked.add_argument("--kills", type=int, default=10)
    asked.add_argument("--format", choices=["pdf", "xlsx"], default="pdf")
    asked.add_argument("--alive", type=int, default=10)
    asked.add_argument("--embedded", action="store_true")
    asked.add_argument("--program", action="store_true", help=argparse.SUPPRESS)
    chosen = asked.parse_args()
    if chosen.program:
        return program()
    if chosen.of and not chosen.embedded:
        asked.error("--of needs --embedded: the copy is of SQLite's file")
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="export-trial-")))
        address = "" if chosen.embedded else stack.enter_context(servers.postgres())
        redis = "" if chosen.embedded else stack.enter_context(servers.redis())
        os.environ.update(
            DJANGO_SETTINGS_MODULE="branchyear.settings",
            BRANCHYEAR_VAR=str(folder),
            DATABASE_URL=address,
            REDIS_URL=redis,
            JOB_ALIVE_SECONDS=str(chosen.alive),
            EXPORT_SPLIT_ROWS="1000",
            LOG_LEVEL="ERROR",
        )
        if chosen.of:
            shutil.copy(chosen.of / "branchyear.sqlite3", folder)
        good = run(chosen, folder)
        if not good:
            sys.stderr.write((folder / "log").read_text()[-4000:])
    return not good


if __name__ == "__main__":
    sys.exit(main())
