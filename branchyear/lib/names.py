"""Names of files and folders that every system takes, however they were written."""

import re
import unicodedata

BAD_IN_NAMES = re.compile(
    '[\x00-\x1f\x7f<>:"/\\\\|?*\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ud800-\udfff]'
)
_DEVICES = re.compile(r"(?i)^(con|prn|aux|nul|com[0-9]|lpt[0-9])(\..*)?$")


def set_apart(name):
    """The name, in brackets where Windows would take it for a device."""
    return f"({name})" if _DEVICES.match(name) else name


def safe_name(text, room, *, default="未命名"):
    """``text`` as a name of at most ``room`` characters: no path, nothing invisible, no dot or blank at its
    ends. Folders are given no ending, files get theirs from the caller."""
    text = unicodedata.normalize("NFC", str(text))
    text = " ".join(BAD_IN_NAMES.sub(" ", text).split())
    return set_apart(text[:room].strip(". ") or default)
