"""Reports and other documents on A4 portrait, in the habits of GB/T 9704-2012."""

from collections.abc import Mapping
from functools import lru_cache
from urllib.parse import quote
from xml.sax.saxutils import escape

from django.template.loader import render_to_string

from branchyear.lib.layout import legible
from branchyear.lib.pdf.engine import press
from branchyear.lib.typeset import faces
from branchyear.lib.typeset.faces import printable
from branchyear.lib.typeset.lines import width


@lru_cache(maxsize=8)  # every sheet of one paper carries the same
def code_image(code: str | None) -> str:
    """A QR code as a data: address, or nothing."""
    if not code:
        return ""
    import segno  # noqa: PLC0415 -- only printed pages with a code need it

    return segno.make(code, error="m", micro=False).svg_data_uri(border=2, scale=4)


def _watermark(words: str) -> str:
    """The words as the ground of every page: neither read aloud nor copied with the text."""
    words = " ".join(legible(words).translate(printable()).split())
    size = min(10.5, 165 / max(1.0, width(words, faces.hand("head")) / 1000))  # millimetres
    lines = "".join(
        f'<text transform="translate(105 {y}) rotate(-30)" text-anchor="middle">{escape(words)}</text>'
        for y in (70, 160, 250)
    )
    image = (
        '<svg xmlns="http://www.w3.org/2000/svg" width="210mm" height="297mm" viewBox="0 0 210 297">'
        f'<g font-family="GovHei, GovKai" font-size="{size:.2f}" fill="#e6e6e6">{lines}</g></svg>'
    )
    address = f"data:image/svg+xml,{quote(image)}"
    return f'@page {{ background: url("{address}") no-repeat -28mm -37mm; background-size: 210mm 297mm }}'


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
    GB/T 9704-2012 as reported by secondary sources. Tagged for screen readers; `watermark` is set in
    pale grey across every page, `code` becomes a QR code at its head. Gives the number of pages back.
    """
    html = render_to_string(
        template,
        {
            **context,
            "title": title,
            "author": author,
            "code_image": code_image(code),
        },
    )
    with press() as engine:
        sheets = [engine.sheet("print_document.css")]
        if watermark:
            sheets.append(engine.css(_watermark(watermark)))
        document = engine.lay_out(html, sheets)
        document.metadata.title = legible(title)
        document.metadata.authors = [legible(author)] if author else []
        document.metadata.generator = "党支部基本建设年管理平台"
        document.write_pdf(target, pdf_tags=True)
        return len(document.pages)
