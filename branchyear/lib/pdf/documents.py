"""Reports and other documents on A4 portrait, in the habits of GB/T 9704-2012."""

from collections.abc import Mapping
from functools import lru_cache

from django.template.loader import render_to_string

from branchyear.lib.layout import legible
from branchyear.lib.pdf.engine import press


@lru_cache(maxsize=8)  # every sheet of one paper carries the same
def code_image(code: str | None) -> str:
    """A QR code as a data: address, or nothing."""
    if not code:
        return ""
    import segno  # noqa: PLC0415 -- only printed pages with a code need it

    return segno.make(code, error="m", micro=False).svg_data_uri(border=2, scale=4)


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
    with press() as engine:
        document = engine.lay_out(html, [engine.sheet("print_document.css")])
        document.metadata.title = legible(title)
        document.metadata.authors = [legible(author)] if author else []
        document.metadata.generator = "党支部基本建设年管理平台"
        document.write_pdf(target)
        return len(document.pages)
