"""Ledgers of any length.

A ledger is written in two halves. openpyxl makes everything with a look: styles, title, header, frozen panes,
filter, page set-up (``look``). The rows, which are many and plain, are written by us as sheet XML straight into the
package (``rows``), with the style numbers openpyxl gave out. So memory stays flat, and the time is that of writing text:
a fraction of what XlsxWriter takes (docs/performance.md). openpyxl's own ``write_only`` is slower still once cells have
styles, so the rows are not left to it.

No text can become a formula: every text is an inline string, whatever it begins with. The only formulas are the sums
and counts of the total row, and each is written with its result.
"""

import os
import zipfile
from collections.abc import Callable, Iterable, Sequence
from itertools import chain, islice
from pathlib import Path

from branchyear.lib.layout import Cancelled, Layout, Totals, total_of
from branchyear.lib.xlsx.look import ROWS_AFTER, Book, Plan
from branchyear.lib.xlsx.rows import BATCH, Rows
from branchyear.lib.xlsx.text import MAX_ROWS, cut_units, sheet_name

LEVEL = 3  # the usual 6 takes twice the time for a file a tenth smaller
MAX_SHEET_BYTES = 1_000_000_000  # below what a plain zip entry can hold


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
        with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=LEVEL) as package:
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
        styles = [book.data_styles(column) for column in plan.layout.columns]
        writer = Rows(plan.layout.columns, styles, totals)
        room = MAX_ROWS - plan.head - ROWS_AFTER
        with self.package.open(f"xl/worksheets/sheet{number}.xml", "w") as sheet:
            written = sheet.write(head)
            while plan.count < room and written <= MAX_SHEET_BYTES:
                batch = list(islice(rows, min(BATCH, room - plan.count)))
                written += sheet.write(writer.xml(plan.last_row + 1, batch))
                plan.count += len(batch)
                self.done += len(batch)
                if len(batch) < BATCH:
                    break
                self._report()
            rest = None
            following = next(rows, None)  # a limit may have been reached with the very last row
            if following is not None:
                rest = chain([following], rows)
            else:
                plan.is_last = True
                plan.is_found = any(part.count for part in parts)
                sheet.write(book.closing_xml(plan, parts, totals).encode())
            sheet.write(Book().sheet_xml(plan)[1])
        return rest

    def _report(self):
        if self.cancelled and self.cancelled():
            raise Cancelled
        if self.progress:
            self.progress(self.done, self.total)
