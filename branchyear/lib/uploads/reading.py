"""A workbook as rows of plain values, all at once."""

import datetime as dt
import json
import os
import subprocess
import sys
from pathlib import Path

from branchyear.lib.errors import BadFile
from branchyear.lib.uploads import limits
from branchyear.lib.uploads.kinds import kind_of
from branchyear.lib.uploads.preflight import survey
from branchyear.lib.uploads.scanning import scanned

Cell = None | str | int | float | bool | dt.date | dt.datetime | dt.time
Row = list


def read_workbook(file, *, max_rows: int = limits.MAX_ROWS, sheet: str | None = None) -> list[Row]:
    """The rows of a workbook's first visible sheet (or the one named), cells as plain values.

    `file` is a path or a seekable binary file, such as Django's `UploadedFile`. Row 1 of the
    sheet is item 0, blank rows included, so that a message can name the row people see. Anything
    that cannot be read raises `BadFile` with a sentence that says what to do.
    """
    if isinstance(file, str | os.PathLike):
        with Path(file).open("rb") as opened:
            return read_workbook(opened, max_rows=max_rows, sheet=sheet)
    size_checked(file)
    kind = kind_of(file)
    if kind == "xlsx":
        rows = _read_xlsx(file, max_rows, sheet)
    elif kind == "ole":
        rows = _read_in_child(file, max_rows, sheet)
    else:
        raise BadFile(kind)
    if len(rows) > max_rows:
        raise BadFile(limits.too_many_rows(max_rows))
    if not any(cell is not None for row in rows for cell in row):
        raise BadFile(limits.EMPTY)
    return rows


def size_checked(file):
    """`BadFile` when there is nothing in the file, too much to look at, or a virus."""
    file.seek(0, os.SEEK_END)
    size = file.tell()
    file.seek(0)
    if size == 0:
        raise BadFile("文件是空的(0 字节)。请重新选择文件后再上传。")
    if size > limits.MAX_FILE_BYTES:
        limit = limits.MAX_FILE_BYTES // 1024 // 1024
        raise BadFile(f"文件超过 {limit} MB。请删去图片和无关的工作表，或分成几个文件上传。")
    scanned(file)


def _read_xlsx(file, max_rows, sheet):
    found = survey(file)
    if not found.is_plain and found.total > limits.MAX_STREAMED_BYTES:
        raise BadFile(limits.TOO_BIG)
    reader = _calamine_rows if found.is_plain else _streamed_rows
    try:
        return reader(file, max_rows, sheet)
    except BadFile:
        raise
    except BaseException as error:
        # A panic in calamine is no `Exception`; what the process itself is told must pass.
        if isinstance(error, Exception) or type(error).__name__ == "PanicException":
            raise BadFile(limits.DAMAGED) from error
        raise
    finally:
        file.seek(0)


def _calamine_rows(file, max_rows, wanted):
    from python_calamine import CalamineWorkbook  # noqa: PLC0415 -- loads a large library

    book = CalamineWorkbook.from_filelike(file)
    visible = [
        sheet.name
        for sheet in book.sheets_metadata
        if _name_of(sheet.visible) == "Visible" and _name_of(sheet.typ) == "WorkSheet"
    ]
    sheet = book.get_sheet_by_name(chosen_sheet(visible, wanted))
    rows = sheet.to_python(skip_empty_area=False, nrows=max_rows + 1)
    return _trimmed([[plain_value(cell) for cell in row[: limits.MAX_COLUMNS]] for row in rows])


def _name_of(member) -> str:
    return str(member).rpartition(".")[2]


