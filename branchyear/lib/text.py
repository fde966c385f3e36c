"""Chinese text: a key to sort and search names by sound."""

from pypinyin import Style, lazy_pinyin


def pinyin_key(name):
    """Full pinyin and initials, lower case: 张伟 -> "zhangwei zw" (for sorting and for search)."""
    full = "".join(lazy_pinyin(name or "", errors="default")).lower()
    initials = "".join(lazy_pinyin(name or "", style=Style.FIRST_LETTER, errors="default")).lower()
    return f"{full} {initials}"[:200]
