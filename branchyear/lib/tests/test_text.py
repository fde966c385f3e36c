"""Names by their sound."""

import pytest

from branchyear.lib.text import pinyin_key


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("张伟", "zhangwei zw"),
        ("吕", "lv l"),
        ("买买提·吐尔逊", "maimaiti·tuerxun mmt·tex"),
        ("Tom张", "tomzhang tomz"),
        ("A", "a a"),
        ("", " "),
        (None, " "),
    ],
)
def test_a_name_is_found_by_full_sound_and_by_initials(name, key):
    assert pinyin_key(name) == key
