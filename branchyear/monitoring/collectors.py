"""Figures that stand in the database or on this machine: read when Prometheus asks."""

import os
from collections import Counter
from pathlib import Path

from django.db import Error, connection
from django.db.models import Count
from django.utils import timezone
from prometheus_client.core import GaugeMetricFamily

from branchyear.monitoring import health
from branchyear.monitoring.models import Pulse
from branchyear.outbox.models import Job
from reports.models import Export

PROGRAMS = {"gunicorn": "web", "worker": "worker", "beat": "beat"}


class Portal:
    """What every host would answer alike."""

    def collect(self):
        now = timezone.now()
        state = health.report(now=now)
        up = GaugeMetricFamily("branchyear_health", "1: as it should be", labels=["check"])
        for check, answer in state.items():
            up.add_metric([check], float(answer["ok"]))
        yield up
        yield GaugeMetricFamily(
            "branchyear_disk_free_share", "Of the data folder", value=state["disk"]["free_share"]
        )
        if not state["database"]["ok"]:
            return
        yield from self.jobs(state)
        yield from self.exports()
        yield from self.backup(now)
        yield from self.connections()

    def jobs(self, state):
        waiting = GaugeMetricFamily("branchyear_jobs_waiting", "Due, not done", labels=["queue"])
        oldest = GaugeMetricFamily(
            "branchyear_jobs_oldest_seconds", "How long the oldest has waited", labels=["queue"]
        )
        for queue in health.QUEUES:
            answer = state[f"queue:{queue}"]
            waiting.add_metric([queue], answer["waiting"])
            oldest.add_metric([queue], answer["oldest_seconds"])
        yield waiting
        yield oldest
        yield GaugeMetricFamily("branchyear_jobs_dead", "Dead letters", value=dead_letters())

    def exports(self):
        exports = GaugeMetricFamily("branchyear_exports", "Kept exports", labels=["status"])
        counted = Export.objects.order_by().values_list("status").annotate(count=Count("pk"))
        for status, count in counted:
            exports.add_metric([status], count)
        yield exports

    def backup(self, now):
        last = Pulse.objects.filter(pk="backup").values_list("at", flat=True).first()
        if last is not None:
            age = (now - last).total_seconds()
            yield GaugeMetricFamily("branchyear_backup_age_seconds", "Of the last", value=age)

    def connections(self):
        """All of this database, whoever holds them; a login reads one setting and one view of its own."""
        if connection.vendor != "postgresql":
            return
        try:
            with connection.cursor() as cursor:
                cursor.execute(
                    "SELECT coalesce(state, 'other'), count(*) FROM pg_stat_activity"
                    " WHERE datname = current_database() GROUP BY 1"
                )
                rows = cursor.fetchall()
                cursor.execute("SELECT current_setting('max_connections')::int")
                limit = cursor.fetchone()[0]
        except Error:
            return
        open_ = GaugeMetricFamily("branchyear_db_connections", "By state", labels=["state"])
        for state, count in rows:
            open_.add_metric([state], count)
        yield open_
        yield GaugeMetricFamily("branchyear_db_connections_limit", "Of the server", value=limit)


def dead_letters():
    return Job.objects.filter(status=Job.Status.DEAD).count()


class Processes:
    """Memory of the portal's processes on this host (or in this container)."""

    def collect(self):
        memory, number = Counter(), Counter()
        for folder in Path("/proc").glob("[0-9]*"):
            try:
                words = (folder / "cmdline").read_bytes().decode(errors="replace").split("\0")
                pages = int((folder / "statm").read_text().split()[1])
            except (OSError, IndexError, ValueError):
                continue  # gone meanwhile, or not ours to read
            if not any("branchyear" in word for word in words):
                continue
            names = {Path(word).name for word in words}
            program = next((PROGRAMS[name] for name in PROGRAMS if name in names), None)
            if program:
                memory[program] += pages * os.sysconf("SC_PAGE_SIZE")
                number[program] += 1
        resident = GaugeMetricFamily(
            "branchyear_process_resident_memory_bytes", "All of a program", labels=["program"]
        )
        count = GaugeMetricFamily("branchyear_processes", "Running", labels=["program"])
        for program in memory:
            resident.add_metric([program], memory[program])
            count.add_metric([program], number[program])
        yield resident
        yield count
