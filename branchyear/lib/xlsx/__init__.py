"""Excel workbooks: ledgers of any length, and forms to fill in."""

from branchyear.lib.xlsx.form import SPARE_ROWS, write_form
from branchyear.lib.xlsx.ledger import write_workbook
from branchyear.lib.xlsx.look import BODY_FONT, FORMATS, HEAD_FONT, TITLE_FONT
from branchyear.lib.xlsx.text import (
    CUT_MARK,
    MAX_ROWS,
    MAX_TEXT,
    clean_text,
    filename,
    sheet_name,
)

__all__ = [
    "BODY_FONT",
    "CUT_MARK",
    "FORMATS",
    "HEAD_FONT",
    "MAX_ROWS",
    "MAX_TEXT",
    "SPARE_ROWS",
    "TITLE_FONT",
    "clean_text",
    "filename",
    "sheet_name",
    "write_form",
    "write_workbook",
]
