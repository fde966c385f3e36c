"""Reading workbooks that people upload: safely, and with sentences they can act upon.

A workbook is a zip of XML and may be small on disk and endless in memory. So before any parser
sees it, every part is streamed once and measured: how much it really holds, no DOCTYPE, no zip
within the zip, UTF-8 only, how far out cells lie, how long shared texts are and how often they
are used. Within the bounds python-calamine reads it (about twenty times as fast as openpyxl, but
it lays a sheet out in full). A workbook that is odd yet may be honest, say one with a stray blank
in the last column of the last row, goes to openpyxl's streaming reader, which is slow and lean.

Old .xls and WPS .et files cannot be measured that way; a child process with a memory and a time
limit reads them.
"""

import datetime as dt
import json
import os
import re
import subprocess
import sys
import unicodedata
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from branchyear.lib.errors import BadFile

MAX_FILE_BYTES = 20 * 1024 * 1024
MAX_PARTS = 2000
MAX_TOTAL_BYTES = 200 * 1024 * 1024  # of all parts, as really unpacked
MAX_RATIO = 200  # XML of a repetitive sheet packs 1:50; a bomb 1:1000
RATIO_FLOOR = 10 * 1024 * 1024  # below that no ratio hurts
MAX_COLUMNS = 200
MAX_ROWS = 100_000
MAX_CELLS = 5_000_000  # laid out in full: rows times columns
MAX_STREAMED_BYTES = 15 * 1024 * 1024  # the lean reader takes some seconds for that
MAX_TEXT_COPIES = 150 * 1024 * 1024  # shared texts, counted as often as they are used
CHILD_MEMORY = 768 * 1024 * 1024
CHILD_SECONDS = 60

NOT_A_WORKBOOK = (
    "这不是 Excel 工作簿。请用 Excel 或 WPS 打开原表，另存为“Excel 工作簿(*.xlsx)”后再上传。"
)
DAMAGED = "文件已损坏，无法读取。请用 Excel 或 WPS 打开后另存为新的 .xlsx 文件，再上传。"
ENCRYPTED = "工作簿设置了打开密码，系统无法读取。请在 Excel 或 WPS 中取消密码(文件→信息→保护工作簿),保存后再上传。"
TOO_BIG = "文件展开后内容过大，可能含有大量空白格式或异常数据。请把需要上报的数据复制到新的空白表(或本系统下载的模板)中再上传。"
UNSAFE = "文件中含有不允许的内容，系统没有读取。请把数据复制到本系统下载的模板中再上传。"
EMPTY = "工作簿中没有数据。请确认数据在第一张工作表中，填写后再上传。"

Cell = None | str | int | float | bool | dt.date | dt.datetime | dt.time
Row = list


def read_workbook(file, *, max_rows: int = MAX_ROWS, sheet: str | None = None) -> list[Row]:
    """The rows of a workbook's first visible sheet (or the one named), cells as plain values.

    `file` is a path or a seekable binary file, such as Django's `UploadedFile`. Row 1 of the
    sheet is item 0, blank rows included, so that a message can name the row people see. Anything
    that cannot be read raises `BadFile` with a sentence that says what to do.
    """
    if isinstance(file, str | os.PathLike):
        with Path(file).open("rb") as opened:
            return read_workbook(opened, max_rows=max_rows, sheet=sheet)
    file.seek(0, os.SEEK_END)
    size = file.tell()
    file.seek(0)
    if size == 0:
        raise BadFile("文件是空的(0 字节)。请重新选择文件后再上传。")
    if size > MAX_FILE_BYTES:
        limit = MAX_FILE_BYTES // 1024 // 1024
        raise BadFile(f"文件超过 {limit} MB。请删去图片和无关的工作表，或分成几个文件上传。")
    kind = kind_of(file)
    if kind == "xlsx":
        rows = _read_xlsx(file, max_rows, sheet)
    elif kind == "ole":
        rows = _read_in_child(file, max_rows, sheet)
    else:
        raise BadFile(kind)
    if len(rows) > max_rows:
        raise BadFile(
            f"表中超过 {max_rows} 行，一次最多读取 {max_rows} 行。请分成几个文件上传；"
            "如果下面是空白行，请删除后再上传。"
        )
    if not any(cell is not None for row in rows for cell in row):
        raise BadFile(EMPTY)
    return rows


