"""Rows as sheet XML, many at a time: this is where the time of a large ledger goes.

A row on its own costs a call for each of its cells. So rows are taken a batch at a time and written column by
column: the cells of a column are looked up, all in one go, in what the column wrote before, since dates, states,
names of branches and small numbers come again and again; only what is new is made. Then one template puts the
cells of a row together.
"""

import math
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from itertools import count
from typing import NamedTuple

from django.utils import timezone
from openpyxl.utils import get_column_letter

from branchyear.lib.layout import NUMBERS, UNKNOWN, display, plain
from branchyear.lib.xlsx.text import MAX_LINES, are_plain, lines_of, xml_text

BATCH = 500  # rows in memory at a time
KEPT = 2_000  # cells that a column remembers at most, beside those of one batch
KEPT_LENGTH = 80  # longer texts seldom come again, and would take memory
LARGEST = 10**15  # Excel keeps fifteen digits of a number

_EPOCH = date(1899, 12, 30).toordinal()
_FIRST_SAFE_DAY = date(1900, 3, 1)  # before it Excel believes in 29 February 1900
# Values of these types that are equal look alike in such a column, so what was written for one serves for the
# other. (True is equal to 1, but reads 是.)
_ALIKE = {
    **dict.fromkeys(("text", "status"), {str, type(None)}),
    **dict.fromkeys(NUMBERS, {int, float, Decimal, type(None)}),
    "date": {date, datetime, type(None)},
    "datetime": {datetime, type(None)},
}


class Styles(NamedTuple):
    """The numbers of the styles that a column's cells may have."""

    own: int
    day: int
    moment: int
    text: int  # also of a text among numbers or days: who edits the cell must not make a formula of it
    unknown: int


class Rows:
    """Writes the rows of one ledger, whose columns have these styles."""

    def __init__(self, columns: Sequence, styles: Sequence[Styles], totals):
        self.columns = [_Cells(column, own) for column, own in zip(columns, styles, strict=True)]
        self.totals = totals
        letters = [get_column_letter(at) for at in range(1, len(self.columns) + 1)]
        cells = "".join(f'<c r="{letter}#"%s' for letter in letters)
        heights = [f' ht="{lines * 14 + 5}" customHeight="1"' for lines in range(2, MAX_LINES + 1)]
        # By the lines that the row takes; of one line it has the sheet's usual height.
        self._templates = [f'<row r="#"{each}>{cells}</row>' for each in ("", "", *heights)]

    def xml(self, first: int, rows: list) -> bytes:
        """The rows as XML; the first has this number on the sheet."""
        are_mappings = all(isinstance(row, Mapping) for row in rows)
        found, heights = [], []
        for cells in self.columns:
            key = cells.column.key
            if are_mappings:
                values = [row[key] for row in rows]
            else:
                values = [
                    row[key] if isinstance(row, Mapping) else getattr(row, key) for row in rows
                ]
            alike = set(map(type, values)) <= _ALIKE[cells.column.kind]
            if not alike:
                values = [plain(value) for value in values]
            if cells.column.total in {"sum", "count"}:
                self.totals.add_column(cells.column, values)
            found.append(cells.of(values, alike))
            lines = cells.lines(values)
            if lines:
                heights.append(lines)
        templates = self._templates
        most = (
            map(max, *heights) if len(heights) > 1 else heights[0] if heights else [1] * len(rows)
        )
        numbered = zip(count(first), most, zip(*found, strict=True))
        xml = [templates[lines].replace("#", str(n)) % cells for n, lines, cells in numbered]
        return "".join(xml).encode()


