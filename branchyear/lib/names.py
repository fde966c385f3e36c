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


class Distinct:
    """Gives every name once, where small and capital letters make no difference: 会议.pdf, 会议(2).pdf."""

    def __init__(self):
        self._taken = set()

    def __call__(self, name):
        stem, dot, ending = name.rpartition(".")
        if not dot:
            stem, ending = name, ""
        candidate, number = name, 1
        while candidate.casefold() in self._taken:
            number += 1
            candidate = f"{stem}({number}){dot}{ending}"
        self._taken.add(candidate.casefold())
        return candidate
