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

import io
import math
import os
import re
import zipfile
from collections.abc import Callable, Container, Iterable, Mapping, Sequence
from datetime import date, datetime
from itertools import chain
from pathlib import Path

from openpyxl import Workbook
from openpyxl.cell import Cell
from openpyxl.styles import Alignment, Border, Font, PatternFill, Protection, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.properties import PageSetupProperties

from branchyear.lib.layout import (
    NUMBERS,
    TOTAL_LABEL,
    UNKNOWN,
    Cancelled,
    Column,
    Layout,
    Totals,
    display,
    legible,
    plain,
    total_of,
    values,
)
from branchyear.lib.names import BAD_IN_NAMES, set_apart

MAX_ROWS = 1_048_576  # of a sheet, heading and all
MAX_TEXT = 32_767  # UTF-16 units in a cell
MAX_SHEET_BYTES = 1_500_000_000  # below what a plain zip entry can hold
CUT_MARK = "…(内容过长，已截断)"
# The official faces are licensed and not everywhere: Excel and WPS put their own in their place.
TITLE_FONT, HEAD_FONT, BODY_FONT = "方正小标宋简体", "黑体", "宋体"
FORMATS = {
    "text": "@",
    "status": "@",
    "integer": "0",
    "decimal": "#,##0.00",
    "percent": "0.0%",
    "date": "yyyy-mm-dd",
    "datetime": "yyyy-mm-dd hh:mm",
}
_EPOCH = date(1899, 12, 30)
_FIRST_SAFE_DAY = date(1900, 3, 1)  # before it Excel believes in 29 February 1900
_ROWS_AFTER = 16  # kept free on every sheet for total, signatures and notes


# --- Text ---------------------------------------------------------------------------------------

_ESCAPE_LOOKALIKE = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")
_NEEDS_CARE = re.compile("[&<>\x00-\x08\x0b-\x1f\x7f\ud800-\udfff\ufffe\uffff]|_x[0-9A-Fa-f]{4}_")


def clean_text(text: str) -> str:
    """The text as a cell can hold it: no control characters, no half characters, not too long."""
    text = legible(text)
    if _units(text) > MAX_TEXT:
        room = MAX_TEXT - _units(CUT_MARK)
        text = text.encode("utf-16-le")[: room * 2].decode("utf-16-le", "ignore") + CUT_MARK
    return text


def _units(text: str) -> int:
    return len(text) if text.isascii() else len(text.encode("utf-16-le")) // 2


def _xml_text(text: str) -> str:
    if len(text) <= MAX_TEXT // 2 and not _NEEDS_CARE.search(text):
        return text
    text = clean_text(text)
    # Excel reads "_x0041_" as "A": an underscore that would begin such a code is coded itself.
    text = _ESCAPE_LOOKALIKE.sub("_x005F_", text)
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def sheet_name(wanted: str, taken: Iterable[str] = ()) -> str:
    """A legal sheet name not in use: 31 characters at most, none of []:*?/\\ and no outer '."""
    name = re.sub(r"[\[\]:*?/\\]", " ", clean_text(wanted))
    name = " ".join(name.split()).strip("'")
    name = _cut_units(name, 31).strip().strip("'") or "台账"
    if name.casefold() == "history":
        name += "_"
    used = {other.casefold() for other in taken}
    candidate, number = name, 1
    while candidate.casefold() in used:
        number += 1
        tail = f"({number})"
        candidate = _cut_units(name, 31 - len(tail)) + tail
    return candidate


def _cut_units(text: str, units: int) -> str:
    return text.encode("utf-16-le")[: units * 2].decode("utf-16-le", "ignore")