def _streamed_rows(file, max_rows, wanted):
    from openpyxl import load_workbook  # noqa: PLC0415 -- only odd workbooks come here

    book = load_workbook(file, read_only=True, data_only=True, keep_links=False)
    try:
        visible = [sheet.title for sheet in book.worksheets if sheet.sheet_state == "visible"]
        sheet = book[chosen_sheet(visible, wanted)]
        sheet.reset_dimensions()
        rows, blank = [], 0
        for cells in sheet.iter_rows(max_col=limits.MAX_COLUMNS, values_only=True):
            row = [plain_value(cell) for cell in cells]
            if all(cell is None for cell in row):
                blank += 1
                if blank > max_rows:
                    break
                continue
            rows += [[] for _ in range(blank)]
            rows.append(row)
            blank = 0
            if len(rows) > max_rows:
                break
        return _trimmed(rows)
    finally:
        book.close()


def chosen_sheet(visible, wanted):
    if not visible:
        raise BadFile(limits.EMPTY)
    if wanted is None:
        return visible[0]
    if wanted not in visible:
        raise BadFile(f"工作簿中没有名为“{wanted}”的工作表。请使用本系统下载的模板填写。")
    return wanted


def plain_value(cell) -> Cell:
    """The same plain value whichever reader found it: whole floats are integers, "" is None."""
    if cell is None or cell == "":
        return None
    if isinstance(cell, float) and not isinstance(cell, bool):
        return int(cell) if cell.is_integer() and abs(cell) < 1e15 else cell
    if isinstance(cell, dt.datetime) and cell.time() == dt.time.min:
        return cell.date()
    if isinstance(cell, dt.timedelta):
        return str(cell)
    return cell


def _trimmed(rows) -> list[Row]:
    """Without the blank rows and cells at the ends."""
    for row in rows:
        while row and row[-1] is None:
            row.pop()
    while rows and not rows[-1]:
        rows.pop()
    return rows


# --- .xls and .et ---------------------------------------------------------------------------------

_CHILD = """
import json, resource, sys
limit = int(sys.argv[1])
resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
from python_calamine import CalamineWorkbook, PasswordError
def tell(value):
    if isinstance(value, (str, bool, int, float)) or value is None:
        return value
    return {"t": type(value).__name__, "v": value.isoformat() if hasattr(value, "isoformat") else str(value)}
try:
    book = CalamineWorkbook.from_path(sys.argv[2])
    names = [s.name for s in book.sheets_metadata if str(s.visible).endswith(".Visible")]
    wanted = sys.argv[4] or (names[0] if names else "")
    rows = [] if wanted not in names else book.get_sheet_by_name(wanted).to_python(
        skip_empty_area=False, nrows=int(sys.argv[3]) + 1)
    out = {"names": names, "rows": [[tell(cell) for cell in row[:%d]] for row in rows]}
except PasswordError:
    out = {"error": "password"}
sys.stdout.write(json.dumps(out))
"""


def _read_in_child(file, max_rows, wanted):
    import tempfile  # noqa: PLC0415 -- only old workbooks need a file of their own

    with tempfile.NamedTemporaryFile(suffix=".xls") as copy:
        copy.write(file.read())
        copy.flush()
        file.seek(0)
        command = [
            sys.executable, "-I", "-c", _CHILD % limits.MAX_COLUMNS,
            str(limits.CHILD_MEMORY), copy.name, str(max_rows), wanted or "",
        ]  # fmt: skip
        try:
            done = subprocess.run(  # noqa: S603 -- our own interpreter and script, no shell
                command, capture_output=True, timeout=limits.CHILD_SECONDS, check=False
            )
        except subprocess.TimeoutExpired as error:
            raise BadFile(limits.TOO_BIG) from error
    if done.returncode != 0:
        raise BadFile(limits.DAMAGED)
    answer = json.loads(done.stdout)
    if answer.get("error") == "password":
        raise BadFile(limits.ENCRYPTED)
    chosen_sheet(answer["names"], wanted)
    return _trimmed([[plain_value(_told(cell)) for cell in row] for row in answer["rows"]])


def _told(cell):
    if not isinstance(cell, dict):
        return cell
    kinds = {"date": dt.date, "datetime": dt.datetime, "time": dt.time}
    if cell["t"] in kinds:
        return kinds[cell["t"]].fromisoformat(cell["v"])
    return cell["v"]
