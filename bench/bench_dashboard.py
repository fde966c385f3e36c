"""The overview's first numbers over a large city (B1): counted live, and kept beforehand, against bare SQL.

In the same run, on the same rows, in turns: the services that the page asks (board of the eight tasks by organisation
with phases, reports of the month, problems) counting live; the same numbers by hand-written statements through the
driver; and the services with the counts kept beforehand (``reports/services/rollups.py``). All three must agree.

Limits: live at most three times the bare statements, kept at most 0.3 times (once in the small form); the page's number of statements the same
at 10, 100 and 1,000 branches.

Without arguments 1,000 branches of 30 items; with ``BENCH_FULL=1`` 10,000. On SQLite and on a PostgreSQL of its own, or
where ``DATABASE_URL`` of an empty database says.
"""

import json
import os
import random
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack
from datetime import date, datetime, timedelta
from functools import cache
from pathlib import Path
from statistics import median

ROOT = Path(__file__).resolve().parent.parent
FULL = os.environ.get("BENCH_FULL", "") not in {"", "0"}
BRANCHES = 10_000 if FULL else 1_000
ITEMS, PER_PLACE, ROUNDS = 30, 100, 7
# What the services do whatever the size weighs more in the small city.
LIVE, KEPT = 3.0, 0.3 if FULL else 1.0
DAY = date(2026, 9, 15)
STATES = ("todo", "draft", "submitted", "returned", "accepted")
WEIGHTS = (20, 5, 8, 2, 65)


