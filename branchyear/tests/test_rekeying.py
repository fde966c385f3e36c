"""FIELD_KEY is changed while the portal serves."""

import io
import re
from datetime import date, timedelta
from types import SimpleNamespace

import pytest
from django.conf import settings as portal
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.management import CommandError, call_command
from django.db import connection

from branchyear import checks, rekeying
from branchyear.accounts import second_factor
from branchyear.accounts.models import RecoveryCode, SecondFactor, User
from branchyear.audit import chain, triggers
from branchyear.audit.models import Entry, Link
from branchyear.audit.services import record
from branchyear.lib.crypto import blind_index, fingerprint, seal
from branchyear.lib.errors import Refused
from branchyear.once.models import Posting
from members.models import Member, RosterUpload
from members.services import imports, roster, transfers
from members.tests.make import id_number, make_member
from members.tests.rosters import book, number_of, person

pytestmark = [pytest.mark.engines, pytest.mark.django_db]

FIRST, NEW = portal.FIELD_KEY, "the-new-key-" * 4
TODAY = date(2022, 5, 10)
SECRET = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"


@pytest.fixture
def stored(org, people, settings, tmp_path):
    """One of everything that hangs on the key, under the first one."""
    settings.MEDIA_ROOT = tmp_path
    member = make_member(org.north, "张三", id_number=number_of(1), birth_date=date(1985, 3, 2))
    User.objects.filter(pk=people.clerk.pk).update(phone="10012345678")
    SecondFactor.objects.create(user=people.committee, secret=SECRET)
    RecoveryCode.objects.create(user=people.committee, digest=second_factor._digest("ABCDE-FGH23"))
    Posting.objects.create(key="k", content="c", answer="{}")
    name = default_storage.save("rosters/1.bin", ContentFile(seal(b"a workbook")))
    upload = RosterUpload.objects.create(
        organization=org.north, by=people.clerk, filename="名册.xlsx", file=name, expires_on=TODAY
    )
    record("account.signed_in", people.admin, by=people.admin)
    chain.extend()
    return SimpleNamespace(member=member, upload=upload)


@pytest.fixture
def begin(settings):
    """The environment after the second restart: a new key writes, the first one still reads."""

    def swap(new=NEW, *others):
        settings.FIELD_KEY, settings.FIELD_KEY_FALLBACKS = new, list(others) or [FIRST]

    return swap


@pytest.fixture
def end(settings):
    """The old key is taken out of the environment."""

    def without():
        settings.FIELD_KEY_FALLBACKS = []

    return without


def run(*words):
    told = io.StringIO()
    call_command("change_field_key", *words, stdout=told, stderr=told)
    return told.getvalue()


def test_everything_is_brought_under_the_new_key_and_the_old_one_can_go(stored, people, begin, end):
    begin()

    told = run()
    end()

    assert "没有数据留在旧密钥下" in told
    assert "members.Member.id_number：共1个，本次更换1个" in told
    assert Member.objects.get(id_number_index=blind_index(number_of(1))).id_number == number_of(1)
    assert User.objects.get(pk=people.clerk.pk).phone == "10012345678"
    assert SecondFactor.objects.get().secret == SECRET
    assert Posting.objects.get().answer == "{}"
    assert second_factor.prove(people.committee, "ABCDE-FGH23")
    assert imports.content_of(stored.upload).read() == b"a workbook"
    assert chain.verify().is_whole
    assert rekeying.count().is_done


def test_a_second_time_there_is_nothing_to_do(stored, begin):
    begin()
    run()
    before = Member.objects.values_list("updated_at", "revision").get()

    again = rekeying.change()

    assert again.is_done
    assert not any(one.changed for one in again.counts)
    assert Member.objects.values_list("updated_at", "revision").get() == before
    assert Entry.objects.filter(verb="field_key.changed").count() == 1


