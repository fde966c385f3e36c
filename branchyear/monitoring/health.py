"""Whether work gets done: each part of the fleet by itself, each answer within two minutes of the trouble (R13).

Only states and counts, nothing that tells who or what, no address and no secret: it is asked by machines.
"""

import os
import shutil
from functools import partial

from django.conf import settings
from django.db import Error, connection
from django.db.models import Count, Min
from django.utils import timezone

from branchyear.lib.uploads import scanning
from branchyear.monitoring.models import Pulse
from branchyear.outbox.models import Job

QUEUES = ("default", "mail", "heavy")
BEAT_SILENT = 60  # it says something every 15 s
QUEUE_SILENT = 90  # beat sends something every 30 s
PROBE_SILENT = 150  # every 60 s, and a hanging mail server takes 20
DISK_FREE = 0.02
DISK_FREE_BYTES = 200 * 1024 * 1024
BROKER_WAIT = 2


def report(*, now=None):
    """``{check: {"ok": bool, …}}``, the database first: without it nothing else can be told."""
    now = now or timezone.now()
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except Error:
        return {"database": {"ok": False}, "disk": disk(), "broker": broker()}
    pulses = {pulse.pk: pulse for pulse in Pulse.objects.all()}
    waiting = jobs_waiting(now)
    heard = partial(_heard, pulses, now)
    beat = heard("beat", BEAT_SILENT)
    queues = {name: queue(name, heard, waiting, now, beat["ok"]) for name in QUEUES}

    def is_asked(name):
        """The probe's turn comes: beat sends it, and nothing stands in line before it for long."""
        there = queues[name]
        return beat["ok"] and there["ok"] and there["oldest_seconds"] <= QUEUE_SILENT

    return {
        "database": {"ok": True},
        "broker": broker(),
        "beat": beat,
        **{f"queue:{name}": answer for name, answer in queues.items()},
        # Whoever is not asked is not to blame for the silence.
        "mail": heard("mail", PROBE_SILENT, is_asked=is_asked("mail")),
        "audit_chain": heard("audit_chain", PROBE_SILENT, is_asked=is_asked("default")),
        "disk": disk(),
        **({"scanner": {"ok": scanning.answers()}} if settings.CLAMD else {}),
    }


def _heard(pulses, now, name, silence, *, is_asked=True):
    """Well when last seen, and seen lately if somebody asks."""
    pulse = pulses.get(name)
    if pulse is None:
        return {"ok": not is_asked, "seconds": None, "said": "never seen"}
    seconds = round((now - pulse.at).total_seconds())
    is_silent = seconds > silence
    said = pulse.said or ("silent" if is_silent else "")
    return {
        "ok": pulse.is_well and not (is_silent and is_asked),
        "seconds": seconds,
        "said": said,
    }


def jobs_waiting(now):
    """``{queue: (how many are due and not done, since when the oldest)}``."""
    due = Job.objects.due(now).order_by().values("queue")
    counted = due.annotate(count=Count("pk"), oldest=Min("run_after"))
    return {row["queue"]: (row["count"], row["oldest"]) for row in counted}


def queue(name, heard, waiting, now, is_asked):
    """Somebody works on it: has finished something lately, or has something in hand.

    Work that waits while workers are busy is a backlog, told by its age, not a standstill. Without beat nobody asks:
    then only work that nobody takes up tells.
    """
    count, oldest = waiting.get(name, (0, None))
    seconds = round((now - oldest).total_seconds()) if oldest else 0
    answer = heard(f"queue:{name}", QUEUE_SILENT, is_asked=is_asked or seconds > QUEUE_SILENT)
    if not answer["ok"] and _in_hand(name, now):
        answer = {**answer, "ok": True, "said": "busy"}
    return {**answer, "waiting": count, "oldest_seconds": seconds}


def _in_hand(name, now):
    """Whoever works on a job says again and again that he lives: the lease of a dead worker's job has run out
    by now."""
    running = Job.objects.filter(queue=name, status=Job.Status.RUNNING)
    return running.filter(leased_until__gt=now).exists()


def disk():
    """Room where data and files are, and that it can be written to."""
    try:
        room = shutil.disk_usage(settings.VAR_DIR)
        stat = os.statvfs(settings.VAR_DIR)
    except OSError:
        return {"ok": False, "free_share": 0.0, "said": "cannot be read"}
    share = room.free / room.total
    inodes = stat.f_favail / stat.f_files if stat.f_files else 1.0
    is_writable = not stat.f_flag & os.ST_RDONLY
    enough = share >= DISK_FREE and room.free >= DISK_FREE_BYTES and inodes >= DISK_FREE
    return {
        "ok": enough and is_writable,
        "free_share": round(min(share, inodes), 3),
        "said": "" if is_writable else "read only",
    }


def broker():
    """The broker takes messages: Redis answers and may write, or the embedded one's folders are there."""
    if not settings.REDIS_URL:
        usable = os.access(settings.BROKER_DIR / "queue", os.W_OK | os.X_OK)
        return {"ok": usable}
    import redis  # the embedded broker does without

    server = redis.Redis.from_url(
        settings.REDIS_URL, socket_timeout=BROKER_WAIT, socket_connect_timeout=BROKER_WAIT
    )
    try:
        server.ping()
        return {"ok": True}
    except (redis.RedisError, OSError) as error:
        return {"ok": False, "said": type(error).__name__}
    finally:
        server.close()
