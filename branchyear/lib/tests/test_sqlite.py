"""SQLite's write lock: who waits for it looks often, and no longer than the settings allow."""

import sqlite3
import threading
import time

import pytest
from django.conf import settings
from django.db import OperationalError
from django.db.utils import ConnectionHandler

TIMEOUT = 0.3


@pytest.fixture
def ours(tmp_path, django_db_blocker):
    """A connection of the portal's engine to a file of its own."""
    handler = ConnectionHandler(
        {
            "default": {
                "ENGINE": "branchyear.lib.sqlite3",
                "NAME": tmp_path / "trial.sqlite3",
                "OPTIONS": {"transaction_mode": "IMMEDIATE", "timeout": TIMEOUT},
            }
        }
    )
    connection = handler["default"]
    with django_db_blocker.unblock():
        connection.ensure_connection()
        connection.connection.execute("CREATE TABLE trial (number integer)")
        yield connection
        connection.close()


@pytest.fixture
def other(ours):
    """Somebody else at the same file."""
    connection = sqlite3.connect(
        ours.settings_dict["NAME"], isolation_level=None, check_same_thread=False
    )
    yield connection
    connection.close()


def begin(connection):
    connection._start_transaction_under_autocommit()


def busy_timeout(connection):
    return connection.connection.execute("PRAGMA busy_timeout").fetchone()[0]


def test_who_waits_begins_when_the_lock_is_free(ours, other):
    other.execute("BEGIN IMMEDIATE")
    threading.Timer(0.1, other.execute, ["COMMIT"]).start()
    begin(ours)
    assert ours.connection.in_transaction
    assert busy_timeout(ours) == TIMEOUT * 1000  # for all that follows
    ours.connection.execute("ROLLBACK")


def test_waiting_ends_with_the_settings_patience(ours, other):
    other.execute("BEGIN IMMEDIATE")
    began = time.monotonic()
    with pytest.raises(OperationalError, match="database is locked"):
        begin(ours)
    assert time.monotonic() - began >= TIMEOUT
    assert busy_timeout(ours) == TIMEOUT * 1000
    other.execute("ROLLBACK")


def test_the_portal_uses_it():
    default = settings.DATABASES["default"]
    assert settings.DATABASE_URL or default["ENGINE"] == "branchyear.lib.sqlite3"
