"""R13: a member of the fleet that fails is seen at /healthz/deep within two minutes, and so is its repair.

Four faults, one after the other, each mended before the next: no worker works (the queue stands still), no beat
ticks, the disk is full, the mail server refuses.
"""

import contextlib
import os
import signal
import time
from pathlib import Path

from scripts import processes
from scripts.faults import world
from scripts.faults.desks import Line
from scripts.faults.fleet import Fleet

WITHIN = 120
SETTLING = 240  # seconds until a fresh fleet has been heard of


def run(faults=("worker", "beat", "disk", "mail")):
    with Fleet(disk_mb=700) as fleet:
        disk = Disk(fleet.folder)
        import django

        django.setup()
        world.build(1)
        fleet.start()
        asked = Line(fleet.port, "", None)
        settled = until(fleet, asked, 200, SETTLING)
        figures, wrong = {"green after the start, s": settled}, []
        if settled is None:
            return figures, [f"never green: {deep(asked)}"]
        for name in faults:
            if name == "disk" and not fleet.has_own_disk:
                figures["disk"] = (
                    "not run: only root may give the data folder a small disk of its own"
                )
                continue
            hurt, mend = {
                "worker": (lambda: held(fleet, "worker"), lambda: let_go(fleet, "worker")),
                "beat": (lambda: held(fleet, "beat"), lambda: let_go(fleet, "beat")),
                "disk": (disk.fill, disk.free),
                "mail": (lambda: fleet.mail(signal.SIGSTOP), lambda: fleet.mail(signal.SIGCONT)),
            }[name]
            hurt()
            red = until(fleet, asked, 503, 2 * WITHIN)
            said = deep(asked)[1]
            mend()
            green = until(fleet, asked, 200, 2 * WITHIN)
            figures[name] = {"red, s": red, "green again, s": green}
            if red is None or red > WITHIN:
                wrong.append(f"{name}: red after {red} s: {said[:600]}")
            if green is None or green > WITHIN:
                wrong.append(f"{name}: green after {green} s: {deep(asked)[1][:600]}")
    return figures, wrong


def deep(asked):
    try:
        answer = asked.ask("GET", "/healthz/deep", timeout=30)
    except OSError as error:
        return 0, str(error)
    return answer.status, answer.body.decode(errors="replace")


def until(fleet, asked, status, seconds):
    """Seconds until it answers so; None if it does not in time."""
    began = time.monotonic()
    while time.monotonic() - began < seconds:
        fleet.look()
        if deep(asked)[0] == status:
            return round(time.monotonic() - began, 1)
        time.sleep(1)
    return None


def held(fleet, name):
    """Stopped, and not started again."""
    child = next(child for child in fleet.supervisor.children if child.name == name)
    processes.stop([child.process], grace=5, sign=signal.SIGKILL)
    child.process, child.next_start = None, float("inf")


def let_go(fleet, name):
    next(c for c in fleet.supervisor.children if c.name == name).next_start = 0.0


class Disk:
    """The data folder's own small disk, filled up to its last megabytes."""

    def __init__(self, folder):
        self.folder, self.ballast = folder, Path(folder) / "ballast"

    def fill(self):
        left = os.statvfs(self.folder)
        with self.ballast.open("wb") as file, contextlib.suppress(OSError):
            os.posix_fallocate(file.fileno(), 0, left.f_bavail * left.f_frsize - 2 * 1024 * 1024)

    def free(self):
        self.ballast.unlink(missing_ok=True)
