"""A ledger is written to a file: as a workbook, as a PDF, or by its own kind. Also the console's door."""

from dataclasses import dataclass, replace

from branchyear.lib import pdf, xlsx
from branchyear.lib.layout import moment
from reports.models import Export

Format = Export.Format


@dataclass(frozen=True)
class Made:
    """How much went in (lines of a ledger, files of an archive), and what the person should know of it."""

    rows: int
    remark: str = ""
    pages: int = 0


def watermark_of(asked):
    """Whose copy it is, across every page: a leak can be traced."""
    return f"{asked.by or '系统'} {moment(asked.at)}"


def write(kind, asked, format, target, progress=None, *, paper=None):
    """Write the ledger of ``kind`` to the path ``target``, under the code of ``paper``; returns ``Made``."""
    if format == Format.ZIP:
        return kind.write(asked, target, progress)
    layout = kind.layout(asked)
    if paper is not None:
        layout = replace(layout, code=paper.shown_code)
    total = kind.count(asked)
    counted, pages = _Counted(kind.rows(asked)), 0
    if format == Format.XLSX:
        xlsx.write_workbook(target, layout, counted, total=total, progress=progress)
    else:
        pages = pdf.render_ledger(
            target,
            layout,
            counted,
            total=total,
            progress=progress,
            watermark=watermark_of(asked),
            code=paper.address if paper else None,
        )
    return Made(counted.count, pages=pages)


class _Counted:
    """Rows that know how many of them went past."""

    def __init__(self, rows):
        self.rows, self.count = rows, 0

    def __iter__(self):
        for row in self.rows:
            self.count += 1
            yield row
