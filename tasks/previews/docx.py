"""A .docx as headings, paragraphs and tables.

Only two parts of the package are read, up to a bound each: pictures and embedded files are never unpacked.
Source of the elements: ECMA-376 part 1, section 17 (WordprocessingML).
"""

import re
import zipfile

from lxml import etree

from branchyear.lib.errors import BadFile

MAX_PART = 12 * 1024 * 1024  # a paper of three hundred pages has 3 MB of XML
MAX_BLOCKS = 1500  # about eighty pages
MAX_LETTERS = 300_000
MAX_CELLS = 6000
MAX_DEPTH = 4  # tables within tables
TOO_BIG = "这个文件的正文过大，不能在线预览，请下载后查看。"
UNSAFE = "这个文件含有不允许的内容，不能在线预览，请下载后查看。"

_NS = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_STRICT = "{http://purl.oclc.org/ooxml/wordprocessingml/main}"
_HEADING = re.compile(r"(?:heading|标题|title)\s*([1-9]?)$", re.I)
_PICTURES = ("drawing", "pict", "object")


def read(file):
    """``(blocks, is_cut)``: ("heading", text), ("text", text), ("table", rows of cells as text)."""
    with zipfile.ZipFile(file) as package:
        document = _part(package, "word/document.xml")
        headings = _headings(package)
    reader = _Reader(headings)
    body = next((child for child in document if _name(child) == "body"), None)
    reader.take(body if body is not None else [])
    return reader.blocks, reader.is_cut


def _part(package, name):
    with package.open(name) as stream:
        content = stream.read(MAX_PART + 1)
    if len(content) > MAX_PART:
        raise BadFile(TOO_BIG)
    if b"<!DOCTYPE" in content or b"<!ENTITY" in content:
        raise BadFile(UNSAFE)
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    root = etree.fromstring(content, parser)
    if root.getroottree().docinfo.doctype:
        raise BadFile(UNSAFE)
    return root


def _headings(package):
    """The ids of styles that are headings; without the part there are none."""
    try:
        styles = _part(package, "word/styles.xml")
    except (KeyError, BadFile, etree.XMLSyntaxError):
        return set()
    found = set()
    for style in styles:
        if _name(style) != "style":
            continue
        name = next((_value(child) for child in style if _name(child) == "name"), "")
        if _HEADING.match(name.strip()):
            found.add(_get(style, "styleId"))
    return found


class _Reader:
    def __init__(self, headings):
        self.headings = headings
        self.blocks, self.is_cut = [], False
        self.letters = self.cells = 0

    def take(self, parent):
        """The blocks of a body, or of a content control in it."""
        for child in parent:
            if len(self.blocks) >= MAX_BLOCKS or self.letters >= MAX_LETTERS:
                self.is_cut = True
                return
            name = _name(child)
            if name == "p":
                self._paragraph(child)
            elif name == "tbl":
                rows = self._table(child)
                if rows:
                    self.blocks.append(("table", rows))
            elif name in ("sdt", "sdtContent", "customXml", "ins", "smartTag"):
                self.take(child)

    def _paragraph(self, element):
        text = self._words(element)
        if text:
            kind = "heading" if self._style(element) in self.headings else "text"
            self.blocks.append((kind, text))

    def _style(self, element):
        for child in element:
            if _name(child) == "pPr":
                return next((_value(one) for one in child if _name(one) == "pStyle"), "")
        return ""

    def _words(self, element):
        """The text of a paragraph; a picture is said to be there."""
        words = []
        for one in _walk(element):
            name = _name(one)
            if name == "t":
                words.append(one.text or "")
            elif name == "tab" and _name(one.getparent()) == "r":
                words.append("\t")
            elif name in ("br", "cr"):
                words.append("\n")
            elif name in _PICTURES:
                words.append("［图片］")
        text = "".join(words).strip()
        self.letters += len(text)
        return text[:MAX_LETTERS]

    def _table(self, element, depth=1):
        rows = []
        for row in _all(element, "tr"):
            cells = []
            for cell in _all(row, "tc"):
                self.cells += 1
                if self.cells > MAX_CELLS:
                    self.is_cut = True
                    return rows
                cells.append((self._cell(cell, depth), _span(cell)))
            if any(text for text, _ in cells):
                rows.append(cells)
        return rows

    def _cell(self, cell, depth):
        lines = [self._words(p) for p in _all(cell, "p")]
        if depth < MAX_DEPTH:
            for inner in _all(cell, "tbl"):
                table = self._table(inner, depth + 1)
                lines += ["  ".join(text for text, _ in row) for row in table]
        return "\n".join(line for line in lines if line)


def _walk(element):
    """The element and all below in order, without what is there twice (for older readers, or moved away)."""
    stack = [element]
    while stack:
        one = stack.pop()
        yield one
        stack.extend(
            child
            for child in reversed(one)
            if _name(child) != "moveFrom" and not str(child.tag).endswith("}Fallback")
        )


def _all(element, name):
    """Children of that name, also those inside content controls."""
    for child in element:
        own = _name(child)
        if own == name:
            yield child
        elif own in ("sdt", "sdtContent", "customXml", "ins"):
            yield from _all(child, name)


def _span(cell):
    for properties in cell:
        if _name(properties) == "tcPr":
            for one in properties:
                if _name(one) == "gridSpan":
                    value = _value(one)
                    return min(max(int(value), 1), 63) if value.isdecimal() else 1
    return 1


def _name(element):
    tag = element.tag if element is not None else ""
    if not isinstance(tag, str):
        return ""  # a comment or a processing instruction
    for space in (_NS, _STRICT):
        if tag.startswith(space):
            return tag[len(space) :]
    return ""


def _get(element, name):
    return element.get(_NS + name) or element.get(_STRICT + name) or ""


def _value(element):
    return _get(element, "val")
