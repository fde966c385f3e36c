"""Where a line may end: the rules of Unicode's line breaking (UAX #14) that ledgers need.

Between two Chinese characters anywhere, but no line begins with a closing bracket, a stop or a comma, and
none ends with an opening bracket (避头尾); words, numbers, dates and codes stay whole while they fit a line.
Quotation marks are taken as brackets, as Chinese writes them; the Unicode rules would glue them to both
neighbours.
"""

import functools
import re
import unicodedata

_CLASSES = {
    "OP": "（〔［｛《〈「『【〖“‘([{⦅｢",
    "CL": "）〕］｝》〉」』】〗”’、。，．｝}⦆｣｡､",
    "CP": ")]",
    "NS": "：；・ー々〻ヽヾゝゞ‼⁇⁈⁉゛゜ぁぃぅぇぉっゃゅょゎァィゥェォッャュョヮヵヶ〜～",
    "EX": "！？!?",
    "IS": ",.:;",
    "SY": "/",
    "QU": "\"'",
    "HY": "-",
    "BA": "\u2010\u2012\u2013\u3000|\t",
    "B2": "—",
    "IN": "…‥",
    "NU": "0123456789",
    "PR": "+$¥£€№±\\＄￥",
    "PO": "%‰°℃′″￠％¢",
    "GL": "\u00a0\u202f\u2060",
    "SP": " ",
}
_NAMED = {character: name for name, characters in _CLASSES.items() for character in characters}
# (before, after): no line ends between them, whatever follows from the other rules.
_AFTER = {  # before these never
    "CL", "CP", "NS", "EX", "IS", "SY", "QU", "HY", "BA", "IN", "GL", "SP", "CM",
}  # fmt: skip
_TIED = {
    ("AL", "AL"), ("AL", "NU"), ("NU", "AL"), ("NU", "NU"), ("HY", "NU"), ("IS", "NU"), ("SY", "NU"),
    ("IS", "AL"), ("PR", "ID"), ("ID", "PO"), ("PR", "AL"), ("PO", "AL"), ("AL", "PR"), ("AL", "PO"),
    ("CL", "PO"), ("CP", "PO"), ("CL", "PR"), ("CP", "PR"), ("NU", "PO"), ("NU", "PR"), ("PO", "OP"),
    ("PO", "NU"), ("PR", "OP"), ("PR", "NU"), ("B2", "B2"), ("CP", "AL"), ("CP", "NU"),
}  # fmt: skip
_SPACES = re.compile("[ \t]+")


class _Classes(dict):
    def __missing__(self, character):
        wide = unicodedata.east_asian_width(character) in "WF"
        if unicodedata.category(character)[0] == "M":
            found = "CM"
        else:
            found = _NAMED.get(character) or ("ID" if wide else "AL")
        self[character] = found
        return found


_class_of = _Classes()


@functools.cache
def _may_break(before, after, spaced, narrow_bracket):
    """Whether a line may end between these classes; ``spaced``: with spaces between them."""
    if before == "OP" or after in {"CL", "CP", "EX", "IS", "SY", "SP"}:
        return False
    if (before in {"CL", "CP"} and after == "NS") or (before == after == "B2"):
        return False
    if spaced:
        return True
    if narrow_bracket and before in {"AL", "NU"}:
        return False
    if before in {"QU", "GL"} or after in _AFTER:
        return False
    return (before, after) not in _TIED


def broken(text, hand, limit):
    """The lines of the text in a column ``limit`` thousandths of the letters' height wide.

    Line ends stay, other blanks count as one, as `white-space: pre-line` has it; a word longer than a line
    is cut where the line is full, and the last line has no single character.
    """
    if "\n" in text:
        return [line for part in text.split("\n") for line in broken(part, hand, limit)]
    if "  " in text or "\t" in text:
        text = _SPACES.sub(" ", text)
    text = text.strip(" ")
    widths = [hand[character][2] for character in text]
    if sum(widths) <= limit:
        return [text]
    return _greedy(text, widths, limit)


def width(text, hand):
    """In thousandths of the letters' height."""
    return sum(hand[character][2] for character in text)


def longest(text, hand):
    """The width of what must not be broken, at its widest."""
    widest = start = 0
    for at, may in enumerate([*_ends(text)[1:], True], 1):
        if may:
            widest = max(widest, width(text[start:at].strip(), hand))
            start = at
    return widest


def _ends(text):
    """For each character whether a line may end before it."""
    found = []
    solid, spaced = (
        "",
        False,
    )  # class of the last character that is no blank; whether blanks follow it
    for character in text:
        kind = _class_of[character]
        if kind == "SP":
            found.append(False)
            spaced = True
            continue
        narrow = kind == "OP" and character in "([{"
        found.append(bool(solid) and _may_break(solid, kind, spaced, narrow))
        solid, spaced = (kind if kind != "CM" else solid), False
    return found


def _greedy(text, widths, limit):
    starts, ends = [0], _ends(text)
    start, used, last = 0, 0.0, None  # of the line; ``last``: the latest place it may end
    for at, may in enumerate(ends):
        if may and at > start:
            last = at
        while used + widths[at] > limit and at > start and text[at] != " ":
            cut = last or at
            start, used, last = cut, sum(widths[cut:at]), None
            starts.append(cut)
        used += widths[at]
    _keep_company(text, starts, ends, widths, limit)
    return [
        text[start:end].strip(" ")
        for start, end in zip(starts, [*starts[1:], len(text)], strict=True)
    ]


def _keep_company(text, starts, ends, widths, limit):
    """No single character alone in the last line (with its stop, perhaps): most words have two."""
    before, start = starts[-2:] if len(starts) > 1 else (0, 0)
    alone = text[start:].rstrip("。，；：、！？）》”")
    if len(alone) != 1 or _class_of[alone] != "ID" or start - before < 3:
        return
    fits = sum(widths[start - 1 :]) <= limit
    if fits and ends[start - 1] and _class_of[text[start - 1]] == "ID":
        starts[-1] = start - 1
