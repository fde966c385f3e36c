"""The sections of the overview (总览) beside the first one: reports, findings, problems, clocks, trends.

A section is a few figures, at most one chart, and tables; page and workbook are made from the same tables.
"""

from dataclasses import dataclass, field
from decimal import Decimal
from urllib.parse import urlencode

from django.db.models import Count, Q
from django.utils import timezone

from branches.models import Kind, Organization
from branchyear.lib.routes import path_to
from reports.models import Tier
from reports.querysets import VERDICTS
from reports.services import counting, matrix, month_ends, standing
from reports.views.tables import Cell, Chart, Col, Table
from tasks import clocks, trend
from tasks.models import Problem

MISSING_SHOWN = 20
RULES_SHOWN = 12


@dataclass(frozen=True)
class Figure:
    """A number with its denominator and its list."""

    value: object
    of: object
    label: str
    url: str = ""
    tone: str = ""


@dataclass
class Section:
    """What one tab shows."""

    figures: list = field(default_factory=list)
    chart: Chart | None = None
    tables: list = field(default_factory=list)
    links: list = field(default_factory=list)  # (label, url) to the full page
    notes: list = field(default_factory=list)
    clocks: object = None

    @property
    def sheets(self):
        """Everything the section shows as tables, for the workbook."""
        cols = (Col("指标", "text", width=30), Col("数量", of="总数"))
        lines = [[Cell(one.label), Cell(one.value, one.of)] for one in self.figures]
        charts = [self.chart.table] if self.chart else []
        return [Table("figures", "主要数字", cols, lines), *charts, *self.tables]


def of(key, *, request, address, today):
    """The section ``key`` under the chosen conditions."""
    return MAKERS[key](request, address, today)


def _span(selection, today):
    """The months of the campaign so far."""
    campaign = selection.campaign
    return min(campaign.starts_on, today), min(campaign.ends_on, today)


def _share(part, whole):
    return Decimal(part) / Decimal(whole) if whole else None


# --- Reports --------------------------------------------------------------------------------------


def reports(request, address, today):
    """The four honest states of every month's reports, and who has not reported the latest."""
    selection, now = address.selection, timezone.now()
    place = selection.organization
    tier = Tier.BRANCH if counting.is_by_branch(place) else Tier.DIRECT
    grid = matrix.board_of(place, tier, campaign=selection.campaign, by=request.user, now=now)
    totals, shares = grid.totals(), {p.pk: share for p, share, _ in grid.trend(grid.totals())}

    def url(period, verdict=""):
        chosen = {"tab": "all", "month": period.month, "tier": tier, "under": place.pk}
        chosen |= {"verdict": verdict} if verdict else {}
        return f"{path_to('reports:reports')}?{urlencode(chosen)}"

    rows = []
    for period in grid.periods:
        counts = totals.get(period.pk, {})
        expected = counts.get("expected", 0)
        cells = [Cell(period.label), Cell(expected, url=url(period))]
        for code in VERDICTS:
            late = "late" if code in ("late", "missing") and counts.get(code) else ""
            cells.append(Cell(counts.get(code, 0), expected, url(period, code), late))
        share = shares[period.pk]
        cells.append(Cell(None if share is None else Decimal(share) / 100))
        rows.append(cells)
    cols = (
        Col("月份", "text", width=14), Col("应报"),
        *(Col(matrix.LABELS[code], of=f"{matrix.LABELS[code]}（应报）") for code in VERDICTS),
        Col("按期率", "percent"),
    )  # fmt: skip
    table = Table("months", "各月报送情况", cols, rows,
                  "以首次报送时间为准；按期率为按期和经批准延期占应报的比例，期限过后统计。")  # fmt: skip
    section = Section(
        links=[("报送情况（逐单位）", f"{path_to('reports:matrix')}?org={place.pk}&tier={tier}")],
        notes=["阶段和任务条件不用于本页。"],
    )
    if not rows:
        return section
    section.chart = Chart("reports", "各月报送状态", _stacked(grid, totals, url), table)
    period = grid.periods[-1]
    latest = totals.get(period.pk, {})
    expected = latest.get("expected", 0)
    for code in ("ontime", "extended", "late", "missing", "waiting"):
        tone = {"ontime": "ok", "late": "late", "missing": "late"}.get(code, "")
        label = f"{period.short}{matrix.LABELS[code]}"
        section.figures.append(
            Figure(latest.get(code, 0), expected, label, url(period, code), tone)
        )
    owing = grid.reports.expected().never_submitted().filter(period=period)
    owing = owing.with_words().order_by("organization__path")
    owed = latest.get("missing", 0) + latest.get("waiting", 0)
    if owed:
        section.tables.append(
            Table(
                "owing", f"{period.label}还未报送的单位",
                (Col("填报单位", "text", width=30), Col("状态", "text", width=14)),
                [[Cell(r.organization.name, url=r.get_absolute_url()), Cell(r.get_state_display())]
                 for r in owing[:MISSING_SHOWN]],
                f"共 {owed} 家，列出前 {MISSING_SHOWN} 家。" if owed > MISSING_SHOWN else "",
            )
        )  # fmt: skip
    return section


