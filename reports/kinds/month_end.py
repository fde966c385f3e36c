"""月末材料包: what the working committee and the organisation department file at the end of a month, in one archive.

The committee's monthly report as PDF, Word and Excel, and the ledgers behind it, with a catalogue and the
checksum of every file. Each file carries the code of the package and is confirmed under it.
"""

import io
import tempfile
from dataclasses import dataclass, replace
from pathlib import Path

from branches.models import Organization
from branchyear.lib import packing, pdf, xlsx
from branchyear.lib.dates import Month
from branchyear.lib.errors import Refused
from branchyear.lib.layout import Column
from branchyear.lib.names import safe_name
from reports.kinds.base import Kind
from reports.models import MonthlyReport, PaperFile, Tier
from reports.services import copies, papers, versions
from reports.writing import Made, write

Role = PaperFile.Role
# In the order in which they are read; those other builders add to the registry come along by their key.
LEDGERS = (
    "summary", "reporting", "problems", "checklist", "terms", "inspections", "scores",
)  # fmt: skip
PRINTED_UP_TO = (
    2000  # lines; a longer ledger is a workbook here, and printed from the export centre
)
SUMS = "SHA256SUMS"
NOT_HANDED_IN = "该月月报尚未报送，未装入"

COLUMNS = (
    Column("number", "序号", 6, "integer", align="center"),
    Column("name", "文件", 44),
    Column("holds", "内容", 50),
    Column("rows", "行数", 8, "integer"),
    Column("size", "大小（字节）", 12, "integer"),
    Column("sha256", "校验值（SHA-256）前16位", 20, align="center"),
    Column("remark", "备注", 26),
)


@dataclass(frozen=True)
class Piece:
    """One file of the package as it is planned: a ledger in a format, or a report in one."""

    name: str
    holds: str
    format: str
    ledger: object = None
    report: object = None
    rows: int | None = None
    remark: str = ""

    def line(self, number, **facts):
        facts = dict.fromkeys(("size", "sha256"), None) | facts
        return {
            "number": number,
            "name": self.name,
            "holds": self.holds,
            "rows": self.rows,
            "remark": self.remark or None,
            **facts,
        }


class MonthEnd(Kind):
    key = "month_end"
    title = "月末材料包"
    holds = (
        "一个压缩包：工委月报（PDF、Word、Excel）、全市汇总、月度报送情况、问题整改、八项任务、换届等台账，附目录、"
        "校验值和核验二维码。"
    )
    section = "成套材料"
    everything = "本月月报和截至今日的台账"
    conditions = ("month", "year")
    month_label = "月份"
    formats = ("zip",)
    runs = ""
    is_for_few = True
    bears_names = True
    sources = (MonthlyReport,)

    def __init__(self, ledgers):
        by_key = {ledger.key: ledger for ledger in ledgers}
        self.ledgers = [by_key[key] for key in LEDGERS if key in by_key]

    def fits(self, organization):
        return organization.depth < Organization.DIRECT_DEPTH

    def check(self, asked):
        if not self.fits(asked.organization):
            raise Refused(
                "月末材料包由市直机关工委、市委组织部生成，请选择这两级单位。", field="org"
            )

    def columns(self, asked):
        return COLUMNS

    def notes(self, asked):
        return (
            f"台账为生成时的情况；超过{PRINTED_UP_TO}行的只装入Excel，PDF请在“台账导出”中单独生成。",
            "核验：扫描右上角二维码，或在平台“核验文件”中输入核验码，选择压缩包或其中任何一个文件。",
        )

    def layout(self, asked, **more):
        month = _month(asked)
        return replace(
            super().layout(asked, title=f"{month.label}{self.title}", **more),
            scope_label=self.everything,
        )

    def count(self, asked):
        return len(self._pieces(asked))

    def rows(self, asked):
        return [piece.line(number) for number, piece in enumerate(self._pieces(asked), 1)]

    def preview(self, asked, size):
        return self.rows(asked)[:size]

    def write(self, asked, target, progress=None):
        """The archive at the path ``target``; returns how many files it holds."""
        self.check(asked)
        layout = self.layout(asked)
        paper = papers.issue(
            self.key,
            organization=asked.organization,
            version=_version(self, asked),
            title=layout.title,
            scope=layout.scope_label,
            by=asked.by,
            now=asked.at,
        )
        with tempfile.TemporaryDirectory(prefix="month-end-") as folder:
            package = _Package(self, asked, replace(layout, code=paper.shown_code), paper, progress)
            return package.write(Path(target), Path(folder))

    # --- What goes in -----------------------------------------------------------------------------

    def _pieces(self, asked):
        pieces = []
        for report in _reports(asked):
            holds = f"{report.organization.name}{report.period.label}工作情况报告"
            remark = "" if _may_be_copied(report, asked) else NOT_HANDED_IN
            pieces += [
                Piece(_name(1, holds, form), holds, form, report=report, remark=remark)
                for form in ("pdf", "docx", "xlsx")
            ]
        for place, ledger in enumerate(self.ledgers, 2):
            rows = ledger.count(self.part_of(ledger, asked))
            if not rows:
                continue  # nothing inspected or scored yet: an empty paper says less than none
            forms = ledger.formats if rows <= PRINTED_UP_TO else ("xlsx",)
            pieces += [
                Piece(
                    _name(place, ledger.title, form), ledger.title, form, ledger=ledger, rows=rows
                )
                for form in forms
            ]
        return pieces

    def part_of(self, ledger, asked):
        """The ledger of everything there is, at the moment of the package."""
        year = {"year": asked.parameters.get("year", "")}
        return ledger.asked(asked.organization, year, by=asked.by, at=asked.at)


