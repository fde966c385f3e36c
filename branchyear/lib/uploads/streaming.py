"""A workbook row after row, in a few megabytes whatever its length.

The sheet is unpacked block by block and each row is handed on as soon as it ends; only the shared texts
are kept. Rows written the way Excel, WPS and the libraries write them are taken out by a regular expression
that accounts for every tag (four times as fast); whatever is written otherwise goes to expat. The bounds of the preflight hold here too, and those on rows and cells are kept
while reading, so a sheet that lies about itself ends with a sentence, not with the memory.
"""

import datetime as dt
import posixpath
import re
import zipfile
from xml.parsers import expat

from defusedxml import ElementTree

from branchyear.lib.errors import BadFile
from branchyear.lib.uploads import limits
from branchyear.lib.uploads.kinds import kind_of
from branchyear.lib.uploads.preflight import survey
from branchyear.lib.uploads.reading import chosen_sheet, plain_value, read_workbook, size_checked

_SMALL_PART = 4 * 1024 * 1024  # workbook.xml, styles.xml and the like; a real one has some 100 KB
_BLOCK = 128 * 1024
_MAX_CELL_TEXT = 40_000  # Excel itself allows 32,767
_ROW_END = b"</row>"
_PLAIN_ROW = re.compile(rb'<row r="([0-9]{1,7})"(?: [a-zA-Z0-9:]+="[^<>&"]*")*>')
_PLAIN_CELL = re.compile(
    rb'<c r="([A-Z]{1,3})[0-9]{1,7}"(?: s="([0-9]{1,5})")?(?: t="([a-z]{1,9})")?'
    rb"(?:/>|>(<f(?: [^<>&]*)?(?:/>|>[^<&]*</f>))?(?:<v>([^<&\r]{1,32767})</v>)?(</c>))"
)
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_STRICT = "http://purl.oclc.org/ooxml/officeDocument/relationships"
# Chinese and Japanese days and times that have a number instead of a form (ECMA-376 part 1, 18.8.30).
_EAST_ASIAN_DAYS = {*range(27, 37), *range(50, 59)}


def stream_workbook(file, *, max_rows=limits.MAX_ROWS, sheet=None, share=lambda done: None):
    """Yield the rows of the first visible sheet (or the one named) as ``read_workbook`` would list them.

    Row 1 comes first, blank rows included. A file that turns out to be wrong half-way raises
    ``BadFile`` then: whoever uses this must be able to drop what came before. ``share`` is told now and
    then which part of the sheet was read, 0 to 1.
    """
    size_checked(file)
    if kind_of(file) != "xlsx":  # old formats are read by a child process, all at once
        yield from read_workbook(file, max_rows=max_rows, sheet=sheet)
        return
    survey(file, sheets=False)
    found_any = False
    try:
        with zipfile.ZipFile(file) as package:
            for row in _rows(package, max_rows, sheet, share):
                found_any = found_any or bool(row)
                yield row
    except BadFile:
        raise
    except (
        expat.ExpatError,
        ElementTree.ParseError,
        zipfile.BadZipFile,
        EOFError,
        KeyError,
        IndexError,
        ValueError,
        OverflowError,
        OSError,
        zipfile.zlib.error,
    ) as error:
        raise BadFile(limits.DAMAGED) from error
    finally:
        file.seek(0)
    if not found_any:
        raise BadFile(limits.EMPTY)


def _rows(package, max_rows, wanted, share):
    book = _Book(package)
    part = book.sheet_part(wanted)
    rows, read = [], 0
    size = max(package.getinfo(part).file_size, 1)
    parse, take = _sheet_parser(book, max_rows, rows)
    with package.open(part) as stream:
        for lines, is_plain in _lines(stream):
            for line in lines:
                read += len(line)
                if not is_plain or not take(line):
                    parse(line, False)
            share(min(read / size, 1.0))
            yield from rows
            rows.clear()
        parse(b"", True)
        yield from rows


