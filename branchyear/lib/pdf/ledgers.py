"""Ledgers of any length.

They are laid out about ten pages at a time and written away, so memory stays flat. What
would have been the ragged last page of a piece is carried over into the next one. The number of
pages is known only at the end; then "第 x 页 共 y 页" is laid under every page as one small form
per page, and the pieces become one document with their fonts joined.
"""

import io
from collections.abc import Callable, Iterable
from itertools import islice

from django.template.loader import render_to_string

from branchyear.lib.layout import (
    NUMBERS,
    Cancelled,
    Layout,
    Totals,
    display,
    legible,
    total_of,
    values,
)
from branchyear.lib.pdf.documents import code_image
from branchyear.lib.pdf.engine import press

PIECE_PAGES = 10
FIRST_PIECE_ROWS = 200
TEXT_SIZE, SMALLEST_SIZE = 9.5, 6.5  # points
PAPER_WIDTHS = {"landscape": 273, "portrait": 186}  # millimetres of A4 between the margins
POINTS_PER_MM = 2.835
HALF_WIDTH = 0.53  # of a digit, in the height of the letters
UNBROKEN = (*NUMBERS, "date", "datetime")
MAX_CELL = 2000  # a cell longer than this is cut: a page of one cell is no ledger


def render_ledger(
    target,
    layout: Layout,
    rows: Iterable,
    *,
    total: int | None = None,
    progress: Callable[[int, int | None], None] | None = None,
    cancelled: Callable[[], bool] | None = None,
    watermark: str | None = None,
    code: str | None = None,
) -> int:
    """Write the ledger as a PDF to a path or binary file; say how many pages it has.

    `rows` may be a generator and is read once. `progress(done, total)` counts rows, `total`
    being None when it was not given and cannot be known; `cancelled()` is asked between pieces
    and ends the work with `Cancelled`. `watermark` is set in pale grey across every page;
    `code` becomes a QR code beside the title.
    """
    if total is None:
        total = total_of(rows)
    with press() as engine:
        ledger = _Ledger(engine, layout, watermark, code)
        for done in ledger.pieces(iter(rows)):
            if cancelled and cancelled():
                raise Cancelled
            if progress:
                progress(done, total)
        return ledger.save(target)


