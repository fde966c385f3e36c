"""The months of reporting: rules as data, periods frozen, a row for every organisation that owes.

Source: 工作方案 五(二): 各直属党组织每月25日前向市直机关工委, 市直机关工委每月底前向市委组织部报告工作情况.
Branches report to their directly affiliated organisation by the same 25th (portal's own decision).
"""

from collections import defaultdict

from django.db import transaction
from django.db.models import Q

from branches.models import Kind, Organization
from branchyear.audit.services import record
from branchyear.lib.dates import day_end, months_between
from branchyear.lib.errors import Refused
from reports.models import (
    Matter,
    MonthlyReport,
    OnRestDay,
    Period,
    ReminderPolicy,
    ReportRule,
    Tier,
    UrgingRule,
)
from reports.services import sections
from tasks.models import Campaign
from tasks.workdays import WorkingDays

# Three days' notice is a working rhythm, the day itself a last call, the day after a question; two days
# later the one above is told. What is mended over weeks is called to mind less often.
REMIND_DAYS_BEFORE = (7, 3, 1, 0, -1)
# An election is prepared half a year ahead (支部工作条例 第六章), a conversion a month; a reviewer is told only
# of what is late.
REMIND_OF_MATTERS = {
    Matter.ITEMS: (7, 1, -1),
    Matter.PROBLEM: (7, 1, -1),
    Matter.TERM: (180, 90, 30, -1),
    Matter.PROBATION: (30, 7, -1),
    Matter.REVIEW: (-1, -3),
}
TELL_ABOVE = {
    Matter.REPORT: -3,
    Matter.ITEMS: -7,
    Matter.PROBLEM: -7,
    Matter.TERM: -7,
    Matter.PROBATION: -7,
    Matter.REVIEW: -5,
}


@transaction.atomic
def set_up(campaign):
    """The rules, parts and reminder days a new campaign starts with; existing ones stay as they were edited."""
    sections.set_up(campaign)
    day = int(campaign.reporting.get("directly_affiliated_due_day") or 25)
    for tier, due in ((Tier.BRANCH, day), (Tier.DIRECT, day), (Tier.COMMITTEE, 31)):
        ReportRule.objects.get_or_create(campaign=campaign, tier=tier, defaults={"day": due})
        _remind(campaign, Matter.REPORT, tier, REMIND_DAYS_BEFORE, above=tier != Tier.COMMITTEE)
    for matter, days in REMIND_OF_MATTERS.items():
        _remind(campaign, matter, Tier.BRANCH, days, above=True)
    UrgingRule.objects.get_or_create(campaign=campaign)


def _remind(campaign, matter, tier, days, *, above):
    wanted = [(before, False) for before in days]
    wanted += [(TELL_ABOVE[matter], True)] if above else []
    for before, to_above in wanted:
        ReminderPolicy.objects.get_or_create(
            campaign=campaign, matter=matter, tier=tier, days_before=before, to_above=to_above
        )


def named_day(rule, month):
    """The day the rule names in ``month``; day 31 is the last day of every month."""
    return month.last_day.replace(day=min(rule.day, month.last_day.day))


def due_on_for(rule, month, days=None):
    """The last day in time in ``month``: the day named or, where the rule minds working days and it is none,
    the working day before or after it. Always inside the month and not before the report can be written."""
    day = named_day(rule, month)
    if rule.on_rest_day == OnRestDay.KEEP:
        return day
    days = days or WorkingDays()
    before = days.at_or_before(day, opens_on_for(rule, month))
    if rule.on_rest_day == OnRestDay.EARLIER:
        return before or day
    return days.at_or_after(day, month.last_day) or before or day


def opens_on_for(rule, month):
    return month.first_day.replace(day=rule.opens_day)


@transaction.atomic
def revise_rule(rule, *, by, day, opens_day, on_rest_day=OnRestDay.KEEP):
    """Another due day for the periods not opened yet; the open ones keep the day they were opened with."""
    if opens_day > day:
        raise Refused("开始填报的日期不能晚于报送期限。", field="opens_day")
    before = {"day": rule.day, "opens_day": rule.opens_day, "on_rest_day": rule.on_rest_day}
    after = {"day": day, "opens_day": opens_day, "on_rest_day": on_rest_day}
    if before == after:
        return rule
    ReportRule.objects.filter(pk=rule.pk).update(**after)
    rule.day, rule.opens_day, rule.on_rest_day = day, opens_day, on_rest_day
    record("report_rule.revised", rule, by=by, before=before, after=after)
    return rule


