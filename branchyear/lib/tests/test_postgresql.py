"""Statements that PostgreSQL plans once."""

import os
import socket

import pytest
from django.db import DataError, InterfaceError, OperationalError, connection, transaction
from django.db.models import BigAutoField
from django.db.transaction import TransactionManagementError
from django.db.utils import NotSupportedError
from django.test.utils import CaptureQueriesContext

from branches.models import Organization
from branchyear.lib.composed import Composed
from branchyear.lib.postgresql import base, kept

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.engines,
]


def prepared():
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_prepared_statements WHERE statement LIKE '%%branches_org%%'"
        )
        return cursor.fetchone()[0]


def only_postgresql():
    return connection.vendor == "postgresql"


def test_a_composed_statement_is_prepared_and_nothing_else_is(org):
    before = prepared() if only_postgresql() else 0
    one = Composed(
        lambda place: Organization.objects.filter(pk=place, pk__gt=0), place=BigAutoField()
    )
    for place in (org.north, org.south, org.north):
        assert one(place=place.pk) == [place]
        assert Organization.objects.get(pk=place.pk) == place
    if only_postgresql():
        assert prepared() == before + 1


def test_a_kept_statement_is_planned_once_and_beside_other_options(monkeypatch):
    if not only_postgresql():
        return
    with connection.cursor() as cursor:
        cursor.execute("SHOW plan_cache_mode")
        assert cursor.fetchone() == ("force_generic_plan",)
    monkeypatch.setitem(connection.settings_dict["OPTIONS"], "options", "-c work_mem=8MB")
    assert connection.get_connection_params()["options"] == f"-c work_mem=8MB {base.GENERIC}"


def test_it_is_not_where_the_address_forbids_it(org, monkeypatch):
    one = Composed(
        lambda place: Organization.objects.filter(pk=place, name__gt="一"), place=BigAutoField()
    )
    if not only_postgresql():
        assert not hasattr(connection, "rows_of")
        return
    before = prepared()
    monkeypatch.setitem(connection.settings_dict["OPTIONS"], "prepare", "no")
    told = connection.get_connection_params()
    assert "prepare" not in told
    assert base.GENERIC not in told.get("options", "")
    assert one(place=org.north.pk) in ([], [org.north])
    assert prepared() == before


@pytest.mark.django_db(transaction=True)
def test_a_column_that_changes_its_type_is_no_failure(org):
    """As in an upgrade while the old programs still run."""
    one = Composed(lambda place: Organization.objects.filter(pk=place), place=BigAutoField())
    assert one(place=org.north.pk) == [org.north]
    if not only_postgresql():
        return
    length = Organization._meta.get_field("short_name").max_length
    # By another connection: from its own psycopg learns what was altered.
    other = connection.copy()
    try:
        widen(other, length + 10)
        assert one(place=org.north.pk) == [org.north]
    finally:
        widen(other, length)
        other.close()


def widen(line, length):
    with line.cursor() as cursor:
        cursor.execute(
            f"ALTER TABLE branches_organization ALTER COLUMN short_name TYPE varchar({length})"
        )


def test_inside_a_transaction_it_is_told(org):
    if only_postgresql():
        assert not connection.may_ask_again(NotSupportedError())
        assert not connection.may_ask_again(ValueError())


@pytest.mark.django_db(transaction=True)
def test_a_connection_used_a_moment_ago_is_not_asked_whether_it_lives(monkeypatch):
    if not only_postgresql():
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    asked = []
    monkeypatch.setattr(connection.connection, "cursor", lambda: asked.append("asked"))
    assert connection.is_usable()
    assert asked == []


@pytest.mark.django_db(transaction=True)
def test_one_that_the_server_has_ended_meanwhile_is_known_by_its_line():
    if not only_postgresql():
        return
    other = connection.copy()
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_backend_pid()")
            mine = cursor.fetchone()[0]
        with other.cursor() as cursor:
            # Waits until it is gone.
            cursor.execute("SELECT pg_terminate_backend(%s, 5000)", [mine])
            assert cursor.fetchone()[0]
        assert not connection.is_usable()
    finally:
        other.close()
        connection.close()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("asked_before", [True, False])
def test_a_line_that_breaks_under_a_question_is_told_as_such(asked_before):
    """The page for it says that the portal will be back (503); any other database error is a fault (500)."""
    if not only_postgresql():
        return
    connection.ensure_connection()
    if asked_before:
        connection.rows_of("SELECT %s::int", [1])
    try:
        with socket.socket(fileno=os.dup(connection.connection.fileno())) as line:
            line.shutdown(socket.SHUT_RDWR)
        connection.health_check_done = True  # it breaks after the look at the request's begin
        with pytest.raises(OperationalError):
            connection.rows_of("SELECT %s::int", [1])
        with pytest.raises((OperationalError, InterfaceError)):
            connection.rows_of("SELECT %s::int", [1])
    finally:
        connection.close()


@pytest.mark.django_db(transaction=True)
def test_one_that_was_silent_for_long_is_asked(monkeypatch):
    if not only_postgresql():
        return
    connection.ensure_connection()
    connection.asked_at = 0
    asked = []
    usual = connection.connection.cursor
    monkeypatch.setattr(
        connection.connection, "cursor", lambda: (asked.append("asked"), usual())[1]
    )
    assert connection.is_usable()
    assert asked == ["asked"]


@pytest.mark.django_db(transaction=True)
def test_it_is_asked_in_transactions_and_after_a_rollback(org):
    before = prepared() if only_postgresql() else 0
    one = Composed(
        lambda place: Organization.objects.filter(pk=place, pk__gt=1), place=BigAutoField()
    )
    assert one(place=org.north.pk) == [org.north]
    with transaction.atomic():  # begun by this very question
        assert one(place=org.north.pk) == [org.north]
        assert one(place=org.south.pk) == [org.south]
        transaction.set_rollback(True)
    assert one(place=org.north.pk) == [org.north]
    with transaction.atomic():
        transaction.set_rollback(True)
        with pytest.raises(TransactionManagementError):
            one(place=org.north.pk)
    if only_postgresql():
        assert prepared() == before + 1


def test_a_statement_that_cannot_be_answered_says_so_as_others_do():
    if not only_postgresql():
        return
    with pytest.raises(DataError), transaction.atomic():
        connection.rows_of("SELECT 1 / %s", (0,))
    assert connection.rows_of("SELECT %s || '%%', %s::int", ("一", 2)) == [("一%", 2)]


def test_not_every_statement_ever_asked_is_kept(monkeypatch):
    if not only_postgresql():
        return
    monkeypatch.setattr(kept, "MOST", 5)
    for number in range(23):
        assert connection.rows_of(f"SELECT {number} + %s", (1,)) == [(number + 1,)]
    assert len(connection.kept.names) <= 5


def test_whoever_watches_the_questions_sees_them(org):
    one = Composed(lambda place: Organization.objects.filter(pk=place), place=BigAutoField())
    one(place=org.north.pk)
    with CaptureQueriesContext(connection) as asked:
        one(place=org.north.pk)
    assert len(asked) == 1
