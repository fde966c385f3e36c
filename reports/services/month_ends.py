"""The figures of every month, frozen at its end (月末数据): what trends are drawn from.

One row per directly affiliated organisation, and for the committee and the department above them. A job takes
them in the first hours of the new month; after ``GRACE`` days it does not any more, because what stood where at
the end of the month is not known then. A row says with which rule, as of which moment and when it was made, and is
never changed afterwards: a later correction shows in the next month, as it does on paper.
"""

from collections import defaultdict
from datetime import timedelta

from django.db import transaction
from django.db.models import Count, F, Q
from django.db.models.functions import Coalesce, Substr

from branches.models import Kind, Organization
from branchyear.audit.services import record
from branchyear.lib.dates import Month, day_end, local_day
from reports.models import MonthEnd, MonthlyReport, Tier
from reports.services.standing import WRONG
from tasks.models import BranchItem, Campaign, Finding, Problem, ProblemStep

GRACE = 5
RULE = {
    "version": 1,
    "items": "现有党支部的在用检查条目；逾期为期限在月末以前、仍在支部没有提交的",
    "reports": "直属党组织月报（直属党组织内为党支部月报），以首次报送时间为准",
    "findings": "发现日期不晚于月末、月末没有消除的体检发现，不含提醒",
    "problems": "发现日期不晚于月末的问题；已销号按办理过程，逾期按当时的整改时限",
}
ITEM_NUMBERS = ("total", "todo", "draft", "submitted", "returned", "accepted", "overdue", "due")


# --- Counting, each by the path of the directly affiliated organisation --------------------------------


def _place(path):
    return Substr(path, 1, Organization.steplen * Organization.DIRECT_DEPTH)


def count_items(campaign, month):
    """``{path: {"items": numbers, "tasks": {code: numbers}}}`` as the items stand now."""
    day = month.last_day + timedelta(days=1)
    rows = BranchItem.objects.of(campaign).in_force().annotate(place=_place("branch__path"))
    found = defaultdict(lambda: {"items": dict.fromkeys(ITEM_NUMBERS, 0), "tasks": {}})
    for path, task, *numbers in rows.counts(day, "place", "item__task__code"):
        told = dict(zip(ITEM_NUMBERS, numbers, strict=True))
        found[path]["tasks"][task] = told
        _add(found[path]["items"], told)
    return dict(found)


def count_reports(campaign, month):
    """``{path: {tier: expected, in_time, late, missing}}`` as at the end of the month."""
    end = day_end(month.last_day)
    came = Q(first_submitted_at__lt=end)
    in_time = Q(first_submitted_at__lt=Coalesce("extended_before", F("period__due_before")))
    rows = (
        MonthlyReport.objects.filter(period__campaign=campaign, period__month=str(month))
        .exclude(period__tier=Tier.COMMITTEE)
        .expected()
        .annotate(place=_place("organization__path"))
        .order_by()
        .values_list("place", "period__tier")
        .annotate(
            n=Count("pk"),
            n_in_time=Count("pk", filter=came & in_time),
            n_late=Count("pk", filter=came & ~in_time),
            n_missing=Count("pk", filter=~came | Q(first_submitted_at=None)),
        )
    )
    found = defaultdict(dict)
    for path, tier, *numbers in rows:
        names = ("expected", "in_time", "late", "missing")
        found[path][tier] = dict(zip(names, numbers, strict=True))
    return dict(found)


def count_findings(campaign, month):
    """``{path: findings, units}`` open at the end of the month, by their days."""
    last = month.last_day
    rows = (
        Finding.objects.for_the_branch()
        .filter(rule__campaign=campaign, severity__in=WRONG, opened_on__lte=last)
        .filter(Q(closed_on=None) | Q(closed_on__gt=last))
        .annotate(place=_place("organization__path"))
        .order_by()
        .values_list("place")
        .annotate(n=Count("pk"), units=Count("organization", distinct=True))
    )
    return {path: {"open": n, "units": units} for path, n, units in rows}


