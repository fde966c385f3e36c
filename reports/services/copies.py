"""A monthly report to be taken away: as 报送件 (PDF), as a Word file to edit further, as a workbook.

What was handed in is copied from its sealed step, word for word; what is still being written carries 草稿.
"""

from dataclasses import dataclass
from datetime import date

from branchyear.lib.dates import local_day
from branchyear.lib.errors import Refused
from branchyear.lib.layout import Column, Layout, moment
from branchyear.lib.pdf import render_document
from branchyear.lib.wordfile import WordPaper
from branchyear.lib.xlsx import write_workbook
from reports import rules
from reports.models import ReportSection, ReportStep, Tier
from reports.services import matrix, monthly
from reports.services.sealing import to_seal
from reports.services.sections import sections_of

DRAFT = "草稿（未报送）"
NUMBERS = "一二三四五六七八九十"
WIDTHS = (18, 34, 14, 14, 8, 22)
EMPTY = "（无）"
ATTACHED = ("序号", "名称", "日期", "校验码（SHA-256）")


@dataclass(frozen=True)
class Copy:
    """Everything that is printed, as plain values."""

    title: str
    unit: str
    receiver: str
    day: date
    filler: str
    figures: list
    parts: list  # (number, heading, text or None for the figures)
    notes: list  # (what is unusual, explanation)
    attached: list  # (number, name, day, SHA-256 or that it is a record of the portal)
    seal: str = ""

    @property
    def is_draft(self):
        return not self.seal

    @property
    def rows(self):
        """The figures as lines of a table: group, what, number with unit."""
        return [(one["group"], one["label"], said(one)) for one in self.figures]


def said(figure):
    of = "" if figure["of"] is None else f" / {figure['of']}"
    return f"{figure['value']}{of} {figure['unit']}"


def copy_for(report, *, by, now):
    """What this person may take away: those who write it their draft, everybody else what was handed in.
    ``by=None`` is the system on its own console."""
    if report.is_editable and by is not None and rules.may_fill(by, report):
        return copy_of_desk(monthly.desk_of(report, today=local_day(now)), by)
    handed_in = report.steps.filter(kind=ReportStep.Kind.SUBMITTED, round=report.round)
    step = handed_in.order_by("pk").last()
    if step is None or report.state not in ("submitted", "accepted", "returned"):
        raise Refused("填报单位还没有报送，报送后才能打印。")
    return copy_of_step(report, step, local_day(step.at))


def copy_of_step(report, step, day):
    """What was handed in, from the sealed copy alone."""
    sealed = step.sealed
    texts = [(one["heading"], one["text"] or EMPTY) for one in sealed["texts"]]
    return Copy(
        title=_title(report),
        unit=sealed["organization"]["name"],
        receiver=sealed["receiver"]["name"],
        day=day,
        filler=sealed["submitted_by"],
        figures=sealed["figures"],
        parts=_numbered([("基本数据", None), *texts]),
        notes=[(one["said"], one["note"]) for one in sealed.get("notes", ())],
        attached=_attached(sealed.get("attachments", ())),
        seal=step.seal,
    )


def copy_of_desk(desk, by):
    """What is being written, with the words saved or drafted so far."""
    report, words = desk.report, desk.first_words()
    parts = [
        (
            one.heading,
            None if one.kind == ReportSection.Kind.FIGURES else words.get(one.key) or EMPTY,
        )
        for one in sections_of(report.period)
    ]
    return Copy(
        title=_title(report),
        unit=report.organization.name,
        receiver=report.receiver.name,
        day=desk.today,
        filler=str(by),
        figures=desk.figures,
        parts=_numbered(parts),
        notes=[
            (one.sentence, report.notes[one.key])
            for one in desk.soft(words)
            if one.key in report.notes
        ],
        attached=_attached(to_seal(report)),
    )


def _attached(sealed):
    return [
        (str(number), one["name"], one["on"] or "—", one.get("sha256") or "平台记录")
        for number, one in enumerate(sealed, 1)
    ]


def _title(report):
    return f"{report.period.campaign.name}{report.period.label}工作情况报告"


def _numbered(parts):
    return [(number, *part) for number, part in zip(NUMBERS, parts, strict=False)]


# --- Writers --------------------------------------------------------------------------------------


def write_pdf(copy, target, *, by, now=None):
    """``now`` is given where a person takes it away: his name and the moment are the ground of the pages."""
    taken = f"{by} {moment(now)}" if now else ""
    mark = DRAFT if copy.is_draft else ""
    return render_document(
        target,
        "reports/report_copy.html",
        {"copy": copy},
        title=copy.title,
        author=str(by),
        watermark=f"{mark} {taken}".strip() or None,
    )


def write_word(copy, target, *, by):
    paper = WordPaper(copy.title, author=str(by), draft=DRAFT if copy.is_draft else "")
    paper.flush(f"{copy.receiver}：")
    for number, heading, text in copy.parts:
        paper.heading(f"{number}、{heading}")
        if text is None:
            paper.table(("类别", "项目", "数据"), copy.rows)
        else:
            paper.text(text)
    if copy.notes:
        paper.heading("情况说明")
        for unusual, note in copy.notes:
            paper.text(f"{unusual}说明：{note}")
    if copy.attached:
        paper.heading("附件")
        paper.table(ATTACHED, copy.attached)
    paper.gap(2)
    paper.right(f"{copy.unit}（盖章）")
    paper.right(f"{copy.day.year}年{copy.day.month}月{copy.day.day}日")
    paper.gap()
    paper.flush(f"填报人：{copy.filler}　　审核人：　　　　　签发人：")
    paper.save(target)


def write_book(copy, target, report, *, by, now):
    """The figures, and for an upper organisation the months × organisations below it."""
    keys = ("group", "label", "value", "of", "unit", "source")
    titles = ("类别", "项目", "数据", "总数", "单位", "来源")
    layout = Layout(
        title=copy.title,
        columns=tuple(
            Column(key, title, width)
            for key, title, width in zip(keys, titles, WIDTHS, strict=True)
        ),
        unit=copy.unit,
        scope_label=DRAFT if copy.is_draft else "已报送",
        period=f"{copy.day.year}年{copy.day.month}月{copy.day.day}日",
        made_by=str(by),
        made_at=now,
        sheet="基本数据",
    )
    rows = [
        {**one, "value": str(one["value"]), "of": "" if one["of"] is None else str(one["of"])}
        for one in copy.figures
    ]
    sheets = [(layout, rows)]
    below = {Tier.COMMITTEE: Tier.DIRECT, Tier.DIRECT: Tier.BRANCH}.get(report.period.tier)
    if below and not report.organization.is_branch:
        board = matrix.board_of(
            report.organization, below, campaign=report.period.campaign, by=by, now=now
        )
        sheets.append(matrix.sheet_of(board, by=by))
    return write_workbook(target, sheets)
