"""Personal numbers at rest."""

import base64
import hashlib
import hmac

import pytest
from cryptography.fernet import Fernet, InvalidToken
from django.db import connection
from django.test import override_settings
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st

from branchyear.accounts.models import User
from branchyear.lib.crypto import (
    blind_index,
    blind_indexes,
    decrypt,
    encrypt,
    fingerprint,
    is_current,
    is_digest_of,
    keyed_digest,
    mask_id_number,
    mask_phone,
)


@given(st.text(st.characters(codec="utf-8"), min_size=1))
def test_what_is_encrypted_comes_back(text):
    assert decrypt(encrypt(text)) == text
    assert text not in encrypt(text) or len(text) < 4


def test_the_same_number_is_never_written_the_same_way_twice():
    tokens = {encrypt("99010119900101123X") for _ in range(100)}

    assert len(tokens) == 100
    assert {token[:3] for token in tokens} == {"v2:"}


def old_token(text, secret):
    """As texts were written before AES-256-GCM."""
    key = hashlib.sha256(b"branchyear/encrypt/" + secret.encode()).digest()
    return Fernet(base64.urlsafe_b64encode(key)).encrypt(text.encode()).decode()


def test_a_number_written_in_the_old_form_is_read_and_rewritten_in_the_new_one(db, settings):
    user = User.objects.create(username="u", name="n", phone="10012345678")
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE accounts_user SET phone = %s WHERE id = %s",
            [old_token("10012345678", settings.FIELD_KEY), user.pk],
        )

    user = User.objects.get()
    user.save(update_fields=["phone"])

    assert user.phone == "10012345678"
    with connection.cursor() as cursor:
        cursor.execute("SELECT phone FROM accounts_user WHERE id = %s", [user.pk])
        assert cursor.fetchone()[0].startswith("v2:")
    assert User.objects.get().phone == "10012345678"


@pytest.mark.parametrize("at", range(3, 3 + 64))
def test_a_changed_sign_is_refused_wherever_it_stands(at):
    token = encrypt("0592-990101199001011")  # 12 + 20 + 16 bytes, which fill 64 signs

    changed = token[:at] + ("A" if token[at : at + 1] != "A" else "B") + token[at + 1 :]

    with pytest.raises(InvalidToken):
        decrypt(changed)


@pytest.mark.parametrize("token", ["v2:", "v2:AAAA", "v2:%%%%", "v3:AAAA", "gAAAAA", "x", "v2:é"])
def test_what_is_no_token_is_refused(token):
    with pytest.raises(InvalidToken):
        decrypt(token)


def test_a_token_cannot_be_cut_down_to_the_old_form():
    with pytest.raises(InvalidToken):
        decrypt(encrypt("99010119900101123X").removeprefix("v2:"))


def test_another_key_reads_nothing(settings):
    new, old = encrypt("10012345678"), old_token("10012345678", settings.FIELD_KEY)
    settings.FIELD_KEY = "another"

    for token in (new, old):
        with pytest.raises(InvalidToken):
            decrypt(token)


KEYS = st.lists(
    st.text(st.characters(codec="ascii"), min_size=1), min_size=1, max_size=4, unique=True
)


@examples(max_examples=20)
@given(KEYS, st.data(), st.text(min_size=1, max_size=40))
def test_what_any_of_the_keys_wrote_is_read_while_that_key_is_named(keys, data, text):
    writer = data.draw(st.sampled_from(keys))
    alone, beside = data.draw(st.permutations(keys)), data.draw(st.permutations(keys))
    with override_settings(FIELD_KEY=writer, FIELD_KEY_FALLBACKS=[k for k in alone if k != writer]):
        tokens = [encrypt(text), old_token(text, writer)]
        index, digest = blind_index(text), keyed_digest(text)
    with override_settings(FIELD_KEY=writer, FIELD_KEY_FALLBACKS=[]):
        tokens.append(encrypt(text))

    with override_settings(FIELD_KEY=beside[0], FIELD_KEY_FALLBACKS=beside[1:]):
        assert [decrypt(token) for token in tokens] == [text] * 3
        assert not text.split() or index in blind_indexes(text)
        assert not text.split() or is_digest_of(digest, text)
        assert {is_current(token) for token in tokens} == {beside[0] == writer}
    without = [key for key in beside if key != writer] or ["another"]
    with override_settings(FIELD_KEY=without[0], FIELD_KEY_FALLBACKS=without[1:]):
        for token in tokens:
            with pytest.raises(InvalidToken):
                decrypt(token)


def test_a_value_names_its_key_only_while_there_is_more_than_one(settings):
    """One key needs no name, and the release before could not read it."""
    assert encrypt("10012345678").startswith("v2:")

    settings.FIELD_KEY_FALLBACKS = ["an-older-key"]

    named = encrypt("10012345678")
    assert named.startswith(f"v3:{fingerprint(settings.FIELD_KEY)[:8]}:")
    with pytest.raises(InvalidToken):
        decrypt("v2:" + named.rpartition(":")[2])


@pytest.mark.parametrize("text", ["99010119900101123X", " 0592 123 ", "a", "张三", "长" * 500])
def test_the_index_is_a_keyed_hash_as_the_standard_has_it(text, settings):
    key = hashlib.sha256(b"branchyear/index/" + settings.FIELD_KEY.encode()).digest()
    plain = "".join(text.split()).upper()

    assert blind_index(text) == hmac.digest(key, plain.encode(), "sha256").hex()


def test_equal_numbers_have_equal_indexes_and_blanks_do_not_count():
    assert blind_index("9901 0119900101123x") == blind_index("99010119900101123X")
    assert blind_index("99010119900101123X") != blind_index("990101199001011231")
    assert blind_index("") == ""


def test_the_database_holds_no_telephone(db):
    user = User.objects.create(username="u", name="n", phone="10012345678")

    with connection.cursor() as cursor:
        cursor.execute("SELECT phone FROM accounts_user WHERE id = %s", [user.pk])
        stored = cursor.fetchone()[0]

    assert "10012345678" not in stored
    assert User.objects.get().phone == "10012345678"


def test_masks_show_enough_to_recognise_and_no_more():
    assert mask_id_number("990101199001011231") == "990*************31"
    assert mask_phone("10012345678") == "100******78"
    assert mask_id_number("123") == "***"