# --- What is it -----------------------------------------------------------------------------------


def kind_of(file) -> str:
    """xlsx, ole (.xls, .et), or else a sentence that says what the file seems to be."""
    start = file.read(4096)
    file.seek(0)
    if start.startswith(b"PK\x03\x04"):
        return _kind_of_zip(file)
    if start.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
        return _kind_of_ole(file)
    if start.startswith(b"%PDF"):
        return "这是 PDF 文件，不是 Excel 工作簿。请上传填写好的 .xlsx 表格。"
    if start.startswith((b"\xff\xd8\xff", b"\x89PNG", b"GIF8", b"BM")):
        return "这是图片，不是 Excel 工作簿。请上传填写好的 .xlsx 表格。"
    if start.startswith(b"Rar!") or start.startswith(b"7z\xbc\xaf"):
        return "这是压缩包。请解压后上传其中的 .xlsx 表格。"
    head = start.lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n").lower()
    if head.startswith((b"<html", b"<!doctype", b"<table", b"<?xml")):
        return "这个文件虽然可能叫 .xls,实际是网页导出的表格。请用 Excel 或 WPS 打开，另存为“Excel 工作簿(*.xlsx)”后再上传。"
    if start and b"\x00" not in start and (b"," in start or b"\t" in start):
        return "这是文本(CSV)文件。请用 Excel 或 WPS 打开，另存为“Excel 工作簿(*.xlsx)”后再上传。"
    return NOT_A_WORKBOOK


def _kind_of_zip(file) -> str:
    try:
        with zipfile.ZipFile(file) as package:
            names = set(package.namelist())
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError):
        return DAMAGED
    finally:
        file.seek(0)
    if "xl/workbook.xml" in names:
        return "xlsx"
    if "xl/workbook.bin" in names:
        return "这是二进制工作簿(.xlsb)。请在 Excel 中另存为“Excel 工作簿(*.xlsx)”后再上传。"
    if any(name.startswith("word/") for name in names):
        return "这是 Word 文档，不是 Excel 工作簿。请上传填写好的 .xlsx 表格。"
    if any(name.startswith("ppt/") for name in names):
        return "这是演示文稿，不是 Excel 工作簿。请上传填写好的 .xlsx 表格。"
    if "content.xml" in names:
        return "这是 OpenDocument 表格(.ods)。请另存为“Excel 工作簿(*.xlsx)”后再上传。"
    if any(name.lower().endswith((".xlsx", ".xls", ".et")) for name in names):
        return "这是压缩包。请解压后上传其中的 .xlsx 表格。"
    if "[Content_Types].xml" in names:
        return "xlsx"  # a package with its workbook elsewhere: let the reader judge
    return "这是压缩包，里面没有找到工作簿。请上传填写好的 .xlsx 表格。"


def _kind_of_ole(file) -> str:
    """An OLE container: an old workbook, an encrypted new one, or an old Word file."""
    content = file.read(MAX_FILE_BYTES)
    file.seek(0)
    if "EncryptedPackage".encode("utf-16-le") in content:
        return ENCRYPTED
    if "WordDocument".encode("utf-16-le") in content:
        return "这是 Word 文档，不是 Excel 工作簿。请上传填写好的 .xlsx 表格。"
    return "ole"


# --- .xlsx ----------------------------------------------------------------------------------------

_CELL_PLACE = re.compile(rb"""\sr\s*=\s*["']([A-Z]{1,3})([0-9]{1,7})["']""")
_BLANK_CELL = re.compile(
    rb"""<c r="[A-Z]{1,3}[0-9]{1,7}"(?: s="[0-9]{1,6}")?(?: t="[a-z]{1,9}")?\s*/>"""
)
_ROW = re.compile(rb"<(?:[A-Za-z0-9_]+:)?row[\s>/]")
_CELL = re.compile(rb"<(?:[A-Za-z0-9_]+:)?c[\s>/]")
_SHARED = re.compile(rb"""\st\s*=\s*["']s["']""")
_ODD_PLACE = re.compile(rb"""\s(?:r|t)\s*=\s*(?:"[^"]*&|'[^']*&)""")
_ENCODING = re.compile(rb"""^\s*<\?xml[^>]*encoding\s*=\s*["']([A-Za-z0-9._-]+)["']""")
_ITEM_END = re.compile(rb"</(?:[A-Za-z0-9_]+:)?si\s*>")
_BLOCK = 256 * 1024


