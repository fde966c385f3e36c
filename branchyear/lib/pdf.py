"""PDF: ledgers of any length on A4 landscape, and reports in the habits of GB/T 9704-2012.

The only module that imports WeasyPrint, and it does so late: Pango is a system library, and a
machine without it must still serve everything else (`check_printing` tells the operator).

Nothing is ever fetched. The fetcher knows `data:` and a dict of our own files in memory; the
fonts are found by our own fontconfig file, which names static/fonts/ and nothing else, so that
the same rows give the same pages on every machine.

Long ledgers are laid out about ten pages at a time and written away, so memory stays flat. What
would have been the ragged last page of a piece is carried over into the next one. The number of
pages is known only at the end; then "第 x 页 共 y 页" is laid under every page as one small form
per page, and the pieces become one document with their fonts joined.
"""

import contextlib
import ctypes
import io
import logging
import os
import threading
import unicodedata
import warnings
from collections.abc import Callable, Iterable, Mapping
from functools import cache, lru_cache
from itertools import islice
from pathlib import Path
from xml.sax.saxutils import escape

from django.conf import settings
from django.core.checks import Warning as CheckWarning
from django.template.loader import render_to_string

from branchyear.lib.errors import Refused
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

STATIC = Path(__file__).resolve().parents[2] / "static"
FONTS = STATIC / "fonts"
PIECE_PAGES = 10
FIRST_PIECE_ROWS = 200
TEXT_SIZE, SMALLEST_SIZE = 9.5, 6.5  # points
PAPER_WIDTHS = {"landscape": 273, "portrait": 186}  # millimetres of A4 between the margins
POINTS_PER_MM = 2.835
HALF_WIDTH = 0.53  # of a digit, in the height of the letters
UNBROKEN = (*NUMBERS, "date", "datetime")
MAX_CELL = 2000  # a cell longer than this is cut: a page of one cell is no ledger
MISSING = (
    "服务器缺少 PDF 排版组件(Pango),暂时不能生成 PDF。请先导出 Excel,并请系统管理员安装该组件。"
)

log = logging.getLogger(__name__)

# Pango and fontconfig keep state of their own: one document at a time in one process.
_lock = threading.RLock()


class Printing(Refused):
    """PDFs cannot be made on this machine; the sentence says what helps."""


# --- The engine -----------------------------------------------------------------------------------


@contextlib.contextmanager
def _engine():
    """WeasyPrint with our fonts only, for one document at a time."""
    with _lock:
        yield _load()


@lru_cache(maxsize=1)
def _load():
    with _own_fontconfig():
        try:
            import weasyprint  # noqa: PLC0415 -- needs Pango, a system library
        except OSError as error:
            raise Printing(MISSING) from error
        return _Engine(weasyprint)


@contextlib.contextmanager
def _own_fontconfig():
    """Point fontconfig at our fonts while it reads its configuration, and only then: a browser
    started from this process later must find the fonts of the machine again."""
    before = os.environ.get("FONTCONFIG_FILE")
    os.environ["FONTCONFIG_FILE"] = str(_fontconfig_file())
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        if before is None:
            del os.environ["FONTCONFIG_FILE"]
        else:
            os.environ["FONTCONFIG_FILE"] = before


def _fontconfig_file() -> Path:
    folder = Path(settings.VAR_DIR) / "fontconfig"
    folder.mkdir(parents=True, exist_ok=True)
    text = (
        '<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd">\n<fontconfig>'
        f"<dir>{_xml(FONTS)}</dir><cachedir>{_xml(folder / 'cache')}</cachedir></fontconfig>\n"
    )
    path = folder / "fonts.conf"
    if not path.exists() or path.read_text() != text:
        fresh = folder / f"fonts.conf.{os.getpid()}"
        fresh.write_text(text)
        fresh.replace(path)
    return path


def _xml(path) -> str:
    return escape(str(path))


class _Engine:
    """The library, a fetcher that fetches nothing, the fonts and the parsed stylesheets."""

    def __init__(self, weasyprint):
        self.weasyprint = weasyprint
        self.fonts = weasyprint.text.fonts.FontConfiguration()
        self.fetcher = fetcher_class()({})
        self.glyphs = _Glyphs()

    @cache  # noqa: B019 -- one engine lives as long as the process
    def sheet(self, name):
        return self.css((STATIC / "css" / name).read_text(encoding="utf-8"))

    def css(self, text):
        return self.weasyprint.CSS(string=text, font_config=self.fonts, url_fetcher=self.fetcher)

    def lay_out(self, html: str, sheets):
        html = legible(html).translate(self.glyphs)
        document = self.weasyprint.HTML(string=html, url_fetcher=self.fetcher)
        return document.render(font_config=self.fonts, stylesheets=sheets)


