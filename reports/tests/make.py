"""Builders for reports: a small campaign, its open periods, reports in any state."""

from datetime import date, datetime, timedelta

from django.utils import timezone

from branches.models import Organization
from branchyear.lib.dates import CHINA
from branchyear.tests.kept import kept, the_city
from reports.models import MonthlyReport, Period, Tier
from reports.services import exports, making, monthly, periods
from tasks.models import BranchItem, Campaign, ChecklistItem, ItemVersion, Task

WORDS = {
    "progress": "召开支委会研究部署，完成党员名册核对。",
    "problems": "个别党员参加组织生活不够及时。",
    "next_steps": "月底前完成党小组划分并报机关党委备案。",
}
# What is usual in small worlds: a committee without a meeting of the month, people who came since.
NOTES = {"committee": "下周补开。", "members": "集中接收组织关系。"}


def at(text):
    """A moment in China: ``at("2022-04-25 23:59:59")``."""
    return datetime.fromisoformat(text).replace(tzinfo=CHINA)


def make_campaign(year=2022, *, tasks=2, items=2):
    """A campaign of April to December with rules and reminder days, and an answer row of every
    branch for every item: all due on 31 May, opened on 1 April."""
    key = ("small campaign", year, tasks, items, the_city())
    return kept(key, lambda: _campaign(year, tasks, items))


def _campaign(year, tasks, items):
    campaign = Campaign.objects.create(
        year=year,
        code=f"c-{year}",
        name="党支部基本建设年",
        starts_on=date(year, 4, 1),
        ends_on=date(year, 12, 31),
    )
    periods.set_up(campaign)
    for number in range(1, tasks + 1):
        task = Task.objects.create(
            campaign=campaign,
            code=f"T{number}",
            order=number,
            name=f"任务{number}",
            weight=10,
            source="seed",
        )
        for order in range(1, items + 1):
            make_item(task, order)
    return campaign


def make_item(task, order):
    year = task.campaign.year
    item = ChecklistItem.objects.create(task=task, code=f"{task.code}-{order:02}", order=order)
    item.current = ItemVersion.objects.create(
        item=item,
        number=1,
        text=f"条目{item.code}",
        weight=1,
        opens_on=date(year, 4, 1),
        due_on=date(year, 5, 31),
        source="seed",
    )
    item.save(update_fields=["current"])
    BranchItem.objects.bulk_create(
        BranchItem(
            branch=branch,
            item=item,
            version=item.current,
            opens_on=item.current.opens_on,
            due_on=item.current.due_on,
        )
        for branch in Organization.objects.branches()
    )
    return item


def open_months(campaign, today):
    """Open every period up to ``today``."""
    periods.open_periods(today=today)
    return Period.objects.filter(campaign=campaign)


def report_of(organization, month="2022-04", tier=None):
    """The report of one organisation for one month."""
    tier = tier or (
        Tier.COMMITTEE
        if organization.depth == 2
        else Tier.DIRECT
        if organization.is_direct
        else Tier.BRANCH
    )
    return MonthlyReport.objects.with_words().get(
        organization=organization, period__month=month, period__tier=tier
    )


def hand_in(report, *, by, now, texts=None):
    """Hand in ``texts``; without, words that differ from those of other months."""
    return monthly.submit(
        report, texts or words_of(report.period.month), by=by, now=now, notes=NOTES
    )


def words_of(month):
    """``WORDS`` for April, other words for every other month."""
    return WORDS if month == "2022-04" else {key: f"{month}：{text}" for key, text in WORDS.items()}


def make_export(organization, by, *, kind="checklist", format="xlsx", status="ready", **changes):
    """An export that has come to an end: made through the service, or failed."""
    export = exports.request_export(
        kind, organization=organization, format=format, parameters=changes, by=by
    )
    if status == "ready":
        making.render(export.pk, now=timezone.now())
    elif status == "failed":
        exports.fail(export, "服务器空间不足。")
    export.refresh_from_db()
    return export


def a_day_after(moment, days=1):
    return moment + timedelta(days=days)
