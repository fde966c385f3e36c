"""The half of a workbook that openpyxl makes: styles, title, header, frozen panes, filter, page
set-up, and what closes a table: total, signatures, notes."""

import io
import re
import zipfile
from datetime import datetime
from itertools import count

from openpyxl import Workbook
from openpyxl.cell import Cell
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.utils.indexed_list import IndexedList
from openpyxl.worksheet.properties import PageSetupProperties

from branchyear.lib.layout import TOTAL_LABEL, UNKNOWN, Layout, Totals, plain
from branchyear.lib.xlsx.rows import Styles, text_cell
from branchyear.lib.xlsx.text import cell_text, clean_text, lines_of, xml_text

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
PAGE_NUMBER = "第 &P 页 共 &N 页"
NONE_FOUND = "没有符合条件的记录。"
ROWS_AFTER = 16  # kept free on every sheet for total, signatures and notes
_LINE = Side(style="thin", color="FF808080")
BOX = Border(left=_LINE, right=_LINE, top=_LINE, bottom=_LINE)
SHADE = PatternFill("solid", fgColor="FFF2F2F2")


def whose(layout):
    """For the foot of every printed page: whose copy it is and under which code, so that a leak is traced."""
    told = [part for part in layout.meta if part.startswith(("制表", "核验码"))]
    return clean_text("  ".join(told)).replace("&", "&&")[:120]  # a footer ends at 255 signs


class Plan:
    """One sheet: its layout, name, and how many data rows and closing rows it got."""

    def __init__(self, layout: Layout, name: str):
        self.layout, self.name = layout, name
        self.head = 2 + len(layout.heading_rows)
        self.count = 0
        self.is_found = True  # whether the ledger has any row
        self.is_last = False

    @property
    def first_row(self) -> int:
        return self.head + 1

    @property
    def last_row(self) -> int:
        return self.head + self.count


class Book:
    """The openpyxl half. Styles are made in one fixed order, so that every `Book` gives the
    same numbers: one is asked for a sheet's head, another for its tail, a last for the frame."""

    def __init__(self):
        self.book = Workbook()
        set_usual_font(self.book)
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
                    bold, alignment, number_format, fill=SHADE
                )
        self._styles["closing"] = self._style(
            Font(name=BODY_FONT, size=11), "left", "@", border=Border()
        )
        self._styles["note"] = self._style(
            Font(name=BODY_FONT, size=9), "left", "@", border=Border()
        )

    def _style(self, font, horizontal, number_format, *, border=BOX, fill=None) -> int:
        cell = Cell(self._scratch, row=1, column=1)  # a new one: the book keeps its style object
        cell.font, cell.border, cell.number_format = font, border, number_format
        cell.fill = fill or PatternFill()
        cell.alignment = Alignment(horizontal=horizontal, vertical="center", wrap_text=True)
        return cell.style_id

    def data_styles(self, column) -> Styles:
        alignment = column.alignment
        return Styles(
            own=self._styles[column.kind, alignment],
            day=self._styles["date", alignment],
            moment=self._styles["datetime", alignment],
            text=self._styles["text", alignment],
            unknown=self._styles[column.kind, "center"],
        )

    # The head and the tail

    def sheet_xml(self, plan) -> tuple[bytes, bytes]:
        with self.saved([plan]) as frame:
            xml = frame.read("xl/worksheets/sheet1.xml")
        # The reader must not be told a size that is not known yet: it is optional.
        xml = re.sub(rb"<dimension [^>]*/>", b"", xml)
        rows = xml.index(b"</sheetData>")
        first_closing = re.search(rb'<row r="%d"' % plan.first_row, xml)
        tail = xml[rows:].replace(b"</worksheet>", _no_warnings(plan) + b"</worksheet>")
        return xml[: first_closing.start() if first_closing else rows], tail

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
        last = get_column_letter(len(layout.columns))
        width = _table_width(layout)
        put(sheet, 1, layout.title, Font(name=TITLE_FONT, size=18), "center")
        sheet.merge_cells(f"A1:{last}1")
        sheet.row_dimensions[1].height = lines_of(layout.title, width * 10.5 / 18) * 26 + 8
        meta = "    ".join(layout.meta)
        put(sheet, 2, meta, Font(name=BODY_FONT, size=10.5), "left")
        sheet.merge_cells(f"A2:{last}2")
        sheet.row_dimensions[2].height = lines_of(meta, width) * 14 + 6
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
        sheet.oddFooter.center.text = PAGE_NUMBER
        sheet.oddFooter.left.text = whose(layout)
        sheet.oddFooter.left.size = 8
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
            lines = max(lines_of(h.title, _width(layout, h)) for h in headings if h.rows == 1)
            height = 30 if len(layout.heading_rows) == 1 else 24
            sheet.row_dimensions[row].height = max(height, lines * 14 + 6)
            for heading in headings:
                for inner_row in range(row, row + heading.rows):
                    for at in range(heading.at, heading.at + heading.columns):
                        frame(sheet.cell(inner_row, at + 1))
                put(sheet, row, heading.title, font, "center", heading.at + 1)
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
        width = _table_width(layout)
        for row, (text, style) in zip(_closing_rows(plan), _closing_texts(plan), strict=True):
            cell = _text_xml(f"A{row}", self._styles[style], text)
            if style == "closing":
                height = lines_of(text, width * 10.5 / 11) * 30
            else:
                height = lines_of(text, width * 10.5 / 9) * 13 + 6
            xml.append(f'<row r="{row}" ht="{height}" customHeight="1">{cell}</row>')
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
            ranges.append(xml_text(where))
    if column.total == "sum":
        return f"SUM({','.join(ranges)})"
    return "+".join(f'COUNTA({where})-COUNTIF({where},"{UNKNOWN}")' for where in ranges) or "0"


