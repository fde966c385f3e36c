"""Builders for tests: Excel lists of organisations."""

from io import BytesIO

from openpyxl import Workbook

from branches.columns import COLUMNS, TITLES

KEYS = {title: key for key, title in TITLES.items()}


def list_of(*rows, columns=None, title_line=True):
    """A workbook as the office would send it; rows are mappings by column key or by heading."""
    book = Workbook()
    sheet = book.active
    keys = columns or [column.key for column in COLUMNS]
    if title_line:
        sheet.append(["全市党组织名册"])
    sheet.append([TITLES.get(key, key) for key in keys])
    for row in rows:
        values = {KEYS.get(key, key): value for key, value in row.items()}
        sheet.append([values.get(key) for key in keys])
    file = BytesIO()
    book.save(file)
    file.seek(0)
    return file


def row(code, name, kind, parent="", **more):
    return {"code": code, "name": name, "kind": kind, "parent_code": parent, **more}
