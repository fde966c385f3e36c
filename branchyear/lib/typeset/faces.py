"""The bundled fonts: which code draws a character, how wide it is, and what stands for one they lack.

In a PDF a character of an embedded font is named by its CID. Of the Gov*.otf it is the one in the font
itself, of GovKai (TrueType) the number of the glyph.
"""

import functools
import logging
import unicodedata
from pathlib import Path

FONTS = Path(__file__).resolve().parents[3] / "static" / "fonts"
FILES = {
    "S": "GovSong-Regular.otf",
    "B": "GovSong-Bold.otf",
    "H": "GovHei-Regular.otf",
    "K": "GovKai-Regular.ttf",
}
# Each hand is a list of faces: what the first lacks is drawn with the next.
HANDS = {"body": "SK", "bold": "BK", "head": "HK"}
# Of GovSong, in the height of the letters; its line is set by them whichever face draws in it.
ASCENT, DESCENT = 1.151, 0.286

log = logging.getLogger(__name__)


class Face:
    """One font file, read as far as it is needed."""

    def __init__(self, letter):
        from fontTools.ttLib import TTFont  # noqa: PLC0415 -- slow import

        self.letter = letter
        self.path = FONTS / FILES[letter]
        font = TTFont(self.path, lazy=True)
        self.points = font.getBestCmap()
        self._advances = font["hmtx"].metrics
        self.scale = 1000 / font["head"].unitsPerEm
        self._code = (
            (lambda name: int(name[3:]))
            if "CFF " in font
            else font.getReverseGlyphMap().__getitem__
        )

    def glyph(self, character):
        """CID and width in thousandths of the height."""
        name = self.points[ord(character)]
        return self._code(name), self._advances[name][0] * self.scale


@functools.cache
def face(letter):
    return Face(letter)


class Hand(dict):
    """character → (face, CID in hexadecimal digits, width); looked up once, then a plain dict."""

    def __init__(self, letters):
        super().__init__()
        self.faces = [face(letter) for letter in letters]

    def __missing__(self, character):
        for one in self.faces:
            if ord(character) in one.points:
                code, width = one.glyph(character)
                self[character] = one.letter, f"{code:04x}", width
                return self[character]
        raise KeyError(character)


@functools.cache
def hand(name):
    return Hand(HANDS[name])


class Printable(dict):
    """A table for `str.translate`: what none of the fonts can draw becomes its code in brackets.

    A missing glyph would be an empty box, and two different names would look the same; [U+2B7A3] can be
    looked up. Invisible signs without a glyph just go.
    """

    def __init__(self):
        super().__init__({9: 9, 10: 10})
        for letter in FILES:
            self.update((point, point) for point in face(letter).points)

    def __missing__(self, point):
        self[point] = None
        if unicodedata.category(chr(point)) not in {"Cf", "Cc", "Mn", "Me"}:
            self[point] = f"[U+{point:04X}]"
            log.warning("No font has U+%04X: printed as its code", point)
        return self[point]


@functools.cache
def printable():
    return Printable()
