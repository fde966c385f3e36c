"""Chinese text: a key to sort and search names by sound."""

import re
from functools import lru_cache

from pypinyin import Style, lazy_pinyin
from pypinyin.seg.mmseg import seg

_HAN = re.compile("[\u4e00-\u9fff]+")


def pinyin_key(name):
    """Full pinyin and initials, lower case: 张伟 -> "zhangwei zw" (for sorting and for search)."""
    if name and _HAN.fullmatch(name):
        # As lazy_pinyin does it: cut into the words of its dictionary (长乐 is not said as 长 and 乐 are), each
        # of which is then looked up. The words of names repeat, and looking up is what takes the time.
        parts = [sound for word in seg.cut(name) for sound in _sounds(word)]
    else:
        parts = lazy_pinyin(name or "", errors="default")
    if len(parts) == len(
        name or ""
    ):  # one sound for each character: the initials are their first letters
        initials = "".join([part[:1] for part in parts]).lower()
    else:  # letters or digits in between stay together
        initials = "".join(lazy_pinyin(name, style=Style.FIRST_LETTER, errors="default")).lower()
    return f"{''.join(parts).lower()} {initials}"[:200]


@lru_cache(maxsize=8192)  # some 3,000 characters stand in names, and as many pairs that are words
def _sounds(word):
    return lazy_pinyin(word, errors="default")
