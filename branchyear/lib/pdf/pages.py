"""The pages of a ledger while its rows stack up.

Rows come set (`typeset.cells`); here they are put under one another, a full page is written away at once, and
what repeats (the table's head, the watermark, the title below) is drawn once for all pages. How many pages
there are is known at the end: "第 x 页 共 y 页" is a second layer of each page, written last.

Every cell is tagged for the reading order (PDF/UA): table, row, cell; what repeats is an artifact.
"""

from branchyear.lib.layout import Layout, Totals, legible, plain
from branchyear.lib.pdf import book, closing, drawing, embedding
from branchyear.lib.pdf.geometry import (
    BOTTOM,
    CODE_SIZE,
    META_LEADING,
    META_SIZE,
    MM,
    SIDE,
    TITLE_GAP,
    TITLE_LEADING,
    TITLE_SIZE,
    TOP,
    Geometry,
)
from branchyear.lib.pdf.tags import Tags
from branchyear.lib.typeset import faces
from branchyear.lib.typeset.cells import RULE

CREATOR = "党支部基本建设年管理平台"
BOOKMARK_EVERY = 10  # pages, where the parts have no names
FOOT_SIZE, NUMBER_SIZE = 8, 9
FOOT_MIDDLE = BOTTOM / 2
SLACK = 0.01  # of a point: sums of many heights are not exact