def _lines(stream):
    """The content of a sheet cut behind the ends of rows, and whether what looks like a row must be one.

    It need not where there are comments, character data or processing instructions in which anything may
    stand; from there on nothing is said to be plain.
    """
    is_plain, rest, start = True, b"", 5  # the declaration itself begins like an instruction
    while block := stream.read(_BLOCK):
        content = rest + block
        end = content.rfind(_ROW_END) + len(_ROW_END)
        if end < len(_ROW_END) and is_plain and len(content) < 8 * _BLOCK:
            rest = content
            continue
        is_plain = is_plain and b"<!" not in content and content.find(b"<?", start) < 0
        if is_plain and end >= len(_ROW_END):
            yield [line + _ROW_END for line in content[:end].split(_ROW_END)[:-1]], True
            rest = content[end:]
        else:
            yield [content], False
            is_plain, rest = False, b""
        start = 0
    yield [rest], False


class _Book:
    """What must be known of the whole workbook before a sheet can be read."""

    def __init__(self, package):
        self.package = package
        self.names = set(package.namelist())
        self.part = self._workbook_part()
        self.relations = self._relations(self.part)
        tree = self._tree(self.part)
        properties = _children(tree, "workbookPr")
        flag = properties[0].get("date1904", "0") if properties else "0"
        self.epoch = dt.date(1904, 1, 1) if flag in {"1", "true"} else dt.date(1899, 12, 30)
        self.sheets = [s for group in _children(tree, "sheets") for s in _children(group, "sheet")]
        self.date_styles = self._date_styles()
        self.shared = self._shared_texts()

    def sheet_part(self, wanted):
        visible = {}
        for sheet in self.sheets:
            key = sheet.get(f"{{{_OFFICE}}}id") or sheet.get(f"{{{_STRICT}}}id") or ""
            kind, target = self.relations.get(key, ("", ""))
            is_seen = sheet.get("state", "visible") == "visible"
            if kind.endswith("/worksheet") and target in self.names and is_seen:
                visible.setdefault(sheet.get("name", ""), target)
        return visible[chosen_sheet(list(visible), wanted)]

    def _workbook_part(self):
        for kind, target in self._relations("").values():
            if kind.endswith("/officeDocument") and target in self.names:
                return target
        return "xl/workbook.xml"

    def _relations(self, part):
        folder, name = posixpath.split(part)
        path = posixpath.join(folder, "_rels", f"{name}.rels")
        if path not in self.names:
            return {}
        return {
            r.get("Id", ""): (
                r.get("Type", ""),
                posixpath.normpath(posixpath.join("/", folder, r.get("Target", ""))).lstrip("/"),
            )
            for r in self._tree(path)
        }

    def _tree(self, part):
        with self.package.open(part) as stream:
            content = stream.read(_SMALL_PART + 1)
        if len(content) > _SMALL_PART:
            raise BadFile(limits.UNSAFE)
        return ElementTree.fromstring(content, forbid_dtd=True)

    def _part_of_kind(self, ending):
        for kind, target in self.relations.values():
            if kind.endswith(ending) and target in self.names:
                return target
        return None

    def _date_styles(self):
        from openpyxl.styles.numbers import BUILTIN_FORMATS, is_date_format  # noqa: PLC0415 slow

        part = self._part_of_kind("/styles")
        if part is None:
            return frozenset()
        tree = self._tree(part)
        own = {
            int(f.get("numFmtId", "0")): f.get("formatCode", "")
            for group in _children(tree, "numFmts")
            for f in _children(group, "numFmt")
        }
        found = set()
        for group in _children(tree, "cellXfs"):
            for number, style in enumerate(_children(group, "xf")):
                code = int(style.get("numFmtId", "0"))
                form = own.get(code) or BUILTIN_FORMATS.get(code, "")
                if code in _EAST_ASIAN_DAYS and code not in own or is_date_format(form):
                    found.add(str(number))
        return frozenset(found)

    def _shared_texts(self):
        part = self._part_of_kind("/sharedStrings")
        if part is None:
            return []
        if self.package.getinfo(part).file_size > limits.MAX_SHARED_BYTES:
            raise BadFile(limits.TOO_BIG)
        texts = []
        parser = _shared_parser(texts)
        with self.package.open(part) as stream:
            while block := stream.read(_BLOCK):
                parser.Parse(block, False)
            parser.Parse(b"", True)
        return texts


