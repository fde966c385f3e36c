"""The rows of a table as drawing commands, each free of its place on a page.

A row is set once: where its texts break, how high it gets, and the commands that draw it from its upper left
corner. Whoever makes pages moves the corner about. What a page must know of a row beforehand is in
`Measures`, plain numbers that go through a pipe.
"""

from collections.abc import Iterable
from dataclasses import asdict, dataclass

from . import faces, lines

RULE = 0.5  # points, the lines between cells
KEPT = 20_000  # texts whose setting is remembered: many cells say the same


@dataclass(frozen=True)
class ColumnMeasure:
    """``x`` and ``width`` of the room for text, in points; ``whole`` texts stay in one line."""

    x: float
    width: float
    align: str
    whole: bool


@dataclass(frozen=True)
class Measures:
    """``size`` of the letters, ``leading`` from line to line, ``pad`` above and below; no piece of a row
    is higher than ``limit``."""

    size: float
    leading: float
    pad: float
    limit: float
    columns: tuple[ColumnMeasure, ...]

    def as_plain(self):
        return asdict(self)

    @classmethod
    def from_plain(cls, plain):
        columns = tuple(ColumnMeasure(**column) for column in plain["columns"])
        return cls(**{**plain, "columns": columns})

    @property
    def baseline(self):
        """From the top of a line down to where its letters stand."""
        return self.leading / 2 + (faces.ASCENT - faces.DESCENT) / 2 * self.size


@dataclass
class Block:
    """Some rows, set. ``heights`` and ``drawings`` go together: the pieces of all rows in order (a row has
    more than one only where it is higher than a page); ``rows`` says how many rows they are, ``used``
    which characters they need.

    Every drawing holds ``%d`` once for each cell: the number of its marked content on the page.
    """

    rows: int
    heights: list[float]
    drawings: list[bytes]
    used: str


class Setter:
    """Sets rows of texts under the same measures."""

    def __init__(self, measures, hand="body"):
        self.measures = measures
        self.hand = faces.hand(hand)
        self._printable = faces.printable()
        self._kept = [{} for _ in measures.columns]
        self._used = set()

    def block(self, rows: Iterable[list[str]]) -> Block:
        block = Block(0, [], [], "")
        self._used = set()
        for texts in rows:
            block.rows += 1
            for height, drawing in self.row(texts):
                block.heights.append(height)
                block.drawings.append(drawing)
        block.used = "".join(sorted(self._used))
        return block

    def row(self, texts):
        """Height and commands of the row; in several pieces only where it is higher than a page."""
        measures = self.measures
        cells = [self._cell(at, text) for at, text in enumerate(texts)]
        most = max(len(cell) for cell in cells)
        room = int((measures.limit - 2 * measures.pad - RULE) / measures.leading)
        if most <= room:
            return [self._drawn(cells, most)]
        pieces = []
        for start in range(0, most, room):
            piece = [cell[start : start + room] for cell in cells]
            pieces.append(self._drawn(piece, max(map(len, piece)), from_top=True))
        return pieces

    def _cell(self, at, text):
        """The lines of a cell: where each begins, and the commands that show it."""
        kept = self._kept[at]
        if text in kept:
            found, characters = kept[text]
            self._used |= characters
            return found
        column, size = self.measures.columns[at], self.measures.size
        shown = text.translate(self._printable)
        limit = column.width / size * 1000 + 0.01
        if column.whole:
            texts = [" ".join(shown.split())]
        else:
            texts = lines.broken(shown, self.hand, limit)
        found = [self._line(column, line, limit) for line in texts]
        characters = frozenset("".join(texts))
        if len(kept) > KEPT // len(self._kept):
            kept.clear()
        kept[text] = found, characters
        self._used |= characters
        return found

    def _line(self, column, text, limit):
        size = self.measures.size
        wide = lines.width(text, self.hand)
        command = shown(text, self.hand, size)
        if wide > limit:  # a number that must not be broken is set narrower
            share = limit / wide
            command = b"%.1f Tz %b 100 Tz" % (share * 100, command)
            wide = limit
        free = column.width - wide * size / 1000
        x = column.x + {"left": 0, "center": free / 2, "right": free}[column.align]
        return x, command

    def _drawn(self, cells, most, *, from_top=False):
        measures = self.measures
        leading, first = measures.leading, measures.pad + measures.baseline
        parts = [b"/%b %.4g Tf\n" % (self.hand.faces[0].letter.encode(), measures.size)]
        for cell in cells:
            parts.append(b"/TD <</MCID %d>> BDC")
            if cell and (len(cell) > 1 or cell[0][1]):
                x, y = 0.0, 0.0
                top = 0 if from_top else (most - len(cell)) * leading / 2
                goal = -(first + top)
                parts.append(b" BT ")
                for line_x, command in cell:
                    parts.append(b"%.2f %.2f Td %b " % (line_x - x, goal - y, command))
                    x, y = line_x, goal
                    goal -= leading
                parts.append(b"ET")
            parts.append(b" EMC\n")
        return most * leading + 2 * measures.pad + RULE, b"".join(parts)


def shown(text, hand, size):
    """The command that shows a text where the pen is; the first face of the hand is chosen before and after."""
    if not text:
        return b""
    usual = hand.faces[0].letter
    runs, now = [], usual
    digits = []
    for character in text:
        letter, code, _ = hand[character]
        if letter != now:
            if digits:
                runs.append(f"<{''.join(digits)}> Tj")
                digits = []
            runs.append(f"/{letter} {size:.4g} Tf")
            now = letter
        digits.append(code)
    runs.append(f"<{''.join(digits)}> Tj")
    if now != usual:
        runs.append(f"/{usual} {size:.4g} Tf")
    return " ".join(runs).encode()
