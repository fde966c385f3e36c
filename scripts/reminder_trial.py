"""The reminders under everything that may go wrong at once, and a count afterwards.

``python -m scripts.reminder_trial [--branches 10000] [--embedded]``: two beats and three workers; while they
work, every job is handed to them again and again and the broker is emptied. Then everything stops at 07:59
on the due day and comes back at 10:00. Each branch owes three matters on both days, so that
``branches`` × 3 × 2 reminders and ``branches`` × 2 letters are expected: none missing, none twice.

With PostgreSQL, Redis and a mail server of its own; ``--embedded``: with SQLite and the broker in files. The
clock of all programs is moved to the days in question (the programs here start themselves under it).
"""

import argparse
import json
import os
import sys
import tempfile
import time
from collections import Counter
from contextlib import ExitStack
from datetime import datetime, timedelta
from pathlib import Path

from scripts import processes, servers
from scripts.smtp_sink import letters, sink

ROOT = Path(__file__).resolve().parent.parent
OFFSET = "TRIAL_OFFSET"  # seconds from the real clock to the one the programs see
PATIENCE = 900  # seconds per day of the trial


def move_the_clock(seconds):
    """Must come before anything takes ``timezone.now`` as a default."""
    from django.utils import timezone

    moved = timedelta(seconds=seconds)
    timezone.now = lambda: datetime.now(tz=timezone.get_default_timezone()) + moved


def program(name):
    """What the trial starts: a worker or a beat of the portal under the moved clock."""
    move_the_clock(float(os.environ[OFFSET]))
    import django

    django.setup()
    from branchyear.celery import app

    if name.startswith("worker"):
        app.worker_main(
            ["worker", "-P", "prefork", "-c", "1", "-Q", "default,mail,heavy", "-n", f"{name}@trial",
             "--loglevel", "ERROR", "--without-gossip", "--without-mingle"]
        )  # fmt: skip
        return
    app.conf.beat_schedule = {
        "sweep": {"task": "branchyear.outbox.jobs.sweep", "schedule": 5.0},
        "remind": {"task": "reports.jobs.send_due_reminders", "schedule": 7.0},
        "open": {"task": "reports.jobs.open_periods", "schedule": 60.0},
    }
    app.Beat(
        scheduler="celery.beat:PersistentScheduler",
        schedule=os.environ["BRANCHYEAR_VAR"] + f"/{name}",
        loglevel="ERROR",
    ).run()


class Trial:
    def __init__(self, branches, folder, redis):
        self.branches, self.folder, self.redis = branches, folder, redis
        self.running, self.handed, self.emptied = [], 0, 0

    def start(self, moment):
        """All programs, at ``moment``; our own clock goes with them."""
        offset = (moment - datetime.now(tz=moment.tzinfo)).total_seconds()
        move_the_clock(offset)
        with (self.folder / "log").open("ab") as log:
            self.running = [
                processes.start(
                    [sys.executable, "-m", "scripts.reminder_trial", "--program", name],
                    cwd=ROOT, env={**os.environ, OFFSET: str(offset)}, stdout=log, stderr=log,
                )
                for name in ("beat1", "beat2", "worker1", "worker2", "worker3")
            ]  # fmt: skip

    def stop(self):
        processes.stop(self.running, grace=30)

    def disturb_until(self, reminders, mails):
        """Hand every job over again and empty the broker until all is done; then twice more."""
        from branchyear.outbox.models import Job
        from branchyear.outbox.services import wake
        from reports.jobs import send_due_reminders
        from reports.models import Reminder

        give_up, quiet, rounds = time.monotonic() + PATIENCE, 0, 0
        while quiet < 3 and time.monotonic() < give_up:
            time.sleep(4)
            jobs = list(Job.objects.values_list("pk", "queue"))
            wake(jobs)
            send_due_reminders.delay()
            send_due_reminders.delay()
            self.handed += len(jobs) + 2
            rounds += 1
            if not quiet and rounds % 2:
                self.empty()
            undone = Job.objects.filter(status__in=["queued", "running"]).count()
            done = Reminder.objects.count() >= reminders and self.letters() >= mails
            quiet = quiet + 1 if done and not undone else 0
        return not undone

    def empty(self):
        self.emptied += 1
        if self.redis:
            import redis

            redis.from_url(self.redis).flushall()
            return
        for file in (self.folder / "broker" / "queue").iterdir():
            file.unlink(missing_ok=True)

    def letters(self):
        return len(letters(self.folder / "letters"))

    def judge(self, days):
        """Missing and double reminders and letters after so many days."""
        from branchyear.notifications.models import Delivery
        from reports.models import Reminder

        told = Counter(Reminder.objects.values_list("subject", "recipient", "occasion"))
        got = letters(self.folder / "letters")
        per_person = Counter(address for address, _ in got)
        ids = Counter(message for _, message in got)
        return {
            "reminders expected": self.branches * 3 * days,
            "reminders missing": self.branches * 3 * days - len(told),
            "reminders twice": sum(told.values()) - len(told),
            "letters expected": self.branches * days,
            "letters missing": self.branches * days
            - sum(min(n, days) for n in per_person.values()),
            "letters twice": sum(n - 1 for n in ids.values())
            + sum(max(0, n - days) for n in per_person.values()),
            "deliveries not sent": Delivery.objects.exclude(status="sent").count(),
        }


