"""The trail is added to, never changed."""

import pytest
from django.core.management import call_command
from django.db import DatabaseError, connection, transaction

from branchyear.audit import triggers, verbs
from branchyear.audit.models import Entry
from branchyear.audit.services import build, record, record_each, record_many
from branchyear.audit.signals import recorded


def test_an_entry_freezes_names(org, people):
    entry = record(
        "organization.renamed",
        org.north,
        by=people.admin,
        organization=org.north,
        after={"name": "新"},
    )

    entry.refresh_from_db()
    assert (entry.actor_name, entry.thing_label, entry.organization_name) == (
        "沈管理",
        "北一支部",
        "北一支部",
    )
    assert entry.detail == {"after": {"name": "新"}}
    assert entry.verb_label == "党组织更名"


def test_an_unknown_verb_cannot_be_recorded(people):
    with pytest.raises(ValueError, match="made.up"):
        record("made.up", by=people.admin)


def test_an_entry_is_never_changed_through_the_model(people):
    entry = record("account.signed_in", by=people.admin)

    with pytest.raises(TypeError):
        entry.save()
    with pytest.raises(TypeError):
        entry.delete()


@pytest.mark.engines
@pytest.mark.parametrize(
    "statement", ["UPDATE audit_entry SET actor_name = 'x'", "DELETE FROM audit_entry"]
)
def test_the_database_itself_refuses(statement, people):
    record("account.signed_in", by=people.admin)

    with (
        pytest.raises(DatabaseError, match="never"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)

    assert Entry.objects.filter(actor_name="x").count() == 0
    assert Entry.objects.filter(verb="account.signed_in").exists()


@pytest.mark.engines
def test_a_rebuilt_table_is_guarded_again_after_the_migration(people):
    record("account.signed_in", by=people.admin)
    triggers.remove(connection)

    call_command("migrate", verbosity=0)

    with (
        pytest.raises(DatabaseError, match="never"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute("DELETE FROM audit_entry")


def test_many_entries_are_one_statement(people, django_assert_num_queries):
    entries = [build("item.saved", by=people.secretary) for _ in range(50)]

    with django_assert_num_queries(1):
        record_many(entries)

    assert Entry.objects.filter(verb="item.saved").count() == 50


def test_the_same_act_on_each_of_many_is_told_as_one_by_one(org, people, django_assert_num_queries):
    heard = []

    def hear(sender, organizations, verbs, **_):
        heard.append((organizations, verbs))

    recorded.connect(hear)
    places, by = [org.north, org.south], people.admin
    record_many(build("organization.renamed", o, by=by, organization=o) for o in places)
    with django_assert_num_queries(1):
        things = ((o.pk, str(o), o) for o in places)
        record_each("organization.renamed", type(org.north), things, by=by)

    entries = [
        {name: value for name, value in entry.items() if name not in {"id", "at"}}
        for entry in Entry.objects.order_by("pk").values()
    ]
    assert entries[-4:-2] == entries[-2:]
    assert heard == [({o.pk for o in places}, {"organization.renamed"})] * 2


def test_every_verb_has_words():
    assert all(verbs.VERBS.values())
