"""Celery: the app, and the one table of everything that runs by the clock.

In this code base a *task* is one of the year's eight campaign tasks; a unit of
background work is a *job* and lives in a module called ``jobs.py``. The database
row is the job (``branchyear/outbox``); Celery only wakes somebody up to do it.
"""

import os

from celery import Celery
from celery.app.amqp import AMQP
from celery.schedules import crontab
from django.conf import settings
from kombu import Connection

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "branchyear.settings")


class Line(Connection):
    """To the broker. Celery's pauses between two attempts grow to half a minute; what waited while the
    broker was away should be done within a minute of its return."""

    def ensure_connection(self, *args, **kwargs):
        return super().ensure_connection(*args, **{"interval_max": 5, **kwargs})


class Lines(AMQP):
    Connection = BrokerConnection = Line


app = Celery("branchyear", amqp=Lines)
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks(related_name="jobs")

# Beat runs in UTC; China is UTC+8 all year, so 00:00 UTC is 08:00 for people.
app.conf.beat_schedule = {
    # Rows that nobody woke (broker down, worker killed) are picked up within a minute.
    "outbox-sweep": {
        "task": "branchyear.outbox.jobs.sweep",
        "schedule": settings.OUTBOX_SWEEP_SECONDS,
        "options": {"expires": 60},
    },
    # Something for every queue: that it is done is what /healthz/deep sees of broker and workers.
    **{
        f"monitoring-{queue}": {
            "task": "branchyear.monitoring.jobs.still_there",
            "schedule": 30.0,
            "options": {"queue": queue, "expires": 60},
        }
        for queue in ("default", "mail", "heavy")
    },
    # Whether the mail server lets us in, asked where letters are sent.
    "monitoring-probe-mail": {
        "task": "branchyear.monitoring.jobs.probe_mail",
        "schedule": 60.0,
        "options": {"queue": "mail", "expires": 50},
    },
    # The newest links of the audit trail and a stretch of the older ones.
    "monitoring-watch-audit-chain": {
        "task": "branchyear.monitoring.jobs.watch_audit_chain",
        "schedule": 60.0,
        "options": {"expires": 50},
    },
    # Links of the audit trail's chain.
    "audit-extend-chain": {
        "task": "branchyear.audit.jobs.extend_chain",
        "schedule": 60.0,
        "options": {"expires": 50},
    },
    # Open the month's report periods shortly after midnight in China, so that the first
    # person at work finds them; it runs every hour because a missed tick must not cost a day.
    "reports-open-periods": {
        "task": "reports.jobs.open_periods",
        "schedule": crontab(minute=7),
        "options": {"expires": 3000},
    },
    # 08:37-18:37 in China: in office hours, off the full hour as message gateways ask.
    # Every hour so that a worker that was down still sends today; one per person and day.
    "reports-send-reminders": {
        "task": "reports.jobs.send_due_reminders",
        "schedule": crontab(minute=37, hour="0-10"),
        "options": {"expires": 3000},
    },
    # The rows of the running month of dues are there on the morning of the 1st; every hour, because a
    # missed tick must not cost a day and who comes on the roll today gets a row today.
    "members-open-dues-month": {
        "task": "members.jobs.open_dues_month",
        "schedule": crontab(minute=12),
        "options": {"expires": 3000},
    },
    # Uploaded rosters hold personal numbers: neither file nor report stays past its day
    # (03:10 in China, before the exports).
    "members-expire-rosters": {
        "task": "members.jobs.expire_rosters",
        "schedule": crontab(minute=10, hour=19),
        "options": {"expires": 3000},
    },
    # Whole numbers approved and not taken in time, and asked for and not answered; every hour: a day is the limit,
    # which the page holds to the minute in any case.
    "members-lapse-numbers": {
        "task": "members.jobs.lapse_numbers",
        "schedule": crontab(minute=22),
        "options": {"expires": 3000},
    },
    # What uploaded checklists said (03:15 in China): what was saved stands in the items.
    "tasks-expire-checklists": {
        "task": "tasks.jobs.expire_checklists",
        "schedule": crontab(minute=15, hour=19),
        "options": {"expires": 3000},
    },
    # Keys of forms posted a week ago (03:05 in China): nobody posts those again.
    "once-expire-postings": {
        "task": "branchyear.once.jobs.expire_postings",
        "schedule": crontab(minute=5, hour=19),
        "options": {"expires": 3000},
    },
    # 支部体检 of the whole city before work begins (02:40 in China): what came due overnight.
    "tasks-evaluate-rules": {
        "task": "tasks.jobs.evaluate_rules",
        "schedule": crontab(minute=40, hour=18),
        "options": {"expires": 3000},
    },
    # Holidays of a year that was announced since (02:20 in China).
    "tasks-load-calendar": {
        "task": "tasks.jobs.load_calendar",
        "schedule": crontab(minute=20, hour=18),
        "options": {"expires": 3000},
    },
    # Pictures without a fingerprint, of data taken over or a job that was lost (03:30 in China).
    "tasks-fingerprint-missing": {
        "task": "tasks.jobs.fingerprint_missing",
        "schedule": crontab(minute=30, hour=19),
        "options": {"expires": 3000},
    },
    # What a crash kept from being counted is found within the minute the overview promises.
    "reports-catch-up-counts": {
        "task": "reports.jobs.catch_up_counts",
        "schedule": crontab(),
        "options": {"expires": 50},
    },
    # Everything the overview of a large city shows is counted anew (01:50 in China), whatever was lost by day.
    "reports-count-items": {
        "task": "reports.jobs.count_items",
        "schedule": crontab(minute=50, hour=17),
        "options": {"expires": 3000},
    },
    # The figures of the month that has ended are frozen soon after midnight in China; every hour because a
    # missed tick must not cost a month (from the sixth on what was at its end is not known any more).
    "reports-take-month-end": {
        "task": "reports.jobs.take_month_end",
        "schedule": crontab(minute=4),
        "options": {"expires": 3000},
    },
    # Accounts nobody uses: a word first, closed later (02:10 in China). A missed night is made up by the next.
    "branches-close-unused-accounts": {
        "task": "branches.jobs.close_unused_accounts",
        "schedule": crontab(minute=10, hour=18),
        "options": {"expires": 3000},
    },
    # Sessions that have ended (02:15 in China): who was where is nothing to keep.
    "accounts-clear-sessions": {
        "task": "branchyear.accounts.jobs.clear_sessions",
        "schedule": crontab(minute=15, hour=18),
        "options": {"expires": 3000},
    },
    # Files of exports past their keep-until day are removed at a quiet hour (03:20 in China).
    "reports-expire-exports": {
        "task": "reports.jobs.expire_exports",
        "schedule": crontab(minute=20, hour=19),
        "options": {"expires": 3000},
    },
}
