"""Names by their sound."""

import random

import pytest
from pypinyin import Style, lazy_pinyin
from pypinyin.constants import PHRASES_DICT

from branchyear.lib.text import SURNAMES, pinyin_key


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("张伟", "zhangwei zw"),
        ("吕", "lv l"),
        ("曾卫东", "zengweidong zwd cengweidong cwd"),
        ("单伟", "shanwei sw danwei dw"),
        ("万俟卨", "moqixie mqx"),  # as its dictionary has it, too
        ("曾", "ceng c"),  # no name
        ("买买提·吐尔逊", "maimaiti·tuerxun mmt·tex"),
        ("Tom张", "tomzhang tomz"),
        ("A", "a a"),
        ("", " "),
        (None, " "),
    ],
)
def test_a_name_is_found_by_full_sound_and_by_initials(name, key):
    assert pinyin_key(name) == key


def as_pypinyin_says(name):
    parts = lazy_pinyin(name, errors="default")
    initials = lazy_pinyin(name, style=Style.FIRST_LETTER, errors="default")
    return f"{''.join(parts)} {''.join(initials)}".lower()[:200]


def test_every_character_sounds_as_pypinyin_says():
    wrong = [c for c in map(chr, range(0x3400, 0xA000)) if pinyin_key(c) != as_pypinyin_says(c)]

    assert wrong == []


def test_names_sound_as_pypinyin_says_also_where_two_characters_are_a_word():
    rng = random.Random(1)
    words = sorted(word for word in PHRASES_DICT if len(word) < 5)
    surnames = "王李张刘陈杨黄赵周吴徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹曾单仇解任"
    names = [rng.choice(surnames) + rng.choice(words) for _ in range(1500)]
    names += [rng.choice(words)[:2] + rng.choice(words)[1:] for _ in range(1500)]
    names += ["长乐", "重庆", "单于", "曾国藩", "任长霞", "银行长", "欧阳建国", "一丁不识字"]

    others = [name for name in names if name[:1] not in SURNAMES and name[:2] not in SURNAMES]
    assert len(others) > 2000
    assert {name: pinyin_key(name) for name in others} == {
        name: as_pypinyin_says(name) for name in others
    }
    assert all(pinyin_key(name).endswith(as_pypinyin_says(name)) for name in names)