def _stacked(grid, totals, url):
    series = []
    for code in VERDICTS:
        data = [
            {"value": totals.get(p.pk, {}).get(code, 0), "url": url(p, code)} for p in grid.periods
        ]
        if any(point["value"] for point in data):
            series.append(
                {"name": matrix.LABELS[code], "type": "bar", "stack": "all", "barMaxWidth": 36,
                 "itemStyle": {"color": COLOURS[code]}, "data": data}
            )  # fmt: skip
    return {
        "legend": {"data": [one["name"] for one in series]},
        "xAxis": {"type": "category", "data": [p.short for p in grid.periods]},
        "yAxis": {"type": "value", "minInterval": 1, "name": "份"},
        "series": series,
    }


COLOURS = {
    "ontime": "#1A7F37",
    "extended": "#B8862B",
    "late": "#B71C1C",
    "missing": "#E58A84",
    "waiting": "#AFB8C1",
}


# --- Findings -------------------------------------------------------------------------------------


def findings(request, address, today):
    """By rule, what most branches share first; how they came and went."""
    selection = address.selection
    place = selection.organization
    rows = standing.findings_of(
        place, by=request.user, campaign=selection.campaign, task=selection.task
    )
    seen = Organization.objects.visible_to(request.user).under(place).open()
    counted = seen.exclude(kind=Kind.GROUP).aggregate(
        units=Count("pk"), branches=Count("pk", filter=Q(kind=Kind.BRANCH))
    )
    lines, concerned = standing.findings_by_rule(rows)
    found, errors = sum(line[2] for line in lines), sum(line[3] for line in lines)
    here = address.of_organization("tasks:checkup")
    table = Table(
        "rules", "按规则",
        (Col("规则", "text", width=34), Col("任务", "text", width=8),
         Col("涉及单位", of="涉及单位（单位总数）"),
         Col("处数"), Col("其中须整改", of="须整改（总处数）")),
        [
            [
                Cell(f"{rule.number} {rule.name}", url=_rule_url(place, rule)),
                Cell(rule.task.code),
                Cell(concerned, counted["units"], _rule_url(place, rule)),
                Cell(count),
                Cell(grave, count, tone="late" if grave else ""),
            ]
            for rule, concerned, count, grave in lines
        ],
        "一个单位在一条规则上可能有多处；情况不明的也列入，不算符合。",
        shown=RULES_SHOWN,
    )  # fmt: skip
    section = Section(
        figures=[
            Figure(concerned, counted["branches"], "有问题的支部（支部总数）", here),
            Figure(errors, found, "须整改（全部发现）", here, "late"),
            Figure(len(lines), None, "涉及规则（条）", here),
        ],
        tables=[table],
        links=[("支部体检（规则 × 单位）", here)],
        notes=["阶段条件不用于本页。"],
    )
    months = trend.monthly(rows, *_span(selection, today))
    if any(came for _, came, _, _ in months):
        section.chart = _came_and_went(
            "findings", "发现和消除", months, ("新发现", "已消除", "月末未消除")
        )
    return section


def _rule_url(place, rule):
    return f"{path_to('tasks:checkup_list')}?org={place.pk}&rule={rule.number}"


def _came_and_went(key, title, months, names, urls=None):
    """Bars for what came and went in each month, a line for what was left; its table beside it."""
    urls = urls or (lambda month: ("", ""))
    drawn = trend.chart(months)
    option = drawn["option"]
    option["legend"] = {"data": list(names)}
    for series, name in zip(option["series"], names, strict=True):
        series["name"] = name
    rows = []
    for month, came, went, left in months:
        came_url, went_url = urls(month)
        rows.append(
            [Cell(month.label), Cell(came, url=came_url), Cell(went, url=went_url), Cell(left)]
        )
    cols = (Col("月份", "text", width=14), *(Col(name, width=12) for name in names))
    return Chart(key, title, option, Table(f"{key}-months", f"{title}（逐月）", cols, rows))


