"""One migrated database, made once and copied for every test process and every portal under test.

Migrating takes a quarter of a minute of processor time; a copy takes none. The original lies in pytest's
cache folder (SQLite) or on the server (PostgreSQL) and is made anew when any code of the portal changes.
"""

import fcntl
import hashlib
import shutil
import sys
from contextlib import contextmanager
from pathlib import Path

import django
from django.conf import settings
from django.core.management import call_command
from django.db import connection

ROOT = Path(__file__).resolve().parents[2]
CODE = ("branchyear", "branches", "members", "tasks", "reports")
FOLDER = ROOT / ".pytest_cache" / "migrated"
KIND = "branchyear_migrated_"
_LOCK = 20220310  # a number for the advisory lock; nothing else of ours takes one in "postgres"


@contextmanager
def switched():
    """Inside, Django's connection leads to a copy of the migrated database; afterwards the copy is gone."""
    before = settings.DATABASES["default"]["NAME"]
    name = connection.creation._get_test_db_name()
    copy(name)
    _lead_to(name)
    yield
    drop(name)
    _lead_to(before)


def copy(name):
    """Make the database ``name``, a path or a name on the server, ready for use."""
    if connection.vendor == "sqlite":
        _copy_file(Path(name))
    else:
        _copy_on_server(name)


def drop(name):
    connection.close()
    if connection.vendor == "sqlite":
        _remove_file(Path(name))
    else:
        with connection.creation._nodb_cursor() as cursor:
            cursor.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


def fingerprint():
    """Changes with any code that has a say in what a migrated database holds."""
    known = hashlib.sha256(f"{sys.version} {django.VERSION}".encode())
    files = [*ROOT.glob("requirements*.txt")]
    for package in CODE:
        files += (f for f in (ROOT / package).rglob("*.py") if "tests" not in f.parts)
    for file in sorted(files):
        known.update(str(file.relative_to(ROOT)).encode() + b"\0" + file.read_bytes() + b"\0")
    return known.hexdigest()[:16]


def _copy_file(path):
    FOLDER.mkdir(parents=True, exist_ok=True)
    original = FOLDER / f"{fingerprint()}.sqlite3"
    with (FOLDER / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not original.exists():
            for old in FOLDER.glob("*.sqlite3*"):
                old.unlink()
            draft = FOLDER / "draft.sqlite3"
            _migrate(draft)
            draft.rename(original)
        _remove_file(path)
        shutil.copyfile(original, path)


def _remove_file(path):
    for end in ("", "-wal", "-shm"):
        path.with_name(path.name + end).unlink(missing_ok=True)


def _copy_on_server(name):
    connection.close()
    original = KIND + fingerprint()
    with connection.creation._nodb_cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [_LOCK])
        cursor.execute("SELECT datname FROM pg_database WHERE starts_with(datname, %s)", [KIND])
        there = {row[0] for row in cursor.fetchall()}
        if original not in there:
            for old in there:
                cursor.execute(f'DROP DATABASE "{old}" WITH (FORCE)')
            draft = f"{KIND}draft"
            cursor.execute(f'CREATE DATABASE "{draft}"')
            _migrate(draft)
            cursor.execute(f'ALTER DATABASE "{draft}" RENAME TO "{original}"')
        cursor.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        cursor.execute(f'CREATE DATABASE "{name}" TEMPLATE "{original}"')


def _migrate(name):
    before = connection.settings_dict["NAME"]
    _lead_to(name)
    try:
        call_command("migrate", verbosity=0, interactive=False, run_syncdb=True)
    finally:
        _lead_to(before)


def _lead_to(name):
    connection.close()
    settings.DATABASES["default"]["NAME"] = name
    connection.settings_dict["NAME"] = name