def clock():
    """Processor time, of this process and of the database's own for us where it is one on this machine; else time
    as it passes."""
    from django.db import connection

    if connection.vendor != "postgresql":
        return time.process_time()
    backend = Path(f"/proc/{_backend()}/stat")
    if not backend.exists():
        return time.perf_counter()
    user, system = backend.read_text().rpartition(")")[2].split()[11:13]
    return time.process_time() + (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")


@cache
def _backend():
    """The process that works for this connection. Alone: helpers of its own would not be counted."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SET max_parallel_workers_per_gather = 0")
        cursor.execute("SELECT pg_backend_pid()")
        return cursor.fetchone()[0]


def timed(act):
    begun = clock()
    result = act()
    return clock() - begun, result


# --- The city -------------------------------------------------------------------------------------


class City:
    """Grows to so many branches, each with its items, every third with a problem; neglect is skewed."""

    def __init__(self):

        from bench.tables import migrated
        from branches.models import Kind
        from branches.roles import Role
        from branches.services import appointments, organizations
        from branchyear.accounts.models import User
        from tasks import template
        from tasks.models import ChecklistItem
        from tasks.services.campaign import open_campaign

        migrated()
        self.rng, self.count = random.Random(2026), 0
        founded = date(2018, 1, 1)
        root = organizations.establish(
            parent=None, kind=Kind.CITY_DEPARTMENT, code="00", name="部", on=founded, by=None
        )
        self.committee = organizations.establish(
            parent=root, kind=Kind.WORK_COMMITTEE, code="00-01", name="工委", on=founded, by=None
        )
        self.campaign = open_campaign(template.read("campaign_2022"), year=2026, by=None)
        self.user = User.objects.create(username="gongwei", name="工委", must_change_password=False)
        appointments.appoint(
            self.user, organization=self.committee, role=Role.COMMITTEE_REVIEWER,
            starts_on=founded, ends_on=None, by=None,
        )  # fmt: skip
        self.versions = list(
            ChecklistItem.objects.filter(current__isnull=False)
            .order_by("task__order", "order")
            .values_list("pk", "current_id", "current__opens_on", "current__due_on")[:ITEMS]
        )

    def grow(self, count):
        from django.db import transaction

        from bench.tables import counted
        from branches.models import Organization
        from branchyear.lib.bulk import insert_tuples, next_key
        from branchyear.lib.dates import CHINA
        from tasks.models import BranchItem, Problem

        at = datetime(2026, 4, 1, 9, tzinfo=CHINA)
        pk, places, items, problems = next_key(Organization), [], [], []
        place_names = ("id", "path", "depth", "numchild", "kind", "code", "name", "order_number",
                       "created_at", "updated_at")  # fmt: skip
        for number in range(self.count, count):
            place = self.committee.path + _base36(number // PER_PLACE + 1)
            if number % PER_PLACE == 0:
                places.append((pk, place, 3, PER_PLACE, "primary_committee", f"D{pk}", f"直属{pk}",
                               number, at, at))  # fmt: skip
                self.place, pk = pk, pk + 1
            path = place + _base36(number % PER_PLACE + 1)
            places.append((pk, path, 4, 0, "branch", f"B{pk}", f"支部{pk}", number, at, at))
            for item, version, opens_on, due_on in self.versions:
                state = self.rng.choices(STATES, WEIGHTS)[0]
                moved = due_on + timedelta(days=7) if state == "returned" else due_on
                items.append((pk, item, version, opens_on, moved, state,
                              self.place if state == "submitted" else None, at))  # fmt: skip
            if number % 3 == 0:
                closed = self.rng.random() < 0.5
                problems.append((pk, self.campaign.pk, 1, "hand", "问题", date(2026, 5, 4),
                                 date(2026, self.rng.randint(6, 12), 1),
                                 "closed" if closed else "fixing", at, at))  # fmt: skip
            pk += 1
        with transaction.atomic():
            self._insert(insert_tuples, Organization, place_names, places)
            self._insert(insert_tuples, BranchItem, ("branch_id", "item_id", "version_id", "opens_on",
                         "due_on", "state", "with_organization_id", "updated_at"), items)  # fmt: skip
            self._insert(insert_tuples, Problem, ("organization_id", "campaign_id", "number", "origin",
                         "title", "found_on", "due_on", "state", "created_at", "updated_at"),
                         problems)  # fmt: skip
        self.count = count
        self._report()
        counted()

    @staticmethod
    def _insert(insert, model, names, rows):
        """With every other column at its default."""
        more = [f for f in model._meta.concrete_fields
                if f.attname not in names and not f.null and not f.primary_key]  # fmt: skip
        usual = tuple(f.get_default() for f in more)
        insert(model, [*names, *(f.attname for f in more)], [(*row, *usual) for row in rows])

    def _report(self):
        from branches.models import Organization
        from reports.models import MonthlyReport, Period

        period = Period.objects.get_or_create(
            campaign=self.campaign, tier="direct", month="2026-09",
            defaults={"opens_on": date(2026, 9, 1), "due_on": date(2026, 9, 25),
                      "due_before": datetime.fromisoformat("2026-09-26T00:00+08:00")},
        )[0]  # fmt: skip
        MonthlyReport.objects.bulk_create(
            [MonthlyReport(organization=place, period=period, receiver=self.committee)
             for place in Organization.objects.direct()],
            ignore_conflicts=True,
        )  # fmt: skip


def _base36(number):
    signs, text = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ", ""
    while number:
        number, rest = divmod(number, 36)
        text = signs[rest] + text
    return text.rjust(4, "0")


# --- The arms -------------------------------------------------------------------------------------


def by_services(city):
    from branchyear.lib.dates import day_end
    from reports.selection import read
    from reports.services import overview, standing

    selection = read({}, organization=city.committee, today=DAY)
    board = overview.board(selection, by=city.user, today=DAY)
    reporting = overview.reporting(city.committee, by=city.user, now=day_end(DAY))
    problems = standing.problems(
        standing.problems_of(city.committee, by=city.user, campaign=city.campaign), DAY
    )
    cells = {
        (row.organization.path, task.code): _told(row.cells[task.pk])
        for row in board.rows
        for task in board.tasks
        if row.cells[task.pk].total
    }
    phases = {phase.code: _told(numbers) for phase, numbers in board.phases}
    return (
        cells, phases, (reporting.expected, reporting.received, reporting.missing),
        (problems["total"], problems["closed"], problems["overdue"]),
    )  # fmt: skip


def _told(numbers):
    return (*numbers.values[:-2], float(numbers.weight), float(numbers.weight_accepted))


ITEMS_SQL = """
SELECT substr(o.path, 1, 12), i.version_id, count(*),
       sum(CASE WHEN i.state = 'todo' THEN 1 ELSE 0 END), sum(CASE WHEN i.state = 'draft' THEN 1 ELSE 0 END),
       sum(CASE WHEN i.state = 'submitted' THEN 1 ELSE 0 END),
       sum(CASE WHEN i.state = 'returned' THEN 1 ELSE 0 END),
       sum(CASE WHEN i.state = 'accepted' THEN 1 ELSE 0 END),
       sum(CASE WHEN i.state IN ('todo', 'draft', 'returned') AND i.due_on < %s THEN 1 ELSE 0 END),
       sum(CASE WHEN i.due_on < %s THEN 1 ELSE 0 END)
FROM tasks_branchitem i JOIN branches_organization o ON o.id = i.branch_id
JOIN tasks_checklistitem c ON c.id = i.item_id JOIN tasks_task t ON t.id = c.task_id
WHERE t.campaign_id = %s AND o.closed_on IS NULL AND c.retired_at IS NULL AND o.path >= %s AND o.path <= %s
GROUP BY 1, 2"""
VERSIONS_SQL = """
SELECT v.id, t.code, v.phases, v.weight FROM tasks_itemversion v
JOIN tasks_checklistitem c ON c.id = v.item_id JOIN tasks_task t ON t.id = c.task_id WHERE t.campaign_id = %s"""
REPORTS_SQL = """
SELECT count(*), count(r.first_submitted_at) FROM reports_monthlyreport r JOIN reports_period p ON p.id = r.period_id
JOIN branches_organization o ON o.id = r.organization_id
WHERE p.month = '2026-09' AND p.tier = 'direct' AND o.path >= %s AND o.path <= %s"""
PROBLEMS_SQL = """
SELECT count(*), sum(CASE WHEN q.state = 'closed' THEN 1 ELSE 0 END),
       sum(CASE WHEN q.state <> 'closed' AND q.due_on < %s THEN 1 ELSE 0 END)
FROM tasks_problem q JOIN branches_organization o ON o.id = q.organization_id
WHERE q.campaign_id = %s AND o.path >= %s AND o.path <= %s"""


def by_hand(city):
    from django.db import connection

    path = city.committee.path
    span = (path, path + "ZZZZ")
    with connection.cursor() as cursor:
        cursor.execute(VERSIONS_SQL, [city.campaign.pk])
        versions = {
            pk: (task, phases if isinstance(phases, list) else json.loads(phases), float(weight))
            for pk, task, phases, weight in cursor.fetchall()
        }
        cursor.execute(ITEMS_SQL, [DAY, DAY, city.campaign.pk, *span])
        rows = cursor.fetchall()
        cursor.execute(REPORTS_SQL, span)
        expected, received = cursor.fetchone()
        cursor.execute(PROBLEMS_SQL, [DAY, city.campaign.pk, *span])
        problems = cursor.fetchone()
    cells, phases = {}, {}
    for place, version, *numbers in rows:
        task, codes, weight = versions[version]
        line = [*numbers, weight * numbers[0], weight * numbers[5]]
        for sums, key in ((cells, (place, task)), *((phases, code) for code in codes)):
            held = sums.get(key)
            sums[key] = [a + b for a, b in zip(held, line, strict=True)] if held else line
    tuples = ({key: tuple(value) for key, value in sums.items()} for sums in (cells, phases))
    return (*tuples, (expected, received, 0), tuple(problems))


# --- Measuring ------------------------------------------------------------------------------------


def statements(city):
    """How many statements the page takes, and its seconds."""
    from django.db import connection
    from django.test import Client

    client = Client(headers={"host": "127.0.0.1"})
    client.force_login(city.user, backend="branches.backends.AppointmentBackend")
    client.get("/overview/")
    found = []

    def noted(execute, sql, *rest):
        found.append(sql)
        return execute(sql, *rest)

    with connection.execute_wrapper(noted):
        answer = client.get("/overview/")
    if answer.status_code != 200:
        raise SystemExit(f"the page answers {answer.status_code}")
    seconds, _ = timed(lambda: client.get("/overview/"))
    return len(found), seconds


def measure(count):
    from django.conf import settings

    from reports.services import rollups

    city, asked = City(), []
    for size in (10, 100, 1_000):
        city.grow(size)
        asked.append(statements(city)[0])
    if count > city.count:
        city.grow(count)
    live_page = statements(city)[1]
    spent = {"hand": [], "live": [], "kept": []}
    same = True
    for _ in range(ROUNDS):
        seconds, told = timed(lambda: by_hand(city))
        spent["hand"].append(seconds)
        settings.ROLLUPS_FROM_BRANCHES = count + 1
        rollups.count_all(today=DAY)
        seconds, live = timed(lambda: by_services(city))
        spent["live"].append(seconds)
        settings.ROLLUPS_FROM_BRANCHES = 1
        counting, _ = timed(lambda: rollups.count_all(today=DAY))
        seconds, kept = timed(lambda: by_services(city))
        spent["kept"].append(seconds)
        same = same and close(told, live) and close(live, kept)
    return {
        "hand": median(spent["hand"]),
        "live": median(a / b for a, b in zip(spent["live"], spent["hand"], strict=True)),
        "kept": median(a / b for a, b in zip(spent["kept"], spent["hand"], strict=True)),
        "count_all": counting,
        "live page": live_page,
        "kept page": statements(city)[1],
        "statements": asked,
        "same": same,
    }


def close(one, other):
    """Equal; weights, which the hand adds up as floats, to a thousandth."""
    if isinstance(one, dict):
        return one.keys() == other.keys() and all(close(one[key], other[key]) for key in one)
    if isinstance(one, tuple):
        return len(one) == len(other) and all(map(close, one, other))
    return abs(one - other) < 0.001


def arm(folder, address):
    """Measure in a process and a database of its own."""
    done = subprocess.run(
        [sys.executable, __file__, str(BRANCHES)],
        cwd=ROOT,
        env={**os.environ, "BRANCHYEAR_VAR": str(folder), "PYTHONPATH": str(ROOT)}
        | ({"DATABASE_URL": address} if address else {}),
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    return json.loads(done.stdout.splitlines()[-1])


def compare(on, address):
    with tempfile.TemporaryDirectory(prefix="bench-dashboard-") as folder:
        found = arm(folder, address)
    for name, value, unit, limit in (
        (f"bare SQL, {BRANCHES:,} branches, {BRANCHES * ITEMS:,} items", found["hand"], "s", None),
        ("live, times bare SQL", found["live"], "x", LIVE),
        ("kept beforehand, times bare SQL", found["kept"], "x", KEPT),
        ("counting everything beforehand", found["count_all"], "s", None),
        ("whole page, live", found["live page"], "s", None),
        ("whole page, kept beforehand", found["kept page"], "s", None),
        ("statements of the page", found["statements"][-1], "", 20),
    ):
        row = {"name": f"{on}: {name}", "value": value, "unit": unit, "limit": limit}
        print(json.dumps(row), flush=True)
    checks = {
        "the same numbers all three ways": found["same"],
        "live close enough": found["live"] <= LIVE,
        "kept quick enough": found["kept"] <= KEPT,
        "no statement more with more rows": len(set(found["statements"])) == 1,
    }
    for name, holds in checks.items():
        if not holds:
            print(f"FAILED on {on}: {name}", found)
    return all(checks.values())


def main():
    from scripts import servers

    if os.environ.get("DATABASE_URL"):
        return not compare("given database", "")
    good = compare("SQLite", "")
    with ExitStack() as stack:
        good &= compare("PostgreSQL", stack.enter_context(servers.postgres()))
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