def run(branches, folder, redis):
    import django

    move_the_clock(0)
    django.setup()
    from django.core.management import call_command

    from branchyear.lib.dates import CHINA
    from scripts import reminder_city

    call_command("migrate", verbosity=0)
    reminder_city.make(branches)
    due = reminder_city.DUE
    trial, good = Trial(branches, folder, redis), True
    before = datetime(due.year, due.month, due.day, 9, tzinfo=CHINA) - timedelta(days=1)
    # Down from 07:59 to 10:00: the sweeps that begin at eight never ran.
    for days, moment in (
        (1, before),
        (2, datetime(due.year, due.month, due.day, 10, tzinfo=CHINA)),
    ):
        began = time.monotonic()
        trial.start(moment)
        try:
            finished = trial.disturb_until(branches * 3 * days, branches * days)
        finally:
            trial.stop()
        found = trial.judge(days)
        say(day=f"{moment:%Y-%m-%d %H:%M}", seconds=round(time.monotonic() - began), **found)
        wrong = [v for name, v in found.items() if not name.endswith("expected") and v]
        good &= finished and not wrong
    say(redelivered=trial.handed, broker_emptied=trial.emptied, good=good)
    return good


def say(**facts):
    print(json.dumps(facts), flush=True)  # noqa: T201 the result


def main():
    asked = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    asked.add_argument("--branches", type=int, default=10_000)
    asked.add_argument("--embedded", action="store_true")
    asked.add_argument("--program")
    chosen = asked.parse_args()
    if chosen.program:
        os.environ["DJANGO_SETTINGS_MODULE"] = "branchyear.settings"
        return program(chosen.program)
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="reminder-trial-")))
        (folder / "letters").touch()
        address = "" if chosen.embedded else stack.enter_context(servers.postgres())
        redis = "" if chosen.embedded else stack.enter_context(servers.redis())
        port = stack.enter_context(sink(folder / "letters"))
        os.environ.update(
            DJANGO_SETTINGS_MODULE="branchyear.settings",
            BRANCHYEAR_VAR=str(folder),
            DATABASE_URL=address,
            REDIS_URL=redis,
            EMAIL_HOST="127.0.0.1",
            EMAIL_PORT=str(port),
            LOG_LEVEL="ERROR",
        )
        good = run(chosen.branches, folder, redis)
        if not good:
            sys.stderr.write((folder / "log").read_text()[-4000:])
    return not good


if __name__ == "__main__":
    sys.exit(main())
