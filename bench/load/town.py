"""A city on the whole portal (PostgreSQL, Redis, web, worker, beat), and people of it with a session each."""

import json
import os
import subprocess
import sys
from datetime import date
from pathlib import Path

from scripts.faults.fleet import ROOT, children_of

PASSWORD = "Rush-2026-zhibu"  # noqa: S105 of people invented for this run
TICKS = os.sysconf("SC_CLK_TCK")


def built(fleet, branches, people, items=30):
    """Build it in a process of its own (its memory and its connections go with it); what the people are."""
    words = [sys.executable, "-m", "bench.load.town", str(branches), str(people), str(items)]
    done = subprocess.run(words, cwd=ROOT, env=os.environ, stdout=subprocess.PIPE, check=True)
    return json.loads(done.stdout.splitlines()[-1])


def processor_seconds(processes):
    """Of these processes, of their children, and of those children that have ended."""
    total = 0
    for process in processes:
        for pid in [process.pid, *children_of(process)]:
            try:
                stat = Path(f"/proc/{pid}/stat").read_text()
            except OSError:
                continue
            # utime and stime, and for the parent what children took that are gone (proc(5))
            fields = stat.rpartition(")")[2].split()[11 : 15 if pid == process.pid else 13]
            total += sum(map(int, fields))
    return total / TICKS


def _phases(due):
    """The year's phases, which every campaign has: the frame of each page tells the one of today."""
    from tasks.models import Campaign, Phase

    campaign = Campaign.objects.running(due)
    Phase.objects.create(
        campaign=campaign, code="P1", order=1, name="宣传发动", starts_on=campaign.starts_on,
        ends_on=campaign.ends_on,
    )  # fmt: skip


def _rules(due):
    """The year's rules of 支部体检: after every upload a worker looks at the branch with those that read items."""
    from tasks import template
    from tasks.models import Campaign, Rule

    campaign = Campaign.objects.running(due)
    read = template.read("campaign_2022")
    for row in read["rules"]:
        values = template.rule_values(row, due.year - read["campaign"]["year"])
        Rule.objects.create(
            campaign=campaign, number=row["id"], task=campaign.tasks.get(), **values
        )


def build(branches, people, items):
    import django

    django.setup()
    from django.conf import settings
    from django.contrib.auth.hashers import make_password
    from django.core.management import call_command
    from django.db import connection
    from django.utils import timezone

    from branches.models import Appointment, Organization
    from branches.roles import Role
    from branchyear.accounts.models import User
    from branchyear.accounts.sessions import SessionStore
    from reports.services import rollups
    from scripts import reminder_city
    from tasks.models import BranchItem
    from tasks.services import findings

    call_command("migrate", verbosity=0)
    due = timezone.localdate().replace(day=25)
    reminder_city.make(branches, due=due, items=items)
    _phases(due)
    _rules(due)
    User.objects.update(password=make_password(PASSWORD), must_change_password=False)
    # Somebody who may ask for the ledger of everything.
    person = User.objects.create(username="ledger", name="陈工委")
    committee = Organization.objects.get(kind="work_committee")
    Appointment.objects.create(
        user=person,
        organization=committee,
        role=Role.COMMITTEE_REVIEWER,
        starts_on=date(2020, 1, 1),
    )
    # As every night:
    findings.evaluate(day=due)
    rollups.count_all(today=due)
    # A city's rows came over months: what keeps the tables in order has been done long ago, not in the rush.
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("VACUUM")
            cursor.execute("CHECKPOINT")
        cursor.execute("ANALYZE")
    step = max(1, branches // people)
    offices = Appointment.objects.filter(role=Role.SECRETARY).order_by("pk").select_related("user")
    told = []
    for office in list(offices[::step])[:people]:
        user, session = office.user, SessionStore()
        session["_auth_user_id"] = str(user.pk)
        session["_auth_user_backend"] = "branches.backends.AppointmentBackend"
        session["_auth_user_hash"] = user.get_session_auth_hash()
        session["seen"] = timezone.now().timestamp()
        session.save()
        rows = BranchItem.objects.filter(branch=office.organization_id).order_by("pk")
        told.append(
            {
                "username": user.username, "session": session.session_key,
                "branch": office.organization_id,
                "items": [[pk, revision] for pk, revision in rows.values_list("pk", "revision")],
            }
        )  # fmt: skip
    print(
        json.dumps({"people": told, "cookie": settings.SESSION_COOKIE_NAME, "due": due.isoformat()})
    )


if __name__ == "__main__":
    build(*map(int, sys.argv[1:]))