def filename(
    organization_name: str, ledger_name: str, period_label: str, day: date, ext: str
) -> str:
    """单位_台账名_2022年5月_20220525.xlsx, in characters that every system allows in a name."""
    parts = []
    for part, room in ((organization_name, 60), (ledger_name, 40), (period_label, 20)):
        part = BAD_IN_NAMES.sub("", part)
        part = re.sub(r"[\s_]+", "", part).strip(".")[:room]
        if part:
            parts.append(set_apart(part))
    return "_".join([*parts, f"{day:%Y%m%d}"]) + "." + ext.lstrip(".")


# --- Ledgers ------------------------------------------------------------------------------------


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


class _Plan:
    """One sheet: its layout, name, and how many data rows and closing rows it got."""

    def __init__(self, layout: Layout, name: str):
        self.layout, self.name = layout, name
        self.head = 2 + len(layout.heading_rows)
        self.count = 0
        self.is_last = False

    @property
    def first_row(self) -> int:
        return self.head + 1

    @property
    def last_row(self) -> int:
        return self.head + self.count


class _Ledgers:
    """The package while it is written: sheet after sheet, then the parts that name them all."""

    def __init__(self, package, total, progress, cancelled):
        self.package = package
        self.total, self.progress, self.cancelled = total, progress, cancelled
        self.plans: list[_Plan] = []
        self.done = 0

    def write(self, sheets) -> int:
        for layout, rows in sheets:
            self._write_ledger(layout, rows)
        with _Book().saved(self.plans) as frame:
            for name in sorted(frame.namelist()):
                if not name.startswith("xl/worksheets/"):
                    self.package.writestr(name, frame.read(name))
        self._report()
        return self.done

    def _write_ledger(self, layout, rows):
        totals = Totals(layout)
        parts: list[_Plan] = []
        rest = iter(rows)
        while rest is not None:
            plan = _Plan(layout, self._name(layout, len(parts)))
            parts.append(plan)
            self.plans.append(plan)
            rest = self._write_sheet(plan, rest, totals, parts)

    def _name(self, layout, part):
        wanted = layout.sheet or layout.title
        if part:
            wanted = f"{_cut_units(wanted, 26)}续{part}"
        return sheet_name(wanted, [plan.name for plan in self.plans])

    def _write_sheet(self, plan, rows, totals, parts):
        """Write one sheet; hand back the rows that did not fit, or None."""
        number = len(self.plans)
        book = _Book()
        head, _ = book.sheet_xml(plan)
        columns = [
            (get_column_letter(at + 1), column, *book.data_styles(column))
            for at, column in enumerate(plan.layout.columns)
        ]
        room = MAX_ROWS - plan.head - _ROWS_AFTER
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
            sheet.write(_Book().sheet_xml(plan)[1])
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
        xml = _xml_text(value)
        if xml:
            cells.append(_inline(f"{letter}{number}", own, xml))
            if len(value) * 2 > column.width:
                lines = max(lines, _lines(value, column.width))
        else:
            cells.append(f'<c r="{letter}{number}" s="{own}"/>')
    height = f' ht="{lines * 14 + 5}" customHeight="1"' if lines > 1 else ""
    return f'<row r="{number}"{height}>{"".join(cells)}</row>'


def _lines(text: str, width: float) -> int:
    """How many lines the text takes; some programs do not fit the height of a row themselves."""
    if len(text) * 2 <= width:
        return 1
    lines = 0
    for line in text.split("\n"):
        units = sum(1 if character < "\u0500" else 2 for character in line[:2000])
        lines += max(1, math.ceil(units / width))
    return min(lines, 28)  # Excel allows a row 409 points


def _inline(place: str, style: int, xml: str) -> str:
    return (
        f'<c r="{place}" s="{style}" t="inlineStr"><is><t xml:space="preserve">{xml}</t></is></c>'
    )


def _text_xml(place: str, style: int, text: str) -> str:
    return _inline(place, style, _xml_text(text))


_LINE = Side(style="thin", color="FF808080")
_BOX = Border(left=_LINE, right=_LINE, top=_LINE, bottom=_LINE)
_SHADE = PatternFill("solid", fgColor="FFF2F2F2")