@dataclass
class _Survey:
    """What one pass over the parts has found."""

    total: int = 0
    last_row: int = 0
    last_column: int = 0
    rows: int = 0
    cells: int = 0
    row_cells: int = 0
    places: int = 0
    shared_items: int = 0
    shared_uses: int = 0
    longest_shared: int = 0
    letters: set = field(default_factory=set)

    @property
    def is_plain(self) -> bool:
        """May a parser lay this out in full?"""
        rows = max(self.last_row, self.rows)
        columns = max(self.last_column, 1)
        return (
            self.places == self.cells  # a cell without its place could lie anywhere
            and rows * columns <= MAX_CELLS
            and columns <= MAX_COLUMNS * 4
            and self.shared_uses * self.longest_shared <= MAX_TEXT_COPIES
        )


def survey(file) -> _Survey:
    """Stream through all parts and measure them; `BadFile` when they go beyond every bound."""
    found = _Survey()
    try:
        with zipfile.ZipFile(file) as package:
            parts = package.infolist()
            if len(parts) > MAX_PARTS or len({part.filename for part in parts}) != len(parts):
                raise BadFile(UNSAFE)
            if sum(part.file_size for part in parts) > MAX_TOTAL_BYTES:
                raise BadFile(TOO_BIG)
            for part in parts:
                _survey_part(package, part, found)
    except BadFile:
        raise
    except RuntimeError as error:  # the zip's own password
        raise BadFile(ENCRYPTED) from error
    except Exception as error:  # BadZipFile, zlib.error, EOFError …: not what it says it is
        raise BadFile(DAMAGED) from error
    finally:
        file.seek(0)
    return found


def _survey_part(package, part, found):
    name = part.filename.lower()
    if part.flag_bits & 0x1:
        raise BadFile(ENCRYPTED)
    if part.external_attr >> 28 == 0xA:  # a symbolic link
        raise BadFile(UNSAFE)
    is_sheet = name.startswith("xl/worksheets/") or "/worksheets/" in name
    is_shared = name.endswith("sharedstrings.xml")
    is_xml = name.endswith((".xml", ".rels", ".vml"))
    size = 0
    tail = b""
    since_item = 0
    with package.open(part) as stream:
        while block := stream.read(_BLOCK):
            if size == 0:
                _check_start(block, is_xml or is_sheet)
            size += len(block)
            found.total += len(block)
            if found.total > MAX_TOTAL_BYTES:
                raise BadFile(TOO_BIG)
            if size > RATIO_FLOOR and size > MAX_RATIO * max(part.compress_size, 1):
                raise BadFile(TOO_BIG)
            if not (is_xml or is_sheet):
                continue
            window = tail + block
            if b"<!DOCTYPE" in window or b"<!ENTITY" in window:
                raise BadFile(UNSAFE)
            if is_shared:
                found.shared_items += block.count(b"<si")
                if found.shared_items > MAX_CELLS:
                    raise BadFile(TOO_BIG)
                ends = [match.end() for match in _ITEM_END.finditer(window)]
                before = 0
                for end in ends:
                    found.longest_shared = max(found.longest_shared, since_item + end - before)
                    since_item, before = 0, end
                tail = window[before:][-16:] if before < len(window) else b""
                since_item += len(window) - before - len(tail)
                found.longest_shared = max(found.longest_shared, since_item)
            elif is_sheet:
                cut = window.rfind(b"<")
                cut = cut if cut > 0 and len(window) - cut < 4096 else len(window)
                tail = window[cut:]
                _survey_sheet(window[:cut], found)
            else:
                tail = window[-16:]
    if is_sheet and tail:
        _survey_sheet(tail, found)