def _children(element, name):
    return [child for child in element if child.tag.rpartition("}")[2] == name]


def _shared_parser(texts):
    """Appends the shared texts; how a word is read aloud (rPh) is no part of it."""
    takes_text = is_aside = False
    pieces = []
    length = 0

    def start(name, attributes):
        nonlocal takes_text, is_aside
        name = name.rpartition(":")[2]
        if name == "t":
            takes_text = not is_aside
        elif name == "rPh":
            is_aside = True

    def end(name):
        nonlocal takes_text, is_aside, length
        name = name.rpartition(":")[2]
        if name == "t":
            takes_text = False
        elif name == "rPh":
            is_aside = False
        elif name == "si":
            texts.append("".join(pieces) or None)
            pieces.clear()
            length = 0
            if len(texts) > limits.MAX_SHARED_TEXTS:
                raise BadFile(limits.TOO_BIG)

    def characters(data):
        nonlocal length
        if takes_text:
            length += len(data)
            if length > _MAX_CELL_TEXT:
                raise BadFile(limits.TOO_BIG)
            pieces.append(data)

    return _parser(start, end, characters)


def _sheet_parser(book, max_rows, rows):
    """``(parse, take)``: both append finished rows to ``rows``, one by expat, the other from the text of a
    plain row; ``take`` says whether it was one.

    Two million cells pass through here for a large roster, so the state lives in local names, which
    are reached several times as fast as attributes.
    """
    shared, day_styles, days = book.shared, book.date_styles, {}
    plain_day_styles = frozenset(style.encode() for style in day_styles)
    columns = {}
    row = None
    last = number = cells = 0
    column, kind, style = -1, None, None
    takes_text = has_formula = False
    pieces = []
    length = 0

    def start(name, attributes):
        nonlocal row, number, cells, column, kind, style, takes_text, has_formula
        if name == "c":
            if row is None:
                raise BadFile(limits.DAMAGED)
            place = attributes.get("r")
            if place is None:
                column += 1
            else:
                letters = place.rstrip("0123456789")
                column = columns.get(letters)
                if column is None:
                    column = columns[letters] = _column(letters)
            kind, style = attributes.get("t"), attributes.get("s")
            takes_text, has_formula = True, False
            cells += 1
            if cells > 16_384:
                raise BadFile(limits.UNSAFE)
        elif name == "v":
            pass
        elif name == "row":
            number = int(attributes.get("r") or number + 1)
            if number <= last or number > 1_048_576:
                raise BadFile(limits.DAMAGED)
            row, column, cells = [], -1, 0
        elif name == "f":
            takes_text, has_formula = False, True
        elif name == "rPh":
            takes_text = False
        elif ":" in name:
            start(name.rpartition(":")[2], attributes)

    def end(name):
        nonlocal row, takes_text, pieces, length
        if name == "v":
            pass
        elif name == "c":
            takes_text = False
            if pieces:
                text = pieces[0] if len(pieces) == 1 else "".join(pieces)
                pieces = []
                length = 0
                if column >= limits.MAX_COLUMNS:
                    return
                if kind == "s":
                    value = shared[_index(text)]
                elif style in day_styles and kind in {None, "n"}:
                    value = days.get(text)
                    if value is None:
                        value = _day(float(text), book.epoch)
                        if len(days) < 100_000:
                            days[text] = value
                else:
                    value = _value(kind, text)
            elif has_formula and column < limits.MAX_COLUMNS:
                value = limits.UNCALCULATED
            else:
                return
            if value is None:
                return
            width = len(row)
            if width == column:
                row.append(value)
            elif width < column:
                row.extend([None] * (column - width))
                row.append(value)
            else:
                row[column] = value
        elif name == "row":
            finish(row)
            row = None
        elif name in {"f", "rPh"}:
            takes_text = True
        elif ":" in name:
            end(name.rpartition(":")[2])

    def characters(data):
        nonlocal length
        if takes_text:
            length += len(data)
            if length > _MAX_CELL_TEXT:
                raise BadFile(limits.TOO_BIG)
            pieces.append(data)

    def finish(row):
        nonlocal last
        if row:
            if number > max_rows:
                raise BadFile(limits.too_many_rows(max_rows))
            rows.extend([] for _ in range(number - last - 1))
            rows.append(row)
            last = number

    def take(line):
        nonlocal number
        head = _PLAIN_ROW.match(line)
        if head is None or row is not None:
            return False
        found = []
        width = 0
        tags = 2  # of the row itself
        cells = _PLAIN_CELL.findall(line, head.end())
        for letters, style, kind, formula, text, closing in cells:
            if text:
                tags += 4
            elif closing:
                tags += 2
            else:
                tags += 1
                continue
            if formula:
                tags += formula.count(b"<")
            column = columns.get(letters)
            if column is None:
                column = columns[letters] = _column(letters.decode())
            if column >= limits.MAX_COLUMNS:
                continue
            if not text:
                if not formula:
                    continue
                value = limits.UNCALCULATED
            elif kind == b"s":
                value = shared[_index(text)]
            elif kind and kind != b"n":
                value = _value(kind.decode(), text.decode())
            elif style in plain_day_styles:
                value = days.get(text)
                if value is None:
                    value = _day(float(text), book.epoch)
                    if len(days) < 100_000:
                        days[text] = value
            else:
                value = plain_value(float(text))
            if value is None:
                continue
            if width < column:
                found += [None] * (column - width)
            elif width > column:
                found[column] = value
                continue
            found.append(value)
            width = column + 1
        if tags != line.count(b"<") or len(cells) > 16_384:
            return False
        number = int(head[1])
        if number <= last or number > 1_048_576:
            raise BadFile(limits.DAMAGED)
        finish(found)
        return True

    return _parser(start, end, characters).Parse, take


