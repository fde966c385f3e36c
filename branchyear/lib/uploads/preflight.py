"""One pass over the parts of an .xlsx before any parser sees it: how much does it really hold?"""

import re
import zipfile
from dataclasses import dataclass, field

from branchyear.lib.errors import BadFile
from branchyear.lib.uploads import limits

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
class Survey:
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
            and rows * columns <= limits.MAX_CELLS
            and columns <= limits.MAX_COLUMNS * 4
            and self.shared_uses * self.longest_shared <= limits.MAX_TEXT_COPIES
        )


def survey(file, *, sheets: bool = True) -> Survey:
    """Stream through all parts and measure them; `BadFile` when they go beyond every bound.

    With `sheets=False` the cells of the sheets are left to whoever streams them.
    """
    found = Survey()
    try:
        with zipfile.ZipFile(file) as package:
            parts = package.infolist()
            if len(parts) > limits.MAX_PARTS or len({part.filename for part in parts}) != len(
                parts
            ):
                raise BadFile(limits.UNSAFE)
            if sum(part.file_size for part in parts) > limits.MAX_TOTAL_BYTES:
                raise BadFile(limits.TOO_BIG)
            for part in parts:
                _survey_part(package, part, found, sheets)
    except BadFile:
        raise
    except RuntimeError as error:  # the zip's own password
        raise BadFile(limits.ENCRYPTED) from error
    except Exception as error:  # BadZipFile, zlib.error, EOFError …: not what it says it is
        raise BadFile(limits.DAMAGED) from error
    finally:
        file.seek(0)
    return found


def _survey_part(package, part, found, sheets):
    name = part.filename.lower()
    if part.flag_bits & 0x1:
        raise BadFile(limits.ENCRYPTED)
    if part.external_attr >> 28 == 0xA:  # a symbolic link
        raise BadFile(limits.UNSAFE)
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
            if found.total > limits.MAX_TOTAL_BYTES:
                raise BadFile(limits.TOO_BIG)
            if size > limits.RATIO_FLOOR and size > limits.MAX_RATIO * max(part.compress_size, 1):
                raise BadFile(limits.TOO_BIG)
            if not (is_xml or is_sheet):
                continue
            window = tail + block
            if b"<!DOCTYPE" in window or b"<!ENTITY" in window:
                raise BadFile(limits.UNSAFE)
            if is_shared:
                found.shared_items += block.count(b"<si")
                if found.shared_items > limits.MAX_CELLS:
                    raise BadFile(limits.TOO_BIG)
                ends = [match.end() for match in _ITEM_END.finditer(window)]
                before = 0
                for end in ends:
                    found.longest_shared = max(found.longest_shared, since_item + end - before)
                    since_item, before = 0, end
                tail = window[before:][-16:] if before < len(window) else b""
                since_item += len(window) - before - len(tail)
                found.longest_shared = max(found.longest_shared, since_item)
            elif is_sheet and sheets:
                cut = window.rfind(b"<")
                cut = cut if cut > 0 and len(window) - cut < 4096 else len(window)
                tail = window[cut:]
                _survey_sheet(window[:cut], found)
            else:
                tail = window[-16:]
    if is_sheet and sheets and tail:
        _survey_sheet(tail, found)


def _check_start(block, is_xml):
    if block.startswith(b"PK\x03\x04"):
        raise BadFile(limits.UNSAFE)
    if not is_xml:
        return
    if block[:2] in {b"\xff\xfe", b"\xfe\xff"} or b"\x00" in block[:64]:
        raise BadFile(limits.UNSAFE)
    declared = _ENCODING.match(block[:200].removeprefix(b"\xef\xbb\xbf"))
    if declared and declared[1].lower() not in {b"utf-8", b"utf8", b"us-ascii", b"ascii"}:
        raise BadFile(limits.UNSAFE)


def _survey_sheet(xml, found):
    if _ODD_PLACE.search(xml):
        raise BadFile(limits.UNSAFE)
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
    if found.cells > limits.MAX_CELLS:
        raise BadFile(limits.TOO_BIG)
    for letters, row in places:
        if letters not in found.letters:
            found.letters.add(letters)
            found.last_column = max(found.last_column, _column_number(letters))
        found.last_row = max(found.last_row, int(row))


def _check_row(found):
    if found.row_cells > 16_384:
        raise BadFile(limits.UNSAFE)


def _column_number(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number