def test_the_trail_names_the_keys_by_their_fingerprints_and_how_much_was_changed(stored, begin):
    begin()
    run()

    detail = Entry.objects.get(verb="field_key.changed").detail

    assert (detail["key"], detail["before"]) == (fingerprint(NEW), [fingerprint(FIRST)])
    assert detail["values"]["members.Member.id_number"] == 1
    assert NEW not in str(detail)


def test_the_check_only_counts_and_ends_with_an_error_while_anything_is_left(stored, begin):
    begin()
    before = Member.objects.values_list("id_number_index", flat=True).get()

    with pytest.raises(CommandError, match="仍有"):
        run("--check")

    assert Member.objects.values_list("id_number_index", flat=True).get() == before
    run()
    assert "没有数据留在旧密钥下" in run("--check")


def test_without_a_change_the_check_finds_everything_in_order_and_the_command_does_nothing(stored):
    assert "没有数据留在旧密钥下" in run("--check")
    run()
    assert not Entry.objects.filter(verb="field_key.changed").exists()


def test_a_key_taken_out_too_early_is_noticed_and_nothing_is_lost(stored, begin, end):
    begin()
    end()

    with pytest.raises(CommandError, match="FIELD_KEY_FALLBACKS"):
        run()

    begin()
    assert rekeying.change().is_done


def test_a_row_saved_between_reading_and_writing_is_not_overwritten(stored, begin):
    begin()
    holder = next(h for h in rekeying.holders() if h.model is Member)
    outcome = rekeying.Outcome()
    for part in holder.parts():
        member = Member.objects.get()
        member.phone, member.id_number = "13900000009", number_of(2)
        member.save()

        holder.write(part, outcome)

    member = Member.objects.get(id_number_index=blind_index(number_of(2)))
    assert (member.phone, member.id_number) == ("13900000009", number_of(2))
    assert rekeying.change().is_done


def test_one_that_was_killed_goes_on_where_it_was(stored, org, begin, monkeypatch):
    make_member(org.north, "李四", id_number=id_number(), phone="13900000001")
    begin()
    monkeypatch.setattr(rekeying, "BATCH", 1)

    def killed(name, rows):
        if name == "members.Member":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        rekeying.change(tell=killed)
    outcome = rekeying.change()

    assert outcome.is_done
    changed = {one.name: (one.values, one.changed) for one in outcome.counts}
    assert changed["members.Member.id_number"] == (2, 1)


def test_a_file_that_was_done_with_meanwhile_does_not_come_back(stored, begin, monkeypatch):
    begin()
    put = rekeying._put_in_place

    def saved_meanwhile(name, content):
        RosterUpload.objects.update(file="")
        default_storage.delete(name)
        put(name, content)

    monkeypatch.setattr(rekeying, "_put_in_place", saved_meanwhile)

    assert rekeying.change().is_done
    assert not default_storage.exists("rosters/1.bin")


# --- one number, one person -------------------------------------------------------------------------------------------


def test_a_number_stored_under_the_old_key_is_not_registered_again(stored, org, begin):
    begin()

    with pytest.raises(Refused, match="已在其他党员名下"):
        make_member(org.south, "另一人", id_number=number_of(1), birth_date=date(1985, 3, 2))
    other = make_member(org.south, "李四")
    with pytest.raises(Refused, match="已在"):
        roster.revise_member(
            other,
            revision=1,
            by=None,
            today=TODAY,
            id_number=number_of(1),
            birth_date=date(1985, 3, 2),
        )


def test_persons_stored_under_the_old_key_are_found_by_their_numbers(stored, org, people, begin):
    begin()

    plan = imports.Plan(book(person(1)), organization=org.north, by=people.secretary, today=TODAY)
    rows = [row for part in plan.parts() for row in part]

    assert [row.member for row in rows] == [stored.member]
    assert list(Member.objects.found(number_of(1)[-4:], numbers=True)) == [stored.member]
    Member.objects.update(standing="left")
    assert transfers._who_left(number_of(1)) == stored.member