class _Cells(dict):
    """The cells of one column by their values: everything behind the place."""

    def __init__(self, column, styles: Styles):
        super().__init__()
        self.column, self.styles = column, styles
        self.unknown = text_cell(styles.unknown, UNKNOWN)
        self.is_number = column.kind in NUMBERS
        self.is_day = column.kind in {"date", "datetime"}
        self.zone = (
            timezone.get_current_timezone()
        )  # asked once: asking takes longer than converting
        self.repeats = True  # until a batch brings mostly what was not there before
        self._lines = _Lines(column.width)

    def of(self, values: list, alike: bool) -> list[str]:
        """The cells of these values; `alike` says that equal ones may share a cell."""
        if not alike:
            return [self.made(value) for value in values]
        if self.repeats:
            return self._remembered(values)
        return self._all_new(values) or [self.made(value) for value in values]

    def _remembered(self, values):
        if len(self) > KEPT:
            self.clear()
        before = len(self)
        try:
            cells = list(map(self.__getitem__, values))
        except TypeError:  # a signalling NaN cannot be looked up
            return [self.made(value) for value in values]
        self.repeats = (len(self) - before) * 3 <= len(values)
        if not self.repeats:
            self.clear()
        return cells

    def __missing__(self, value):
        cell = self.made(value)
        if type(value) is not str or len(value) <= KEPT_LENGTH:
            self[value] = cell
        return cell

    def _all_new(self, values):
        """Cells of a column in which little comes again; None if one of them needs a closer look."""
        known = [value for value in values if value is not None]
        if not known:
            return None
        none = self.unknown
        if self.is_number:
            if not _are_exact(known):
                return None
            head = f' s="{self.styles.own}"><v>'
            return [none if n is None else f"{head}{n}</v></c>" for n in values]
        if self.is_day:
            if not all(type(day) is date for day in known) or min(known) < _FIRST_SAFE_DAY:
                return None
            head = f' s="{self.styles.day}"><v>'
            return [
                none if day is None else f"{head}{day.toordinal() - _EPOCH}</v></c>"
                for day in values
            ]
        if not are_plain(known):
            return None
        own = self.styles.own
        head, tail = text_cell(own, "#").split("#")
        return [
            none
            if text is None
            else f"{head}{text}{tail}"
            if text and text.strip() == text
            else text_cell(own, text)
            for text in values
        ]

    def made(self, value) -> str:
        if type(value) is datetime and value.tzinfo:
            value = value.astimezone(self.zone).replace(tzinfo=None)
        elif type(value) is not str:
            value = plain(value)
        if value is None:
            return self.unknown
        styles = self.styles
        if isinstance(value, str):
            return text_cell(styles.text if self.is_number or self.is_day else styles.own, value)
        if self.is_number and _is_exact(value):
            return f' s="{styles.own}"><v>{value}</v></c>'
        if self.is_day and isinstance(value, date):
            is_moment = isinstance(value, datetime)
            day = value.date() if is_moment else value
            if day >= _FIRST_SAFE_DAY:
                serial = day.toordinal() - _EPOCH
                if is_moment and self.column.kind == "datetime":
                    seconds = value.hour * 3600 + value.minute * 60 + value.second
                    return f' s="{styles.moment}"><v>{serial + seconds / 86400}</v></c>'
                return f' s="{styles.day}"><v>{serial}</v></c>'
        return text_cell(styles.text, display(self.column, value))

    def lines(self, values: list) -> list[int] | None:
        """How many lines each value takes, if any takes more than one."""
        texts = [value for value in values if type(value) is str]
        if not texts:
            return None
        if max(map(len, texts)) * 2 <= self.column.width and "\n" not in "".join(texts):
            return None
        return list(map(self._lines.__getitem__, values))


class _Lines(dict):
    """How many lines a text takes in a column."""

    def __init__(self, width: float):
        super().__init__()
        self.width = width

    def __missing__(self, value):
        lines = lines_of(value, self.width) if type(value) is str else 1
        if len(self) < KEPT and (type(value) is not str or len(value) <= KEPT_LENGTH):
            self[value] = lines
        return lines


def _is_exact(value) -> bool:
    if isinstance(value, date):
        return False
    return isinstance(value, float) or abs(value) < LARGEST


def _are_exact(numbers: list) -> bool:
    try:
        finite = all(map(math.isfinite, numbers))
        return finite and min(numbers) > -LARGEST and max(numbers) < LARGEST
    except (ValueError, OverflowError):  # a signalling NaN, a number beyond any float
        return False


def text_cell(style: int, text: str) -> str:
    """A cell with this text, without its place: an inline string, whatever it begins with."""
    xml = xml_text(text)
    if not xml:
        return f' s="{style}"/>'
    space = ' xml:space="preserve"' if xml.strip() != xml else ""
    return f' s="{style}" t="inlineStr"><is><t{space}>{xml}</t></is></c>'
