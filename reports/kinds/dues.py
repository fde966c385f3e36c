"""党费台账: a branch's members by month, or the branches below an organisation, of one year.

A member's sums tell the wage, so they and the base stand only in a file for somebody who may see them
(``members.rules.may_see_dues_sums``); in another's file, and in one from the console, the months are states.
"""

from dataclasses import replace

from django.db.models import Sum

from branchyear.lib.dates import Month
from branchyear.lib.layout import Column
from branchyear.templatetags.ui import STATUSES
from members import rules
from members.dues import bracket_of
from members.models import DuesBase, DuesMonth, DuesPublication, DuesRemittance
from members.services.dues.sums import added, member_matrix, rate, rows_below
from reports.kinds.base import Kind

MONTHS = range(1, 13)
FULL = {"dues_paid", "dues_reduced"}


class Dues(Kind):
    key = "dues"
    title = "党费台账"
    section = "党员"
    holds = "党支部：每名党员一行，各月交纳情况、欠交和说明；上级党组织：每个单位一行，应交、实交、收缴率、上缴和公布。"
    conditions = ("year",)
    sources = (DuesMonth, DuesBase, DuesRemittance, DuesPublication)

    def columns(self, asked):
        if not asked.organization.is_branch:
            return BY_BRANCH
        return _with_sums() if _sees_sums(asked) else _with_states()

    def notes(self, asked):
        year = _year(asked)
        if not asked.organization.is_branch:
            return (
                "收缴率为已交(不超过应交的部分)占应交金额的比例；未核定基数的党员不计入金额。"
                "人次为每名党员每月一次。",
            )
        if not _sees_sums(asked):
            return ("个人基数和金额会显示工资水平，本表不列。",)
        handed = DuesRemittance.objects.filter(
            organization=asked.organization, month__startswith=f"{year}-"
        )
        lines = [
            f"{row.month}上缴{row.amount}元，{row.on}，票据号{row.receipt_no or '—'}"
            for row in handed.order_by("month", "pk")
        ]
        return (
            "依据：中组发〔2008〕3号。类别、基数、比例和月应交为当前核定；日期栏依次为各月交纳的月.日，不在当月的注明所属月份。",
            "上缴：" + "；".join(lines) if lines else "上缴：未登记",
        )

    def layout(self, asked):
        label = "全体党员" if asked.organization.is_branch else "所属党支部"
        more = {}
        if not asked.organization.is_branch:
            more["totals"] = {"rate": rate(_total(asked))}
        title = f"{_year(asked)}年{self.title}"
        return replace(super().layout(asked, **more), title=title, scope_label=label)

    def count(self, asked):
        if not asked.organization.is_branch:
            return rows_below(asked.organization)[0].count()
        return _months(asked).order_by().values("member").distinct().count()

    def rows(self, asked):
        found = _branch_lines if not asked.organization.is_branch else _member_lines
        yield from found(asked)

    def preview(self, asked, size):
        return list(self.rows(asked))[:size]


BY_BRANCH = (
    Column("number", "序号", 5, "integer", align="center"),
    Column("unit", "单位", 24),
    Column("people", "应交人次", 8, "integer", total="sum"),
    Column("full", "足额人次", 8, "integer", total="sum"),
    Column("owing", "未足额人次", 9, "integer", total="sum"),
    Column("unknown", "未核定人次", 9, "integer", total="sum"),
    Column("due", "应交(元)", 13, "decimal", total="sum"),
    Column("paid", "实交(元)", 13, "decimal", total="sum"),
    Column("missing", "欠交(元)", 12, "decimal", total="sum"),
    Column("rate", "收缴率", 8, "percent", total="given"),
    Column("remitted", "已上缴(元)", 13, "decimal", total="sum"),
    Column("published_on", "公布日期", 11, "date"),
)


def _with_sums():
    return (
        Column("number", "序号", 4, "integer", align="center"),
        Column("name", "姓名", 8),
        Column("kind", "类别", 9),
        Column("base", "核定基数", 10, "decimal"),
        Column("rate", "比例", 6, "percent"),
        Column("monthly", "月应交", 8, "decimal"),
        *[
            Column(f"m{n}", f"{n}月", 7.5, "decimal", total="sum", group="各月实交(元)")
            for n in MONTHS
        ],
        Column("days", "交纳日期", 24),
        Column("due", "年应交合计", 10, "decimal", total="sum"),
        Column("paid", "年实交合计", 10, "decimal", total="sum"),
        Column("owed", "欠交", 9, "decimal", total="sum"),
        Column("note", "补交说明", 14),
        Column("signed", "收款人签字", 7),
    )


