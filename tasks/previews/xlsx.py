"""An .xlsx as its sheets: the first rows and columns of each, values only, no formula run."""

from openpyxl import load_workbook

from branchyear.lib.errors import BadFile
from branchyear.lib.uploads import survey
from branchyear.lib.uploads.cells import text
from branchyear.lib.uploads.reading import plain_value

MAX_TOTAL = 15 * 1024 * 1024  # what the lean reader takes in a second or two
MAX_SHEETS = 10
MAX_ROWS = 300
MAX_COLUMNS = 40
CELL = 500  # letters of one cell
UNSAFE = "这个表格过大、已损坏或含有不允许的内容，不能在线预览，请下载后查看。"
TOO_BIG = "这个表格的内容过大，不能在线预览，请下载后查看。"


def read(file):
    """``(blocks, is_cut)``: ("heading", the sheet's name) and ("table", rows) for each visible sheet."""
    try:
        total = survey(file).total
    except BadFile:  # its sentence is about lists to be uploaded again
        raise BadFile(UNSAFE) from None
    if total > MAX_TOTAL:
        raise BadFile(TOO_BIG)
    file.seek(0)
    book = load_workbook(file, read_only=True, data_only=True, keep_links=False)
    try:
        sheets = [sheet for sheet in book.worksheets if sheet.sheet_state == "visible"]
        blocks, is_cut = [], len(sheets) > MAX_SHEETS
        for sheet in sheets[:MAX_SHEETS]:
            rows, more = _rows(sheet)
            is_cut = is_cut or more
            blocks.append(("heading", sheet.title))
            blocks.append(("table", rows) if rows else ("text", "（空表）"))
        return blocks, is_cut
    finally:
        book.close()


def _rows(sheet):
    """The rows that hold something, as ``[(text, 1), …]``; whether more follows."""
    sheet.reset_dimensions()
    rows, is_cut, seen = [], False, 0
    for cells in sheet.iter_rows(max_col=MAX_COLUMNS + 1, values_only=True):
        seen += 1
        if len(rows) >= MAX_ROWS or seen > MAX_ROWS * 10:
            is_cut = True
            break
        line = [_shown(cell) for cell in cells]
        if not any(line):
            continue
        is_cut = is_cut or any(line[MAX_COLUMNS:])
        rows.append(line[:MAX_COLUMNS])
    width = max((len(line) - _blank_tail(line) for line in rows), default=0)
    return [[(word, 1) for word in line[:width]] for line in rows], is_cut


def _shown(cell):
    value = plain_value(cell)
    return "" if value is None else text(value)[:CELL]


def _blank_tail(line):
    return next((n for n, word in enumerate(reversed(line)) if word), len(line))