# --- Problems -------------------------------------------------------------------------------------


def problems(request, address, today):
    """The burn-down of the lists of problems, and where they lie."""
    selection = address.selection
    place, State = selection.organization, Problem.State
    rows = standing.problems_of(
        place, by=request.user, campaign=selection.campaign, task=selection.task
    )
    numbers = standing.problems(rows, today)
    total, unsolved = numbers["total"], numbers["total"] - numbers[State.CLOSED]

    def url(**conditions):
        return address.of_organization("tasks:problems", **conditions)

    section = Section(
        figures=[
            Figure(total, None, "列入清单", url(state="all")),
            Figure(numbers[State.CLOSED], total, "已销号", url(state=State.CLOSED), "ok"),
            Figure(unsolved, total, "未销号", url()),
            Figure(numbers["overdue"], unsolved, "超过时限（未销号）", url(overdue=1), "late"),
            Figure(numbers[State.VERIFY], unsolved, "待验收（未销号）", url(state=State.VERIFY)),
        ],
        links=[
            ("问题整改", url()),
            ("三份清单", f"{path_to('tasks:problem_lists')}?org={place.pk}"),
        ],
        notes=["阶段条件不用于本页。"],
    )
    if not total:
        return section
    months = trend.monthly(rows, *_span(selection, today), came="found_on", went="closed_on")
    section.chart = _came_and_went(
        "problems", "发现和销号", months, ("新列入", "销号", "月末未销号"),
        lambda month: (url(state="all", found=month), url(state=State.CLOSED, closed=month)),
    )  # fmt: skip
    by_place = standing.problems_by_place(rows, place, today)
    found = Organization.objects.visible_to(request.user).filter(path__in=by_place)
    lines = []
    for one in found.order_by("path"):
        mine = by_place[one.path]
        there = f"{path_to('tasks:problems')}?org={one.pk}"
        open_ = mine["total"] - mine[State.CLOSED]
        lines.append(
            [
                Cell(one.label, url=there),
                Cell(mine["total"], url=f"{there}&state=all"),
                Cell(mine[State.CLOSED], mine["total"], f"{there}&state=closed"),
                Cell(_share(mine[State.CLOSED], mine["total"])),
                Cell(mine["overdue"], open_, f"{there}&overdue=1", "late" if mine["overdue"] else ""),
            ]
        )  # fmt: skip
    section.tables.append(
        Table(
            "places", "按单位",
            (Col("单位", "text", width=26), Col("列入"), Col("已销号", of="已销号（列入）"),
             Col("销号率", "percent"), Col("超过时限", of="超过时限（未销号）")),
            lines, shown=15,
        )
    )  # fmt: skip
    return section


# --- Clocks ---------------------------------------------------------------------------------------


def review_clocks(request, address, today):
    """How fast those who review are: organisations and levels, never people."""
    place = address.selection.organization
    now = clocks.clocks(place, by=request.user, today=today)
    here = f"{path_to('tasks:review_clocks')}?org={place.pk}"
    decided = sum(line.decided for line in now.levels)
    late = sum(line.late for line in now.levels)
    return Section(
        figures=[
            Figure(now.waiting, None, "正在审核",
                   address.list(task=None, phase=None, state="submitted")),
            Figure(now.overdue, now.waiting, "等待超期（正在审核）", f"{here}#late", "late"),
            Figure(late, decided, "办结超期（近90天办结）", here),
        ],
        tables=[_clock_table("levels", "按层级", now.levels),
                _clock_table("reviewers", "按审核单位", now.lines)],
        links=[("审核用时（含超期条目）", here)],
        notes=[
            f"条目在审核单位的时间不计入支部用时；送达后超过 {now.rule.review_days} 个工作日没有办理的为超期；"
            f"办结为{now.since.month}月{now.since.day}日以来通过、转上级或退回的条目。阶段和任务条件不用于本页。"
        ],
    )  # fmt: skip