def _check_start(block, is_xml):
    if block.startswith(b"PK\x03\x04"):
        raise BadFile(UNSAFE)
    if not is_xml:
        return
    if block[:2] in {b"\xff\xfe", b"\xfe\xff"} or b"\x00" in block[:64]:
        raise BadFile(UNSAFE)
    declared = _ENCODING.match(block[:200].removeprefix(b"\xef\xbb\xbf"))
    if declared and declared[1].lower() not in {b"utf-8", b"utf8", b"us-ascii", b"ascii"}:
        raise BadFile(UNSAFE)


def _survey_sheet(xml, found):
    if _ODD_PLACE.search(xml):
        raise BadFile(UNSAFE)
    of_row, *others = _ROW.split(xml)
    found.row_cells += len(_CELL.findall(of_row))
    for of_row in others:
        _check_row(found)
        found.row_cells = len(_CELL.findall(of_row))
    _check_row(found)
    found.rows += len(others)
    xml = _BLANK_CELL.sub(b"", xml)
    found.cells += len(_CELL.findall(xml))
    found.shared_uses += len(_SHARED.findall(xml))
    places = _CELL_PLACE.findall(xml)
    found.places += len(places)
    if found.cells > MAX_CELLS:
        raise BadFile(TOO_BIG)
    for letters, row in places:
        if letters not in found.letters:
            found.letters.add(letters)
            found.last_column = max(found.last_column, _column_number(letters))
        found.last_row = max(found.last_row, int(row))


def _check_row(found):
    if found.row_cells > 16_384:
        raise BadFile(UNSAFE)


def _column_number(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number


def _read_xlsx(file, max_rows, sheet):
    found = survey(file)
    if not found.is_plain and found.total > MAX_STREAMED_BYTES:
        raise BadFile(TOO_BIG)
    reader = _calamine_rows if found.is_plain else _streamed_rows
    try:
        return reader(file, max_rows, sheet)
    except BadFile:
        raise
    except BaseException as error:
        # A panic in calamine is no `Exception`; what the process itself is told must pass.
        if isinstance(error, Exception) or type(error).__name__ == "PanicException":
            raise BadFile(DAMAGED) from error
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
    sheet = book.get_sheet_by_name(_choose(visible, wanted))
    rows = sheet.to_python(skip_empty_area=False, nrows=max_rows + 1)
    return _trimmed([[_value(cell) for cell in row[:MAX_COLUMNS]] for row in rows])


def _name_of(member) -> str:
    return str(member).rpartition(".")[2]


def _streamed_rows(file, max_rows, wanted):
    from openpyxl import load_workbook  # noqa: PLC0415 -- only odd workbooks come here

    book = load_workbook(file, read_only=True, data_only=True, keep_links=False)
    try:
        visible = [sheet.title for sheet in book.worksheets if sheet.sheet_state == "visible"]
        sheet = book[_choose(visible, wanted)]
        sheet.reset_dimensions()
        rows, blank = [], 0
        for cells in sheet.iter_rows(max_col=MAX_COLUMNS, values_only=True):
            row = [_value(cell) for cell in cells]
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


def _choose(visible, wanted):
    if not visible:
        raise BadFile(EMPTY)
    if wanted is None:
        return visible[0]
    if wanted not in visible:
        raise BadFile(f"工作簿中没有名为“{wanted}”的工作表。请使用本系统下载的模板填写。")
    return wanted


def _value(cell) -> Cell:
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
            sys.executable, "-I", "-c", _CHILD % MAX_COLUMNS,
            str(CHILD_MEMORY), copy.name, str(max_rows), wanted or "",
        ]  # fmt: skip
        try:
            done = subprocess.run(  # noqa: S603 -- our own interpreter and script, no shell
                command, capture_output=True, timeout=CHILD_SECONDS, check=False
            )
        except subprocess.TimeoutExpired as error:
            raise BadFile(TOO_BIG) from error
    if done.returncode != 0:
        raise BadFile(DAMAGED)
    answer = json.loads(done.stdout)
    if answer.get("error") == "password":
        raise BadFile(ENCRYPTED)
    _choose(answer["names"], wanted)
    return _trimmed([[_value(_told(cell)) for cell in row] for row in answer["rows"]])


