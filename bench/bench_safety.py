"""What safety costs (B11): each of four guards on and off, in the same run, on the same rows, in turns.

1. The scope: the items of a city by state, as somebody who may see all of them, and without asking who it is.
2. The trail: an item saved by the browser with its entry, and what follows from it (the job that looks at the branch
   anew), and without.
3. The numbers: a hundred members with ID number and telephone decrypted and masked, and without the two.
4. The blind index: somebody found by ID number, and by key.

Limits: 1.25 (1.5 in the small form), 1.6, 1.5 and 2 times. By processor time on SQLite (where the database works in the process itself), by the
wall where ``DATABASE_URL`` of an empty database says otherwise. The guards are taken away in this process only.

1,000 branches, 30,000 items, 10,000 members; with ``BENCH_FULL=1`` 10,000, 300,000 and 300,000. ``BENCH_PAIRS``: 15.
"""

import json
import os
import random
import statistics
import sys
import tempfile
import time
from contextlib import ExitStack, contextmanager
from datetime import date, datetime, timedelta
from pathlib import Path
from unittest import mock

ROOT = Path(__file__).resolve().parent.parent
FULL = os.environ.get("BENCH_FULL", "") not in {"", "0"}
BRANCHES, PER_BRANCH = (10_000, 30) if FULL else (1_000, 10)
PAIRS = int(os.environ.get("BENCH_PAIRS", "15"))
# Who somebody is has to be asked once whatever the size: a fifth of the small city's 14 ms.
LIMITS = {"scope": 1.25 if FULL else 1.5, "trail": 1.6, "numbers": 1.5, "index": 2.0}
SAVES, LOOKS = 10, 200


def clock():
    from django.db import connection

    return time.perf_counter() if connection.vendor == "postgresql" else time.process_time()


def settle():
    """The city of the dashboard's bench with members; a secretary at one of its branches."""
    from django.conf import settings
    from django.test import Client
    from django.utils import timezone

    from bench.bench_dashboard import City
    from bench.excel.city import enrol
    from branches.models import Organization
    from branches.roles import Role
    from branches.services import appointments
    from branchyear.accounts.models import User
    from tasks.models import BranchItem, Campaign

    city = City()
    city.grow(BRANCHES)
    branches = list(Organization.objects.branches().order_by("pk"))
    enrol(random.Random(2022), {branch.pk: PER_BRANCH for branch in branches}, 0)
    today = timezone.localdate()
    secretary = User.objects.create(username="shuji", name="书记", must_change_password=False)
    appointments.appoint(
        secretary, organization=branches[0], role=Role.SECRETARY, starts_on=date(2020, 1, 1),
        ends_on=None, by=None,
    )  # fmt: skip
    Campaign.objects.update(
        starts_on=today - timedelta(days=200), ends_on=today + timedelta(days=60)
    )
    items = BranchItem.objects.filter(branch=branches[0]).order_by("pk")
    items.update(
        state="draft", with_organization=None, opens_on=today - timedelta(days=9), due_on=today + timedelta(days=9),
        updated_at=datetime.now(tz=timezone.get_current_timezone()),
    )  # fmt: skip
    browser = Client()
    browser.force_login(secretary, backend="branches.backends.AppointmentBackend")
    return city.user, items, browser.cookies[settings.SESSION_COOKIE_NAME].value


# --- The four guards: each arm is a function whose answer must be the same with and without ---------


def scope(user):
    from django.db.models import Count

    from tasks.models import BranchItem

    def by_state(rows):
        return sorted(rows.order_by().values_list("state").annotate(n=Count("pk")))

    return (
        lambda: by_state(BranchItem.objects.visible_to(user)),
        lambda: by_state(BranchItem.objects.all()),
    )


