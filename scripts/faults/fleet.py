"""The whole portal on servers of its own: PostgreSQL, Redis, a mail server, web, worker and beat.

Each can be killed and comes up again: the servers by ``restart``, our own programs by the same supervisor as
in ``make run``. PostgreSQL keeps its promises here (``durable``): what it acknowledged must be there.
"""

import contextlib
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from scripts import portal, processes, servers
from scripts.smtp_sink import letters, sink

ROOT = Path(__file__).resolve().parents[2]


class Fleet:
    """Everything that runs, under one folder. Use as a context; ``look`` must be called often."""

    def __init__(self, *, with_redis=True, disk_mb=0, **environment):
        self.with_redis, self.disk_mb, self.more = with_redis, disk_mb, environment
        self.has_own_disk = False
        self.stack = contextlib.ExitStack()

    def __enter__(self):
        enter = self.stack.enter_context
        self.folder = Path(enter(tempfile.TemporaryDirectory(prefix="branchyear-faults-")))
        if self.disk_mb and os.geteuid() == 0:
            size = f"size={self.disk_mb}m"
            mount = ["mount", "-t", "tmpfs", "-o", size, "none", self.folder]
            self.has_own_disk = subprocess.run(mount, check=False).returncode == 0
            if self.has_own_disk:
                self.stack.callback(subprocess.run, ["umount", "-l", self.folder], check=False)
        home = Path(
            enter(tempfile.TemporaryDirectory(prefix="branchyear-pg-", ignore_cleanup_errors=True))
        )
        try:
            self.postgres = self._up(servers.Postgres(home, durable=True))
            if self.with_redis:
                home = Path(enter(tempfile.TemporaryDirectory(prefix="branchyear-redis-")))
                self.redis = self._up(servers.Redis(home))
            self.letters_file = self.folder / "letters"
            self.letters_file.touch()
            mail = enter(sink(self.letters_file))
            self.port = servers.free_port()
            os.environ.update(
                DJANGO_SETTINGS_MODULE="branchyear.settings",
                BRANCHYEAR_VAR=str(self.folder),
                DATABASE_URL=self.postgres.address,
                REDIS_URL=self.redis.address if self.with_redis else "",
                EMAIL_HOST="127.0.0.1",
                EMAIL_PORT=str(mail),
                PORT=str(self.port),
                LOG_LEVEL="WARNING",
                **self.more,
            )
            self.place = portal.Place(os.environ)
            collect_static()
        except BaseException:
            self.stack.close()
            raise
        return self

    def __exit__(self, *error):
        self.stack.close()

    def _up(self, server):
        server.start()
        self.stack.callback(server.stop)
        server.wait()
        return server

    # --- Our own programs -------------------------------------------------------------------------

    def start(self):
        """Web first, worker and beat once it answers."""
        self.supervisor = portal.Supervisor(
            portal.portal_children(self.place), environment=self.place.environment, cwd=ROOT,
            quick=0,  # they are killed on purpose: never give up
            wait=lambda deaths: 0.5,
        )  # fmt: skip
        self.stack.callback(self.supervisor.stop)
        self.supervisor.start()
        give_up = time.monotonic() + 120
        while not portal.is_ready(self.place):
            self.look()
            if time.monotonic() > give_up:
                raise RuntimeError(portal.tail_of(self.supervisor.children[0].log))
            time.sleep(0.2)
        self.supervisor.start_the_rest()

    def look(self):
        with contextlib.redirect_stdout(None):
            self.supervisor.look()

    def child(self, name):
        return next(child for child in self.supervisor.children if child.name == name).process

    # --- Faults -----------------------------------------------------------------------------------

    def kill_web_worker(self):
        return kill_one_of(children_of(self.child("web")) if self.child("web") else [])

    def kill_web_master(self):
        return kill_one_of([self.child("web").pid] if self.child("web") else [])

    def kill_job_child(self):
        return kill_one_of(children_of(self.child("worker")) if self.child("worker") else [])

    def kill_worker(self):
        process = self.child("worker")
        if process is None:
            return False
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        return True

    def kill_beat(self):
        return kill_one_of([self.child("beat").pid] if self.child("beat") else [])

    def kill_redis(self):
        """Gone, with everything that was in it; started again by ``mend``."""
        return kill_one_of([self.redis.process.pid] if self.redis.process.poll() is None else [])

    def kill_postgres(self):
        """The server itself; started again by ``mend``."""
        alive = self.postgres.process.poll() is None
        return kill_one_of([self.postgres.process.pid] if alive else [])

    def restart_postgres(self):
        """As an operator's restart does it: every connection ends, then it comes back."""
        if self.postgres.process.poll() is not None:
            return False
        processes.stop([self.postgres.process], grace=10, sign=signal.SIGINT)
        return True

    def kill_backend(self):
        """One connection's server process: PostgreSQL then throws all others out and recovers."""
        backends = [
            pid for pid in children_of(self.postgres.process) if b"branchyear" in command_of(pid)
        ]
        return kill_one_of(backends)

    def end_session(self):
        """pg_terminate_backend on a session somebody uses."""
        backends = [
            pid for pid in children_of(self.postgres.process) if b"branchyear" in command_of(pid)
        ]
        return kill_one_of(backends, signal.SIGTERM)

    def mend(self):
        """Bring up again what is down of the servers."""
        for server in (self.postgres, *([self.redis] if self.with_redis else [])):
            if server.process.poll() is not None:
                server.process.wait()
                server.start()

    def mail(self, sign):
        """The mail server hears a signal: stopped it takes connections and says nothing."""
        for pid in children_of(None):
            if b"smtp_sink" in command_of(pid):
                os.kill(pid, sign)

    def letters(self):
        return letters(self.letters_file)

    def log_of(self, name):
        return portal.tail_of(self.folder / "log" / f"{name}.log", lines=80)


def kill_one_of(pids, sign=signal.SIGKILL):
    """Whether there was one to kill."""
    pids = list(pids)
    if not pids:
        return False
    try:
        os.kill(random.choice(pids), sign)  # noqa: S311 chance, not a secret
    except ProcessLookupError:
        return False
    return True


def children_of(process):
    """The process ids of its children, as the kernel tells them; without a process our own."""
    if process is not None and process.poll() is not None:
        return []
    pid = process.pid if process else os.getpid()
    try:
        text = Path(f"/proc/{pid}/task/{pid}/children").read_text()
    except OSError:
        return []
    return [int(pid) for pid in text.split()]


def command_of(pid):
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return b""


def collect_static():
    """Pages need their style sheets' names; collected once for this state of the sources."""
    stamp = ROOT / "staticfiles" / ".collected"
    wanted = portal.fingerprint_of_static(ROOT)
    if stamp.exists() and stamp.read_text() == wanted:
        return
    step = processes.start(
        [sys.executable, "manage.py", "collectstatic", "--no-input", "--clear", "--verbosity", "0"],
        cwd=ROOT, env=os.environ,
    )  # fmt: skip
    if step.wait():
        raise RuntimeError("collectstatic failed")
    stamp.write_text(wanted)