def _told(cell):
    if not isinstance(cell, dict):
        return cell
    kinds = {"date": dt.date, "datetime": dt.datetime, "time": dt.time}
    if cell["t"] in kinds:
        return kinds[cell["t"]].fromisoformat(cell["v"])
    return cell["v"]


# --- Finding the table ----------------------------------------------------------------------------


@dataclass(frozen=True)
class Table:
    """Where the header is and what stands in it.

    `header_row` counts from 1 as in Excel; `mapping` leads from our keys to column indexes;
    `missing` are keys whose column was not found; `unknown` are headings nobody asked for.
    """

    header_row: int
    mapping: dict[str, int]
    missing: list[str]
    unknown: list[str]

    def __iter__(self):
        return iter((self.header_row, self.mapping, self.missing, self.unknown))

    def records(self, rows: Sequence[Row]):
        """(row number in Excel, {key: raw value}) for every row below that is not blank."""
        for number, row in enumerate(rows[self.header_row :], self.header_row + 1):
            if all(cell is None or cell == "" for cell in row):
                continue
            yield (
                number,
                {key: row[at] if at < len(row) else None for key, at in self.mapping.items()},
            )


def find_table(
    rows: Sequence[Row], wanted: Mapping[str, Iterable[str]], *, search: int = 20
) -> Table:
    """Find the header among title lines and blanks, whatever the order of the columns.

    `wanted` gives for each key the headings that may stand for it. Full-width characters, spaces,
    line breaks, stars and remarks in brackets make no difference. The row in which most of them
    are found is the header; if its cells lie under a row of group headings, these are looked at
    too. `BadFile` when no row has any.
    """
    names = {folded(heading): key for key, headings in wanted.items() for heading in [*headings]}
    best: Table | None = None
    for at, row in enumerate(rows[:search]):
        above = rows[at - 1] if at else []
        mapping, unknown = {}, []
        own = 0
        for column, cell in enumerate(row):
            heading = cell
            if cell is None or cell == "":
                # A heading merged over two rows leaves the lower cell blank.
                heading = above[column] if column < len(above) else None
            if heading is None or heading == "":
                continue
            key = names.get(folded(heading)) or names.get(folded(heading, remarks=False))
            if key is None:
                if cell is not None and cell != "":
                    unknown.append(text(cell))
            elif key not in mapping:
                mapping[key] = column
                own += heading is cell
        for column in range(len(row), len(above)):
            key = names.get(folded(above[column])) if above[column] is not None else None
            if key and key not in mapping:
                mapping[key] = column
        if own and (best is None or len(mapping) > len(best.mapping)):
            missing = [key for key in wanted if key not in mapping]
            best = Table(at + 1, mapping, missing, unknown)
    if best is None:
        expected = "、".join(next(iter(headings)) for headings in list(wanted.values())[:5])
        raise BadFile(f"表中没有找到标题行(应有“{expected}”等列)。请使用本系统下载的模板填写。")
    return best


def folded(heading: Any, *, remarks: bool = True) -> str:
    """A heading reduced to what tells it from others: 「 *姓 名(必填)」 -> 「姓名」."""
    plain = unicodedata.normalize("NFKC", str(heading)).casefold()
    if not remarks:
        plain = re.sub(r"\([^)]*\)|\[[^\]]*\]|【[^】]*】", "", plain)
    return re.sub(r"[\s*:_\u200b-\u200f\ufeff·]+", "", plain)


# --- Cleaning cells -------------------------------------------------------------------------------

_BLANKS = {"", "—", "-", "——", "–", "/", "／", "无数据"}
_INVISIBLE = re.compile("[\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\x00-\x08\x0b-\x1f\x7f]")


class BadCell(ValueError):
    """The cell cannot be understood; the text is a sentence for beside it."""


def text(value: Any) -> str:
    """The cell as clean text; numbers without a tail, outer blanks and invisible signs gone."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, dt.datetime):
        return f"{value:%Y-%m-%d %H:%M}" if value.time() != dt.time.min else f"{value:%Y-%m-%d}"
    if isinstance(value, dt.date):
        return value.isoformat()
    cleaned = _INVISIBLE.sub("", str(value).replace("\r\n", "\n")).replace("\u3000", " ")
    return cleaned.replace("\xa0", " ").strip()


def half_width(value: str) -> str:
    """Full-width digits, letters and signs folded: １２３ -> 123."""
    return unicodedata.normalize("NFKC", value)


def is_blank(value: Any) -> bool:
    """Is nothing said here? The portal's own mark for "unknown" and a lone stroke say nothing."""
    return text(value) in _BLANKS