class _Book:
    """The openpyxl half. Styles are made in one fixed order, so that every `_Book` gives the
    same numbers: one is asked for a sheet's head, another for its tail, a last for the frame."""

    def __init__(self):
        self.book = Workbook()
        self.book.remove(self.book.active)
        self._scratch = self.book.create_sheet()
        self.book.remove(self._scratch)
        body = Font(name=BODY_FONT, size=10.5)
        self._styles = {}
        for kind, number_format in FORMATS.items():
            for alignment in ("left", "center", "right"):
                self._styles[kind, alignment] = self._style(body, alignment, number_format)
        bold = Font(name=BODY_FONT, size=10.5, bold=True)
        for kind, number_format in FORMATS.items():
            for alignment in ("left", "center", "right"):
                self._styles["total", kind, alignment] = self._style(
                    bold, alignment, number_format, fill=_SHADE
                )
        self._styles["closing"] = self._style(
            Font(name=BODY_FONT, size=11), "left", "@", border=Border(), wrap=False
        )
        self._styles["note"] = self._style(
            Font(name=BODY_FONT, size=9), "left", "@", border=Border(), wrap=True
        )

    def _style(self, font, horizontal, number_format, *, border=_BOX, fill=None, wrap=True) -> int:
        cell = Cell(self._scratch, row=1, column=1)  # a new one: the book keeps its style object
        cell.font, cell.border, cell.number_format = font, border, number_format
        cell.fill = fill or PatternFill()
        cell.alignment = Alignment(horizontal=horizontal, vertical="center", wrap_text=wrap)
        return cell.style_id

    def data_styles(self, column) -> tuple[int, int, int]:
        """The column's own style, and those for a day and a moment in it."""
        alignment = column.alignment
        return (
            self._styles[column.kind, alignment],
            self._styles["date", alignment],
            self._styles["datetime", alignment],
        )

    # The head and the tail

    def sheet_xml(self, plan) -> tuple[bytes, bytes]:
        with self.saved([plan]) as frame:
            xml = frame.read("xl/worksheets/sheet1.xml")
        # The reader must not be told a size that is not known yet: it is optional.
        xml = re.sub(rb"<dimension [^>]*/>", b"", xml)
        rows = xml.index(b"</sheetData>")
        first_closing = re.search(rb'<row r="%d"' % plan.first_row, xml)
        return xml[: first_closing.start() if first_closing else rows], xml[rows:]

    def saved(self, plans) -> zipfile.ZipFile:
        for plan in plans:
            self._add_sheet(plan)
        layout = plans[0].layout
        properties = self.book.properties
        properties.title = clean_text(layout.title)
        properties.creator = clean_text(layout.made_by) or None
        made_at = plain(layout.made_at)
        if isinstance(made_at, datetime):
            properties.created = properties.modified = made_at
        memory = io.BytesIO()
        self.book.save(memory)
        return zipfile.ZipFile(memory)

    def _add_sheet(self, plan):
        layout = plan.layout
        sheet = self.book.create_sheet(plan.name)
        width = len(layout.columns)
        last = get_column_letter(width)
        _put(sheet, 1, layout.title, Font(name=TITLE_FONT, size=18), "center")
        sheet.merge_cells(f"A1:{last}1")
        sheet.row_dimensions[1].height = 34
        _put(sheet, 2, "    ".join(layout.meta), Font(name=BODY_FONT, size=10.5), "left")
        sheet.merge_cells(f"A2:{last}2")
        sheet.row_dimensions[2].height = 20
        self._add_headings(sheet, layout)
        for at, column in enumerate(layout.columns):
            sheet.column_dimensions[get_column_letter(at + 1)].width = column.width + 0.7
        # The header: seen while scrolling, repeated on paper, and the place of the filter.
        sheet.sheet_format.defaultRowHeight = 19
        sheet.sheet_format.customHeight = True
        sheet.freeze_panes = f"A{plan.first_row}"
        sheet.auto_filter.ref = f"A{plan.head}:{last}{plan.last_row}"
        sheet.print_title_rows = f"3:{plan.head}"
        sheet.page_setup.paperSize = sheet.PAPERSIZE_A4
        sheet.page_setup.orientation = layout.orientation
        sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
        sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
        sheet.print_options.horizontalCentered = True
        for side, inches in {"left": 0.5, "right": 0.5, "top": 0.6, "bottom": 0.7}.items():
            setattr(sheet.page_margins, side, inches)
        sheet.oddFooter.center.text = "第 &P 页 共 &N 页"
        if plan.is_last:
            for row in _closing_rows(plan):
                sheet.merge_cells(f"A{row}:{last}{row}")
            label = Totals(layout).label_span
            if layout.has_totals and label > 1:
                row = plan.last_row + 1
                sheet.merge_cells(f"A{row}:{get_column_letter(label)}{row}")

    def _add_headings(self, sheet, layout):
        font = Font(name=HEAD_FONT, size=10.5)
        for down, headings in enumerate(layout.heading_rows):
            row = 3 + down
            lines = max(_lines(h.title, _width(layout, h)) for h in headings if h.rows == 1)
            height = 30 if len(layout.heading_rows) == 1 else 24
            sheet.row_dimensions[row].height = max(height, lines * 14 + 6)
            for heading in headings:
                for inner_row in range(row, row + heading.rows):
                    for at in range(heading.at, heading.at + heading.columns):
                        _frame(sheet.cell(inner_row, at + 1))
                _put(sheet, row, heading.title, font, "center", heading.at + 1)
                if heading.rows > 1 or heading.columns > 1:
                    sheet.merge_cells(
                        start_row=row,
                        end_row=row + heading.rows - 1,
                        start_column=heading.at + 1,
                        end_column=heading.at + heading.columns,
                    )

    # The closing rows: total, signatures, notes

    def closing_xml(self, plan, parts, totals) -> str:
        layout = plan.layout
        xml = [self._total_xml(plan, parts, totals)] if layout.has_totals else []
        texts = _closing_texts(layout)
        for row, (text, style) in zip(_closing_rows(plan), texts, strict=True):
            cell = _text_xml(f"A{row}", self._styles[style], text)
            height = ' ht="30" customHeight="1"' if style == "closing" else ""
            xml.append(f'<row r="{row}"{height}>{cell}</row>')
        return "".join(xml)

    def _total_xml(self, plan, parts, totals) -> str:
        row = plan.last_row + 1
        cells = []
        for at, column in enumerate(plan.layout.columns):
            letter = get_column_letter(at + 1)
            kind = "integer" if column.total == "count" else column.kind
            style = self._styles["total", kind, column.alignment]
            place = f"{letter}{row}"
            number = totals.number(column)
            if at == 0 and totals.label_span:
                label = self._styles["total", "text", "center"]
                cells.append(_text_xml(place, label, TOTAL_LABEL))
            elif column.total is None:
                cells.append(f'<c r="{place}" s="{style}"/>')
            elif number is None:
                cells.append(_text_xml(place, style, UNKNOWN))
            elif column.total == "given":
                cells.append(f'<c r="{place}" s="{style}"><v>{number}</v></c>')
            else:
                formula = _formula(column, letter, plan, parts)
                cells.append(f'<c r="{place}" s="{style}"><f>{formula}</f><v>{number}</v></c>')
        return f'<row r="{row}" ht="22" customHeight="1">{"".join(cells)}</row>'


