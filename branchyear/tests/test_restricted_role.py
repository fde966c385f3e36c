"""The portal as a role of PostgreSQL that cannot change the audit trail (deploy/restricted_role.sql).

Each test is one transaction that is undone, roles and all. On SQLite, which knows no roles, the same work goes on and
the triggers alone refuse.
"""

import pytest
from django.conf import settings as portal
from django.core.management import call_command
from django.db import DatabaseError, connection, transaction
from django.db.migrations.recorder import MigrationRecorder
from django.utils import timezone

from branchyear.audit import chain, triggers
from branchyear.audit.models import ChainKey, Entry, Link
from branchyear.outbox.models import Job
from members.models import Member
from members.services import imports
from members.tests.make import make_member
from members.tests.rosters import book, person

pytestmark = [pytest.mark.engines, pytest.mark.django_db]

SCRIPT = portal.BASE_DIR / "deploy" / "restricted_role.sql"
REFUSED = "permission denied|must be owner"
TRAIL = {Entry._meta.db_table, Link._meta.db_table}


def run(*statements):
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


@pytest.fixture
def become(people):
    """``become("branchyear")``, the owner of every table who has run the script, or ``"branchyear_app"``."""
    if connection.vendor != "postgresql":
        return lambda role: None
    quoted = connection.ops.quote_name
    run(
        # A table with checks put off to the end of the transaction cannot change hands.
        "SET CONSTRAINTS ALL IMMEDIATE",
        "CREATE ROLE branchyear",
        "CREATE ROLE branchyear_app",
        "ALTER SCHEMA public OWNER TO branchyear",
        "ALTER FUNCTION audit_refuse OWNER TO branchyear",
        *(
            f"ALTER TABLE {quoted(table)} OWNER TO branchyear"
            for table in connection.introspection.table_names()
        ),
        "SET LOCAL ROLE branchyear",
        SCRIPT.read_text(),
    )
    return lambda role: run(f"SET LOCAL ROLE {role}")


def test_the_ordinary_work_of_the_portal_goes_on(
    become, org, people, client, settings, tmp_path, monkeypatch
):
    settings.MEDIA_ROOT = tmp_path
    monkeypatch.setattr(imports, "AT_ONCE_BYTES", 0)  # so that it becomes a job
    become("branchyear_app")

    entered = client.post("/login/", {"username": "shuji", "password": "Passw0rd-2022"})
    page = client.get("/members/")
    member = make_member(org.north)
    upload = imports.upload_roster(
        book(person(1)), organization=org.north, by=people.secretary, today=timezone.localdate()
    )

    assert (entered.status_code, page.status_code) == (302, 200)
    assert Member.objects.get() == member
    assert Job.objects.filter(payload={"roster_upload": upload.pk}).exists()
    verbs = set(Entry.objects.values_list("verb", flat=True))
    assert {"account.signed_in", "member.added", "roster.uploaded"} <= verbs
    assert chain.extend() == Entry.objects.count()
    assert chain.verify().is_whole


@pytest.mark.parametrize("table", sorted(TRAIL))
@pytest.mark.parametrize("act", ["UPDATE {} SET {}", "DELETE FROM {}", "TRUNCATE {}"])
def test_the_database_refuses_to_change_the_trail(become, people, table, act):
    chain.extend()
    column = {"audit_entry": "actor_name = 'x'", "audit_link": "digest = 'x'"}[table]
    become("branchyear")
    if connection.vendor == "postgresql":
        triggers.remove(connection)  # the role alone is to be proved
    become("branchyear_app")

    with pytest.raises(DatabaseError, match="permission denied|never|syntax"), transaction.atomic():
        run(act.format(table, column))


def test_only_the_owner_changes_tables(become, org):
    become("branchyear_app")
    if connection.vendor != "postgresql":
        return
    refused = [
        "CREATE TABLE more (id int)",
        "ALTER TABLE audit_entry DISABLE TRIGGER audit_append_only",
        "DROP TRIGGER audit_append_only ON audit_link",
        "DELETE FROM audit_chainkey",
        "DELETE FROM django_migrations",
    ]
    for statement in refused:
        with pytest.raises(DatabaseError, match=REFUSED), transaction.atomic():
            run(statement)
    with pytest.raises(DatabaseError, match="must be owner"), transaction.atomic():
        call_command("migrate", "audit", "0004", verbosity=0)

    become("branchyear")
    call_command("migrate", "audit", "0004", verbosity=0)
    call_command("migrate", "audit", verbosity=0)

    become("branchyear_app")
    assert (
        not ChainKey.objects.exists()
    )  # a table made since the script was run is the portal's, too
    assert MigrationRecorder(connection).applied_migrations()


def test_the_script_names_the_tables_of_the_trail():
    assert set(triggers.TABLES) == TRAIL
    assert f"ON {', '.join(sorted(TRAIL))} FROM" in SCRIPT.read_text()
    assert f"ON {ChainKey._meta.db_table} FROM" in SCRIPT.read_text()
