"""What a ledger looks like, said once for Excel, PDF and the preview on the screen.

A report gives a `Layout` and rows; `xlsx.write_workbook`, `pdf.render_ledger` and the preview
template all ask this module what a value reads like, so that the three can never differ.

The look follows the habits of ledgers in Chinese offices: title, a line with 单位 / 统计截止 /
制表时间, the header on every page, a total row, and the signatures at the end.
"""

import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time
from decimal import ROUND_HALF_UP, Context, Decimal
from enum import Enum
from itertools import groupby
from typing import Any

from django.utils import timezone

KINDS = ("text", "integer", "decimal", "date", "datetime", "percent", "status")
NUMBERS = ("integer", "decimal", "percent")
UNKNOWN = "—"  # not known, or does not apply; never written as 0
TOTAL_LABEL = "合计"
_WIDE = Context(prec=400)  # wide enough for any float, so that rounding never fails


class Cancelled(Exception):
    """The person who asked for the file does not want it any more."""


@dataclass(frozen=True)
class Column:
    """One column. `width` counts half-width characters, as Excel does (a Chinese one takes two).

    `total` puts a "sum" of the numbers, or a "count" of the known values, in the last row; or a number
    "given" in `Layout.totals`, where the lines cannot be added up (a share of all).
    Neighbours with the same `group` share a heading above their own.
    """

    key: str
    title: str
    width: float = 12
    kind: str = "text"
    total: str | None = None
    align: str | None = None
    group: str | None = None

    def __post_init__(self):
        if self.kind not in KINDS:
            raise ValueError(f"column {self.key}: no kind {self.kind!r}")
        if self.total not in {None, "sum", "count", "given"}:
            raise ValueError(f"column {self.key}: no total {self.total!r}")
        if self.total == "sum" and self.kind not in {"integer", "decimal"}:
            raise ValueError(f"column {self.key}: only integers and decimals can be summed")

    @property
    def alignment(self) -> str:
        """left, center or right: long text left, numbers right, the rest in the middle."""
        if self.align:
            return self.align
        if self.kind == "text":
            return "left"
        return "right" if self.kind in {"integer", "decimal", "percent"} else "center"


@dataclass(frozen=True)
class Layout:
    """The frame of a ledger around its rows.

    `unit` is the organisation that reports, `period` up to when (统计截止), `scope_label` which
    part was asked for ("全部支部", "仅逾期"); `made_by` and `made_at` say whose file it is; `code` is
    the one under which it was given out.
    """

    title: str
    columns: tuple[Column, ...]
    unit: str = ""
    period: str = ""
    made_by: str = ""
    made_at: datetime | date | None = None
    scope_label: str = ""
    orientation: str = "landscape"
    signatures: tuple[str, ...] = ("填报人", "审核人", "负责人（签章）")
    notes: tuple[str, ...] = ()
    sheet: str = ""
    code: str = ""
    totals: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self):
        object.__setattr__(self, "columns", tuple(self.columns))
        if not self.columns:
            raise ValueError("a layout needs a column")
        if len({column.key for column in self.columns}) != len(self.columns):
            raise ValueError("two columns have the same key")
        if self.orientation not in {"landscape", "portrait"}:
            raise ValueError(f"no orientation {self.orientation!r}")

    @property
    def meta(self) -> tuple[str, ...]:
        """The line under the title, left to right, without what is not known."""
        made = " ".join(part for part in (moment(self.made_at), self.made_by) if part)
        pairs = (
            ("单位", self.unit),
            ("范围", self.scope_label),
            ("统计截止", self.period),
            ("制表", made),
            ("核验码", self.code),
        )
        return tuple(f"{label}：{value}" for label, value in pairs if value)

    @property
    def has_totals(self) -> bool:
        return any(column.total for column in self.columns)

    @property
    def heading_rows(self) -> tuple[tuple["Heading", ...], ...]:
        """The header as one or two rows of headings with their spans."""
        if not any(column.group for column in self.columns):
            return (tuple(Heading(column.title, at) for at, column in enumerate(self.columns)),)
        upper, lower = [], []
        numbered = list(enumerate(self.columns))
        for group, members in groupby(numbered, key=lambda pair: pair[1].group):
            members = list(members)
            if group is None:
                upper += [Heading(column.title, at, rows=2) for at, column in members]
            else:
                upper.append(Heading(group, members[0][0], columns=len(members)))
                lower += [Heading(column.title, at) for at, column in members]
        return tuple(upper), tuple(lower)


@dataclass(frozen=True)
class Heading:
    title: str
    at: int
    columns: int = 1
    rows: int = 1


_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff]")
_SURROGATE = re.compile("[\ud800-\udfff]")


