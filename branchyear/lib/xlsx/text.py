"""Text as a cell, a sheet or a file may hold it; the limits of a workbook."""

import math
import re
import unicodedata
from collections.abc import Iterable
from datetime import date

from branchyear.lib.layout import legible
from branchyear.lib.names import BAD_IN_NAMES, set_apart

MAX_ROWS = 1_048_576  # of a sheet, heading and all
MAX_TEXT = 32_767  # UTF-16 units in a cell
MAX_LINES = 28  # a row is at most 409 points high
CUT_MARK = "…(内容过长，已截断)"

_ESCAPE_LOOKALIKE = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")
_NEEDS_CARE = re.compile("[&<>\x00-\x08\x0b-\x1f\x7f\ud800-\udfff\ufffe\uffff]|_x[0-9A-Fa-f]{4}_")
_NARROW = re.compile("[\x00-\u04ff]")  # half as wide as a Chinese character


def clean_text(text: str) -> str:
    """The text as a cell can hold it: no control characters, no half characters, not too long."""
    text = legible(text)
    if units(text) > MAX_TEXT:
        room = MAX_TEXT - units(CUT_MARK)
        text = text.encode("utf-16-le")[: room * 2].decode("utf-16-le", "ignore") + CUT_MARK
    return text


def cell_text(text: str) -> str:
    """The same for openpyxl, which does not code what looks like a code: Excel reads "_x0041_" as "A"."""
    return _ESCAPE_LOOKALIKE.sub("_x005F_", clean_text(text))


def units(text: str) -> int:
    return len(text) if text.isascii() else len(text.encode("utf-16-le")) // 2


def xml_text(text: str) -> str:
    if len(text) <= MAX_TEXT // 2 and not _NEEDS_CARE.search(text):
        return text
    return cell_text(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def are_plain(texts: list[str]) -> bool:
    """Whether all of these stand in XML as they are."""
    longest = max(map(len, texts), default=0)
    return longest <= MAX_TEXT // 2 and not _NEEDS_CARE.search("\n".join(texts))


def sheet_name(wanted: str, taken: Iterable[str] = ()) -> str:
    """A legal sheet name not in use: 31 characters at most, none of []:*?/\\ and no outer '."""
    name = re.sub(r"[\[\]:*?/\\]", " ", clean_text(wanted))
    name = " ".join(name.split()).strip("'")
    name = cut_units(name, 31).strip().strip("'") or "台账"
    if name.casefold() == "history":
        name += "_"
    used = {other.casefold() for other in taken}
    candidate, number = name, 1
    while candidate.casefold() in used:
        number += 1
        tail = f"({number})"
        candidate = cut_units(name, 31 - len(tail)) + tail
    return candidate


def cut_units(text: str, units: int) -> str:
    return text.encode("utf-16-le")[: units * 2].decode("utf-16-le", "ignore")


def cut_bytes(text: str, room: int) -> str:
    """As much as goes into so many bytes of UTF-8: Linux desktops allow a name 255 of them."""
    return text.encode()[:room].decode(errors="ignore")


def filename(
    organization_name: str, ledger_name: str, period_label: str, day: date, ext: str
) -> str:
    """单位_台账名_2022年5月_20220525.xlsx, in characters and a length that every system allows in a name."""
    parts = []
    for part, room in ((organization_name, 105), (ledger_name, 75), (period_label, 45)):
        part = BAD_IN_NAMES.sub("", unicodedata.normalize("NFC", part))
        part = cut_bytes(re.sub(r"[\s_]+", "", part).strip("."), room).strip(".")
        if part:
            parts.append(set_apart(part))
    return "_".join([*parts, f"{day:%Y%m%d}"]) + "." + ext.lstrip(".")


def lines_of(text: str, width: float) -> int:
    """How many lines the text takes; some programs do not fit the height of a row themselves."""
    if "\n" not in text:
        return min(_lines(text, width), MAX_LINES)
    return min(sum(_lines(line, width) for line in text.split("\n", MAX_LINES)), MAX_LINES)


def _lines(line: str, width: float) -> int:
    if len(line) * 2 <= width:
        return 1
    line = line[:2000]
    return math.ceil((len(line) * 2 - len(_NARROW.findall(line))) / width) or 1