_DAY_FORMS = (
    re.compile(r"(\d{4})\s*[-/.]\s*(\d{1,2})\s*[-/.]\s*(\d{1,2})"),
    re.compile(r"(\d{4})\s*年\s*(\d{1,2})\s*月\s*(\d{1,2})\s*[日号]?"),
    re.compile(r"(\d{4})(\d{2})(\d{2})"),
)
_MONTH_FORMS = (
    re.compile(r"(\d{4})\s*[-/.]\s*(\d{1,2})"),
    re.compile(r"(\d{4})\s*年\s*(\d{1,2})\s*月"),
    re.compile(r"(\d{4})(\d{2})"),
)
_CLOCK = re.compile(r"[\sT]+\d{1,2}:\d{2}(:\d{2}(\.\d+)?)?$")


def date(value: Any, *, months: bool = False) -> dt.date | None:
    """The day in a cell, or None where nothing is said.

    Understands Excel's own dates and day numbers, and 2022-04-25, 2022/4/25, 2022.4.25,
    2022年4月25日, 20220425. With `months=True` also 2022.04 and 2022年4月, as the first of the
    month (入党时间 is often known no better). Anything else is a `BadCell`.
    """
    if isinstance(value, dt.datetime):
        return _sensible(value.date(), value)
    if isinstance(value, dt.date):
        return _sensible(value, value)
    if is_blank(value):
        return None
    if isinstance(value, int | float) and not isinstance(value, bool):
        return _day_from_number(value, months)
    plain = _CLOCK.sub("", half_width(text(value))).strip()
    for form in _DAY_FORMS:
        if match := form.fullmatch(plain):
            return _made(match.groups(), value)
    if months:
        for form in _MONTH_FORMS:
            if match := form.fullmatch(plain):
                return _made((*match.groups(), 1), value)
    if re.fullmatch(r"\d{5}(\.\d+)?", plain):
        return _day_from_number(float(plain), months)
    raise _not_a_day(value)


def _day_from_number(value, months):
    if 19000101 <= value <= 22001231 and float(value).is_integer():
        return date(str(int(value)))
    if months and 1900 < value < 2200:
        # 2022.04 typed as a number; "2022.1" may have been 2022.10, so it is asked again.
        if isinstance(value, float) and re.fullmatch(r"\d{4}\.\d{2}", str(value)):
            return date(str(value), months=True)
        raise _not_a_day(value)
    if 10959 <= value < 109575:  # 1930 to 2199 in Excel's day numbers
        return dt.date(1899, 12, 30) + dt.timedelta(days=int(value))
    raise _not_a_day(value)


def _made(groups, value):
    try:
        return _sensible(dt.date(*map(int, groups)), value)
    except ValueError:
        raise _not_a_day(value) from None


def _sensible(found, value):
    if not 1900 <= found.year < 2200:
        raise _not_a_day(value)
    return found


def _not_a_day(value):
    return BadCell(f"“{text(value)[:30]}”不是正确的日期，请写成 2022-04-25 的形式。")


def integer(value: Any) -> int | None:
    """The whole number in a cell, or None where nothing is said: 12, 12.0, "１２", "1,200", "12人"."""
    if isinstance(value, bool | dt.date | dt.time):
        raise _not_a_number(value)
    if is_blank(value):
        return None
    if isinstance(value, int):
        return value
    if isinstance(value, float):
        if value.is_integer():
            return int(value)
        raise _not_a_number(value)
    plain = half_width(text(value)).replace(" ", "")
    match = re.fullmatch(r"([+-]?)(\d{1,3}(?:,\d{3})+|\d{1,15})(?:\.0+)?[人名个次项件份]?", plain)
    if not match:
        raise _not_a_number(value)
    return int(match[1] + match[2].replace(",", ""))


def _not_a_number(value):
    return BadCell(f"“{text(value)[:30]}”不是整数，请只填写数字，不带单位。")