def count_problems(campaign, month, *, is_past=False):
    """``{path: total, closed, overdue}`` at the end of the month, closed by the problem's own steps. Of a month
    that is long over the due days of then are not known (``is_past``): ``overdue`` is left out."""
    last, end = month.last_day, day_end(month.last_day)
    steps = ProblemStep.objects.filter(
        problem__campaign=campaign, at__lt=end,
        kind__in=[ProblemStep.Kind.CLOSED, ProblemStep.Kind.REOPENED],
    ).order_by("at", "pk")  # fmt: skip
    stands = dict(steps.values_list("problem_id", "kind"))
    rows = (
        Problem.objects.filter(campaign=campaign, found_on__lte=last)
        .annotate(place=_place("organization__path"))
        .values_list("pk", "place", "due_on")
    )
    names = ("total", "closed") if is_past else ("total", "closed", "overdue")
    found = defaultdict(lambda: dict.fromkeys(names, 0))
    for pk, path, due_on in rows:
        told = found[path]
        is_closed = stands.get(pk) == ProblemStep.Kind.CLOSED
        told["total"] += 1
        told["closed"] += is_closed
        if not is_past:
            told["overdue"] += not is_closed and due_on is not None and due_on <= last
    return dict(found)


# --- Freezing ---------------------------------------------------------------------------------------


def take_due(*, now):
    """Freeze the month that has ended, if that has not been done and its end is still known; how many rows."""
    today = local_day(now)
    month = Month.of(today).plus(-1)
    campaign = Campaign.objects.running(month.last_day)
    if today.day > GRACE or campaign is None or not is_of(campaign, month):
        return 0
    return take(campaign, month, now=now)


def is_of(campaign, month):
    """Whether the campaign ran in this month."""
    return campaign.starts_on <= month.last_day and month.first_day <= campaign.ends_on


@transaction.atomic
def take(campaign, month, *, now):
    """Count and freeze; nothing if it is frozen already."""
    if MonthEnd.objects.filter(campaign=campaign, month=str(month)).exists():
        return 0
    counted = {
        "items": count_items(campaign, month),
        "reports": count_reports(campaign, month),
        "findings": count_findings(campaign, month),
        "problems": count_problems(campaign, month),
    }
    return freeze(campaign, month, counted, now=now)


@transaction.atomic
def freeze(campaign, month, counted, *, now, missing=()):
    """Write what was counted, a row per organisation. ``missing`` names what could not be known."""
    rule = {**RULE, "as_of": day_end(month.last_day).isoformat(), "missing": list(missing)}
    places = Organization.objects.filter(depth__lte=Organization.DIRECT_DEPTH).exclude(
        kind=Kind.GROUP
    )
    written = 0
    for place in places.order_by("path"):
        inside = place.depth >= Organization.DIRECT_DEPTH
        figures = _figures(place.path, counted, Tier.BRANCH if inside else Tier.DIRECT)
        if not figures:
            continue
        MonthEnd(
            organization=place, campaign=campaign, month=str(month), figures=figures, rule=rule,
            taken_at=now,
        ).save()  # fmt: skip
        written += 1
    if written:
        record("month_end.taken", campaign, by=None, month=str(month), rows=written)
    return written


def _figures(path, counted, tier):
    """Of everything at and below ``path``; what nobody counted is left out, never 0."""
    items, tasks, reports, findings, problems = {}, {}, {}, {}, {}
    for place, told in counted["items"].items():
        if place.startswith(path):
            _add(items, told["items"])
            for code, numbers in told["tasks"].items():
                _add(tasks.setdefault(code, {}), numbers)
    for place, told in counted["reports"].items():
        if place.startswith(path) and tier in told:
            _add(reports, told[tier])
    for name, sums in (("findings", findings), ("problems", problems)):
        for place, told in counted.get(name, {}).items():
            if place.startswith(path):
                _add(sums, told)
    found = {"items": items, "tasks": tasks, "reports": reports, "findings": findings,
             "problems": problems}  # fmt: skip
    if not items:
        return {}
    return {name: numbers for name, numbers in found.items() if numbers}


def _add(sums, numbers):
    for name, number in numbers.items():
        sums[name] = sums.get(name, 0) + number


# --- Reading ----------------------------------------------------------------------------------------


def of(organization, campaign, *, by):
    """The month ends of an organisation, oldest first."""
    return list(
        MonthEnd.objects.visible_to(by)
        .filter(organization=organization, campaign=campaign)
        .order_by("month")
    )
