"""一键催办 with its preview, and the ledger of reminders (提醒台账)."""

from django.contrib import messages
from django.db.models import Count, F, Q
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from branches.models import Organization
from branchyear.lib.dates import Month, day_end, day_start, local_day
from branchyear.lib.errors import Refused, require
from branchyear.lib.paging import page_of
from reports import rules
from reports.models import Matter, MonthlyReport, Reminder
from reports.models.reminders import URGED, occasion_words
from reports.services import urging
from reports.services.reminders import next_hours
from reports.views.report_list import Filters
from tasks.models import BranchItem, Problem
from tasks.querysets import OPEN_STATES

# --- 一键催办 ----------------------------------------------------------------------------------------


@require_GET
def urge(request):
    """Whom a reminder by hand would reach, with which words: everything ticked, to be gone through."""
    require(rules.may_see_overview(request.user), "催办由上级党组织办理。")
    return _preview(request, **_asked(request))


def _asked(request):
    """What is to be urged: ticked reports or problems, the overdue problems under an organisation, or
    the reports of a list by its conditions."""
    get = request.GET
    if get.get("overdue_of"):
        organization = _organization(request, get["overdue_of"])
        return {"problems": urging.overdue_problems(organization, local_day())}
    if get.getlist("report") or get.getlist("problem"):
        return _ticked(get)
    rows = Filters.read(request).apply(MonthlyReport.objects.all(), timezone.now())
    return {"reports": rows.filter(period__opens_on__lte=local_day())}


def _ticked(data):
    def keys(name):
        return [int(pk) for pk in data.getlist(name) if pk.isdecimal() and len(pk) < 19]

    return {
        "reports": MonthlyReport.objects.filter(pk__in=keys("report")),
        "problems": Problem.objects.filter(pk__in=keys("problem")),
    }


def _preview(request, *, reports=None, problems=None, note="", wrong="", status=200):
    now = timezone.now()
    found = urging.candidates(reports=reports, problems=problems, by=request.user, now=now)
    going = [one for one in found if one.can_go]
    sample = ""
    if going:
        words = urging.words_for(
            going[:1], note="", by_name=urging.place_of(request.user), today=local_day(now)
        )
        sample = render_to_string("mail/reminder.urged.txt", words).strip()
    return render(
        request,
        "reports/urge.html",
        {
            "rows": found,
            "going": len(going),
            "people": len({user.pk for one in going for user in one.people}),
            "sample": sample,
            "sample_of": going[0] if going else None,
            "note": note,
            "wrong": wrong,
            "waits_until": next_hours(now),
            "today": local_day(now),
            "at_once": urging.AT_ONCE,
        },
        status=status,
    )


@require_POST
def send_urge(request):
    """Send what is ticked; who was urged lately is left out and named."""
    require(rules.may_see_overview(request.user), "催办由上级党组织办理。")
    chosen, note = _ticked(request.POST), request.POST.get("note", "")
    if not (request.POST.getlist("report") or request.POST.getlist("problem")):
        raise Refused("请至少勾选一项再催办。")
    try:
        going, left = urging.urge(**chosen, note=note, by=request.user, now=timezone.now())
    except Refused as refusal:
        if refusal.field != "note":
            raise
        return _preview(request, **chosen, note=note, wrong=refusal.sentence, status=422)
    people = {user.pk for one in going for user in one.people}
    words = f"已催办{len(going)}项，发给{len(people)}人。"
    if left:
        words += f"{len(left)}项近期已催办过或没有在任的填报人，没有发送。"
    messages.success(request, words)
    return redirect(f"{reverse('reports:reminders')}?when={URGED}")


# --- 提醒台账 ----------------------------------------------------------------------------------------

OUTCOMES = {
    "unseen": ("未读", Q(seen_at=None)),
    "unacted": ("提醒后未办", Q(acted_at=None) & ~Q(matter=Matter.ITEMS)),
    "failed": ("邮件发送失败", Q(letter="failed")),
}
WHENS = {"T-": "到期前", "T": "到期当日", "T+": "逾期后", "U": "报上级", URGED: "催办"}


@require_GET
def reminders(request):
    """Who was reminded of what and what came of it; which reminder worked."""
    require(rules.may_see_overview(request.user), "提醒台账由上级党组织查看。")
    get = request.GET
    organization = _organization(request, get["org"]) if get.get("org") else None
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


def _organization(request, pk):
    if not (pk.isdecimal() and len(pk) < 19):
        raise Http404
    return get_object_or_404(Organization.objects.visible_to(request.user), pk=pk)


def _month(text):
    try:
        return Month.parse(text)
    except ValueError:
        return Month.of(local_day())


def _sums(rows):
    """Per occasion: sent, read, done after it. Items of a checklist are done piece by piece and have no
    single moment; they are left out of the last count, and of its whole."""
    counted = (
        rows.order_by()
        .values("occasion")
        .annotate(
            sent=Count("pk"),
            seen=Count("pk", filter=Q(seen_at__isnull=False)),
            countable=Count("pk", filter=~Q(matter=Matter.ITEMS)),
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
        .annotate(count=Count(F("pk")))
    }
    for row in rows:
        row.rest = open_items.get((row.organization_id, row.due_on), 0)
        row.what = _what(row)
        row.url = _url(row)
    return rows


def _what(row):
    if row.matter == Matter.REPORT:
        return f"{row.report.period.label}月报"
    if row.matter == Matter.PROBLEM:
        return f"第{row.problem.number}号问题"
    return f"{row.due_on.month}月{row.due_on.day}日到期条目"


def _url(row):
    if row.matter == Matter.REPORT:
        return row.report.get_absolute_url()
    if row.matter == Matter.PROBLEM:
        return row.problem.get_absolute_url()
    return reverse("tasks:branch_checklist", args=[row.organization_id])
