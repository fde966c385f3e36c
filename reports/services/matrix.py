"""Months × organisations: who reported which month how, the totals under them, and the workbook of it."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from branches.models import Organization
from branchyear.lib.dates import local_day
from branchyear.lib.layout import Column, Layout
from reports.models import MonthlyReport, Period, Tier
from reports.querysets import VERDICTS as CODES

LABELS = {
    "ontime": "按期",
    "extended": "经批准延期",
    "late": "逾期",
    "missing": "未报",
    "waiting": "未到期",
}


@dataclass(frozen=True)
class Board:
    """The reports of one tier at and below ``root`` that ``by`` sees."""

    root: Organization
    tier: str
    campaign: object
    now: datetime
    reports: object
    organizations: object
    periods: list

    def cells(self, organizations):
        """``{(organisation, period): report}`` of these organisations, with their verdicts."""
        rows = self.reports.expected().filter(organization__in=[o.pk for o in organizations])
        return {(r.organization_id, r.period_id): r for r in rows.with_verdict(self.now)}

    def totals(self):
        """``{period: counts}``; the verdicts add up to expected."""
        return {row["period"]: row for row in self.reports.figures(self.now, "period")}

    def trend(self, totals):
        """Per period the share of what was due that came in time (按期 and 经批准延期), in whole per cent, and the
        change to the month before; None where nothing was due yet."""
        shares, before = [], None
        for period in self.periods:
            row = totals.get(period.pk, {})
            due = row.get("expected", 0) - row.get("waiting", 0)
            in_time = row.get("ontime", 0) + row.get("extended", 0)
            share = round(100 * in_time / due) if due else None
            is_over = period.due_before <= self.now
            if not is_over:
                share = None
            change = None if share is None or before is None else share - before
            shares.append((period, share, change))
            before = share if share is not None else before
        return shares


def board_of(root, tier, *, campaign, by, now):
    """``by=None`` is the system on its own console; it sees every row."""
    reports, organizations = MonthlyReport.objects.all(), Organization.objects.all()
    if by is not None:
        reports, organizations = reports.visible_to(by), organizations.visible_to(by)
    reports = reports.under(root).filter(period__campaign=campaign, period__tier=tier)
    organizations = organizations.filter(pk__in=reports.expected().values("organization"))
    periods = list(Period.objects.filter(campaign=campaign, tier=tier).order_by("month"))
    return Board(root, tier, campaign, now, reports, organizations, periods)


def sheet_of(board, *, by):
    """``(layout, rows)`` for a workbook: a line for each organisation, the counts at the end."""
    day = local_day(board.now)
    columns = [
        Column("number", "序号", 6, "integer", align="center"),
        Column("unit", "填报单位", 34),
    ]
    columns += [Column(f"p{p.pk}", p.short, 12, align="center") for p in board.periods]
    columns += [
        Column(code, label, 7, "integer", align="center", group="累计")
        for code, label in (("expected", "应报"), *((code, LABELS[code]) for code in CODES))
    ]
    columns.append(Column("share", "按期率", 8, "percent", group="累计", align="center"))
    year = f"{board.campaign.year}年" if board.campaign else ""
    layout = Layout(
        title=f"{year}{Tier(board.tier).label}月报报送情况",
        columns=tuple(columns),
        unit=board.root.name,
        scope_label="全部月份",
        period=f"{day.year}年{day.month}月{day.day}日",
        made_by=str(by),
        made_at=board.now,
        notes=(
            "以首次报送时间为准；空格为当月不需报送。按期率为按期和经批准延期占应报（不含未到期）的比例。",
        ),
        sheet="报送情况",
    )
    return layout, _lines(board)


def _lines(board):
    organizations = list(board.organizations)
    cells = board.cells(organizations)
    for number, organization in enumerate(organizations, 1):
        line = {"number": number, "unit": organization.name}
        verdicts = Counter()
        for period in board.periods:
            report = cells.get((organization.pk, period.pk))
            line[f"p{period.pk}"] = LABELS[report.verdict_] if report else ""
            if report:
                verdicts[report.verdict_] += 1
        yield line | _counted(verdicts)
    totals = board.totals()
    sums = Counter()
    for row in totals.values():
        sums.update({code: row[code] for code in CODES})
    whole = _counted(sums)
    nothing = dict.fromkeys(whole, "")
    for code, label in (("expected", "应报"), *((code, LABELS[code]) for code in CODES)):
        counts = {f"p{p.pk}": str(totals.get(p.pk, {}).get(code, 0)) for p in board.periods}
        yield {"number": "", "unit": f"合计：{label}", **counts, **nothing, code: whole[code]}
    shares = {
        f"p{p.pk}": "" if share is None else f"{share}%" for p, share, _ in board.trend(totals)
    }
    yield {"number": "", "unit": "按期率", **shares, **nothing, "share": whole["share"]}


def _counted(verdicts):
    """The verdicts of some reports as numbers, and the share in time of those whose day is over."""
    due = sum(verdicts.values()) - verdicts["waiting"]
    in_time = verdicts["ontime"] + verdicts["extended"]
    return {
        "expected": sum(verdicts.values()),
        **{code: verdicts[code] for code in CODES},
        "share": Decimal(in_time) / due if due else None,
    }