class _Glyphs(dict):
    """A table for `str.translate`: what none of our fonts can draw becomes □ and is logged.

    Left alone, it would be an empty box all the same, and WeasyPrint would lose the text of the
    whole font for copying. Invisible signs without a glyph just go.
    """

    def __init__(self):
        from fontTools.ttLib import TTFont  # noqa: PLC0415 -- slow import

        super().__init__({9: 9, 10: 10})
        for path in FONTS.glob("Gov*"):
            with TTFont(path, lazy=True) as font:
                self.update((point, point) for point in font.getBestCmap())

    def __missing__(self, point):
        character = chr(point)
        self[point] = "□"
        if unicodedata.category(character) in {"Cf", "Cc", "Mn", "Me"}:
            self[point] = None
        else:
            log.warning("No font has %s (U+%04X): printed as □", character, point)
        return self[point]


@lru_cache(maxsize=1)
def fetcher_class():
    """The class of fetchers that serve `asset:` names from a dict, `data:`, and nothing else."""
    from weasyprint.urls import URLFetcher, URLFetcherResponse  # noqa: PLC0415 -- needs Pango

    class OwnAssetsOnly(URLFetcher):
        def __init__(self, assets: Mapping[str, tuple[str, bytes]]):
            super().__init__(allowed_protocols=("data",), allow_redirects=False)
            self.assets = dict(assets)
            self.refused: list[str] = []

        def fetch(self, url, headers=None):
            if url in self.assets:
                content_type, content = self.assets[url]
                return URLFetcherResponse(url, content, {"Content-Type": content_type})
            if not url.lower().startswith("data:"):
                self.refused.append(url)
                raise ValueError("only the portal's own assets may be printed")
            return super().fetch(url, headers)

    return OwnAssetsOnly


_LIBRARIES = (
    ("libpango-1.0-0", "libpango-1.0.so.0", "libpango-1.0.dylib"),
    ("libpangoft2-1.0-0", "libpangoft2-1.0.so.0", "libpangoft2-1.0.dylib"),
)


def check_printing(app_configs=None, **kwargs):
    """System check: can this machine make PDFs? A warning, since everything else works without.

    Looks for the libraries only; loading WeasyPrint would slow down every command.
    """
    if all(any(_loads(name) for name in names) for names in _LIBRARIES):
        return []
    return [
        CheckWarning(
            MISSING,
            hint="apt-get install libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0",
            id="branchyear.W041",
        )
    ]


def _loads(name) -> bool:
    try:
        ctypes.CDLL(name)
    except OSError:
        return False
    return True


# --- Ledgers --------------------------------------------------------------------------------------


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
    with _engine() as engine:
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


@lru_cache(maxsize=8)  # every sheet of one paper carries the same
def code_image(code: str | None) -> str:
    """A QR code as a data: address, or nothing."""
    if not code:
        return ""
    import segno  # noqa: PLC0415 -- only printed pages with a code need it

    return segno.make(code, error="m", micro=False).svg_data_uri(border=2, scale=4)


# --- Reports --------------------------------------------------------------------------------------


def render_document(
    target,
    template: str,
    context: Mapping,
    *,
    title: str,
    author: str,
    watermark: str | None = None,
    code: str | None = None,
) -> int:
    """Write a portrait report as a PDF from a template that extends print/document.html.

    Margins 37/28/26/35 mm, 22 lines of 28 characters, page numbers "— 1 —" at the outer corners:
    GB/T 9704-2012 as reported by secondary sources. Give the number of pages back.
    """
    html = render_to_string(
        template,
        {
            **context,
            "title": title,
            "author": author,
            "watermark": watermark,
            "code_image": code_image(code),
        },
    )
    with _engine() as engine:
        document = engine.lay_out(html, [engine.sheet("print_document.css")])
        document.metadata.title = legible(title)
        document.metadata.authors = [legible(author)] if author else []
        document.metadata.generator = "党支部基本建设年管理平台"
        document.write_pdf(target)
        return len(document.pages)