def _clock_table(key, title, lines):
    cols = (
        Col("审核单位", "text", width=26), Col("待审核"), Col("等待超期", of="等待超期（待审核）"),
        Col("办结"), Col("办结超期", of="办结超期（办结）"),
        Col("用时中位数（工作日）", "decimal", width=12), Col("最长（工作日）", width=10),
    )  # fmt: skip
    rows = []
    for line in lines:
        url = ""
        if line.organization:
            url = f"{path_to('tasks:review_clocks')}?org={line.organization.pk}"
        median = line.median
        rows.append(
            [
                Cell(line.organization.name if line.organization else line.name, url=url),
                Cell(line.waiting),
                Cell(line.overdue, line.waiting, tone="late" if line.overdue else ""),
                Cell(line.decided),
                Cell(line.late, line.decided, tone="late" if line.late else ""),
                Cell(f"{median:g}" if median is not None else None),
                Cell(line.longest),
            ]
        )
    return Table(key, title, cols, rows, shown=15)


# --- Trends -----------------------------------------------------------------------------------------


def trends(request, address, today):
    """The frozen month ends, side by side."""
    selection = address.selection
    rows = month_ends.of(selection.organization, selection.campaign, by=request.user)
    section = Section(
        notes=[
            "月末数据在次月初由系统自动统计并定格，口径和时间一并保存，以后不再改动；今天的数字见“概况”。"
            "任务条件只用于检查条目，阶段条件不用于本页。没有当时依据的数字不补，显示为“—”。"
        ]
    )
    if not rows:
        return section
    points = [month_point(row, selection.task) for row in rows]
    cols = (
        Col("月份", "text", width=14), Col("审核通过", of="应办条目"), Col("通过率", "percent"),
        Col("逾期条目"), Col("按期报送", of="应报月报"), Col("按期率", "percent"),
        Col("未消除发现", width=10), Col("已销号问题", of="列入问题", width=10),
        Col("销号率", "percent"), Col("超过时限"), Col("校验", "text", width=10),
    )  # fmt: skip
    table = Table("month-ends", "月末数据", cols, [point["cells"] for point in points])
    series = [
        {"name": name, "type": "line", "symbol": "circle", "connectNulls": False,
         "data": [None if point[key] is None else round(float(point[key]) * 100, 1) for point in points]}
        for key, name in SHARES.items()
    ]  # fmt: skip
    option = {
        "legend": {"data": list(SHARES.values())},
        "xAxis": {"type": "category", "data": [f"{int(row.month[-2:])}月末" for row in rows]},
        "yAxis": {"type": "value", "min": 0, "max": 100, "name": "%"},
        "series": series,
    }
    section.chart = Chart("trends", "各月末的通过率、按期率、销号率", option, table)
    last = points[-1]["cells"]
    section.figures = [
        Figure(last[1].value, last[1].of, f"{rows[-1].label}末审核通过", "", "ok"),
        Figure(last[4].value, last[4].of, f"{rows[-1].label}按期报送"),
        Figure(last[7].value, last[7].of, f"{rows[-1].label}末已销号"),
    ]
    return section


SHARES = {"accepted": "审核通过率", "in_time": "按期报送率", "closed": "问题销号率"}


def month_point(row, task=None):
    """One frozen month end as cells and shares; what it does not know stays unknown."""
    told = row.figures
    items = told.get("tasks", {}).get(task.code, {}) if task else told.get("items", {})
    reported, problems_ = told.get("reports", {}), told.get("problems", {})
    shares = {
        "accepted": _share(items.get("accepted", 0), items.get("total", 0)),
        "in_time": _share(reported.get("in_time", 0), reported.get("expected", 0)),
        "closed": _share(problems_.get("closed", 0), problems_.get("total", 0)),
    }
    cells = [
        Cell(f"{row.label}末"), Cell(items.get("accepted"), items.get("total")),
        Cell(shares["accepted"]), Cell(items.get("overdue")),
        Cell(reported.get("in_time"), reported.get("expected")), Cell(shares["in_time"]),
        Cell(told.get("findings", {}).get("open")),
        Cell(problems_.get("closed"), problems_.get("total")), Cell(shares["closed"]),
        Cell(problems_.get("overdue")),
        Cell("● 一致") if row.is_intact else Cell("■ 已被改动", tone="late"),
    ]  # fmt: skip
    return {"label": f"{int(row.month[-2:])}月末", "cells": cells, **shares}


MAKERS = {
    "trends": trends,
    "reports": reports,
    "findings": findings,
    "problems": problems,
    "clocks": review_clocks,
}
