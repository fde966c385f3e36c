"""Chinese text: a key to sort and search names by sound."""

import re

from pypinyin import Style, lazy_pinyin

_HAN = re.compile("[\u4e00-\u9fff]+")


def pinyin_key(name):
    """Full pinyin and initials, lower case: 张伟 -> "zhangwei zw" (for sorting and for search)."""
    name = name or ""
    syllables = lazy_pinyin(name, errors="default")
    full = "".join(syllables).lower()
    if len(syllables) == len(name) and _HAN.fullmatch(name):  # the usual name: asked once is enough
        return f"{full} {''.join(s[0] for s in syllables).lower()}"[:200]
    initials = "".join(lazy_pinyin(name, style=Style.FIRST_LETTER, errors="default")).lower()
    return f"{full} {initials}"[:200]
