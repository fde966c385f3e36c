"""How the findings of a place came and went, month by month (趋势): counted from their own days."""

from django.db.models import Count
from django.db.models.functions import TruncMonth

from branchyear.lib.dates import Month, months_between


def monthly(found, first, today, *, came="opened_on", went="closed_on"):
    """``[(month, found in it, cleared in it, open at its end), …]`` of the findings in ``found``, from the
    month of ``first`` to that of ``today`` (which is not over). Two statements, however many there are.
    ``came`` and ``went`` name the columns of the days, for rows of another kind (problems)."""
    opened, closed = _per_month(found, came), _per_month(found, went)
    before = sum(n for month, n in opened.items() if month < Month.of(first))
    before -= sum(n for month, n in closed.items() if month < Month.of(first))
    rows = []
    for month in months_between(first, today):
        new, gone = opened.get(month, 0), closed.get(month, 0)
        before += new - gone
        rows.append((month, new, gone, before))
    return rows


def _per_month(found, column):
    rows = (
        found.exclude(**{column: None})
        .order_by()
        .annotate(month=TruncMonth(column))
        .values("month")
        .annotate(n=Count("pk"))
    )
    return {Month.of(row["month"]): row["n"] for row in rows}


def chart(rows):
    """The same for ``ui/chart.html``."""
    labels = [f"{month.number}月" for month, *_ in rows]
    came, went, left = ([row[n] for row in rows] for n in (1, 2, 3))
    return {
        "option": {
            "legend": {"data": ["新发现", "已消除", "月末未消除"]},
            "xAxis": {"type": "category", "data": labels},
            "yAxis": {"type": "value", "minInterval": 1, "name": "处"},
            "series": [
                {"name": "新发现", "type": "bar", "data": came},
                {"name": "已消除", "type": "bar", "data": went},
                {"name": "月末未消除", "type": "line", "data": left, "symbol": "circle"},
            ],
        },
        "head": ["月份", "新发现（处）", "已消除（处）", "月末未消除（处）"],
        "rows": list(zip(labels, came, went, left, strict=True)),
    }
