"""Forms to fill in and upload again."""

from collections.abc import Container, Iterable, Mapping, Sequence

from openpyxl import Workbook
from openpyxl.styles import Alignment, Font, Protection
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.properties import PageSetupProperties

from branchyear.lib.layout import Column, Layout, display, values
from branchyear.lib.xlsx.look import (
    BODY_FONT,
    BOX,
    FORMATS,
    HEAD_FONT,
    PAGE_NUMBER,
    SHADE,
    TITLE_FONT,
    frame,
    put,
    set_usual_font,
)
from branchyear.lib.xlsx.text import cell_text, lines_of, sheet_name

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
    shape = Layout(title, tuple(columns))
    rows = [values(shape, row) for row in rows]
    choices, required, locked = dict(choices or {}), set(required), set(locked_keys)
    hidden = set(hidden_keys)
    if spare_rows is None:
        spare_rows = 0 if locked else SPARE_ROWS
    book = Workbook()
    set_usual_font(book)
    sheet = book.active
    sheet.title = sheet_name(title)
    last = get_column_letter(len(columns))
    put(sheet, 1, title, Font(name=TITLE_FONT, size=16), "center")
    sheet.merge_cells(f"A1:{last}1")
    sheet.row_dimensions[1].height = 32
    final = 2 + len(rows) + spare_rows
    for at, column in enumerate(columns, 1):
        star = "*" if column.key in required else ""
        put(sheet, 2, star + column.title, Font(name=HEAD_FONT, size=10.5), "center", at)
        frame(sheet.cell(2, at))
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
    sheet.oddFooter.center.text = PAGE_NUMBER
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
            cell.value = cell_text(value if isinstance(value, str) else display(column, value))
            cell.data_type = "s"
        else:
            cell.value = value
        cell.number_format = FORMATS[column.kind]
        cell.font, cell.border, cell.alignment = font, BOX, alignment
        cell.protection = Protection(locked=locked)
        if locked:
            cell.fill = SHADE


def _fit_rows(sheet, seen, rows):
    """Rows as high as their text needs: not every program grows them when it opens the book."""
    for row, row_values in enumerate(rows, 3):
        texts = ((row_values[at], width) for at, width in seen)
        lines = max((lines_of(v, width) for v, width in texts if isinstance(v, str)), default=1)
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
    put(sheet, 1, column.title, Font(), "left", at)
    for row, option in enumerate(options, 2):
        put(sheet, row, option, Font(), "left", at)
    letter = get_column_letter(at)
    return f"'选项'!${letter}$2:${letter}${len(options) + 1}"


def _add_instructions(book, instructions):
    sheet = book.create_sheet(sheet_name("填写说明", book.sheetnames))
    sheet.column_dimensions["A"].width = 96
    for row, line in enumerate(instructions, 1):
        put(sheet, row, line, Font(name=BODY_FONT, size=11), "left")
