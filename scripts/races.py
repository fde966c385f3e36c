"""People acting at the same moment, on the real application, on SQLite and on PostgreSQL.

1. ``forms``: 1,000 forms, opened as pages and posted five times each at once (double click, retry): 1,000
   effects, and all five are led to the same result.
2. ``rounds``: 500 rounds of four people at one item (书记 and 干事 editing, submitting or withdrawing, two
   reviewers accepting or returning, in all pairs, from every state): one winner each, nothing overwritten
   silently, no 500, and what the losers typed stands in their answer.

A real web server (processes and threads as ``make run`` starts them) over a database of its own; every
post goes through HTTP. ``ARGS="sqlite --rounds 50 --forms 100"`` makes it shorter. The short form of
both runs in the test suite (``scripts/tests/test_races.py``).
"""

import argparse
import http.client
import itertools
import json
import os
import random
import re
import secrets
import subprocess
import sys
import tempfile
import time
from collections import Counter
from contextlib import nullcontext
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace

from scripts import processes, servers
from scripts.visitors import Person, together

ROOT = Path(__file__).resolve().parent.parent
ROUNDS, FORMS, POSTS = 500, 1000, 5
KEY = re.compile(r'name="once" value="([A-Za-z0-9_-]+)"')


# --- 1. Forms ---------------------------------------------------------------------------------------


def kinds_of_forms(branch, member, absence):
    """``(page, address it posts to, what is typed, rows it makes)`` of forms of several apps."""
    from django.urls import reverse
    from django.utils import timezone

    from members.models import AbsenceContact, Applicant, Training
    from tasks.models import Problem

    today = timezone.localdate().isoformat()
    org = f"?org={branch.pk}"
    applicant, training, problem = (
        reverse(name) + org
        for name in ("members:new_applicant", "members:new_training", "tasks:new_problem")
    )
    contact = reverse("members:add_contact", args=[absence.pk])
    return [
        (applicant, applicant, lambda n: {"name": f"申请人{n}", "applied_on": today}, Applicant),
        (
            training,
            training,
            lambda n: {
                "title": f"第{n}次培训",
                "kind": "course",
                "starts_on": today,
                "hours": "4",
                "members": [member.pk],
            },
            Training,
        ),
        (problem, problem, lambda n: {"title": f"第{n}个问题没有整改", "found_on": today}, Problem),
        (
            absence.get_absolute_url(),
            contact,
            lambda n: {"on": today, "how": "电话", "result": f"第{n}次联系，工作稳定"},
            AbsenceContact,
        ),
    ]


