"""The rows of a sheet out of its XML: plain ones by a regular expression, all others by expat.

The expression accounts for every tag of a row that is written the way Excel, WPS and the libraries write it,
and is four times as fast.
"""

import datetime as dt
import re

from branchyear.lib.errors import BadFile
from branchyear.lib.uploads import limits
from branchyear.lib.uploads.markup import parser_of
from branchyear.lib.uploads.reading import plain_value

_PLAIN_ROW = re.compile(rb'<row r="([0-9]{1,7})"(?: [a-zA-Z0-9:]+="[^<>&"]*")*>')
_PLAIN_CELL = re.compile(
    rb'<c r="([A-Z]{1,3})[0-9]{1,7}"(?: s="([0-9]{1,5})")?(?: t="([a-z]{1,9})")?'
    rb"(?:/>|>(<f(?: [^<>&]*)?(?:/>|>[^<&]*</f>))?(?:<v>([^<&\r]{1,32767})</v>)?(</c>))"
)


def row_parsers(book, max_rows, rows):
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
            if length > limits.MAX_CELL_TEXT:
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

    return parser_of(start, end, characters).Parse, take


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
