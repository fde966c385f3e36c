"""PDF: ledgers of any length on A4 landscape, and reports in the habits of GB/T 9704-2012.

engine      WeasyPrint for documents: our fonts only, nothing is ever fetched
documents   reports, covers, lists: a template, set by WeasyPrint
ledgers     a ledger of any length from its `Layout` and rows, in one call
parts       the same from parts that separate jobs wrote to plain files
geometry    the measures of a ledger's paper; pages, closing, drawing, tags: how it is filled
book        the file while it is written; embedding: its fonts

Ledgers are not set by WeasyPrint. A page of HTML took it a second, a city's ledger a quarter of an hour, and all
that can stand in a cell is text: `branchyear/lib/typeset` sets it many times faster, page for page the same
(docs/decisions.md; the bench compares them).
"""

from branchyear.lib.pdf.documents import render_document
from branchyear.lib.pdf.engine import Printing, check_printing
from branchyear.lib.pdf.ledgers import render_ledger
from branchyear.lib.pdf.parts import Part, join, look_into, write_part

__all__ = [
    "Part",
    "Printing",
    "check_printing",
    "join",
    "look_into",
    "render_document",
    "render_ledger",
    "write_part",
]
