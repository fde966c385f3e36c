"""Chinese text: a key to sort and search names by sound."""

import re

from pypinyin import Style, lazy_pinyin

_HAN = re.compile("[\u4e00-\u9fff]+")


def pinyin_key(name):
    """Full pinyin and initials, lower case: 张伟 -> "zhangwei zw" (for sorting and for search)."""
    parts = lazy_pinyin(name or "", errors="default")
    if len(parts) == len(
        name or ""
    ):  # one sound for each character: the initials are their first letters
        initials = "".join(part[:1] for part in parts).lower()
    else:  # letters or digits in between stay together
        initials = "".join(lazy_pinyin(name, style=Style.FIRST_LETTER, errors="default")).lower()
    return f"{''.join(parts).lower()} {initials}"[:200]
