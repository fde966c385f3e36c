"""Whoever changes the trail behind the portal's back is found out."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from branchyear.audit import chain, jobs, triggers, watch
from branchyear.audit.models import Entry, Link
from branchyear.audit.services import record

pytestmark = [pytest.mark.engines, pytest.mark.django_db]


@pytest.fixture
def trail(people):
    """Seven linked entries."""
    triggers.remove(connection)
    for number in range(7):
        record(
            "account.signed_in", people.admin, by=people.admin, number=number, words=["“甲”", 1.5]
        )
    assert chain.extend() >= 7
    return list(Entry.objects.filter(verb="account.signed_in").order_by("pk"))


def run(statement, *values):
    with connection.cursor() as cursor:
        cursor.execute(statement, values)


def test_an_untouched_trail_is_whole(trail, people):
    record("account.signed_in", people.admin, by=people.admin)

    verdict = chain.verify()

    assert verdict.is_whole
    assert verdict.links == Entry.objects.count()


def test_nothing_new_adds_no_link(trail):
    assert chain.extend() == 0
    jobs.extend_chain()
    assert Link.objects.count() == Entry.objects.count()


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE audit_entry SET actor_name = '别人' WHERE id = %s",
        "UPDATE audit_entry SET detail = '{}' WHERE id = %s",
        "UPDATE audit_entry SET at = '2020-01-01 00:00:00+00:00' WHERE id = %s",
        "UPDATE audit_entry SET ip = '10.0.0.9' WHERE id = %s",
        "DELETE FROM audit_entry WHERE id = %s",
        "DELETE FROM audit_link WHERE entry_id = %s",
    ],
)
@pytest.mark.parametrize("place", [0, 3])
def test_a_changed_or_removed_entry_is_named(trail, change, place):
    run(change, trail[place].pk)

    verdict = chain.verify()

    assert not verdict.is_whole
    if "audit_entry" in change:
        assert str(trail[place].pk) in verdict.faults[0]


def test_an_entry_slipped_in_far_back_is_named(trail, monkeypatch):
    monkeypatch.setattr(chain, "BEHIND", 2)
    run("DELETE FROM audit_link")
    digest = chain.START
    others = Entry.objects.exclude(pk=trail[0].pk).order_by("pk").values_list(*chain.FIELDS)
    for position, values in enumerate(others, start=1):
        digest = chain.digest_of(digest, values, chain.Keys().at(position))
        Link.objects.create(position=position, entry_id=values[0], digest=digest)

    verdict = chain.verify()

    assert verdict.faults == [f"第{trail[0].pk}号审计记录不在链上，是事后插入的。"]


def test_two_entries_that_changed_places_are_named(trail):
    one, other = trail[2].pk, trail[3].pk
    run("UPDATE audit_link SET entry_id = -1 WHERE entry_id = %s", one)
    run("UPDATE audit_link SET entry_id = %s WHERE entry_id = %s", one, other)
    run("UPDATE audit_link SET entry_id = %s WHERE entry_id = -1", other)

    assert not chain.verify().is_whole


def test_a_chain_cut_off_at_its_end_is_found_out_by_a_link_kept_elsewhere(trail):
    kept = chain.head()
    run("DELETE FROM audit_link WHERE entry_id = %s", trail[-1].pk)
    run("DELETE FROM audit_entry WHERE id = %s", trail[-1].pk)

    assert chain.verify().is_whole  # the database alone cannot tell
    assert not chain.verify(expect=kept).is_whole


def test_a_chain_made_anew_without_the_key_is_found_out(trail, settings):
    settings.FIELD_KEY = "another-key-" * 4
    run("DELETE FROM audit_link")
    chain.extend()
    settings.FIELD_KEY = "and-yet-another-key-" * 3

    assert not chain.verify().is_whole


def test_links_that_are_added_while_the_watch_looks_are_no_fault(trail, people, monkeypatch):
    seen = chain.head()
    record("account.signed_in", people.admin, by=people.admin)
    jobs.extend_chain()
    monkeypatch.setattr(chain, "head", lambda: seen)

    assert Link.objects.count() > seen[0]
    assert watch.look().fault == ""


def test_the_command_says_that_the_trail_is_whole_or_ends_with_an_error(trail):
    told = StringIO()
    call_command("verify_audit", stdout=told)
    assert "审计记录完整" in told.getvalue()
    run("UPDATE audit_entry SET verb = 'account.signed_out' WHERE id = %s", trail[1].pk)

    with pytest.raises(CommandError):
        call_command("verify_audit", stdout=told, stderr=StringIO())


def test_the_database_refuses_to_change_a_link(people):
    from django.db import DatabaseError, transaction

    record("account.signed_in", people.admin, by=people.admin)
    chain.extend()

    for statement in ("UPDATE audit_link SET digest = ''", "DELETE FROM audit_link"):
        with pytest.raises(DatabaseError, match="never"), transaction.atomic():
            run(statement)