class Pages:
    """Writes a ledger to ``file``: rows with `add`, then `finish`."""

    def __init__(self, file, layout: Layout, *, watermark=None, code=None):
        self.layout = layout
        self.geometry = Geometry(layout)
        self.watermark, self.code = said(watermark or ""), code
        self.book = book.Book(file)
        self.tags = Tags(self.book)
        self.used = {"body": set(), "bold": set(), "head": set()}
        self.pages = []  # (number of the page's object, of its content) of those that are full
        self.labels = []  # (words, page, height) of the bookmarks of parts
        self.label = None
        self._waiting = None  # the last row: it must not part from what closes the ledger
        self._begin()

    # --- Rows -------------------------------------------------------------------------------------

    def begin_part(self, label):
        """The rows to come are under a bookmark of this name."""
        if label:
            self.label = said(label)
            self.tags.new_body()

    def add(self, block):
        """Put the rows of a block under those that are there."""
        self.used["body"].update(block.used)
        for height, content in zip(block.heights, block.drawings, strict=True):
            if self._waiting:
                self._place(*self._waiting)
            self._waiting = height, content, self.label, self.tags.body
            self.label = None

    def _place(self, height, content, label, body):
        is_fresh = self.pages and not self.bottoms  # a page that has nothing but the head
        if height > self.left + SLACK and not is_fresh:
            self._turn()
        if label:
            self.labels.append((label, len(self.pages), self.y))
        marks = self.tags.row(self.page, len(self.geometry.widths), body)
        self.content.append(b"q 1 0 0 1 %.2f %.2f cm\n" % (SIDE, self.y))
        self.content.append(content % marks)
        self.content.append(b"Q\n")
        self._down(height)
        self.bottoms.append(self.y)

    def _down(self, height):
        self.y -= height
        self.left -= height

    # --- Pages ------------------------------------------------------------------------------------

    def _begin(self):
        """A new page, down to where its first row goes."""
        is_first = not self.pages
        self.page = self.book.reserve()
        self.tags.new_page()
        self.content, self.bottoms = [], []
        self.y = self.geometry.paper[1] - TOP
        self.left = self.geometry.height
        if self.watermark:
            self.content.append(b"/Artifact <</Type/Pagination/Subtype/Watermark>> BDC /W Do EMC\n")
        if is_first:
            self._title()
        self.top = self.y
        if is_first:
            self.content.append(self._head(tagged=True))
        else:
            self.content.append(
                b"/Artifact <</Type/Pagination/Subtype/Header>> BDC "
                b"q 1 0 0 1 %.2f %.2f cm /T Do Q EMC\n" % (SIDE, self.y)
            )
        self._down(self.geometry.head_height + RULE)
        self.rows_top = self.y

    def _turn(self):
        self._end()
        self._begin()

    def _end(self):
        """Write the page away, with the lines between its rows."""
        self.content.append(self._rules())
        number = self.book.stream(b"".join(self.content))
        self.tags.end_page()
        self.pages.append((self.page, number))
        self.content = []

    def _rules(self):
        if not self.bottoms:
            return b""
        geometry = self.geometry
        last = self.bottoms[-1]
        edges = [SIDE + RULE / 2] + [
            SIDE + left + width - RULE / 2
            for left, width in zip(geometry.lefts, geometry.widths, strict=True)
        ]
        found = [drawing.rule(x, self.rows_top, x, last) for x in edges]
        right = SIDE + geometry.width
        found += [drawing.rule(SIDE, y + RULE / 2, right, y + RULE / 2) for y in self.bottoms]
        return drawing.rules(found)

    def _title(self):
        geometry, content = self.geometry, self.content
        room = geometry.width
        if self.code:
            content.append(self.tags.begin("Figure", self.page, alt="核验二维码"))
            corner = geometry.paper[0] - SIDE - CODE_SIZE, geometry.paper[1] - 9 * MM - CODE_SIZE
            content.append(drawing.qr(self.code, *corner, CODE_SIZE) + b"EMC\n")
        content.append(self.tags.begin("H1", self.page))
        titles = geometry.title_lines
        content.append(
            drawing.centred(titles, "bold", TITLE_SIZE, TITLE_LEADING, SIDE, room, self.y)
        )
        content.append(b"EMC\n")
        self.used["bold"].update(*titles)
        y = self.y - len(titles) * TITLE_LEADING - TITLE_GAP
        for row in geometry.meta_lines:
            for x, words in row:
                content.append(self.tags.begin("P", self.page))
                stands = y - drawing.standing(META_LEADING, META_SIZE)
                content.append(drawing.line(words, "body", META_SIZE, SIDE + x, stands) + b"EMC\n")
                self.used["body"].update(words)
            y -= META_LEADING
        self._down(geometry.title_height)

    def _head(self, *, tagged=False):
        """The table's head: where the pen is, or (for all other pages) from a corner of its own."""
        geometry = self.geometry
        x, y = (SIDE, self.y) if tagged else (0.0, 0.0)
        texts, found = [], [drawing.rule(x, y - RULE / 2, x + geometry.width, y - RULE / 2)]
        grounds = [
            drawing.ground(0.941, x, y, geometry.width, geometry.head_height + RULE),
        ]
        found.append(drawing.rule(x + RULE / 2, y, x + RULE / 2, y - geometry.head_height - RULE))
        for row in geometry.head:
            marks = self.tags.heading_row(self.page, len(row)) if tagged else ()
            for at, cell in enumerate(row):
                left, right = x + cell.x, x + cell.x + cell.width
                top, bottom = y - cell.y, y - cell.y - cell.height
                found.append(drawing.rule(right - RULE / 2, top, right - RULE / 2, bottom))
                found.append(drawing.rule(left - RULE, bottom + RULE / 2, right, bottom + RULE / 2))
                free = cell.height - RULE - len(cell.lines) * geometry.leading
                words = drawing.centred(
                    cell.lines,
                    "head",
                    cell.size,
                    geometry.leading,
                    left,
                    cell.width - RULE,
                    top - free / 2,
                )
                if tagged:
                    words = b"/TH <</MCID %d>> BDC %bEMC\n" % (marks[at], words)
                texts.append(words)
                self.used["head"].update(*cell.lines)
        lines = drawing.rules(found)
        if not tagged:  # the whole form is an artifact already
            grounds = [
                ground.replace(b"/Artifact BMC", b"").replace(b" EMC", b"") for ground in grounds
            ]
            lines = lines.replace(b"/Artifact BMC", b"").replace(b" EMC", b"")
        return b"".join([*grounds, *texts, lines])

    # --- The end ----------------------------------------------------------------------------------

    def finish(self, totals: Totals) -> int:
        """Total row, signatures, notes; then all that is known only now. Gives the number of pages."""
        last = self._waiting
        ending = closing.Closing(self.geometry, totals, is_empty=last is None)
        if last and last[0] + ending.height > self.left + SLACK and self.bottoms:
            self._turn()
        if last:
            self._place(*last)
        if ending.height > self.left + SLACK and self.bottoms:
            self._turn()  # the last row was nearly as high as a page
        ending.draw(self)
        self._end()
        self._write_rest()
        return len(self.pages)

    def _write_rest(self):
        target, count = self.book, len(self.pages)
        wide, high = self.geometry.paper
        box = b"[0 0 %g %g]" % (wide, high)
        tree, fonts = target.reserve(), target.reserve()
        forms = [(b"T", self._form(self._head(), fonts, b"[0 %g %g 0]" % (-high, wide)))]
        foot, numbers = self._foot(count)
        forms.append((b"F", self._form(foot, fonts, box)))
        if self.watermark:
            drawn = drawing.watermark(self.watermark, wide, high)
            self.used["head"].update(self.watermark)
            forms.append((b"W", self._form(drawn, fonts, box)))
        embedded = embedding.embed(target, embedding.by_face(self.used))
        target.put(
            b"<<%b>>"
            % b"".join(b"/%b %d 0 R" % (one.encode(), at) for one, at in embedded.items()),
            fonts,
        )
        for at, ((page, content), number) in enumerate(zip(self.pages, numbers, strict=True)):
            layer = target.stream(number)
            target.put(
                b"<</Type/Page/Parent %d 0 R/Contents[%d 0 R %d 0 R]/StructParents %d/Tabs/S>>"
                % (tree, content, layer, at),
                page,
            )
        objects = b"".join(b"/%b %d 0 R" % form for form in forms)
        target.put(
            b"<</Type/Pages/Count %d/MediaBox%b/Kids[%b]"
            b"/Resources<</Font %d 0 R/XObject<<%b>>>>>>"
            % (count, box, book.refs(page for page, _ in self.pages), fonts, objects),
            tree,
        )
        structure = self.tags.finish()
        root = target.put(
            b"<</Type/Catalog/Pages %d 0 R/Lang(zh-CN)/MarkInfo<</Marked true>>"
            b"/ViewerPreferences<</DisplayDocTitle true>>/StructTreeRoot %d 0 R"
            b"/Outlines %d 0 R/PageMode/UseNone>>" % (tree, structure, self._outline())
        )
        target.close(root, self._information())

    def _form(self, content, fonts, box):
        entries = b"/Type/XObject/Subtype/Form/BBox%b/Resources<</Font %d 0 R>>" % (box, fonts)
        return self.book.stream(content, entries)

    def _foot(self, count):
        """What stands under every page, and the numbers page by page."""
        wide, _ = self.geometry.paper
        y = FOOT_MIDDLE - FOOT_SIZE / 3
        layout = self.layout
        running = said(f"{layout.title} · {layout.unit}" if layout.unit else layout.title)
        room = 0.4 * self.geometry.width
        while running and drawing.width(running, "body", FOOT_SIZE) > room:
            running = running[:-2] + "…"
        found = [b"0.333 g\n", drawing.line(running, "body", FOOT_SIZE, SIDE, y)]
        if layout.code:
            words = said(f"核验码 {layout.code}")
            x = wide - SIDE - drawing.width(words, "body", FOOT_SIZE)
            found.append(drawing.line(words, "body", FOOT_SIZE, x, y))
            self.used["body"].update(words)
        self.used["body"].update(running, "第页共0123456789 ")
        numbers = []
        for at in range(1, count + 1):
            words = f"第 {at} 页 共 {count} 页"
            x = (wide - drawing.width(words, "body", NUMBER_SIZE)) / 2
            numbers.append(
                b"/Artifact <</Type/Pagination/Subtype/Footer>> BDC q /F Do Q\n%bEMC\n"
                % drawing.line(words, "body", NUMBER_SIZE, x, FOOT_MIDDLE - NUMBER_SIZE / 3)
            )
        return b"".join(found), numbers

    def _outline(self):
        """Bookmarks: the ledger, its parts (or every tenth page), what closes it."""
        count, high = len(self.pages), self.geometry.paper[1]
        items = [(said(self.layout.title), 0, high)]
        items += self.labels or [
            (f"第 {first + 1} 页起", first, high)
            for first in range(BOOKMARK_EVERY, count, BOOKMARK_EVERY)
        ]
        if count > 1 and (self.layout.has_totals or self.layout.signatures):
            items.append(("合计与签章", count - 1, high))
        root = self.book.reserve()
        numbers = [self.book.reserve() for _ in items]
        for at, (words, page, y) in enumerate(items):
            around = b""
            if at:
                around += b"/Prev %d 0 R" % numbers[at - 1]
            if at < len(items) - 1:
                around += b"/Next %d 0 R" % numbers[at + 1]
            self.book.put(
                b"<</Title%b/Parent %d 0 R/Dest[%d 0 R/XYZ null %.2f null]%b>>"
                % (book.text(words), root, self.pages[page][0], y, around),
                numbers[at],
            )
        return self.book.put(
            b"<</Type/Outlines/First %d 0 R/Last %d 0 R/Count %d>>"
            % (numbers[0], numbers[-1], len(numbers)),
            root,
        )

    def _information(self):
        layout = self.layout
        entries = {
            "Title": layout.title,
            "Author": layout.made_by,
            "Subject": " ".join(layout.meta),
            "Creator": CREATOR,
            "Producer": CREATOR,
        }
        content = b"".join(
            b"/%b%b" % (name.encode(), book.text(legible(words))) for name, words in entries.items()
        )
        made = plain(layout.made_at)
        if made:
            content += f"/CreationDate(D:{made:%Y%m%d%H%M%S}+08'00')".encode()
        return self.book.put(b"<<%b>>" % content)


def said(words):
    """In characters that the fonts have."""
    return " ".join(legible(words).translate(faces.printable()).split())
