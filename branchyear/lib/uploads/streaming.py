"""A workbook row after row, in a few megabytes whatever its length.

The sheet is unpacked block by block and each row is handed on as soon as it ends; only the shared texts
are kept (``book.py``). Rows written the way Excel, WPS and the libraries write them are taken out by a
regular expression, whatever is written otherwise goes to expat (``rows.py``). The bounds of the preflight
hold here too, and those on rows and cells are kept while reading, so a sheet that lies about itself ends
with a sentence, not with the memory.
"""

import zipfile
from xml.parsers import expat

from defusedxml import ElementTree

from branchyear.lib.errors import BadFile
from branchyear.lib.uploads import limits
from branchyear.lib.uploads.book import Book
from branchyear.lib.uploads.kinds import kind_of
from branchyear.lib.uploads.markup import BLOCK
from branchyear.lib.uploads.preflight import survey
from branchyear.lib.uploads.reading import read_workbook, size_checked
from branchyear.lib.uploads.rows import row_parsers

_ROW_END = b"</row>"


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
    book = Book(package)
    part = book.sheet_part(wanted)
    rows, read = [], 0
    size = max(package.getinfo(part).file_size, 1)
    parse, take = row_parsers(book, max_rows, rows)
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
    while block := stream.read(BLOCK):
        content = rest + block
        end = content.rfind(_ROW_END) + len(_ROW_END)
        if end < len(_ROW_END) and is_plain and len(content) < 8 * BLOCK:
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
