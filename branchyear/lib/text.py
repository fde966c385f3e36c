"""Chinese text: a key to sort and search names by sound."""

import re
from functools import lru_cache

from pypinyin import Style, lazy_pinyin
from pypinyin.seg.mmseg import seg

# Surnames that are said otherwise than the character usually is: 曾 is ceng in a dictionary and zeng in a name.
SURNAMES = {
    "万俟": ("mo", "qi"), "尉迟": ("yu", "chi"), "澹台": ("tan", "tai"),
    "曾": ("zeng",), "单": ("shan",), "解": ("xie",), "仇": ("qiu",), "查": ("zha",), "区": ("ou",),
    "翟": ("zhai",), "朴": ("piao",), "缪": ("miao",), "覃": ("qin",), "盖": ("ge",), "乐": ("yue",),
    "员": ("yun",), "种": ("chong",), "秘": ("bi",), "召": ("shao",), "繁": ("po",), "么": ("yao",),
    "能": ("nai",), "佴": ("nai",), "洗": ("xian",), "折": ("she",), "牟": ("mu",), "卜": ("bu",),
    "句": ("gou",), "都": ("du",), "隗": ("wei",), "祭": ("zhai",), "黑": ("he",), "乜": ("nie",),
    "郗": ("chi",), "谌": ("shen",), "宿": ("su",), "藏": ("zang",), "行": ("xing",), "降": ("jiang",),
    "参": ("shen",), "朝": ("chao",),
}  # fmt: skip

_HAN = re.compile("[\u4e00-\u9fff]+")


def pinyin_key(name):
    """Full pinyin and initials, lower case: 张伟 -> "zhangwei zw" (for sorting and for search).

    A surname that is said otherwise than its character stands first as it is said, then as a dictionary has it, so that
    both find the person: 曾伟 -> "zengwei zw cengwei cw".
    """
    if name and _HAN.fullmatch(name):
        # As lazy_pinyin does it: cut into the words of its dictionary (长乐 is not said as 长 and 乐 are), each
        # of which is then looked up. The words of names repeat, and looking up is what takes the time.
        parts = [sound for word in seg.cut(name) for sound in _sounds(word)]
    else:
        parts = lazy_pinyin(name or "", errors="default")
    key = _key(name, parts)
    said = SURNAMES.get((name or "")[:2]) or SURNAMES.get((name or "")[:1])
    if said and len(name) > len(said) and list(said) != parts[: len(said)]:
        key = f"{_key(name, [*said, *parts[len(said) :]])} {key}"
    return key[:200]


def _key(name, parts):
    if len(parts) == len(name or ""):  # a sound for each character: initials are first letters
        initials = "".join([part[:1] for part in parts]).lower()
    else:  # letters or digits in between stay together
        initials = "".join(lazy_pinyin(name, style=Style.FIRST_LETTER, errors="default")).lower()
    return f"{''.join(parts).lower()} {initials}"


@lru_cache(maxsize=8192)  # some 3,000 characters stand in names, and as many pairs that are words
def _sounds(word):
    return lazy_pinyin(word, errors="default")