def test_two_rows_of_one_number_that_slipped_by_are_named_and_left(stored, org, begin, settings):
    other = make_member(org.south, "李四")
    begin()
    other.id_number, other.birth_date = number_of(1), date(1985, 3, 2)
    other.save()

    outcome = rekeying.change()

    assert outcome.clashes == [f"members.Member {stored.member.pk}"]
    assert not outcome.is_done
    assert Member.objects.get(pk=stored.member.pk).id_number == number_of(1)
    assert not Entry.objects.filter(verb="field_key.changed").exists()
    Member.objects.filter(pk=other.pk).delete()
    assert rekeying.change().is_done


# --- the audit chain -------------------------------------------------------------------------------------------------


def test_a_link_made_with_the_old_key_after_the_change_is_found_out(stored, people, begin, end):
    begin()
    record("account.signed_in", people.admin, by=people.admin)
    run()
    end()
    record("account.signed_in", people.admin, by=people.admin)
    assert chain.verify().is_whole
    triggers.remove(connection)

    last = Link.objects.last()
    values = Entry.objects.filter(pk=last.entry_id).values_list(*chain.FIELDS).get()
    before = Link.objects.get(position=last.position - 1).digest
    forged = chain.digest_of(before, values, chain._key(FIRST))
    Link.objects.filter(pk=last.pk).update(digest=forged)

    assert not chain.verify().is_whole


def test_a_second_change_goes_as_well(stored, begin, end):
    begin()
    run()
    begin("the-third-key-" * 4, NEW)
    run()
    end()

    assert rekeying.count().is_done
    assert chain.verify().is_whole


# --- nothing is forgotten --------------------------------------------------------------------------------------------


def test_every_column_that_hangs_on_the_key_is_found():
    assert {count.name for holder in rekeying.holders() for count in holder.counts.values()} == {
        "accounts.RecoveryCode.digest",
        "accounts.SecondFactor.secret",
        "accounts.User.phone",
        "audit.ChainKey.key",
        "members.Applicant.id_number",
        "members.Member.id_number",
        "members.Member.id_number_index",
        "members.Member.id_tail_index",
        "members.Member.phone",
        "members.RosterUpload.file",
        "once.Posting.answer",
        "tasks.Draw.seed",
    }


def test_nothing_else_in_the_code_makes_what_hangs_on_the_key():
    """Whatever encrypts or hashes outside of those columns would be unreadable after a change."""
    makes = re.compile(
        r"(?<!\.)\b(?:encrypt|seal|blind_index|keyed_digest)\(|\bsettings\.FIELD_KEY\b"
    )
    found = {
        str(path.relative_to(portal.BASE_DIR))
        for package in ("branchyear", "branches", "members", "tasks", "reports")
        for path in (portal.BASE_DIR / package).rglob("*.py")
        if not {"tests", "migrations"} & set(path.parts)
        and makes.search(text := path.read_text("utf-8"))
        and "crypto" in text
    }

    assert found == {
        "branchyear/lib/crypto.py",
        "branchyear/accounts/second_factor.py",  # RecoveryCode.digest
        "branchyear/accounts/views_account.py",  # in the session, for twelve hours at most
        "members/models/member.py",
        "members/services/imports.py",  # RosterUpload.file
        "members/services/rosters_written.py",  # Member, on the way
    }


def test_the_check_before_the_start_warns_of_an_old_key_that_is_kept_for_nothing(
    stored, begin, monkeypatch
):
    begin()
    assert checks.no_old_key_is_kept_for_nothing(None, databases=["default"]) == []
    run()
    assert checks.no_old_key_is_kept_for_nothing(None, databases=["default"]) == []

    monkeypatch.setattr(checks, "KEPT_AFTER", timedelta(0))

    found = checks.no_old_key_is_kept_for_nothing(None, databases=["default"])
    assert [warning.id for warning in found] == ["branchyear.W008"]