class _Package:
    """The archive while it is written."""

    def __init__(self, kind, asked, layout, paper, progress):
        self.kind, self.asked, self.layout, self.paper = kind, asked, layout, paper
        self.progress = progress or (lambda done, total: None)
        self.pieces = kind._pieces(asked)
        self.root = safe_name(f"{layout.unit}_{layout.title}", 60)
        self.entered, self.sums, self.lines = [], [], []
        self.missing = 0

    def write(self, target, folder):
        with packing.Archive(target, self.asked.at) as archive:
            for number, piece in enumerate(self.pieces, 1):
                self._add(number, piece, archive, folder / f"{number}.{piece.format}")
                self.progress(number, len(self.pieces))
            self._add_catalogue(archive, folder)
            said = "".join(f"{sha256}  {name}\n" for sha256, name in self.sums).encode()
            archive.add(f"{self.root}/{SUMS}", io.BytesIO(said), size=len(said))
        with target.open("rb") as whole:
            sha256 = packing.sum_of(whole)
        self._enter(Role.WHOLE, f"{self.root}.zip", sha256, target.stat().st_size)
        papers.enter(self.paper, self.entered)
        remark = "工委月报尚未报送，没有装入，见目录备注。" if self.missing else ""
        return Made(len(self.sums), remark)

    def _add(self, number, piece, archive, path):
        if piece.remark:
            self.missing += 1
            self.lines.append(piece.line(number))
            return
        if piece.report is not None:
            self._write_report(piece, path)
        else:
            asked = self.kind.part_of(piece.ledger, self.asked)
            write(piece.ledger, asked, piece.format, path, self._alive, paper=self.paper)
        sha256, size = self._note(Role.LEDGER, piece.name, archive, path)
        self.lines.append(piece.line(number, size=size, sha256=sha256[:16]))
        path.unlink()

    def _alive(self, done=0, total=0):
        """Within one file the package is no further, but the worker lives."""
        self.progress(len(self.lines), len(self.pieces))

    def _write_report(self, piece, path):
        by, now = self.asked.by, self.asked.at
        copy = copies.copy_for(piece.report, by=by, now=now)
        if piece.format == "pdf":
            copies.write_pdf(copy, path, by=by or "系统")
        elif piece.format == "docx":
            copies.write_word(copy, path, by=by or "系统")
        else:
            copies.write_book(copy, path, piece.report, by=by, now=now)

    def _add_catalogue(self, archive, folder):
        paper, book = folder / "catalogue.pdf", folder / "catalogue.xlsx"
        pdf.render_ledger(paper, self.layout, self.lines, code=self.paper.address)
        xlsx.write_workbook(book, self.layout, self.lines)
        self._note(Role.CATALOGUE, "00_目录.pdf", archive, paper)
        self._note(Role.CATALOGUE, "00_目录.xlsx", archive, book)

    def _note(self, role, name, archive, path):
        sha256, size = archive.add_path(f"{self.root}/{name}", path)
        self._enter(role, name, sha256, size)
        self.sums.append((sha256, name))
        return sha256, size

    def _enter(self, role, name, sha256, size):
        self.entered.append(PaperFile(role=role, path=name, sha256=sha256, size=size))


def _month(asked):
    return asked.selection.month or Month.of(asked.today)


def _name(place, title, form):
    return f"{place:02}_{safe_name(title, 60)}.{form}"


def _reports(asked):
    """The committees' reports of the month, as far as this person sees them."""
    rows = MonthlyReport.objects
    rows = rows.all() if asked.by is None else rows.visible_to(asked.by)
    found = rows.under(asked.organization).filter(
        period__tier=Tier.COMMITTEE,
        period__month=str(_month(asked)),
        period__campaign=asked.selection.campaign,
    )
    return list(
        found.select_related("organization", "receiver", "period__campaign").order_by(
            "organization__path"
        )
    )


def _may_be_copied(report, asked):
    try:
        copies.copy_for(report, by=asked.by, now=asked.at)
    except Refused:
        return False
    return True


def _version(kind, asked):
    """One paper for each making: the moment stands in every file."""
    by = versions.offices_of(asked.by) if asked.by else []
    return versions.digest([kind.key, asked.parameters, asked.at.isoformat(), by])
