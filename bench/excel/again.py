"""What was written is read again: values, styles, and texts that want to be more than texts."""

import shutil
import subprocess
import zipfile
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path


def reread(path):
    """All rows of the table, by calamine."""
    from python_calamine import CalamineWorkbook

    return CalamineWorkbook.from_path(path).get_sheet_by_index(0).to_python()[3:]


def looks(path, rows):
    """Value and style of every cell of the first rows, and how many lines it has, by openpyxl."""
    from openpyxl import load_workbook

    sheet = load_workbook(path).active
    return [
        (cell.value, cell.number_format, cell.font.name, cell.font.sz, cell.border.left.style,
         cell.border.left.color.rgb, cell.alignment.horizontal, cell.alignment.vertical,
         cell.alignment.wrap_text, round((sheet.row_dimensions[cell.row].height or 19) / 14))
        for row in sheet.iter_rows(min_row=4, max_row=3 + rows)
        for cell in row
    ]  # fmt: skip


HOSTILE = (
    "=1+1", "+1", "-1+2", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "＝1+1", "＋1", "－1", "＠A1", "=cmd|' /C calc'!A0",
    '=HYPERLINK("http://example.invalid","x")', "{=1}", "'=1", "<b>&amp;</b>", "]]>", "_x0041_", "_x000D_",
    "_x005F_x0041_", " 前后有空格 ", "两\n行", "𬭎㛃䶮", "👨‍👩‍👧 🏳️‍🌈", "\ud83d", "a\x00b\x0bc\x1f", "\ufffe\uffff",
    "#REF!", "TRUE", "1E5", "0012", "2022-05-25", "50%", "长" * 100_000, "😀" * 20_000, "",
)  # fmt: skip


def hostile(folder):
    """Where a ledger of hostile texts does not come back as it was given; formulas in it."""
    from openpyxl import load_workbook
    from openpyxl.utils.escape import unescape  # which its own reader leaves to us

    from branchyear.lib.layout import Column, Layout
    from branchyear.lib.xlsx import clean_text, write_workbook

    columns = [
        Column("text", "=1+1", 30), Column("state", "状态", 10, "status"),
        Column("count", "数", 8, "integer", "sum"), Column("fee", "金额", 12, "decimal", "sum"),
        Column("share", "率", 8, "percent"), Column("day", "日", 12, "date"),
        Column("at", "时", 17, "datetime"),
    ]  # fmt: skip
    rows = [
        {"text": text, "state": text[:50], "count": at, "fee": Decimal(at * 37) / 100, "share": at / 8,
         "day": date(2022, 1, 1 + at % 28), "at": datetime.fromisoformat(f"2022-01-{1 + at % 28:02d}T07:30")}
        for at, text in enumerate(HOSTILE)
    ]  # fmt: skip
    path = Path(folder) / "hostile.xlsx"
    layout = Layout("=1+1", columns, unit="=2", signatures=("@3",), notes=("+4",))
    write_workbook(path, layout, rows)
    given = [
        [clean_text(row["text"]), clean_text(row["state"]), *list(row.values())[2:]] for row in rows
    ]
    sheet = load_workbook(path).active
    formulas = [c.coordinate for row in sheet for c in row if c.data_type == "f"]
    result = {
        "formulas": len([place for place in formulas if place[0] not in "CD"]),
        "calamine": differences(reread(path)[: len(rows)], given),
        "openpyxl": differences(
            [
                [unescape(value) if isinstance(value, str) else value for value in row]
                for row in sheet.iter_rows(4, 3 + len(rows), values_only=True)
            ],
            given,
        ),
    }
    office = shutil.which("soffice")
    if office:
        office = converted_by(office, path, Path(folder) / "office")
        # calamine finds no tab in that format (they are elements of their own).
        untabbed = [[v.replace("\t", "") if isinstance(v, str) else v for v in r] for r in given]
        result["LibreOffice"] = differences(reread(office)[: len(rows)], untabbed)
        content = zipfile.ZipFile(office).read("content.xml")
        result["formulas"] += content.count(b"table:formula=") - len(formulas)
    return result


def converted_by(office, path, folder):
    """The workbook as LibreOffice understands it, in its own format: saving as xlsx it forgets to escape."""
    subprocess.run(
        [office, f"-env:UserInstallation=file://{folder}/profile", "--headless", "--convert-to", "ods",
         "--outdir", str(folder), str(path)],
        check=True, capture_output=True, timeout=120,
    )  # fmt: skip
    return folder / f"{path.stem}.ods"


def differences(read, given):
    """The cells that differ. Readers tell a day as a moment, an empty text as nothing, a number as a float."""

    def said(value):
        if isinstance(value, datetime):
            return value.isoformat()
        if isinstance(value, date):
            return f"{value.isoformat()}T00:00:00"
        if isinstance(value, int | float | Decimal):
            return round(float(value), 9)
        return value or ""

    return [
        [said(theirs)[:40] if isinstance(theirs, str) else str(theirs), str(mine)[:40]]
        for read_row, given_row in zip(read, given, strict=True)
        for theirs, mine in zip(read_row, given_row, strict=True)
        if said(theirs) != said(mine)
    ]