def open_periods(*, today):
    """Open every period whose day has come, the missed ones too, and give each organisation its row.

    Safe to run at any time, any number of times, and by two workers at once. Until a period is due,
    organisations founded meanwhile are added and moved ones report to their new superior.
    Returns the periods opened by this call.
    """
    opened = []
    for campaign in Campaign.objects.filter(starts_on__lte=today).prefetch_related("report_rules"):
        known = set(Period.objects.filter(campaign=campaign).values_list("tier", "month"))
        for rule in campaign.report_rules.all():
            for month in months_between(campaign.starts_on, min(campaign.ends_on, today)):
                due = (rule.tier, str(month)) not in known and opens_on_for(rule, month) <= today
                period = _open(rule, month) if due else None
                if period is not None:
                    opened.append(period)
    fresh = {period.pk for period in opened}
    for period in Period.objects.filter(due_on__gte=today).exclude(pk__in=fresh):
        give_reports(period)
    return opened


@transaction.atomic
def _open(rule, month):
    """Open one period with its rows; None when another worker was faster."""
    days = WorkingDays()
    due_on = due_on_for(rule, month, days)
    period, created = Period.objects.get_or_create(
        campaign_id=rule.campaign_id,
        tier=rule.tier,
        month=str(month),
        defaults={
            "opens_on": opens_on_for(rule, month),
            "due_on": due_on,
            "due_before": day_end(due_on),
            "rule": {
                "day": rule.day,
                "opens_day": rule.opens_day,
                "text": rule.text,
                "timezone": "Asia/Shanghai",
                "on_rest_day": rule.on_rest_day,
                "named_day": named_day(rule, month).isoformat(),
                "calendar_missing": rule.on_rest_day != OnRestDay.KEEP
                and not days.knows(month.year),
            },
        },
    )
    if not created:
        return None
    rows = give_reports(period)
    record("period.opened", period, by=None, due_on=due_on.isoformat(), rows=rows)
    return period


def expected_organizations(period):
    """Who owes a report of ``period``: existed by its due day and was not closed before it."""
    organizations = Organization.objects.filter(
        Q(established_on=None) | Q(established_on__lte=period.due_on),
        Q(closed_on=None) | Q(closed_on__gte=period.due_on),
    )
    if period.tier == Tier.COMMITTEE:
        return organizations.filter(kind=Kind.WORK_COMMITTEE)
    if period.tier == Tier.DIRECT:
        return organizations.direct()
    return organizations.branches().filter(depth__gt=Organization.DIRECT_DEPTH)


# How deep in the tree the one stands to whom a tier reports.
RECEIVER_DEPTH = {
    Tier.BRANCH: Organization.DIRECT_DEPTH,
    Tier.DIRECT: Organization.COMMITTEE_DEPTH,
    Tier.COMMITTEE: 1,
}


@transaction.atomic
def give_reports(period):
    """A row for every organisation that owes ``period`` and has none yet; returns how many were new.

    What is not handed in yet follows its organisation to another superior.
    """
    length = Organization.steplen * RECEIVER_DEPTH[period.tier]
    above = dict(
        Organization.objects.filter(depth=RECEIVER_DEPTH[period.tier]).values_list("path", "pk")
    )
    receivers = {
        pk: above[path[:length]]
        for pk, path in expected_organizations(period).values_list("pk", "path")
    }
    moved, known = defaultdict(list), set()
    for pk, organization, receiver, state in period.reports.values_list(
        "pk", "organization", "receiver", "state"
    ):
        known.add(organization)
        wanted = receivers.get(organization, receiver)
        if wanted != receiver and state in MonthlyReport.EDITABLE:
            moved[wanted].append(pk)
    for receiver, pks in moved.items():
        MonthlyReport.objects.filter(pk__in=pks, state__in=MonthlyReport.EDITABLE).update(
            receiver=receiver
        )
    rows = [
        MonthlyReport(period=period, organization_id=pk, receiver_id=receiver)
        for pk, receiver in receivers.items()
        if pk not in known
    ]
    MonthlyReport.objects.bulk_create(rows, batch_size=500, ignore_conflicts=True)
    return len(rows)