def _formula(column, letter, plan, parts) -> str:
    ranges = []
    for part in parts:
        if part.count:
            where = f"{letter}{part.first_row}:{letter}{part.last_row}"
            if part is not plan:
                quoted = part.name.replace("'", "''")
                where = f"'{quoted}'!{where}"
            ranges.append(_xml_text(where))
    if column.total == "sum":
        return f"SUM({','.join(ranges)})"
    return "+".join(f'COUNTA({where})-COUNTIF({where},"{UNKNOWN}")' for where in ranges) or "0"


def _closing_texts(layout) -> list[tuple[str, str]]:
    texts = []
    if layout.signatures:
        line = "          ".join(f"{who}：____________" for who in layout.signatures)
        texts.append((line, "closing"))
    return texts + [(note, "note") for note in layout.notes[: _ROWS_AFTER - 4]]


def _closing_rows(plan) -> range:
    """The sheet's rows for signatures and notes, one row below the table."""
    start = plan.last_row + (3 if plan.layout.has_totals else 2)
    return range(start, start + len(_closing_texts(plan.layout)))


def _put(sheet, row, text, font, horizontal, column=1):
    """A cell with text that stays text, even if it begins with an equals sign."""
    cell = sheet.cell(row, column)
    cell.value = clean_text(str(text))
    cell.data_type = "s"
    cell.font = font
    cell.alignment = Alignment(horizontal=horizontal, vertical="center", wrap_text=True)
    return cell


