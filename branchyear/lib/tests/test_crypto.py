"""Personal numbers at rest."""

from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from branchyear.accounts.models import User
from branchyear.lib.crypto import blind_index, decrypt, encrypt, mask_id_number, mask_phone


@given(st.text(st.characters(codec="utf-8"), min_size=1))
def test_what_is_encrypted_comes_back(text):
    assert decrypt(encrypt(text)) == text
    assert text not in encrypt(text) or len(text) < 4


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