def forms_at_once(people, kinds, total, posts=POSTS):
    """Open ``total`` forms, post each ``posts`` times at once. ``(effects, faults)``."""
    before = sum(made.objects.count() for *_, made in kinds)
    faults = []
    for number in range(total):
        person = people[number % len(people)]
        page, address, typed, _ = kinds[number // len(people) % len(kinds)]
        key = KEY.search(person.get(page).text).group(1)
        data = {"once": key, **typed(number)}
        answers = together(*[lambda: person.post(address, data)] * posts)  # noqa: B023
        if {a.status for a in answers} != {302} or len({a.location for a in answers}) != 1:
            faults.append((number, address, [(a.status, a.location) for a in answers]))
    return sum(made.objects.count() for *_, made in kinds) - before, faults


# --- 2. Rounds --------------------------------------------------------------------------------------

BRANCH_VERBS, REVIEW_VERBS = ("edit", "submit", "withdraw"), ("accept", "return")
STATES = ("draft", "submitted", "returned")
POSSIBLE = {
    "draft": {"edit", "submit"},
    "returned": {"edit", "submit"},
    "submitted": {"withdraw", "accept", "return"},
}
STEP = {"submit": "submitted", "withdraw": "withdrawn", "return": "returned"}


def rounds_of_four(seats, item, rounds, seed=2026):
    """``seats``: secretary, clerk, two reviewers. ``(who won how often, faults)``."""
    ways = list(itertools.product(STATES, BRANCH_VERBS, BRANCH_VERBS, REVIEW_VERBS, REVIEW_VERBS))
    rng, won, faults = random.Random(seed), Counter(), []  # noqa: S311
    order = []
    while len(order) < rounds:
        rng.shuffle(ways)
        order += ways
    for number, (state, *verbs) in enumerate(order[:rounds]):
        row = bring(item, state, seats, number)
        steps = row.steps.count()
        acts = [act_of(*pair, row, number) for pair in zip(seats, verbs, strict=True)]
        answers = together(*[act.post for act in acts])
        found = list(judge(row, state, steps, acts, answers))
        faults += [(number, state, verbs, fault) for fault in found]
        winners = [act.verb for act, a in zip(acts, answers, strict=True) if a.status == 302]
        won.update((state, verb) for verb in winners or ["nobody"])
    return won, faults


def bring(item, state, seats, number):
    """The item in ``state``, by the services, whatever it was in."""
    from django.utils import timezone

    from tasks.models import BranchItem
    from tasks.services import items

    secretary, _, reviewer, _ = (seat.user for seat in seats)
    now, row = timezone.now(), BranchItem.objects.with_words().get(pk=item.pk)

    def handed_in():
        answer = items.Answer("done", timezone.localdate(now), f"第{number}轮准备的说明。")
        items.submit(row, answer, by=secretary, now=now)

    if row.state == "accepted" or (row.state == "submitted" and row.decided_at):
        items.send_back(row, reason="准备下一轮的退回。", by=seats.committee, now=now)
    if row.state != state and row.state != "submitted":
        handed_in()
    if state == "draft" and row.state == "submitted":
        items.withdraw(row, by=secretary, now=now)
    elif state == "returned" and row.state == "submitted":
        items.send_back(row, reason="准备下一轮的退回。", by=reviewer, now=now)
    return BranchItem.objects.get(pk=item.pk)


def act_of(person, verb, row, number):
    """One person's click, with the revision everybody has before the eyes and words of his own."""
    from django.urls import reverse

    words = f"{person.user.username}第{number}轮写的话"
    data = {"seen": row.revision, "once": secrets.token_urlsafe(16)}
    name = {"edit": "save", "return": "return"}.get(verb, verb)
    if verb in {"edit", "submit"}:
        fact_on = row.fact_on.isoformat() if row.fact_on else ""
        data = {"version": row.revision, "result": "done", "fact_on": fact_on, "note": words}
    elif verb != "withdraw":
        data["reason"] = words
    address = reverse(f"tasks:{name}_item", args=[row.pk])
    return SimpleNamespace(
        verb=verb,
        words=words if verb != "withdraw" else "",
        post=lambda: person.post(address, data),
    )


def judge(row, state, steps, acts, answers):
    """Yield what is not as it should be after a round that began at ``row``."""
    from tasks.models import BranchItem

    fresh = BranchItem.objects.get(pk=row.pk)
    winners = [act for act, answer in zip(acts, answers, strict=True) if answer.status == 302]
    possible = {act.verb for act in acts} & POSSIBLE[state]
    if len(winners) != bool(possible):
        yield f"{len(winners)} winners: {[(a.verb, b.status) for a, b in zip(acts, answers, strict=True)]}"
    for act, answer in zip(acts, answers, strict=True):
        if answer.status not in {302, 409}:
            yield f"{act.verb} was answered with {answer.status}"
        elif answer.status == 409 and act.words not in answer.text:
            yield f"{act.verb}: what was typed is lost"
    if len(winners) > 1:
        return
    verb = winners[0].verb if winners else ""
    expected = {
        "": row.state, "edit": row.state, "submit": "submitted", "withdraw": "draft", "return": "returned",
    }  # fmt: skip
    if verb == "accept":
        last = fresh.steps.order_by("pk").last().kind
        if (fresh.state, last) not in {("accepted", "accepted"), ("submitted", "forwarded")}:
            yield f"accepted, but {fresh.state} with a step {last}"
    elif fresh.state != expected[verb]:
        yield f"{verb or 'nobody'} won, but the item is {fresh.state}"
    if fresh.note != (winners[0].words if verb in {"edit", "submit"} else row.note):
        yield f"{verb or 'nobody'} won, but the text is {fresh.note!r}"
    if fresh.revision != row.revision + {"": 0, "submit": 2}.get(verb, 1):
        yield f"{verb or 'nobody'} won, but the revision went from {row.revision} to {fresh.revision}"
    if fresh.steps.count() != steps + (verb not in {"", "edit"}):
        yield f"{verb or 'nobody'} won, but {fresh.steps.count() - steps} steps were written"


# --- A world to act in ------------------------------------------------------------------------------


class Seats(tuple):
    """The four at the item; beside them the committee's reviewer, who prepares rounds."""

    committee = None


def settle(org, people, base):
    """A running campaign, people at their browsers, an item and a lost member."""
    from django.utils import timezone

    from branches.roles import Role
    from conftest import make_office, make_user
    from members.services import absences, admissions
    from members.tests.make import make_member
    from tasks.models import BranchItem, Campaign
    from tasks.tests.make import item_of, make_running_campaign

    today = timezone.localdate()
    admissions.load_steps()
    make_running_campaign()
    # Whatever the season, the item can be filled in today.
    Campaign.objects.update(
        starts_on=today - timedelta(days=200), ends_on=today + timedelta(days=60)
    )
    BranchItem.objects.update(
        opens_on=today - timedelta(days=100), due_on=today + timedelta(days=30)
    )
    second = make_office(make_user("shenhe2", "尤审核"), Role.ORG_REVIEWER, org.north_office)
    users = (people.secretary, people.clerk, people.reviewer, second)
    seats = Seats(Person(user, base) for user in users)
    seats.committee = people.committee
    member = make_member(org.north, "何参训")
    absence = absences.register_absence(
        make_member(org.north, "何外出"), kind="floating", since=today, destination="某市",
        contact_person="赵书记",
        by=people.secretary,
    )  # fmt: skip
    return SimpleNamespace(
        seats=seats, item=item_of(org.north), forms=kinds_of_forms(org.north, member, absence)
    )


def run_here(arguments):
    """Inside the environment of one database: migrate, settle, start the web server, race."""
    import django

    django.setup()
    from django.core.management import call_command

    from conftest import build_people, build_tree

    call_command("migrate", verbosity=0)
    org = build_tree()
    people = build_people(org)
    port = servers.free_port()
    log = Path(os.environ["BRANCHYEAR_VAR"]) / "web.log"
    with log.open("wb") as file:
        web = processes.start(
            [sys.executable, "-m", "gunicorn", "branchyear.wsgi:application",
             "--bind", f"127.0.0.1:{port}", "--worker-class", "branchyear.lib.webworker.Worker", "--workers", "4",
             "--threads", "8", "--no-control-socket"],
            cwd=ROOT, stdout=file, stderr=file,
        )  # fmt: skip
    try:
        base = f"http://127.0.0.1:{port}"
        servers.wait_for(lambda: answers_at(port), web, log, seconds=120)
        world = settle(org, people, base)
        faults = race(world, arguments)
    finally:
        processes.stop([web], grace=10)
    return 1 if faults else 0


def answers_at(port):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", "/healthz")
        return connection.getresponse().status == 200
    except OSError:
        return False
    finally:
        connection.close()


def race(world, arguments):
    engine, faults = arguments.engine, []

    def say(name, value, unit="", limit=None):
        line = {"name": f"{engine}: {name}", "value": value, "unit": unit, "limit": limit}
        print(json.dumps(line, ensure_ascii=False), flush=True)

    if arguments.forms:
        started = time.monotonic()
        effects, wrong = forms_at_once(world.seats[:2], world.forms, arguments.forms)
        faults += wrong
        if effects != arguments.forms:
            faults.append(("effects", effects))
        say(f"forms posted {POSTS} times each at once", arguments.forms)
        say("effects", effects, limit=arguments.forms)
        say("forms", time.monotonic() - started, "s")
    if arguments.rounds:
        started = time.monotonic()
        won, wrong = rounds_of_four(world.seats, world.item, arguments.rounds)
        faults += wrong
        say("rounds of four people at one item", arguments.rounds)
        for (state, verb), times in sorted(won.items()):
            say(f"  from {state} won {verb}", times)
        say("rounds", time.monotonic() - started, "s")
    say("faults", len(faults), limit=0)
    for fault in faults[:20]:
        print("FAULT", fault, flush=True)
    return faults


# --- The command ------------------------------------------------------------------------------------


def run_engine(engine, arguments):
    with (
        tempfile.TemporaryDirectory(prefix="branchyear-races-", ignore_cleanup_errors=True) as var,
        servers.postgres() if engine == "postgres" else nullcontext("") as address,
    ):
        environment = {
            **os.environ,
            "BRANCHYEAR_VAR": var,
            "DATABASE_URL": address,
            "DJANGO_SETTINGS_MODULE": "branchyear.settings",
            "DEBUG": "1",  # pages without collecting the static files first
            "LOG_LEVEL": "ERROR",
        }
        command = [sys.executable, "-m", "scripts.races", engine, "--here"]
        command += ["--rounds", str(arguments.rounds), "--forms", str(arguments.forms)]
        return subprocess.run(command, cwd=ROOT, env=environment, check=False).returncode


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("engine", nargs="?", choices=["sqlite", "postgres"])
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--forms", type=int, default=FORMS)
    parser.add_argument("--here", action="store_true", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.here:
        return run_here(arguments)
    engines = [arguments.engine] if arguments.engine else ["sqlite", "postgres"]
    return max(run_engine(engine, arguments) for engine in engines)


if __name__ == "__main__":
    sys.exit(main())