def _width(layout, heading) -> float:
    return sum(c.width for c in layout.columns[heading.at : heading.at + heading.columns])


def _frame(cell):
    cell.border, cell.fill = _BOX, _SHADE


# --- Forms to fill in ---------------------------------------------------------------------------

SPARE_ROWS = 200  # empty lines under the given ones
_PROMPTS = {
    "date": "请填写日期，例如 2022-05-25",
    "integer": "请填写整数，不带单位",
    "decimal": "请填写数字，不带单位",
}


def write_form(
    target,
    columns: Sequence[Column],
    rows: Iterable = (),
    *,
    title: str = "填报表",
    choices: Mapping[str, Sequence[str]] | None = None,
    instructions: Sequence[str] = (),
    required: Iterable[str] = (),
    locked_keys: Iterable[str] = (),
    spare_rows: int | None = None,
    hidden_keys: Iterable[str] = (),
    closed: Container[tuple[int, str]] = frozenset(),
) -> None:
    """Write a workbook for people to fill in and upload again.

    `rows` are filled in beforehand; the columns named by `locked_keys` cannot be typed over, the
    rest can; `closed` names single cells, (row from 0, column key), that cannot either. Columns in
    `choices` offer a list, dates and numbers are checked while typing. Columns in `hidden_keys` are
    there but not seen.
    `required` columns are marked with a star, which `uploads.find_table` reads past. When
    something is locked no line may be added by default (`spare_rows=0`), since a new line would
    lack the locked facts; otherwise 200 empty lines are prepared.
    """
    frame = Layout(title, tuple(columns))
    rows = [values(frame, row) for row in rows]
    choices, required, locked = dict(choices or {}), set(required), set(locked_keys)
    hidden = set(hidden_keys)
    if spare_rows is None:
        spare_rows = 0 if locked else SPARE_ROWS
    book = Workbook()
    sheet = book.active
    sheet.title = sheet_name(title)
    last = get_column_letter(len(columns))
    _put(sheet, 1, title, Font(name=TITLE_FONT, size=16), "center")
    sheet.merge_cells(f"A1:{last}1")
    sheet.row_dimensions[1].height = 32
    final = 2 + len(rows) + spare_rows
    for at, column in enumerate(columns, 1):
        star = "*" if column.key in required else ""
        _put(sheet, 2, star + column.title, Font(name=HEAD_FONT, size=10.5), "center", at)
        _frame(sheet.cell(2, at))
        letter = get_column_letter(at)
        sheet.column_dimensions[letter].width = column.width + 0.7
        sheet.column_dimensions[letter].hidden = column.key in hidden
        is_locked = [
            column.key in locked or (row, column.key) in closed for row in range(final - 2)
        ]
        _fill_form_column(sheet, at, column, rows, is_locked)
        check = _form_check(book, column, choices.get(column.key))
        if check is not None and final > 2 and column.key not in locked:
            check.add(f"{letter}3:{letter}{final}")
            sheet.add_data_validation(check)
    sheet.row_dimensions[2].height = 26
    _fit_rows(sheet, [(at, c.width) for at, c in enumerate(columns) if c.key not in hidden], rows)
    sheet.freeze_panes = "A3"
    sheet.print_title_rows = "2:2"
    sheet.page_setup.paperSize = sheet.PAPERSIZE_A4
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    if locked:
        # Against slips, not against malice (the upload is checked anyway): so no password.
        sheet.protection.sheet = True
        sheet.protection.formatColumns = sheet.protection.formatRows = False
    if instructions:
        _add_instructions(book, instructions)
    book.save(target)


