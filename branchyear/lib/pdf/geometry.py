"""The measures of a ledger's paper: where the columns stand, how large the letters are, what the frame takes.

All in points, from the upper left corner down. A4 with margins of 14 mm above, 15 mm below and 12 mm at the
sides; the columns share the width as the layout says.
"""

from dataclasses import dataclass
from functools import cached_property

from branchyear.lib.layout import NUMBERS, Layout
from branchyear.lib.typeset import faces, lines
from branchyear.lib.typeset.cells import RULE, ColumnMeasure, Measures

MM = 72 / 25.4
PAPERS = {"landscape": (841.89, 595.276), "portrait": (595.276, 841.89)}
TOP, SIDE, BOTTOM = 14 * MM, 12 * MM, 15 * MM
TEXT_SIZE, SMALLEST_SIZE = 9.5, 6.5
SMALLEST_HEADING = 0.7  # of the usual size
HALF_WIDTH = 0.53  # of a digit, in the height of the letters
UNBROKEN = (*NUMBERS, "date", "datetime")
TITLE_SIZE, TITLE_LEADING, TITLE_GAP = 18, 23.4, 3 * MM
META_SIZE, META_LEADING, META_GAP, META_SPACE = 9.5, 12.825, 1.5 * MM, 9 * MM
CODE_SIZE = 18 * MM


@dataclass(frozen=True)
class Place:
    """A heading's cell: its corner, width and height below the head's own corner, its lines and their size."""

    x: float
    y: float
    width: float
    height: float
    lines: list
    size: float


class Geometry:
    """What follows from a layout, whoever asks: a part and the whole come to the same."""

    def __init__(self, layout: Layout):
        self.layout = layout
        self.paper = PAPERS[layout.orientation]
        self.width = self.paper[0] - 2 * SIDE
        self.height = self.paper[1] - TOP - BOTTOM
        shares = [column.width for column in layout.columns]
        whole = sum(shares)
        room = self.width - 1.6 * MM * len(shares)
        fitting = min(TEXT_SIZE, room / (whole * HALF_WIDTH))
        # The usual size, or the one at which the columns' widths fit the paper: a date broken in two
        # cannot be read. Not below 小六, which most still read without glasses.
        self.size = round(max(SMALLEST_SIZE, fitting), 2)
        is_usual = self.size >= TEXT_SIZE
        self.pad, self.pad_side = (1 * MM, 1.2 * MM) if is_usual else (0.7 * MM, 0.8 * MM)
        self.leading = self.size * (1.35 if is_usual else 1.25)
        self.widths = [(self.width - RULE) * share / whole for share in shares]
        self.lefts = [RULE + sum(self.widths[:at]) for at in range(len(shares))]

    # --- Rows -------------------------------------------------------------------------------------

    @cached_property
    def measures(self) -> Measures:
        """What the setter of the rows needs to know."""
        columns = tuple(
            ColumnMeasure(
                left + self.pad_side,
                max(0.5, width - RULE - 2 * self.pad_side),
                column.alignment,
                column.kind in UNBROKEN,
            )
            for column, left, width in zip(
                self.layout.columns, self.lefts, self.widths, strict=True
            )
        )
        return Measures(self.size, self.leading, self.pad, self.row_limit, columns)

    @cached_property
    def row_limit(self):
        """No piece of a row is higher. Less than a page by what a title usually takes (but whatever it takes
        here: parts of a ledger do not know)."""
        return 0.8 * self.room(is_first=False)

    def room(self, *, is_first):
        """The height for rows on a page."""
        return self.height - self.head_height - RULE - (self.title_height if is_first else 0)

    # --- The table's head -------------------------------------------------------------------------

    @cached_property
    def head(self) -> list[list[Place]]:
        """The heading cells, row by row; one that belongs to two rows stands in the first."""
        rows = self.layout.heading_rows
        hand = faces.hand("head")
        broken = [[self._heading_lines(cell, hand) for cell in row] for row in rows]
        heights = [
            max(
                (
                    self.height_of(len(texts))
                    for cell, (texts, _) in zip(row, found, strict=True)
                    if cell.rows == 1
                ),
                default=0.0,
            )
            for row, found in zip(rows, broken, strict=True)
        ]
        for cell, (texts, _) in zip(rows[0], broken[0], strict=True):
            lacking = self.height_of(len(texts)) - sum(heights[: cell.rows])
            heights[-1] += max(0.0, lacking) if cell.rows > 1 else 0
        return [
            [
                Place(
                    self.lefts[cell.at],
                    RULE + sum(heights[:number]),
                    sum(self.widths[cell.at : cell.at + cell.columns]),
                    sum(heights[number : number + cell.rows]),
                    texts,
                    size,
                )
                for cell, (texts, size) in zip(row, found, strict=True)
            ]
            for number, (row, found) in enumerate(zip(rows, broken, strict=True))
        ]

    @cached_property
    def head_height(self):
        return max(cell.y + cell.height for row in self.head for cell in row) - RULE

    def _heading_lines(self, cell, hand):
        """The lines and their size: a little smaller where a word or bracket would be cut."""
        width = sum(self.widths[cell.at : cell.at + cell.columns]) - RULE - 2 * self.pad_side
        title = cell.title.translate(faces.printable())
        needed = lines.longest(title, hand) * self.size / 1000
        size = self.size * max(SMALLEST_HEADING, min(1.0, width / needed if needed else 1.0))
        return lines.broken(title, hand, width / size * 1000 + 0.01), size

    def height_of(self, count):
        return count * self.leading + 2 * self.pad + RULE

    # --- Above the table on the first page ------------------------------------------------------------

    @cached_property
    def title_lines(self):
        """The title leaves room for a code at its right, whether one is printed or not."""
        width = self.width - 2 * (CODE_SIZE + 2 * MM)
        title = self.layout.title.translate(faces.printable())
        return lines.broken(title, faces.hand("bold"), width / TITLE_SIZE * 1000)

    @cached_property
    def meta_lines(self):
        """The line under the title: its pieces (x, text) row by row; a piece goes to the next row whole."""
        hand = faces.hand("body")
        rows, x = [[]], 0.0
        for words in self.layout.meta:
            words = words.translate(faces.printable())
            width = lines.width(words, hand) * META_SIZE / 1000
            if x and x + width > self.width:
                rows.append([])
                x = 0.0
            *firsts, last = lines.broken(words, hand, self.width / META_SIZE * 1000)
            for first in firsts:
                rows[-1].append((0.0, first))
                rows.append([])
            rows[-1].append((x, last))
            x += lines.width(last, hand) * META_SIZE / 1000 + META_SPACE
        return rows if self.layout.meta else []

    @cached_property
    def title_height(self):
        height = len(self.title_lines) * TITLE_LEADING + TITLE_GAP
        if self.meta_lines:
            height += len(self.meta_lines) * META_LEADING + META_GAP
        return height
