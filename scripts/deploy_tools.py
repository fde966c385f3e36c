"""What the trial of the deployment is made with: its table, its questions, the servers beside the portal."""

import hashlib
import http.client
import json
import subprocess
import sys
import time
from contextlib import contextmanager

import psycopg

from scripts import processes, smtp_sink
from scripts.deployment import ROOT

PASSWORD = "Passw0rd-2022"  # noqa: S105 of the cast
WEB, WORKER, BEAT = (
    "branchyear-web@.service", "branchyear-worker@.service", "branchyear-beat.service",
)  # fmt: skip
QUEUES = ("default", "mail", "heavy")


class Table:
    """What was looked at, one line each, printed as it comes."""

    def __init__(self):
        self.lines, self.began = [], time.monotonic()

    def say(self, what, is_good, found=""):
        self.lines.append((what, bool(is_good), str(found)))
        mark = "ok  " if is_good else "FAIL"
        print(f"{time.monotonic() - self.began:6.0f} s  {mark}  {what:<58} {found}", flush=True)

    def same(self, what, found, wanted):
        self.say(what, found == wanted, found if found == wanted else f"{found!r}, not {wanted!r}")

    @contextmanager
    def part(self, name):
        """What goes wrong in it is a line of the table, and the walk goes on."""
        try:
            yield
        except Exception as error:  # noqa: BLE001 whatever it was, the walk goes on
            self.say(name, False, f"{type(error).__name__}: {error}"[:700])


def digest(content):
    return hashlib.sha256(content).hexdigest()


def last_line(text):
    lines = [line for line in text.strip().splitlines() if line.strip()]
    return lines[-1][:90] if lines else ""


def wait(question, seconds):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if answer := question():
            return answer
        time.sleep(0.5)
    return None


def local(port, path):
    """Asked of a web instance itself, past nginx."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    try:
        connection.request("GET", path)
        return connection.getresponse().read()
    finally:
        connection.close()


def deep(host):
    return json.loads(local(host.ports[0], "/healthz/deep"))


def until_well(host, seconds=150):
    began = time.monotonic()
    well = wait(lambda: not deep(host)["ailing"], seconds)
    if not well:
        print(json.dumps(deep(host), indent=1))
    return round(time.monotonic() - began) if well else None


def plain(port, name):
    """``(status, location)`` without TLS; no status where the line is cut."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        connection.request("GET", "/", headers={"Host": name})
        answer = connection.getresponse()
        return answer.status, answer.getheader("Location")
    except (OSError, http.client.HTTPException):
        return None, None
    finally:
        connection.close()


def count(host, table):
    return counts(host)[table]


def counts(host):
    """The rows of every table."""
    with psycopg.connect(host.environment["DATABASE_URL"]) as connection:
        named = connection.execute(
            "SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'"
        ).fetchall()
        return {
            name: connection.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0]  # noqa: S608  # nosec B608
            for (name,) in named
        }


class Redis:
    """A Redis with a password that can go and come back at the same port."""

    def __init__(self, port, password, home):
        self.port, self.password, self.home, self.server = port, password, home, None

    def start(self):
        with (self.home / "redis.log").open("ab") as log:
            self.server = processes.start(
                ["redis-server", "--port", self.port, "--bind", "127.0.0.1", "--save", "",
                 "--appendonly", "no", "--dir", self.home, "--requirepass", self.password],
                stdout=log, stderr=log,
            )  # fmt: skip

    def stop(self):
        if self.server:
            processes.kill_group(self.server)
            self.server = None


class Post:
    """A mail server that keeps one line of each letter; it too can go and come back."""

    def __init__(self, kept):
        self.kept, self.port, self.server = kept, 0, None

    def start(self):
        self.server = processes.start(
            [sys.executable, "-m", "scripts.smtp_sink", self.kept, str(self.port)],
            stdout=subprocess.PIPE, text=True, cwd=ROOT,
        )  # fmt: skip
        self.port = int(self.server.stdout.readline())

    def stop(self):
        if self.server:
            processes.kill_group(self.server)
            self.server = None

    def letters(self):
        return smtp_sink.letters(self.kept)