def _fill_form_column(sheet, at, column, rows, is_locked):
    font = Font(name=BODY_FONT, size=10.5)
    alignment = Alignment(horizontal=column.alignment, vertical="center", wrap_text=True)
    for row, locked in enumerate(is_locked, 3):
        cell = sheet.cell(row, at)
        value = rows[row - 3][at - 1] if row - 3 < len(rows) else None
        if isinstance(value, str) or value is not None and column.kind in {"text", "status"}:
            cell.value = clean_text(value if isinstance(value, str) else display(column, value))
            cell.data_type = "s"
        else:
            cell.value = value
        cell.number_format = FORMATS[column.kind]
        cell.font, cell.border, cell.alignment = font, _BOX, alignment
        cell.protection = Protection(locked=locked)
        if locked:
            cell.fill = _SHADE


def _fit_rows(sheet, seen, rows):
    """Rows as high as their text needs: not every program grows them when it opens the book."""
    for row, row_values in enumerate(rows, 3):
        texts = ((row_values[at], width) for at, width in seen)
        lines = max((_lines(v, width) for v, width in texts if isinstance(v, str)), default=1)
        if lines > 1:
            sheet.row_dimensions[row].height = lines * 14 + 6


def _form_check(book, column, options):
    if options:
        where = _list_range(book, column, options)
        check = DataValidation(type="list", formula1=where, allow_blank=True)
        check.error = "请从下拉列表中选择。"
    elif column.kind in {"date", "datetime"}:
        check = DataValidation(
            type="date", operator="between", formula1="1", formula2="73050", allow_blank=True
        )
        check.error = _PROMPTS["date"]
    elif column.kind in {"integer", "decimal"}:
        kind = "whole" if column.kind == "integer" else "decimal"
        check = DataValidation(
            type=kind, operator="between", formula1="-1000000000", formula2="1000000000",
            allow_blank=True,
        )  # fmt: skip
        check.error = _PROMPTS[column.kind]
    else:
        return None
    check.errorTitle = column.title[:30]
    check.showErrorMessage = True
    return check


def _list_range(book, column, options) -> str:
    """Put the options on a hidden sheet: a list written into the rule itself may only be short
    and may hold no comma."""
    if "选项" not in book.sheetnames:
        book.create_sheet("选项").sheet_state = "hidden"
    sheet = book["选项"]
    at = 1 if sheet.cell(1, 1).value is None else sheet.max_column + 1
    _put(sheet, 1, column.title, Font(), "left", at)
    for row, option in enumerate(options, 2):
        _put(sheet, row, option, Font(), "left", at)
    letter = get_column_letter(at)
    return f"'选项'!${letter}$2:${letter}${len(options) + 1}"


def _add_instructions(book, instructions):
    sheet = book.create_sheet(sheet_name("填写说明", book.sheetnames))
    sheet.column_dimensions["A"].width = 96
    for row, line in enumerate(instructions, 1):
        _put(sheet, row, line, Font(name=BODY_FONT, size=11), "left")
