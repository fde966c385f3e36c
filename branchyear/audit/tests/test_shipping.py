"""The copy off this host finds out whoever rewrites the whole chain here."""

import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction

from branchyear.accounts.models import User
from branchyear.audit import chain, shipping, triggers
from branchyear.audit.models import Entry, Link
from branchyear.audit.services import record

pytestmark = pytest.mark.django_db


def say(people, number):
    record("account.signed_in", people.admin, by=people.admin, number=number)


def verify(folder):
    out = StringIO()
    call_command("verify_audit", shipped=str(folder), stdout=out, stderr=out)
    return out.getvalue()


def test_each_shipment_begins_where_the_last_ended(people, tmp_path, monkeypatch):
    monkeypatch.setattr(shipping, "PER_FILE", 10)
    call_command("ship_audit", str(tmp_path), stdout=StringIO())
    before = Link.objects.count()
    again = shipping.ship(tmp_path)
    say(people, 1)

    more = shipping.ship(tmp_path)

    assert again == []
    assert [path.name for path in more] == [f"audit-{before + 1:012d}-{before + 1:012d}.jsonl"]
    lines = [json.loads(x) for p in shipping.files_of(tmp_path) for x in p.read_text().splitlines()]
    assert [line["position"] for line in lines] == list(range(1, before + 2))
    assert {line["id"] for line in lines} == set(Entry.objects.values_list("pk", flat=True))
    assert list(tmp_path.glob("*.part")) == []
    assert f"与异地副本核对{before + 1}环" in verify(tmp_path)


def test_a_chain_made_anew_does_not_match_what_was_shipped(people, tmp_path):
    say(people, 1)
    shipping.ship(tmp_path)
    triggers.remove(connection)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE audit_entry SET actor_name = '别人'")
        cursor.execute("DELETE FROM audit_link")
    chain.extend()  # with our own key: the chain alone is whole again
    assert chain.verify().is_whole

    with pytest.raises(CommandError, match="不完整或被改动"):
        verify(tmp_path)


def test_when_the_trail_cannot_be_written_nothing_is_done(people, client):
    """Fail closed (等保2.0 三级: 审计进程保护): the database refuses the entry, the real way."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute(
                "CREATE TEMP TRIGGER full BEFORE INSERT ON main.audit_entry"
                " BEGIN SELECT RAISE(ABORT, 'disk full'); END"
            )
        else:
            cursor.execute(
                "ALTER TABLE audit_entry ADD CONSTRAINT audit_full CHECK (id < 0) NOT VALID"
            )
    from branches.services import accounts

    try:
        with pytest.raises(DatabaseError), transaction.atomic():
            accounts.close_account(people.secretary, by=people.admin)
        with pytest.raises(DatabaseError), transaction.atomic():
            client.post("/login/", {"username": "shuji", "password": "Passw0rd-2022"})
    finally:
        if connection.vendor == "sqlite":
            with connection.cursor() as cursor:
                cursor.execute("DROP TRIGGER full")

    assert User.objects.get(pk=people.secretary.pk).is_active