def _closing_texts(plan) -> list[tuple[str, str]]:
    layout = plan.layout
    texts = [] if plan.is_found else [(NONE_FOUND, "note")]
    if layout.signatures:
        line = "          ".join(f"{who}：____________" for who in layout.signatures)
        if lines_of(line, _table_width(layout) * 10.5 / 11) > 1:  # one below the other
            line = "\n".join(f"{who}：________" for who in layout.signatures)
        texts.append((line, "closing"))
    return texts + [(note, "note") for note in layout.notes[: ROWS_AFTER - 4]]


def _closing_rows(plan) -> range:
    """The sheet's rows for signatures and notes, one row below the table."""
    start = plan.last_row + (3 if plan.layout.has_totals else 2)
    return range(start, start + len(_closing_texts(plan)))


def put(sheet, row, text, font, horizontal, column=1):
    """A cell with text that stays text, even if it begins with an equals sign."""
    cell = sheet.cell(row, column)
    cell.value = cell_text(str(text))
    cell.data_type = "s"
    cell.font = font
    cell.alignment = Alignment(horizontal=horizontal, vertical="center", wrap_text=True)
    return cell


def set_usual_font(book):
    """Column widths count the digits of this font: with a face that Chinese systems lack (openpyxl's own
    choice is Calibri) they would come out different on each. Must come before any other style."""
    font = Font(name=BODY_FONT, size=10.5)
    book._fonts = IndexedList([font])
    book._named_styles["Normal"].font = font


def _no_warnings(plan) -> bytes:
    """No green corner at numbers that are meant as text: codes, identity numbers, telephones."""
    if not plan.count:
        return b""
    places = " ".join(
        f"{letter}{plan.first_row}:{letter}{plan.last_row}"
        for letter, column in zip(_letters(), plan.layout.columns, strict=False)
        if column.kind == "text"
    )
    if not places:
        return b""
    error = f'<ignoredError sqref="{places}" numberStoredAsText="1"/>'
    return f"<ignoredErrors>{error}</ignoredErrors>".encode()


def _letters():
    return map(get_column_letter, count(1))


def _table_width(layout) -> float:
    return sum(column.width for column in layout.columns)


def _width(layout, heading) -> float:
    return sum(c.width for c in layout.columns[heading.at : heading.at + heading.columns])


def frame(cell):
    cell.border, cell.fill = BOX, SHADE


def _text_xml(place: str, style: int, text: str) -> str:
    return f'<c r="{place}"{text_cell(style, text)}'
