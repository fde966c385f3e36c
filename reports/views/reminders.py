"""The ledger of reminders (提醒台账): what was sent and what came of it, and what is planned."""

from django.db.models import Count, Q
from django.http import Http404
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_GET

from branches.models import Organization
from branches.scope import scope_of
from branchyear.lib.dates import Month, day_end, day_start, local_day
from branchyear.lib.errors import require
from branchyear.lib.paging import page_of
from branchyear.lib.routes import path_to
from reports import rules
from reports.models import Matter, Reminder
from reports.models.reminders import SINGLE, URGED, occasion_words
from reports.services import planning
from reports.services.owing import Due, still_owed
from tasks.models import BranchItem
from tasks.querysets import OPEN_STATES

OUTCOMES = {
    "unseen": ("未读", Q(seen_at=None)),
    "unacted": ("提醒后未办", Q(acted_at=None, matter__in=SINGLE)),
    "failed": ("邮件发送失败", Q(letter="failed")),
}
WHENS = {"T-": "到期前", "T": "到期当日", "T+": "逾期后", "U": "报上级", URGED: "催办"}


@require_GET
def reminders(request):
    """Who was reminded of what and what came of it; which reminder worked."""
    require(rules.may_see_overview(request.user), "提醒台账由上级党组织查看。")
    get = request.GET
    organization = chosen_organization(request, get["org"]) if get.get("org") else None
    if get.get("tab") == "planned":
        return _planned(request, organization)
    rows = Reminder.objects.visible_to(request.user)
    if organization:
        rows = rows.under(organization)
    month = _month(get.get("month"))
    rows = rows.filter(sent_at__gte=day_start(month.first_day), sent_at__lt=day_end(month.last_day))
    if get.get("report", "").isdecimal() and len(get["report"]) < 19:
        rows = rows.filter(report=int(get["report"]))
    if get.get("matter") in Matter.values:
        rows = rows.filter(matter=get["matter"])
    name = (get.get("q") or "").strip()[:60]
    if name:
        rows = rows.filter(
            Q(organization__name__icontains=name) | Q(recipient__name__icontains=name)
        )
    rows = rows.with_outcome()
    sums = _sums(rows)
    chosen_when = get.get("when") if get.get("when") in WHENS else ""
    if chosen_when == "T":
        rows = rows.filter(occasion="T")
    elif chosen_when:
        rows = rows.filter(occasion__startswith=chosen_when)
    outcome = get.get("outcome") if get.get("outcome") in OUTCOMES else ""
    if outcome:
        rows = rows.filter(OUTCOMES[outcome][1])
    rows = rows.select_related("organization", "recipient", "by", "report__period", "problem")
    page = page_of(get, rows.order_by("-sent_at", "-pk"), 30)
    return render(
        request,
        "reports/reminders.html",
        {
            "organization": organization,
            "tabs": _tabs(organization, planned=False),
            "page": page,
            "rows": _with_rest(page),
            "sums": sums,
            "month": month,
            "matters": Matter.choices,
            "whens": WHENS.items(),
            "outcomes": [(code, word) for code, (word, _) in OUTCOMES.items()],
            "chosen": {
                "matter": get.get("matter", ""),
                "when": chosen_when,
                "outcome": outcome,
                "q": name,
            },
        },
    )


def _planned(request, organization):
    """What the portal will send in the next days, by day: whom, of what, and why on that day."""
    paths = [organization.path] if organization else scope_of(request.user).seen_paths
    lines = planning.planned(paths=paths, now=timezone.now())
    days = {}
    for line in lines:
        days.setdefault(line.day, []).append(line)
    return render(
        request,
        "reports/reminders_planned.html",
        {
            "organization": organization,
            "tabs": _tabs(organization, planned=True),
            "days": days.items(),
            "ahead": planning.AHEAD,
            "today": local_day(),
        },
    )


def _tabs(organization, *, planned):
    org = f"&org={organization.pk}" if organization else ""
    return [
        {"label": "已发出", "url": f"?tab=sent{org}", "active": not planned},
        {
            "label": f"计划（{planning.AHEAD}天内）",
            "url": f"?tab=planned{org}",
            "active": planned,
        },
    ]


def chosen_organization(request, pk):
    if not (pk.isdecimal() and len(pk) < 19):
        raise Http404
    return get_object_or_404(Organization.objects.visible_to(request.user), pk=pk)


def _month(text):
    try:
        return Month.parse(text)
    except ValueError:
        return Month.of(local_day())


def _sums(rows):
    """Per occasion: sent, read, done after it. What is done piece by piece (items, conversions, reviews)
    has no single moment; it is left out of the last count, and of its whole."""
    counted = (
        rows.order_by()
        .values("occasion")
        .annotate(
            sent=Count("pk"),
            seen=Count("pk", filter=Q(seen_at__isnull=False)),
            countable=Count("pk", filter=Q(matter__in=SINGLE)),
            acted=Count("pk", filter=Q(acted_at__isnull=False)),
            failed=Count("pk", filter=Q(letter="failed")),
        )
    )
    found = [{**row, "words": occasion_words(row["occasion"])} for row in counted]
    return sorted(found, key=lambda row: _place(row["occasion"]))


def _place(occasion):
    kind, days = occasion[0], occasion[1:]
    return "TUM".index(kind), int(days or 0)


def _with_rest(page):
    """The rows of a page; of the checklist's items how many are still open. One statement more."""
    rows = list(page)
    asked = [row for row in rows if row.matter == Matter.ITEMS]
    open_items = {
        (row["branch"], row["due_on"]): row["count"]
        for row in BranchItem.objects.in_force()
        .filter(
            state__in=OPEN_STATES,
            branch__in={row.organization_id for row in asked},
            due_on__in={row.due_on for row in asked},
        )
        .order_by()
        .values("branch", "due_on")
        .annotate(count=Count("pk"))
    }
    others = [row for row in rows if row.matter not in (*SINGLE, Matter.ITEMS)]
    still = still_owed([_due(row) for row in others])
    for row in rows:
        row.rest = open_items.get((row.organization_id, row.due_on), 0)
        row.is_single = row.matter in SINGLE
        row.is_open = (row.subject, row.due_on) in still
        row.what = _what(row)
        row.url = _url(row)
    return rows


def _due(row):
    """The matter of a row, to be asked whether it still stands."""
    return Due(
        row.matter, row.subject, row.organization_id, row.due_on, row.occasion, row.recipient_id,
        what="", url="",
    )  # fmt: skip


def _what(row):
    day = f"{row.due_on.month}月{row.due_on.day}日"
    return {
        Matter.REPORT: lambda: f"{row.report.period.label}月报",
        Matter.PROBLEM: lambda: f"第{row.problem.number}号问题",
        Matter.ITEMS: lambda: f"{day}到期条目",
        Matter.TERM: lambda: "换届",
        Matter.PROBATION: lambda: "预备党员转正",
        Matter.REVIEW: lambda: "检查条目审核",
    }[row.matter]()


def _url(row):
    org = f"?org={row.organization_id}"
    return {
        Matter.REPORT: lambda: row.report.get_absolute_url(),
        Matter.PROBLEM: lambda: row.problem.get_absolute_url(),
        Matter.ITEMS: lambda: path_to("tasks:branch_checklist", row.organization_id),
        Matter.TERM: lambda: path_to("members:committee") + org,
        Matter.PROBATION: lambda: path_to("members:roster") + org + "&category=probationary",
        Matter.REVIEW: lambda: path_to("tasks:review_clocks"),
    }[row.matter]()
