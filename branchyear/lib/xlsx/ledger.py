"""Excel workbooks: ledgers of any length, and forms to fill in.

A ledger is written in two halves. openpyxl makes everything with a look: styles, title, header,
frozen panes, filter, page set-up. The rows, which are many and plain, are written by us as sheet
XML straight into the package, with the style numbers openpyxl gave out. So memory stays flat and
the time is that of writing text. Measured once, one after the other on a busy machine of two
cores, 100,000 varied rows x 20 styled columns (text, integer, decimal, date, percent), each time
including about 5 s for making the rows:

    this module                     13 s    56 MB at its peak, Django and openpyxl included
    XlsxWriter, constant_memory     36 s

openpyxl's write_only was measured before at about half of XlsxWriter's speed once cells have
styles, so the rows are not left to it.

No text can become a formula: every text is an inline string, whatever it begins with. The only
formulas are the sums and counts of the total row, and each is written with its result.
"""

import os
import zipfile
from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime
from itertools import chain
from pathlib import Path

from openpyxl.utils import get_column_letter

from branchyear.lib.layout import (
    NUMBERS,
    UNKNOWN,
    Cancelled,
    Layout,
    Totals,
    display,
    total_of,
    values,
)
from branchyear.lib.xlsx.look import ROWS_AFTER, Book, Plan, inline
from branchyear.lib.xlsx.text import MAX_ROWS, cut_units, lines_of, sheet_name, xml_text

MAX_SHEET_BYTES = 1_500_000_000  # below what a plain zip entry can hold
_EPOCH = date(1899, 12, 30)
_FIRST_SAFE_DAY = date(1900, 3, 1)  # before it Excel believes in 29 February 1900


def write_workbook(
    target,
    sheets_or_layout: Layout | Sequence[tuple[Layout, Iterable]],
    rows: Iterable | None = None,
    *,
    total: int | None = None,
    progress: Callable[[int, int | None], None] | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> int:
    """Write a ledger, or several as sheets of one workbook; say how many rows it holds.

        write_workbook(path, layout, rows)
        write_workbook(path, [(layout, rows), (layout, rows)])

    `target` is a path or a writable binary file. Rows may be a generator: they are read once and
    never collected. `progress(done, total)` is called now and then, `total` being None when it
    was not given and cannot be known. When `cancelled()` says so the file is given up with
    `Cancelled`. Rows beyond what a sheet can hold go on, under the same header, on the next.
    """
    if isinstance(sheets_or_layout, Layout):
        sheets = [(sheets_or_layout, rows if rows is not None else ())]
    else:
        sheets = list(sheets_or_layout)
    if total is None:
        known = [total_of(sheet_rows) for _, sheet_rows in sheets]
        total = None if None in known else sum(known)
    is_path = isinstance(target, str | os.PathLike)
    try:
        with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as package:
            return _Ledgers(package, total, progress, cancelled).write(sheets)
    except BaseException:
        if is_path:  # half a workbook must not be taken for one
            Path(target).unlink(missing_ok=True)
        raise


class _Ledgers:
    """The package while it is written: sheet after sheet, then the parts that name them all."""

    def __init__(self, package, total, progress, cancelled):
        self.package = package
        self.total, self.progress, self.cancelled = total, progress, cancelled
        self.plans: list[Plan] = []
        self.done = 0

    def write(self, sheets) -> int:
        for layout, rows in sheets:
            self._write_ledger(layout, rows)
        with Book().saved(self.plans) as frame:
            for name in sorted(frame.namelist()):
                if not name.startswith("xl/worksheets/"):
                    self.package.writestr(name, frame.read(name))
        self._report()
        return self.done

    def _write_ledger(self, layout, rows):
        totals = Totals(layout)
        parts: list[Plan] = []
        rest = iter(rows)
        while rest is not None:
            plan = Plan(layout, self._name(layout, len(parts)))
            parts.append(plan)
            self.plans.append(plan)
            rest = self._write_sheet(plan, rest, totals, parts)

    def _name(self, layout, part):
        wanted = layout.sheet or layout.title
        if part:
            wanted = f"{cut_units(wanted, 26)}续{part}"
        return sheet_name(wanted, [plan.name for plan in self.plans])

    def _write_sheet(self, plan, rows, totals, parts):
        """Write one sheet; hand back the rows that did not fit, or None."""
        number = len(self.plans)
        book = Book()
        head, _ = book.sheet_xml(plan)
        columns = [
            (get_column_letter(at + 1), column, *book.data_styles(column))
            for at, column in enumerate(plan.layout.columns)
        ]
        room = MAX_ROWS - plan.head - ROWS_AFTER
        full = False
        with self.package.open(f"xl/worksheets/sheet{number}.xml", "w") as sheet:
            written = sheet.write(head)
            buffer: list[str] = []
            for row in rows:
                row_values = values(plan.layout, row)
                totals.add(row_values)
                plan.count += 1
                buffer.append(_row_xml(plan.last_row, columns, row_values))
                if len(buffer) == 500:
                    written += sheet.write("".join(buffer).encode())
                    buffer.clear()
                    self.done += 500
                    self._report()
                    full = written > MAX_SHEET_BYTES
                if full or plan.count >= room:
                    full = True
                    break
            self.done += len(buffer)
            rest = None
            if full:  # the limit may have been reached with the very last row
                following = next(rows, None)
                rest = chain([following], rows) if following is not None else None
            if rest is None:
                plan.is_last = True
                buffer.append(book.closing_xml(plan, parts, totals))
            sheet.write("".join(buffer).encode())
            sheet.write(Book().sheet_xml(plan)[1])
        return rest

    def _report(self):
        if self.cancelled and self.cancelled():
            raise Cancelled
        if self.progress:
            self.progress(self.done, self.total)


def _row_xml(number: int, columns, row_values) -> str:
    cells = []
    lines = 1
    for (letter, column, own, as_date, as_moment), value in zip(columns, row_values, strict=True):
        if value is None:
            value = UNKNOWN
        kind = column.kind
        if kind in NUMBERS and not isinstance(value, str):
            if isinstance(value, date) or isinstance(value, int) and abs(value) >= 10**15:
                value = display(column, value)  # Excel keeps fifteen digits of a number
            else:
                cells.append(f'<c r="{letter}{number}" s="{own}"><v>{value}</v></c>')
                continue
        elif kind in {"date", "datetime"} and isinstance(value, date):
            day = value.date() if isinstance(value, datetime) else value
            if day >= _FIRST_SAFE_DAY:
                serial = (day - _EPOCH).days
                style = as_date
                if kind == "datetime" and isinstance(value, datetime):
                    style = as_moment
                    seconds = value.hour * 3600 + value.minute * 60 + value.second
                    serial += seconds / 86400
                cells.append(f'<c r="{letter}{number}" s="{style}"><v>{serial}</v></c>')
                continue
        if not isinstance(value, str):
            value = display(column, value)
        xml = xml_text(value)
        if xml:
            cells.append(inline(f"{letter}{number}", own, xml))
            if len(value) * 2 > column.width:
                lines = max(lines, lines_of(value, column.width))
        else:
            cells.append(f'<c r="{letter}{number}" s="{own}"/>')
    height = f' ht="{lines * 14 + 5}" customHeight="1"' if lines > 1 else ""
    return f'<row r="{number}"{height}>{"".join(cells)}</row>'
