"""A table of figures, said once for the page and for the workbook of the page.

Every figure may have its denominator and its list; in the workbook the denominator has a column of its own.
"""

from dataclasses import dataclass
from decimal import Decimal

from branchyear.lib.layout import Column, Layout
from branchyear.templatetags.ui import share

UNKNOWN = "—"


@dataclass(frozen=True)
class Col:
    """A column: kind as in ``layout.Column``; ``of`` names the denominator's own column."""

    title: str
    kind: str = "integer"
    of: str = ""
    width: float = 9


@dataclass(frozen=True)
class Cell:
    """One value; ``tone`` is late or ok, ``mark`` the shape before it."""

    value: object
    of: object = None
    url: str = ""
    tone: str = ""
    mark: str = ""

    @property
    def words(self):
        """As the page says it; what is not known is never 0."""
        if self.value is None or self.value == "":
            return UNKNOWN
        if isinstance(self.value, Decimal):
            return share(self.value)
        return f"{self.value}/{self.of}" if self.of is not None else str(self.value)


@dataclass(frozen=True)
class Table:
    """Rows of cells under columns; the first column names the row. Rows after ``shown`` are folded."""

    key: str
    title: str
    cols: tuple
    rows: list
    note: str = ""
    shown: int = 1000

    @property
    def first(self):
        return self.rows[: self.shown]

    @property
    def rest(self):
        return self.rows[self.shown :]

    def sheet(self, *, unit, scope_label, by, now, period):
        """``(layout, rows)`` for ``write_workbook``."""
        columns = [Column("number", "序号", 6, "integer", align="center")]
        for place, col in enumerate(self.cols):
            columns.append(Column(f"c{place}", col.title, col.width, col.kind))
            if col.of:
                columns.append(Column(f"d{place}", col.of, col.width, "integer"))
        layout = Layout(
            title=self.title,
            columns=tuple(columns),
            unit=unit,
            scope_label=scope_label,
            period=period,
            made_by=str(by),
            made_at=now,
            notes=(self.note,) if self.note else (),
            sheet=self.title[:31],
        )
        return layout, self._lines()

    def _lines(self):
        for number, row in enumerate(self.rows, 1):
            line = {"number": number}
            for place, (col, cell) in enumerate(zip(self.cols, row, strict=True)):
                line[f"c{place}"] = "" if cell.value is None else cell.value
                if col.of:
                    line[f"d{place}"] = "" if cell.of is None else cell.of
            yield line


@dataclass(frozen=True)
class Chart:
    """An ECharts option (plain data) with the table that says the same."""

    key: str
    title: str
    option: dict
    table: Table
