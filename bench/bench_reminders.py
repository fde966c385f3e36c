"""Reminding every branch of a large city, against the least that could do it.

In the same run, in turns, on the same rows: the portal's sweep and its jobs (who owes, who was told, one
message per person, ledger, notices, letters, audit), and bare: one INSERT … SELECT of the ledger's rows
and the same letters over one SMTP connection that stays open. The mail server is a process of its own.

Limit: at most 1.6 times the bare way; every secretary gets exactly one letter.

Without arguments 1,000 branches; with ``BENCH_FULL=1`` 10,000. On SQLite, or where ``DATABASE_URL`` of an
empty database says otherwise.
"""

import json
import os
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FULL = os.environ.get("BENCH_FULL", "") not in {"", "0"}
BRANCHES = 10_000 if FULL else 1_000
ROUNDS = 3
TIMES = 1.6

BARE = """
INSERT INTO reports_reminder
    (matter, subject, organization_id, report_id, due_on, recipient_id, occasion, sent_at)
SELECT 'report', 'report:' || r.id, r.organization_id, r.id, p.due_on, a.user_id, 'T-1', %s
FROM reports_monthlyreport r
JOIN reports_period p ON p.id = r.period_id
JOIN branches_appointment a ON a.organization_id = r.organization_id
WHERE r.state IN ('todo', 'draft', 'returned') AND p.tier = 'branch' AND p.due_on = %s
"""


def measure(folder):
    from django.core.mail import EmailMessage, get_connection
    from django.db import connection, transaction

    from bench.tables import migrated
    from branchyear.accounts.models import User
    from branchyear.lib.dates import CHINA
    from branchyear.notifications.models import Delivery, Notice
    from branchyear.outbox.models import Job
    from branchyear.outbox.services import perform
    from reports.models import Reminder
    from reports.services.reminders import send_due_reminders
    from scripts import reminder_city
    from scripts.smtp_sink import letters

    migrated()
    reminder_city.make(BRANCHES, matters=("report",))
    day = reminder_city.DUE
    now = time_of(day, CHINA)
    kept = folder / "letters"

    def forget():
        for model in (Reminder, Delivery, Notice, Job):
            rows = model._base_manager.all()
            rows._raw_delete(rows.db)
        kept.write_text("")

    def bare():
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(BARE, [now, day])
        sample = {"subject": "第1局第1党支部2026年11月月报还有1天到期", "body": WORDS}
        with get_connection() as line:
            for pk, address in User.objects.order_by("pk").values_list("pk", "email"):
                EmailMessage(
                    **sample,
                    to=[address],
                    headers={"Message-ID": f"<bare-{pk}@x>"},
                    connection=line,
                ).send()

    def ours():
        send_due_reminders(now=now)
        for pk in list(Job.objects.order_by("pk").values_list("pk", flat=True)):
            perform(pk, now=Job.objects.get(pk=pk).run_after)

    spent, right = {"bare": [], "ours": []}, True
    for _ in range(ROUNDS):
        for name, act in (("bare", bare), ("ours", ours)):
            forget()
            start = time.perf_counter()
            act()
            spent[name].append(time.perf_counter() - start)
            got = [address for address, _ in letters(kept)]
            told = Reminder.objects.count()
            right &= len(got) == len(set(got)) == BRANCHES == told
    return {name: min(times) for name, times in spent.items()} | {"right": right}


WORDS = (
    "您好，第1局第1党支部2026年11月基本建设年工作情况尚未报送，请于11月25日前（含当日）报送。"
    "数据已由平台填好，核对后补充文字即可。\n\n点击办理：http://127.0.0.1:8000/reports/1/"
)


def time_of(day, zone):
    from datetime import datetime, timedelta

    return datetime(day.year, day.month, day.day, 9, tzinfo=zone) - timedelta(days=1)


def main():
    from scripts.smtp_sink import sink

    with tempfile.TemporaryDirectory(prefix="bench-reminders-") as made:
        folder = Path(made)
        with sink(folder / "letters") as port:
            os.environ.update(
                DJANGO_SETTINGS_MODULE="branchyear.settings",
                BRANCHYEAR_VAR=made,
                EMAIL_HOST="127.0.0.1",
                EMAIL_PORT=str(port),
                LOG_LEVEL="ERROR",
            )
            import django

            django.setup()
            found = measure(folder)
    times = found["ours"] / found["bare"]
    for name, value, unit, limit in (
        (f"reminding {BRANCHES:,} branches, letters included", found["ours"], "s", None),
        ("bare INSERT … SELECT and one SMTP connection", found["bare"], "s", None),
        ("times the bare way", times, "x", TIMES),
    ):
        print(json.dumps({"name": name, "value": value, "unit": unit, "limit": limit}))
    if not found["right"]:
        print("FAILED: not exactly one letter and one line of the ledger for each")
    return not (found["right"] and times <= TIMES)


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))
    sys.exit(main())
