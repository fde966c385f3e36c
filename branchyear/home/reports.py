"""The month's reports on a home page: one's own, and those expected from below."""

from django.db.models import BigAutoField, Count, Q

from branches.models import Organization
from branchyear.home.lines import SHOWN, Todo
from branchyear.lib.composed import composed
from reports.models import MonthlyReport, Tier


@composed(organization=BigAutoField())
def _latest(organization, today):
    return (
        MonthlyReport.objects.with_words()
        .filter(organization=organization, period__opens_on__lte=today)
        .order_by("-period__month")[:1]
    )


def current_report(organization, today):
    """The organisation's own report of the latest period that is open."""
    return next(iter(_latest(organization=organization.pk, today=today)), None)


def owed_report(report, today):
    if report.state == MonthlyReport.State.RETURNED:
        why, button = f"退回原因：{report.return_reason}", "去修改"
    else:
        why, button = "数据已由平台填好，核对后补充文字即可", "去填写"
    return Todo(
        what=f"报送{report.period.label}月报",
        why=why,
        url=report.get_absolute_url(),
        button=button,
        due=report.due_on,
        urgent=report.due_on < today,
    )


class Expected:
    """The reports expected from below ``top`` in the latest open period: their numbers, and who still owes one."""

    def __init__(self, top, today):
        self.tier = Tier.BRANCH if top.depth >= Organization.DIRECT_DEPTH else Tier.DIRECT
        self.rows = MonthlyReport.objects.under(top).filter(
            period__tier=self.tier, period__opens_on__lte=today, organization__closed_on=None
        )
        self.month = self._month()

    def _month(self):
        """应报、已报 of the period; None before the first."""
        by_period = self.rows.order_by("-period__month").values("period__month", "period__due_on")
        latest = by_period.annotate(
            expected=Count("pk"),
            received=Count("pk", filter=Q(first_submitted_at__isnull=False)),
        ).first()
        if latest is None:
            return None
        year, number = latest["period__month"].split("-")
        return {
            "label": f"{year}年{int(number)}月",
            "month": latest["period__month"],
            "expected": latest["expected"],
            "received": latest["received"],
            "missing": latest["expected"] - latest["received"],
            "due_on": latest["period__due_on"],
            "tier": self.tier,
        }

    def owing(self):
        """Who has not reported this month, in official order (the first rows)."""
        if self.month is None:
            return []
        return list(
            self.rows.filter(period__month=self.month["month"])
            .filter(Q(first_submitted_at=None) | Q(state=MonthlyReport.State.RETURNED))
            .with_words()
            .order_by("organization__path")[:SHOWN]
        )