def _parser(start, end, characters):
    """Without DTDs and entities; names come with their prefixes, which the handlers cut off."""

    def refuse(*_):
        raise BadFile(limits.UNSAFE)

    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = parser.EntityDeclHandler = refuse
    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.CharacterDataHandler = characters
    return parser


def _value(kind, text):
    """The plain value of a cell that is no day and no shared text."""
    if kind is None or kind == "n":
        return plain_value(float(text))
    if kind == "b":
        return text.strip() in {"1", "true"}
    if kind == "d":
        return plain_value(dt.datetime.fromisoformat(text.strip().rstrip("Z")))
    return plain_value(text)


def _day(number, epoch):
    """A day or a moment from Excel's number of days."""
    if not 0 <= number < 2_958_466:
        return plain_value(number)
    whole = int(number)
    if whole == 0:  # a time of day alone
        midnight = dt.datetime.combine(epoch, dt.time.min)
        return (midnight + dt.timedelta(seconds=round(number * 86400))).time()
    day = epoch + dt.timedelta(days=whole)
    if number == whole:
        return day
    moment = dt.datetime.combine(day, dt.time.min)
    return plain_value(moment + dt.timedelta(seconds=round((number - whole) * 86400)))


def _index(text):
    index = int(text)
    if index < 0:
        raise BadFile(limits.DAMAGED)
    return index


def _column(letters):
    if not letters.isascii() or not letters.isalpha() or len(letters) > 3:
        raise BadFile(limits.UNSAFE)
    number = 0
    for letter in letters.upper():
        number = number * 26 + ord(letter) - 64
    return number - 1