def _with_states():
    return (
        Column("number", "序号", 5, "integer", align="center"),
        Column("name", "姓名", 10),
        *[Column(f"m{n}", f"{n}月", 8, "status", group="各月交纳情况") for n in MONTHS],
        Column("months_due", "应交月数", 8, "integer", total="sum"),
        Column("months_full", "足额月数", 8, "integer", total="sum"),
        Column("months_owed", "欠交月数", 8, "integer", total="sum"),
    )


def _sees_sums(asked):
    return asked.by is not None and rules.may_see_dues_sums(asked.by, asked.organization)


def _year(asked):
    campaign = asked.selection.campaign
    return campaign.year if campaign else asked.today.year


def _months(asked):
    rows = DuesMonth.objects.all() if asked.by is None else DuesMonth.objects.visible_to(asked.by)
    year = _year(asked)
    rows = rows.filter(month__gte=f"{year}-01", month__lte=f"{year}-12")
    if asked.organization.is_branch:
        return rows.filter(organization=asked.organization)
    return rows.under(asked.organization)


# --- A branch's members -------------------------------------------------------------------------------


def _member_lines(asked):
    matrix = member_matrix(_months(asked), _year(asked), Month.of(asked.today))
    people, sees = matrix["people"], _sees_sums(asked)
    bases = _bases([person.member for person in people], asked) if sees else {}
    for number, person in enumerate(people, 1):
        line = {"number": number, "name": person.name}
        yield line | (_sums(person, bases.get(person.member)) if sees else _states(person))


def _bases(members, asked):
    """The base in force today of each member."""
    rows = DuesBase.objects.filter(
        member__in=members, from_month__lte=str(Month.of(asked.today))
    ).order_by("from_month")
    return {row.member_id: row for row in rows}


def _sums(person, base):
    cells = list(zip(MONTHS, person.cells, strict=True))
    days = [_day(n, cell["paid_on"]) for n, cell in cells if cell and cell["paid_on"]]
    notes = [f"{n}月{cell['note']}" for n, cell in cells if cell and cell["note"]]
    bracket = bracket_of(base.kind, base.base) if base and base.base is not None else None
    return {
        "kind": base.get_kind_display() if base else None,
        "base": base.base if base else None,
        "rate": bracket.rate if bracket else None,
        "monthly": base.monthly_due if base else None,
        **{f"m{n}": cell["paid"] if cell else None for n, cell in cells},
        "days": " ".join(days),
        "due": person.due,
        "paid": person.paid,
        "owed": person.arrears.total,
        "note": "；".join(notes),
        "signed": "",
    }


def _day(number, paid_on):
    """1.8 for a payment within its month, else with the month it was for: 3月(5.2)."""
    text = f"{paid_on.month}.{paid_on.day}"
    return text if paid_on.month == number else f"{number}月({text})"


def _states(person):
    cells = [cell for cell in person.cells if cell]
    words = {
        f"m{n}": STATUSES[cell["state"]].word if cell else None
        for n, cell in zip(MONTHS, person.cells, strict=True)
    }
    return {
        **words,
        "months_due": len(cells),
        "months_full": sum(cell["state"] in FULL for cell in cells),
        "months_owed": len(person.arrears.months),
    }


# --- Branches below -----------------------------------------------------------------------------------


def _figures(asked):
    _, key = rows_below(asked.organization)
    figures = _months(asked).figures("organization__path")
    return added(figures, lambda row: key(row["organization__path"]))


def _total(asked):
    figures = _figures(asked)
    return added(figures.values(), lambda row: "")[""] if figures else None


def _branch_lines(asked):
    organizations, _ = rows_below(asked.organization)
    figures, year = _figures(asked), _year(asked)
    remitted = dict(
        DuesRemittance.objects.filter(month__startswith=f"{year}-")
        .under(asked.organization)
        .order_by()
        .values_list("organization")
        .annotate(n=Sum("amount"))
    )
    told = dict(
        DuesPublication.objects.filter(year=year)
        .under(asked.organization)
        .order_by("number")
        .values_list("organization", "on")
    )
    for number, one in enumerate(organizations, 1):
        line = figures.get(one.path) or {}
        yield {
            "number": number,
            "unit": one.name,
            "people": line.get("people", 0),
            "full": line.get("full", 0),
            "owing": line.get("owing", 0),
            "unknown": line.get("unknown", 0),
            "due": line.get("due_sum", 0),
            "paid": line.get("paid_sum", 0),
            "missing": line.get("missing_sum", 0),
            "rate": rate(line),
            "remitted": remitted.get(one.pk),
            "published_on": told.get(one.pk),
        }
