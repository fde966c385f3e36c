"""What closes a ledger: the total row, the signatures, the notes. It stays on one page with the last row."""

from branchyear.lib.layout import TOTAL_LABEL, Totals
from branchyear.lib.pdf import drawing
from branchyear.lib.pdf.geometry import MM, SIDE, UNBROKEN, Geometry
from branchyear.lib.typeset import faces, lines
from branchyear.lib.typeset.cells import RULE

SIZE, LEADING = 9.5, 12.825
NOTE_SIZE, NOTE_LEADING = 8.5, 11.475
SIGNATURE_GAP, NOTE_GAP = 7 * MM, 3 * MM
NOTHING = "没有符合条件的记录"
PER_ROW, SIGNATURE_LINE = 3, 35 * MM


class Closing:
    """Set beforehand, so that its height is known; drawn where the pages are."""

    def __init__(self, geometry: Geometry, totals: Totals, *, is_empty=False):
        layout = geometry.layout
        self.geometry = geometry
        self.cells = self._total_cells(totals) if layout.has_totals else []
        most = max((len(texts) for *_, texts in self.cells), default=0)
        self.total_height = geometry.height_of(most) if self.cells else 0.0
        printable = faces.printable()
        self.signatures = [f"{who.translate(printable)}：" for who in layout.signatures]
        rows = -(-len(self.signatures) // PER_ROW)
        self.signatures_height = SIGNATURE_GAP + rows * LEADING if rows else 0.0
        self.notes = [
            lines.broken(
                note.translate(printable), faces.hand("body"), geometry.width / NOTE_SIZE * 1000
            )
            for note in layout.notes
        ]
        notes = sum(NOTE_GAP + len(note) * NOTE_LEADING for note in self.notes)
        self.empty_height = geometry.height_of(1) if is_empty else 0.0
        self.height = self.empty_height + self.total_height + self.signatures_height + notes

    def _total_cells(self, totals):
        """(left, width, side, lines) of the total row."""
        geometry, hand = self.geometry, faces.hand("bold")
        span = totals.label_span
        found = []
        if span:
            found.append((geometry.lefts[0], sum(geometry.widths[:span]), "center", [TOTAL_LABEL]))
        for at, column in enumerate(geometry.layout.columns[span:], span):
            words = totals.text(column).translate(faces.printable())
            room = geometry.widths[at] - RULE - 2 * geometry.pad_side
            whole = column.kind in UNBROKEN or not words
            texts = [words] if whole else lines.broken(words, hand, room / geometry.size * 1000)
            found.append((geometry.lefts[at], geometry.widths[at], column.alignment, texts))
        return found

    def draw(self, pages):
        if self.empty_height:
            self._draw_empty(pages)
        if self.cells:
            self._draw_total(pages)
        if self.signatures:
            self._draw_signatures(pages)
        for note in self.notes:
            pages.y -= NOTE_GAP
            for text in note:
                stands = pages.y - drawing.standing(NOTE_LEADING, NOTE_SIZE)
                self._paragraph(pages, text, NOTE_SIZE, SIDE, stands)
                pages.y -= NOTE_LEADING

    def _draw_empty(self, pages):
        """One row that says that there is none."""
        geometry, top = self.geometry, pages.y
        bottom, right = top - self.empty_height, SIDE + geometry.width
        (mark,) = pages.tags.row(pages.page, 1)
        words = drawing.centred(
            [NOTHING],
            "body",
            geometry.size,
            geometry.leading,
            SIDE,
            geometry.width,
            top - geometry.pad,
        )
        pages.content.append(b"/TD <</MCID %d>> BDC %bEMC\n" % (mark, words))
        found = [
            drawing.rule(SIDE + RULE / 2, top, SIDE + RULE / 2, bottom),
            drawing.rule(right - RULE / 2, top, right - RULE / 2, bottom),
            drawing.rule(SIDE, bottom + RULE / 2, right, bottom + RULE / 2),
        ]
        pages.content.append(drawing.rules(found))
        pages.used["body"].update(NOTHING)
        pages.y = bottom

    def _draw_total(self, pages):
        geometry, top = self.geometry, pages.y
        bottom = top - self.total_height
        marks = pages.tags.row(pages.page, len(self.cells))
        pages.content.append(drawing.ground(0.969, SIDE, top, geometry.width, self.total_height))
        found = [
            drawing.rule(SIDE + RULE / 2, top, SIDE + RULE / 2, bottom),
            drawing.rule(SIDE, bottom + RULE / 2, SIDE + geometry.width, bottom + RULE / 2),
        ]
        for mark, (left, width, side, texts) in zip(marks, self.cells, strict=True):
            pages.content.append(b"/TD <</MCID %d>> BDC\n" % mark)
            free = self.total_height - RULE - len(texts) * geometry.leading
            y = top - free / 2 - drawing.standing(geometry.leading, geometry.size)
            room = width - RULE - 2 * geometry.pad_side
            for text in texts:
                # A sum may be wider than the numbers above it: then it is set smaller, not over its neighbours.
                size = geometry.size
                size *= min(1.0, room / max(0.1, drawing.width(text, "bold", size)))
                free = room - drawing.width(text, "bold", size)
                begin = {"left": 0, "center": free / 2, "right": free}[side]
                x = SIDE + left + geometry.pad_side + begin
                pages.content.append(drawing.line(text, "bold", max(0.5, size), x, y))
                y -= geometry.leading
                pages.used["bold"].update(text)
            pages.content.append(b"EMC\n")
            edge = SIDE + left + width - RULE / 2
            found.append(drawing.rule(edge, top, edge, bottom))
        pages.content.append(drawing.rules(found))
        pages.y = bottom

    def _draw_signatures(self, pages):
        pages.y -= SIGNATURE_GAP
        step = 0.3 * self.geometry.width
        for at, who in enumerate(self.signatures):
            if at and at % PER_ROW == 0:
                pages.y -= LEADING
            x = SIDE + at % PER_ROW * step
            stands = pages.y - drawing.standing(LEADING, SIZE)
            self._paragraph(pages, who, SIZE, x, stands)
            begin = x + drawing.width(who, "body", SIZE)
            line = drawing.rule(begin, stands - 2, begin + SIGNATURE_LINE, stands - 2)
            pages.content.append(drawing.rules([line]))
        pages.y -= LEADING

    def _paragraph(self, pages, text, size, x, y):
        pages.content.append(pages.tags.begin("P", pages.page, after=True))
        pages.content.append(drawing.line(text, "body", size, x, y) + b"EMC\n")
        pages.used["body"].update(text)