def trail(items, session):
    """One item for each arm; both are saved through the whole portal."""
    from django.core.handlers.wsgi import WSGIHandler

    from bench.bench_save import Desk

    handler = WSGIHandler()
    kept, bare = (Desk(handler, f"/items/{i.pk}/save/", i, session) for i in items[:2])

    def without():
        with mock.patch("tasks.services.items.record"):
            return saved(bare)

    def saved(desk):
        for _ in range(SAVES):
            desk.save()
        return desk.saved

    return lambda: saved(kept), without


def numbers():
    from members.models import Member

    plain = (
        "name",
        "sex",
        "ethnicity",
        "birth_date",
        "education",
        "admitted_on",
        "category",
        "post",
    )
    rows = Member.objects.select_related("organization").order_by("pk")

    def told(members, *more):
        return len(
            [
                (m.organization.name, *(getattr(m, n) for n in (*plain, *more)))
                for m in members[:100]
            ]
        )

    return (
        lambda: told(rows, "masked_id_number", "masked_phone"),
        lambda: told(rows.defer("id_number", "phone")),
    )


def index():
    from branchyear.lib.crypto import blind_index
    from members.models import Member

    sample = list(
        Member.objects.order_by("pk")[: BRANCHES * PER_BRANCH : BRANCHES * PER_BRANCH // LOOKS]
    )
    Member.objects.bulk_update(
        [_indexed(member, blind_index) for member in sample], ["id_number_index"]
    )

    def found(ask):
        return [ask(member).pk for member in sample]

    return (
        lambda: found(lambda m: Member.objects.get(id_number_index=blind_index(m.id_number))),
        lambda: found(lambda m: Member.objects.get(pk=m.pk)),
    )


def _indexed(member, blind_index):
    member.id_number_index = blind_index(member.id_number)
    return member


# --- Measuring ------------------------------------------------------------------------------------


def compare(guarded, bare):
    """Median seconds of both, median of the ratios; whether both always answered the same."""
    ratios, times, same = [], ([], []), True
    guarded(), bare()
    for turn in range(PAIRS):
        arms = [(0, guarded), (1, bare)]
        spent, answers = {}, {}
        for place, act in arms if turn % 2 else reversed(arms):
            begun = clock()
            answers[place] = act()
            spent[place] = clock() - begun
            times[place].append(spent[place])
        ratios.append(spent[0] / spent[1])
        same &= answers[0] == answers[1]
    return statistics.median(times[0]), statistics.median(times[1]), statistics.median(ratios), same


def measure():
    from bench.tables import counted

    user, items, session = settle()
    counted()
    good = True
    for name, words, arms, each in (
        ("scope", f"items of {BRANCHES:,} branches by state: in scope", scope(user), 1),
        ("trail", "an item saved: with trail and outbox", trail(items, session), SAVES),
        ("numbers", "100 members: numbers decrypted and masked", numbers(), 1),
        ("index", "a member found by ID number", index(), LOOKS),
    ):
        guarded, bare, ratio, same = compare(*arms)
        for what, value, unit, limit in (
            (words, guarded / each * 1000, "ms", None),
            ("  the same without", bare / each * 1000, "ms", None),
            (f"  times without ({name})", ratio, "x", LIMITS[name]),
        ):
            print(json.dumps({"name": what, "value": value, "unit": unit, "limit": limit}))
        if ratio > LIMITS[name] or not same:
            print(f"FAILED: {name} {ratio:.2f}, the same answers: {same}")
            good = False
    return good


@contextmanager
def place():
    """A data folder of our own, and the settings."""
    with ExitStack() as stack:
        os.environ.update(
            DJANGO_SETTINGS_MODULE="branchyear.settings",
            BRANCHYEAR_VAR=stack.enter_context(tempfile.TemporaryDirectory(prefix="bench-safety-")),
            LOG_LEVEL="ERROR",
        )
        import django

        django.setup()
        from branchyear.celery import app

        app.conf.task_always_eager = False
        yield


def main():
    with place():
        return not measure()


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))
    sys.exit(main())
