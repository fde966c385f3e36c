"""The score sheet to be taken away, as Excel or PDF, under a verification code.

It is given out once a round is frozen; the same state of the score is the same paper with the same code,
and a file of which one byte was changed is not among its files (核验).
"""

import hashlib
import io

from branchyear.lib import pdf
from branchyear.lib.dates import in_words, local_day
from branchyear.lib.errors import Refused
from branchyear.lib.layout import Column, Layout
from branchyear.lib.names import safe_name
from branchyear.lib.packing import settle_workbook
from branchyear.lib.xlsx import write_workbook
from reports.models import PaperFile
from reports.services import papers
from tasks.models import RubricLine
from tasks.scoring import frozen
from tasks.scoring.registry import load

KIND = "score"
COLUMNS = (
    Column("code", "编号", 6, align="center"),
    Column("title", "评分项", 24),
    Column("standard", "评分标准", 34),
    Column("facts", "事实", 16, align="center"),
    Column("self_points", "自评", 8, "decimal", total="given"),
    Column("checked", "审核", 8, "decimal", total="given"),
    Column("spot", "抽查核减", 8, "decimal", total="given"),
    Column("appealed", "申诉调整", 8, "decimal", total="given"),
    Column("points", "得分", 8, "decimal", total="given"),
    Column("reviewer", "审核人", 14),
)


def give_out(score, form, *, by, now):
    """``(name, bytes)`` of the sheet in this form; its paper is issued and the file noted."""
    if not score.is_frozen:
        raise Refused("考核定格以后才能打印和下载得分表。")
    lines = frozen.lines_of(score)
    sheet = frozen.recomputed(score, lines=lines)
    paper = papers.issue(
        KIND,
        organization=score.organization,
        version=version_of(score, lines),
        title=f"{score.round}得分表",
        scope=f"考核期{in_words(score.round.starts_on)}至{in_words(score.round.ends_on)}",
        by=by,
        now=now,
    )
    layout, rows = _layout(score, sheet, paper), _rows(sheet, lines)
    file = io.BytesIO()
    if form == "pdf":
        pdf.render_ledger(file, layout, rows, code=paper.address)
    else:
        saved = io.BytesIO()
        write_workbook(saved, layout, rows)
        settle_workbook(
            saved, file, paper.issued_at
        )  # the same bytes whenever it is asked for again
    content = file.getvalue()
    name = safe_name(f"{score.organization.name}_{paper.title}.{form}", 120)
    papers.enter(
        paper,
        [
            PaperFile(
                role=PaperFile.Role.WHOLE, path=name, size=len(content),
                sha256=hashlib.sha256(content).hexdigest(),
            )
        ],
    )  # fmt: skip
    return name, content


def version_of(score, lines):
    """The digest of everything the sheet says: what was frozen, what appeals changed, how far it is."""
    said = [score.digest, score.round.state, str(score.total), score.band]
    said += [f"{row.line.code}:{row.appealed}:{row.is_lifted}" for row in lines if _moved(row)]
    return hashlib.sha256("\n".join(said).encode()).hexdigest()


def _moved(row):
    return row.appealed or row.is_lifted


def _layout(score, sheet, paper):
    round_, total = score.round, sheet.total
    day = local_day(paper.issued_at)
    notes = [
        f"得分 {score.total} 分，等次：{score.band}。"
        + (
            f"定格得分 {score.frozen_total} 分，申诉后调整。"
            if score.total != score.frozen_total
            else ""
        ),
        f"按{round_.rubric}计算；得分＝审核＋抽查核减＋申诉调整，在0至{round_.rubric.total:.0f}分之间；"
        "没有到期事项的项目不计入，其余基础分折算为满分。",
        f"定格于{in_words(local_day(round_.frozen_at))}，定格校验值 {score.digest}。",
    ]
    return Layout(
        title=paper.title,
        columns=COLUMNS,
        unit=score.organization.name,
        scope_label=paper.scope,
        period=in_words(day),
        made_by=paper.issued_by_name,
        made_at=paper.issued_at,
        signatures=("被考核单位（签章）", "审核单位（签章）", "考核单位（签章）"),
        notes=tuple(notes),
        sheet="得分表",
        code=paper.shown_code,
        totals={
            "self_points": total.self_total,
            "checked": total.checked_total,
            "spot": total.spot_total,
            "appealed": score.total - score.frozen_total,
            "points": total.total,
        },
    )


def _rows(sheet, lines):
    stored = {row.line_id: row for row in lines}
    return [_row(*each, stored[each[0].pk], sheet.total.vetoes) for each in sheet.lines]


def _row(line, sums, points, row, vetoes):
    return {
        "code": line.code,
        "title": f"{line.title}（{line.get_kind_display()}{_worth(line)}）",
        "standard": line.standard,
        "facts": _facts(line, sums),
        "self_points": points.self_points,
        "checked": points.checked,
        "spot": points.spot,
        "appealed": row.appealed or None,
        "points": points.points,
        "reviewer": _verdict(line, row, vetoes) or row.reviewer or None,
    }


def _worth(line):
    return "" if line.kind == RubricLine.Kind.VETO else f"{_plain(line.most)}分"


def _plain(number):
    """45.00 as 45, 4.50 as 4.5."""
    return f"{number.normalize():f}"


def _facts(line, sums):
    if line.is_judged:
        return "评议"
    rule = load().get(line.rule)
    if rule is None:
        return None
    said = f"{sums.counted}/{sums.facts}{rule.unit}"
    if sums.denominator != sums.facts:
        said += f"（{_plain(sums.numerator)}/{_plain(sums.denominator)}分值）"
    return said + (f"，抽查不符{sums.spot_failed}/{sums.spot_facts}" if sums.spot_facts else "")


def _verdict(line, row, vetoes):
    if line.kind != RubricLine.Kind.VETO:
        return ""
    if line.code in vetoes:
        return f"生效：最高“{line.band_at_most}”"
    return "申诉后不再适用" if row.is_lifted else "未触发"
