"""A real portal for tests: its own data folder, real web server, real worker, real beat.

On SQLite and the embedded broker, or, when ``DATABASE_URL`` and ``REDIS_URL`` are set, in a database
and a Redis number of its own on those servers.
"""

import json
import os
import signal
import socket
import sqlite3
import subprocess
import sys
import time
import urllib.request
from contextlib import closing, suppress
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg
import redis

from branchyear.tests import databases

ROOT = Path(__file__).resolve().parents[2]


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_until(question, seconds=60, every=0.3):
    """Ask again and again; the answer, once it is true. Fails after ``seconds``."""
    end = time.monotonic() + seconds
    while True:
        answer = question()
        if answer:
            return answer
        if time.monotonic() > end:
            raise AssertionError(f"not within {seconds} s: {question}")
        time.sleep(every)


class Portal:
    """Start and stop the processes of one portal; ``run`` calls manage.py, ``ask`` runs Python in it.

    With ``moment`` (aware) it is that moment in all its processes now, and time goes on from there.
    """

    def __init__(self, var, name, moment=None):
        self.var = Path(var)
        # Two test processes at once have a database and a Redis number each.
        worker = os.environ.get("PYTEST_XDIST_WORKER", "gw0")
        self.name = name = f"{name}_{worker}_{os.getpid()}"
        redis_number = 5 + int(worker.removeprefix("gw"))
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.processes = {}
        self.environment = {
            **os.environ,
            "BRANCHYEAR_VAR": str(self.var),
            "DJANGO_SETTINGS_MODULE": "branchyear.settings",
            "SITE_URL": self.url,
            "PORT": str(self.port),
            "PYTHONUNBUFFERED": "1",
            "LOG_LEVEL": "INFO",
            "OUTBOX_SWEEP_SECONDS": "5",  # otherwise half a minute of waiting in every test of the beat
        }
        if moment:
            self.environment["PORTAL_CLOCK"] = f"{time.time()}:{moment.timestamp()}"
            self.environment["PYTHONPATH"] = str(ROOT / "branchyear/tests/pinned")
        # Secrets of the test run's own settings are not those of this portal.
        self.environment.pop("SECRET_KEY", None)
        self.environment.pop("FIELD_KEY", None)
        self.admin_url = os.environ.get("DATABASE_URL")
        if self.admin_url:
            parts = urlsplit(self.admin_url)
            self.environment["DATABASE_URL"] = urlunsplit(parts._replace(path=f"/{name}"))
        if os.environ.get("REDIS_URL"):
            parts = urlsplit(os.environ["REDIS_URL"])
            self.environment["REDIS_URL"] = urlunsplit(parts._replace(path=f"/{redis_number}"))
            redis.Redis.from_url(self.environment["REDIS_URL"]).flushdb()
        databases.copy(name if self.admin_url else self.var / "branchyear.sqlite3")

    def run(self, *arguments):
        """``manage.py`` with these arguments; its output."""
        done = subprocess.run(
            [sys.executable, "manage.py", *arguments],
            cwd=ROOT,
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=600,
            check=False,
        )
        if done.returncode:
            raise AssertionError(f"manage.py {arguments[0]}: {done.stdout}\n{done.stderr}")
        return done.stdout

    def ask(self, code):
        """Run Python inside the portal; whatever it assigns to ``answer`` comes back (as JSON)."""
        script = (
            "import django; django.setup()\n"
            f"{code}\n"
            "import json; print('ANSWER' + json.dumps(answer, default=str))"
        )
        done = subprocess.run(
            [sys.executable, "-c", script],
            cwd=ROOT,
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )
        lines = [line for line in done.stdout.splitlines() if line.startswith("ANSWER")]
        if not lines:
            raise AssertionError(done.stdout + done.stderr)
        return json.loads(lines[-1].removeprefix("ANSWER"))

    def number(self, sql):
        """The one number a statement gives, straight from the database (cheap enough to poll)."""
        if self.admin_url:
            with psycopg.connect(self.environment["DATABASE_URL"]) as connection:
                return connection.execute(sql).fetchone()[0]
        with closing(sqlite3.connect(self.var / "branchyear.sqlite3", timeout=20)) as connection:
            return connection.execute(sql).fetchone()[0]

    def start(self, *names):
        """Start ``web``, ``worker`` (or ``worker2`` …), ``beat``; waits for the web server's health."""
        for name in names:
            if name in self.processes:
                continue
            log = (self.var / f"{name}.log").open("ab")
            self.processes[name] = subprocess.Popen(
                self._command(name),
                cwd=ROOT,
                env=self.environment,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
            log.close()
        if "web" in names:
            wait_until(self._is_healthy, seconds=90)

    def _command(self, name):
        celery = [sys.executable, "-m", "celery", "-A", "branchyear"]
        if name == "web":
            return [
                sys.executable,
                "-m",
                "gunicorn",
                "branchyear.wsgi",
                "--bind",
                f"127.0.0.1:{self.port}",
                "--worker-class",
                "branchyear.lib.webworker.Worker",
                "--threads",
                "4",
                "--workers",
                "1",
            ]
        if name == "beat":
            return [*celery, "beat", "--pidfile="]
        return [
            *celery,
            "worker",
            "-n",
            f"{name}@%h",
            "-P",
            "prefork",
            "-c",
            "2",
            "-Q",
            "default,mail,heavy",
            "--without-gossip",
            "--without-mingle",
        ]

    def _is_healthy(self):
        if self.processes["web"].poll() is not None:
            raise AssertionError((self.var / "web.log").read_text()[-3000:])
        try:
            with urllib.request.urlopen(f"{self.url}/healthz", timeout=5) as answer:
                return answer.status == 200
        except OSError:
            return False

    def kill(self, name):
        """As a power cut does: the whole group, without a word."""
        process = self.processes.pop(name)
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()

    def stop(self):
        for process in self.processes.values():
            process.terminate()  # the main pid only: celery then ends its own children
        for process in self.processes.values():
            with suppress(subprocess.TimeoutExpired):
                process.wait(timeout=20)
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        self.processes.clear()
        if self.admin_url:
            with psycopg.connect(self.admin_url, autocommit=True) as connection:
                connection.execute(f'DROP DATABASE IF EXISTS "{self.name}" WITH (FORCE)')
