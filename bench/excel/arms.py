"""The ways of writing the same ledger; each runs in a process of its own and says what it took."""

import gc
import pickle
import resource
import time
from datetime import date
from itertools import islice
from pathlib import Path

from bench.excel.city import asked_of


def ours(target, rows, code="00-01"):
    from branchyear.lib.xlsx import write_workbook

    kind, asked = asked_of(code)
    clock = Clock()
    layout = kind.layout(asked)
    lines = islice(kind.rows(asked), rows)
    write_workbook(target, layout, lines, total=kind.count(asked))
    return clock.read()


def small(target, rows):
    """A tenth of the city, for the memory."""
    return _lean(target, rows, "01")


def large(target, rows):
    """The whole city, for the memory."""
    return _lean(target, rows, "00-01")


def _lean(target, rows, code):
    """SQLite keeps up to 32 MB of pages that were read (``settings.DATABASES``): a bounded cache of the database,
    no part of the ledger, and in a small one not yet full. Here it has 2 MB."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("PRAGMA cache_size = -2000")
    return ours(target, rows, code)


def in_memory(target, rows):
    """Our writer with the rows in memory already, as the other arms have them."""
    from branchyear.lib.xlsx import write_workbook

    kind, asked = asked_of("00-01")
    lines = list(islice(kind.rows(asked), rows))
    gc.freeze()
    clock = Clock()
    write_workbook(target, kind.layout(asked), lines)
    return clock.read()


def xlsxwriter(target, rows):
    """XlsxWriter in ``constant_memory``: every style made once, every cell written by its type."""
    import xlsxwriter as library

    frame, columns, lines, heights = pickle.loads(Path(f"{target}.rows").read_bytes())  # noqa: S301
    lines = lines[:rows]
    gc.freeze()
    clock = Clock()
    title_font, head_font, body_font = frame["fonts"]
    book = library.Workbook(target, {"constant_memory": True})
    sheet = book.add_worksheet("党员名册")
    boxed = {"border": 1, "border_color": "#808080", "valign": "vcenter", "text_wrap": True}
    title = book.add_format({"font_name": title_font, "font_size": 18, "align": "center"})
    plain = book.add_format({"font_name": body_font, "font_size": 10.5})
    head = book.add_format(
        {
            **boxed,
            "font_name": head_font,
            "font_size": 10.5,
            "align": "center",
            "bg_color": "#F2F2F2",
        }
    )
    for at, (_, width, _, _) in enumerate(columns):
        sheet.set_column(at, at, width + 0.7)
    last = len(columns) - 1
    sheet.set_row(0, 34)
    sheet.merge_range(0, 0, 0, last, frame["title"], title)
    sheet.merge_range(1, 0, 1, last, frame["meta"], plain)
    sheet.set_row(2, 30)
    for at, (text, *_) in enumerate(columns):
        sheet.write_string(2, at, text, head)
    sheet.freeze_panes(3, 0)
    sheet.autofilter(2, 0, 2 + len(lines), last)
    sheet.repeat_rows(2)
    sheet.set_paper(9)
    sheet.set_landscape()
    sheet.fit_to_pages(1, 0)
    sheet.set_footer("&C第 &P 页 共 &N 页")
    styles = [
        book.add_format(
            {**boxed, "font_name": body_font, "font_size": 10.5, "align": align, "num_format": form}
        )
        for _, _, align, form in columns
    ]
    for at, line in enumerate(lines):
        row = at + 3
        if at in heights:
            sheet.set_row(row, heights[at])
        for column, value in enumerate(line):
            if isinstance(value, str):
                if value:
                    sheet.write_string(row, column, value, styles[column])
                else:
                    sheet.write_blank(row, column, None, styles[column])
            elif isinstance(value, date):
                sheet.write_datetime(row, column, value, styles[column])
            else:
                sheet.write_number(row, column, value, styles[column])
    book.close()
    return clock.read()


def naive(target, rows):
    """openpyxl, cell by cell, with style objects for each."""
    from openpyxl import Workbook
    from openpyxl.styles import Alignment, Border, Font, Side

    frame, columns, lines, heights = pickle.loads(Path(f"{target}.rows").read_bytes())  # noqa: S301
    lines = lines[:rows]
    gc.freeze()
    clock = Clock()
    *_, body_font = frame["fonts"]
    book = Workbook()
    sheet = book.active
    sheet["A1"] = frame["title"]
    for at, (text, *_) in enumerate(columns, 1):
        sheet.cell(3, at, text)
    for at, line in enumerate(lines):
        if at in heights:
            sheet.row_dimensions[at + 4].height = heights[at]
        for column, value in enumerate(line, 1):
            _, _, align, form = columns[column - 1]
            cell = sheet.cell(at + 4, column, value or None)
            side = Side(style="thin", color="FF808080")
            cell.font = Font(name=body_font, size=10.5)
            cell.border = Border(left=side, right=side, top=side, bottom=side)
            cell.alignment = Alignment(horizontal=align, vertical="center", wrap_text=True)
            cell.number_format = form
    book.save(target)
    return clock.read()


class Clock:
    """Seconds on the wall and of the processor since it was made."""

    def __init__(self):
        self.wall, self.busy = time.monotonic(), self._busy()

    def read(self):
        spent = {"seconds": time.monotonic() - self.wall, "busy": self._busy() - self.busy}
        return spent | {"memory": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}

    def _busy(self):
        used = resource.getrusage(resource.RUSAGE_SELF)
        return used.ru_utime + used.ru_stime
