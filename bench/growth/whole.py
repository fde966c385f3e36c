"""What ``bench_growth`` measures in one city: its people at their pages, and the work that reads the whole of it."""

import json
import random
import subprocess
import sys
import tempfile
import time
from datetime import date, datetime
from pathlib import Path
from types import SimpleNamespace

ROOT = Path(__file__).resolve().parents[2]
MEMBERS = 10  # of a branch
SINCE = date(2020, 1, 1)
SECRETARY, REVIEWER = "shuji", "shenhe"


def settle(city):
    """Members everywhere, the secretary of the first branch, the reviewer above him."""
    from bench.excel.city import enrol
    from branches.models import Organization
    from branches.roles import Role
    from branches.services import appointments
    from branchyear.accounts.models import User
    from branchyear.lib.dates import CHINA
    from tasks.models import BranchItem

    # Whatever lies with a reviewer was handed in some day.
    handed_in = datetime(2026, 9, 1, 9, tzinfo=CHINA)
    BranchItem.objects.filter(state="submitted").update(submitted_at=handed_in)
    branches = list(Organization.objects.branches().order_by("path"))
    enrol(random.Random(2022), {branch.pk: MEMBERS for branch in branches}, 0)
    place = Organization.objects.direct().order_by("path").first()
    for username, role, organization in (
        (SECRETARY, Role.SECRETARY, branches[0]),
        (REVIEWER, Role.ORG_REVIEWER, place),
    ):
        user = User.objects.create(username=username, name=username, must_change_password=False)
        appointments.appoint(
            user, organization=organization, role=role, starts_on=SINCE, ends_on=None, by=None
        )


def settled():
    """The city that another process made: what ``by_services`` asks of it, and its people, logged in."""
    from django.test import Client

    from branches.models import Organization
    from branchyear.accounts.models import User
    from tasks.models import BranchItem, Campaign

    def at_work(username):
        client = Client(headers={"host": "127.0.0.1"})
        user = User.objects.get(username=username)
        client.force_login(user, backend="branches.backends.AppointmentBackend")
        return client

    city = SimpleNamespace(
        committee=Organization.objects.get(kind="work_committee"),
        campaign=Campaign.objects.get(),
        user=User.objects.get(username="gongwei"),
    )
    branch = Organization.objects.branches().order_by("path").first()
    return city, {
        "secretary": at_work(SECRETARY),
        "reviewer": at_work(REVIEWER),
        "branch": branch.pk,
        "item": BranchItem.objects.filter(branch=branch).order_by("pk").first().pk,
    }


def got(client, address):
    answer = client.get(address)
    if answer.status_code != 200:
        raise SystemExit(f"{address} answers {answer.status_code}")


def ledger():
    from bench.excel.arms import ours

    with tempfile.TemporaryDirectory(prefix="bench-growth-") as folder:
        ours(Path(folder) / "ledger.xlsx", 10**9)


def apart(what, count):
    """Processor seconds of work that has a city of its own, in a process and a database of its own."""
    with tempfile.TemporaryDirectory(prefix="bench-growth-") as folder:
        done = subprocess.run(
            [sys.executable, "-m", "bench.growth.whole", what, str(count), folder],
            cwd=ROOT, env=surroundings(folder), stdout=subprocess.PIPE, text=True, check=True,
        )  # fmt: skip
    return json.loads(done.stdout.splitlines()[-1])


def surroundings(folder):
    import os

    return {**os.environ, "BRANCHYEAR_VAR": folder}


def remind(count, _):
    """Every branch owes its report: sweep, notices, letters (into memory)."""
    from datetime import timedelta

    from bench.tables import migrated
    from branchyear.lib.dates import CHINA
    from branchyear.outbox.models import Job
    from branchyear.outbox.services import perform
    from reports.services.reminders import send_due_reminders
    from scripts import reminder_city

    migrated()
    reminder_city.make(count, matters=("report",))
    due = reminder_city.DUE
    now = datetime(due.year, due.month, due.day, 9, tzinfo=CHINA) - timedelta(days=1)
    begun = time.process_time()
    send_due_reminders(now=now)
    for pk in list(Job.objects.filter(status="queued").values_list("pk", flat=True)):
        perform(pk, now=Job.objects.get(pk=pk).run_after)
    return time.process_time() - begun


def roster(count, folder):
    """A roster of one member for each branch (a workbook holds 100,000 rows), from it to the database."""
    from bench import bench_roster_import as bench

    bench.ROWS = count
    bench.BRANCHES = max(1, count // 24)
    bench.found(None)
    path = Path(folder) / "roster.xlsx"
    bench.make(path, 0)
    found = bench.ours(path)
    if found["members"] != bench.ROWS:
        raise SystemExit(f"{found['members']} members of {bench.ROWS}")
    return found["busy"]


if __name__ == "__main__":
    import django

    django.setup()
    print(
        json.dumps({"remind": remind, "roster": roster}[sys.argv[1]](int(sys.argv[2]), sys.argv[3]))
    )
