"""What must be known of a whole workbook before one of its sheets can be read row after row."""

import datetime as dt
import posixpath

from defusedxml import ElementTree

from branchyear.lib.errors import BadFile
from branchyear.lib.uploads import limits
from branchyear.lib.uploads.markup import BLOCK, parser_of
from branchyear.lib.uploads.reading import chosen_sheet

_SMALL_PART = 4 * 1024 * 1024  # workbook.xml, styles.xml and the like; a real one has some 100 KB
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_STRICT = "http://purl.oclc.org/ooxml/officeDocument/relationships"
# Chinese and Japanese days and times that have a number instead of a form (ECMA-376 part 1, 18.8.30).
_EAST_ASIAN_DAYS = {*range(27, 37), *range(50, 59)}


class Book:
    """Its sheets by name, the styles that mean a day, the day its numbers count from, the shared texts."""

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
            while block := stream.read(BLOCK):
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
            if length > limits.MAX_CELL_TEXT:
                raise BadFile(limits.TOO_BIG)
            pieces.append(data)

    return parser_of(start, end, characters)