def legible(text: str) -> str:
    """The text without what no file can hold: control characters go, half characters show as □,
    the usual sign for a character that is lost."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return _SURROGATE.sub("□", _CONTROL.sub("", text))


def values(layout: Layout, row: Any) -> list:
    """The row's plain values in the order of the columns."""
    if isinstance(row, Mapping):
        return [plain(row[column.key]) for column in layout.columns]
    return [plain(getattr(row, column.key)) for column in layout.columns]


def plain(value: Any) -> Any:
    """Reduce a value to None, str, int, float, Decimal, date or datetime (naive, local time)."""
    if value is None or type(value) in {str, int}:
        return value
    if isinstance(value, Enum):
        return str(getattr(value, "label", value.value))
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, int):
        return int(value)
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, Decimal):
        return value if value.is_finite() else None
    if isinstance(value, datetime):
        return timezone.make_naive(value) if timezone.is_aware(value) else value
    if isinstance(value, date):
        return value
    if isinstance(value, time):
        return f"{value:%H:%M}"
    return str(value)


def display(column: Column, value: Any) -> str:
    """What the value reads like on paper and on the screen; "—" when it is not known."""
    value = plain(value)
    if value is None:
        return UNKNOWN
    if isinstance(value, str):
        return legible(value)
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d}" if column.kind == "date" else f"{value:%Y-%m-%d %H:%M}"
    if isinstance(value, date):
        return value.isoformat()
    if column.kind == "integer":
        return str(_rounded(value, "1"))
    if column.kind == "decimal":
        return f"{_rounded(value, '0.01'):,}"
    if column.kind == "percent":
        return f"{_rounded(Decimal(str(value)) * 100, '0.1')}%"
    return str(value)


def _rounded(number, step) -> Decimal:
    """Half away from zero, as Excel shows it; Python's own rounding goes to the even digit."""
    result = Decimal(str(number)).quantize(Decimal(step), ROUND_HALF_UP, _WIDE)
    return result if result else abs(result)  # no "-0"


def moment(value: datetime | date | None) -> str:
    """2022-05-25 or 2022-05-25 17:30, local time."""
    value = plain(value)
    if value is None:
        return ""
    return f"{value:%Y-%m-%d %H:%M}" if isinstance(value, datetime) else value.isoformat()


class Totals:
    """Running totals while rows stream past; a column in which nothing is known stays unknown."""

    def __init__(self, layout: Layout):
        self.layout = layout
        self._wanted = [
            (at, column)
            for at, column in enumerate(layout.columns)
            if column.total in {"sum", "count"}
        ]
        self._numbers: dict[str, Decimal | int | None] = {
            column.key: 0 if column.total == "count" else None for _, column in self._wanted
        }

    def add(self, row_values: list) -> None:
        for at, column in self._wanted:
            self.add_column(column, row_values[at : at + 1])

    def add_column(self, column: Column, column_values: list) -> None:
        """Add plain values of one column, of many rows at once."""
        if column.total == "count":
            self._numbers[column.key] += sum(value not in (None, "") for value in column_values)
            return
        numbers = [value for value in column_values if isinstance(value, int | float | Decimal)]
        if numbers:
            exact = [n if isinstance(n, int) else Decimal(str(n)) for n in numbers]
            self._numbers[column.key] = sum(exact, self._numbers[column.key] or 0)

    def as_plain(self) -> dict[str, str | None]:
        """The totals of a part of the rows, to be kept as text and added to those of other parts."""
        return {
            key: None if number is None else str(number) for key, number in self._numbers.items()
        }

    def add_plain(self, totals: dict[str, str | None]) -> None:
        """Add what ``as_plain`` said of another part."""
        for key, text in totals.items():
            if text is not None:
                number = Decimal(text)
                if number == number.to_integral_value() and "." not in text:
                    number = int(number)
                self._numbers[key] = (self._numbers[key] or 0) + number

    def number(self, column: Column):
        if column.total == "given":
            return plain(self.layout.totals.get(column.key))
        return self._numbers.get(column.key)

    def text(self, column: Column) -> str:
        """The cell of the total row; empty under columns that have no total."""
        if column.total is None:
            return ""
        number = self.number(column)
        if number is not None and column.total == "count":
            return str(number)
        return display(column, number)

    @property
    def label_span(self) -> int:
        """How many leading columns the word 合计 covers: those before the first total."""
        return next(
            (at for at, column in enumerate(self.layout.columns) if column.total is not None), 0
        )


def total_of(rows: Iterable, given: int | None = None) -> int | None:
    """How many rows there will be, if that can be known without reading them."""
    if given is not None:
        return given
    try:
        return len(rows)
    except TypeError:
        return None