class _Ledger:
    def __init__(self, engine, layout, watermark, code):
        from pypdf import PdfWriter  # noqa: PLC0415 -- slow import

        self.engine, self.layout = engine, layout
        self.watermark, self.code_image = watermark, code_image(code)
        self.totals = Totals(layout)
        self.writer = PdfWriter()
        self.fonts = {}  # shared by all pieces, so that the last one knows every glyph
        self.sheets = [engine.sheet("print_ledger.css"), engine.css(_column_css(layout))]

    def pieces(self, rows):
        """Lay out and write away piece by piece, saying after each how many rows are done."""
        waiting: list[list[tuple[str, str]]] = []
        want, done, is_first = FIRST_PIECE_ROWS, 0, True
        while True:
            for row in islice(rows, want - len(waiting)):
                waiting.append(self._texts(row))
            is_last = len(waiting) < want
            document = self._lay_out(waiting, is_first, is_last)
            pages = document.pages
            keep, used = (len(pages), len(waiting)) if is_last else _whole_pages(pages)
            if keep:
                self._write(document, pages[:keep])
                per_page = max(1, used // keep)
                del waiting[:used]
                done += used
                is_first = False
                want = len(waiting) + per_page * PIECE_PAGES
                yield done
                if is_last:
                    return
            else:
                want *= 2

    def _texts(self, row):
        row_values = values(self.layout, row)
        self.totals.add(row_values)
        return [
            (_look(column), _shortened(display(column, value)))
            for column, value in zip(self.layout.columns, row_values, strict=True)
        ]

    def _lay_out(self, texts, is_first, is_last):
        columns = self.layout.columns
        span = self.totals.label_span
        context = {
            "layout": self.layout,
            "rows": texts,
            "is_first": is_first,
            "is_last": is_last,
            "totals": [(_look(column), self.totals.text(column)) for column in columns[span:]],
            "label_span": span,
            "watermark": self.watermark,
            "code_image": self.code_image,
        }
        return self.engine.lay_out(render_to_string("print/ledger.html", context), self.sheets)

    def _write(self, document, pages):
        for page in self._pages_of(document.copy(pages)):
            resources = page["/Resources"].get_object()
            resources.pop("/Font", None)  # the last piece brings the fonts of all
            self.writer.add_page(page)

    def _pages_of(self, document):
        from pypdf import PdfReader  # noqa: PLC0415 -- slow import

        document.fonts = self.fonts
        return PdfReader(io.BytesIO(document.write_pdf())).pages

    def save(self, target) -> int:
        count = len(self.writer.pages)
        numbers = self.engine.lay_out(
            render_to_string("print/page_numbers.html", {"pages": range(count)}), self.sheets
        )
        fonts = None
        for page, number in zip(self.writer.pages, self._pages_of(numbers), strict=True):
            if fonts is None:
                fonts = number["/Resources"]["/Font"].clone(self.writer)
            self._stamp(page, number, fonts)
        layout = self.layout
        self.writer.add_metadata(
            {
                "/Title": legible(layout.title),
                "/Author": legible(layout.made_by),
                "/Subject": legible(" ".join(layout.meta)),
                "/Creator": "党支部基本建设年管理平台",
            }
        )
        self.writer.add_outline_item(title=legible(layout.title), page_number=0)
        for first in range(PIECE_PAGES, count, PIECE_PAGES):
            self.writer.add_outline_item(title=f"第 {first + 1} 页起", page_number=first)
        if count > 1 and (layout.has_totals or layout.signatures):
            self.writer.add_outline_item(title="合计与签章", page_number=count - 1)
        self.writer.write(target)
        return count

    def _stamp(self, page, number, fonts):
        """Lay the page number over the page, as a form with its own resources."""
        from pypdf.generic import (  # noqa: PLC0415 -- slow import
            ArrayObject,
            DictionaryObject,
            NameObject,
            StreamObject,
        )

        form = StreamObject()
        form.set_data(number.get_contents().get_data())
        form[NameObject("/Type")] = NameObject("/XObject")
        form[NameObject("/Subtype")] = NameObject("/Form")
        form[NameObject("/BBox")] = ArrayObject(number.mediabox)
        form[NameObject("/Resources")] = DictionaryObject({NameObject("/Font"): fonts})
        form = self.writer._add_object(form.flate_encode())
        resources = page["/Resources"].get_object()
        resources[NameObject("/Font")] = fonts
        forms = resources.setdefault(NameObject("/XObject"), DictionaryObject()).get_object()
        name = f"/PageNumber{page.page_number}"
        forms[NameObject(name)] = form
        before, after = StreamObject(), StreamObject()
        before.set_data(b"q\n")
        after.set_data(f"\nQ q {name} Do Q\n".encode())
        contents = page.raw_get("/Contents")
        page[NameObject("/Contents")] = ArrayObject(
            [self.writer._add_object(before), contents, self.writer._add_object(after)]
        )


def _whole_pages(pages) -> tuple[int, int]:
    """How many leading pages can be written now, and how many rows are on them.

    The last page may be ragged and a row may run over a page's end; rows carry their number as
    an anchor, so a cut is good where two neighbouring pages have no row in common.
    """
    for keep in range(len(pages) - 1, 0, -1):
        here, before = _row_numbers(pages[keep]), _row_numbers(pages[keep - 1])
        if here and not here & before:
            return keep, min(here)
    return 0, 0


def _row_numbers(page) -> set[int]:
    return {int(name[1:]) for name in page.anchors if name[:1] == "r" and name[1:].isdigit()}


def _look(column) -> str:
    """The classes of a cell: its side, and whether its text must stay in one piece. (Classes, because
    selectors by position are asked of every cell and take a quarter of the time.)"""
    return f"{column.alignment} whole" if column.kind in UNBROKEN else column.alignment


def _shortened(text: str) -> str:
    return text if len(text) <= MAX_CELL else text[:MAX_CELL] + "…"


def _column_css(layout: Layout) -> str:
    whole = sum(column.width for column in layout.columns)
    size = _text_size(layout, whole)
    rules = [f"@page {{ size: A4 {layout.orientation}; }}", f"table {{ font-size: {size:.2f}pt; }}"]
    if size < TEXT_SIZE:
        rules.append("th, td { padding: 0.7mm 0.8mm; line-height: 1.25; }")
    for at, column in enumerate(layout.columns):
        rules.append(f".column-{at} {{ width: {column.width / whole * 100:.3f}%; }}")
    return "\n".join(rules)


def _text_size(layout: Layout, whole: float) -> float:
    """The usual size, or the one at which the columns' widths fit the paper: a date broken in two
    cannot be read. Not below 小六, which is still read without glasses by most."""
    room = PAPER_WIDTHS[layout.orientation] - 1.6 * len(layout.columns)
    return max(SMALLEST_SIZE, min(TEXT_SIZE, room * POINTS_PER_MM / (whole * HALF_WIDTH)))
