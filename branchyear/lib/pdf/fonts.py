"""The bundled fonts: which signs they can draw, and what stands for those they cannot."""

import logging
import unicodedata
from pathlib import Path

STATIC = Path(__file__).resolve().parents[3] / "static"
FONTS = STATIC / "fonts"

log = logging.getLogger(__name__)


class Glyphs(dict):
    """A table for `str.translate`: what none of our fonts can draw becomes □ and is logged.

    Left alone, it would be an empty box all the same, and WeasyPrint would lose the text of the
    whole font for copying. Invisible signs without a glyph just go.
    """

    def __init__(self):
        from fontTools.ttLib import TTFont  # noqa: PLC0415 -- slow import

        super().__init__({9: 9, 10: 10})
        for path in FONTS.glob("Gov*"):
            with TTFont(path, lazy=True) as font:
                self.update((point, point) for point in font.getBestCmap())

    def __missing__(self, point):
        character = chr(point)
        self[point] = "□"
        if unicodedata.category(character) in {"Cf", "Cc", "Mn", "Me"}:
            self[point] = None
        else:
            log.warning("No font has %s (U+%04X): printed as □", character, point)
        return self[point]
