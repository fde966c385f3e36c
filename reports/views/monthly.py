"""月报: the list, the paper and its steps."""

from dataclasses import dataclass, field
from urllib.parse import urlencode

from django.contrib import messages
from django.db.models import Q
from django.http import Http404, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from branches.models import Organization
from branches.roles import BRANCH_ROLES
from branches.scope import scope_of
from branchyear.lib.dates import Month, local_day
from branchyear.lib.errors import Conflict, Refused, require
from branchyear.lib.paging import page_of
from reports import rules
from reports.forms import ExtensionForm, ReportForm
from reports.models import GoodPractice, MonthlyReport, Period, ReportExtension, Tier
from reports.services import extensions, figures, monthly, practices
from reports.services.sections import texts_of
from reports.views import sheet

UNEXPLAINED = "有需要说明的情况，请在“情况说明”中各写一句话。"
VERDICTS = {
    "ontime": "按期",
    "extended": "经批准延期",
    "late": "逾期",
    "missing": "未报",
    "waiting": "未到期",
    "received": "已报送",
    "unreported": "尚未报送",
}


# --- The list -------------------------------------------------------------------------------------


@require_GET
def reports(request):
    """月报: one's own on top, then what waits to be received, then all in sight."""
    scope = scope_of(request.user)
    if not scope.seen_paths:
        raise Http404
    now = timezone.now()
    seen = MonthlyReport.objects.visible_to(request.user).with_words()
    own = seen.filter(_held(scope, rules.FILLERS, "organization"))
    queue = seen.filter(
        _held(scope, rules.RECEIVERS, "receiver"), state="submitted"
    ).select_related("submitted_by")
    tabs = _tabs(request, scope, own=own, queue=queue)
    context = {"tabs": tabs.values(), "tab": _chosen_tab(request, tabs), "today": local_day(now)}
    context["may_urge"] = rules.may_see_overview(request.user)
    if context["tab"] == "own":
        context.update(_own(own.with_verdict(now).expected()))
    elif context["tab"] == "queue":
        rows = queue.with_verdict(now).order_by("submitted_at", "pk")
        context["page"] = page_of(request.GET, rows, 20)
        context["requests"] = list(_requests(request, scope)[:50])
    else:
        filters = Filters.read(request)
        rows = filters.apply(seen.expected(), now).with_verdict(now)
        context.update(
            filters=filters,
            page=page_of(request.GET, rows, 20),
            months=_months(),
            tiers=Tier.choices,
            verdicts=VERDICTS.items(),
        )
    return render(request, "reports/reports.html", context)


def _held(scope, roles_of, path, tier_path="period__tier"):
    """Reports for which the person holds the office that ``roles_of`` names for their tier."""
    condition = Q(pk__in=[])
    for tier, roles in roles_of.items():
        condition |= Q(**{tier_path: tier, f"{path}__in": scope.organizations(roles)})
    return condition


def _requests(request, scope):
    """Requests for more time that wait for this person."""
    return (
        ReportExtension.objects.visible_to(request.user)
        .filter(_held(scope, rules.RECEIVERS, "report__receiver", "report__period__tier"))
        .filter(state="asked")
        .select_related("report__organization", "report__period", "asked_by")
    )


def _tabs(request, scope, *, own, queue):
    tabs = {}
    if any(scope.organizations(roles) for roles in rules.FILLERS.values()):
        tabs["own"] = {"label": "本单位月报", "url": "?tab=own"}
    if any(scope.organizations(roles) for roles in rules.RECEIVERS.values()):
        requests = _requests(request, scope)
        tabs["queue"] = {
            "label": "待接收",
            "url": "?tab=queue",
            "count": queue.count() + requests.count(),
        }
    if not scope.roles <= BRANCH_ROLES:
        tabs["all"] = {"label": "全部月报", "url": "?tab=all"}
    chosen = _chosen_tab(request, tabs)
    for key, tab in tabs.items():
        tab["active"] = key == chosen
    return tabs


def _chosen_tab(request, tabs):
    wanted = request.GET.get("tab")
    return wanted if wanted in tabs else next(iter(tabs), "all")


def _own(rows):
    """The latest report of each unit on top, the earlier ones below; one red button at most."""
    latest, earlier = [], []
    seen = set()
    for report in rows.order_by("-period__month", "organization__path", "pk"):
        unit = (report.organization_id, report.period.tier)
        (earlier if unit in seen else latest).append(report)
        seen.add(unit)
    red = next((report for report in latest if report.is_editable), None)
    return {"latest": latest, "earlier": earlier, "red": red}


@dataclass
class Filters:
    """The query row of the list; a value that names nothing is not applied."""

    month: str = ""
    tier: str = ""
    verdict: str = ""
    name: str = ""
    conditions: dict = field(default_factory=dict)

    @classmethod
    def read(cls, request):
        get = request.GET
        chosen = cls(
            month=_month(get.get("month")),
            tier=get.get("tier") if get.get("tier") in Tier.values else "",
            verdict=get.get("verdict") if get.get("verdict") in VERDICTS else "",
            name=(get.get("q") or "").strip()[:60],
        )
        for name in ("receiver", "under"):
            if (get.get(name) or "").isdecimal() and len(get[name]) < 19:
                chosen.conditions[name] = int(get[name])
        return chosen

    @property
    def query(self):
        """The same conditions as an address."""
        named = {"month": self.month, "tier": self.tier, "verdict": self.verdict, "q": self.name}
        return urlencode({**{k: v for k, v in named.items() if v}, **self.conditions})

    def apply(self, rows, now):
        if self.month:
            rows = rows.filter(period__month=self.month)
        if self.tier:
            rows = rows.filter(period__tier=self.tier)
        if self.verdict:
            rows = rows.judged(self.verdict, now)
        if self.name:
            rows = rows.filter(organization__name__icontains=self.name)
        if "receiver" in self.conditions:
            rows = rows.filter(receiver=self.conditions["receiver"])
        if "under" in self.conditions:
            top = Organization.objects.filter(pk=self.conditions["under"]).first()
            rows = rows.under(top) if top else rows.none()
        return rows


def _month(text):
    try:
        return str(Month.parse(text))
    except ValueError:
        return ""


def _months():
    """Every month that has been opened, latest first."""
    found = Period.objects.order_by("-month").values_list("month", flat=True).distinct()
    return [(month, Month.parse(month).label) for month in found]


# --- The paper ------------------------------------------------------------------------------------


def get_report(request, pk):
    """The report, if this person sees its organisation."""
    return get_object_or_404(
        MonthlyReport.objects.visible_to(request.user).select_related(
            "organization", "receiver", "period__campaign", "updated_by", "submitted_by"
        ),
        pk=pk,
    )


@require_GET
def report(request, pk):
    """One report as a paper: figures from facts, words to write or to read, its way, its seal."""
    return paper(request, get_report(request, pk))


def paper(
    request,
    report,
    *,
    form=None,
    conflict=None,
    problem="",
    reason="",
    extension_form=None,
    status=200,
):
    """The page of a report; what was typed and what is wrong with it comes from the caller."""
    now, user = timezone.now(), request.user
    may_fill, may_receive = rules.may_fill(user, report), rules.may_receive(user, report)
    writing = may_fill and report.is_editable
    steps = list(report.steps.order_by("pk"))
    step = None if writing else _shown_step(report, steps)
    desk = monthly.desk_of(report, today=local_day(now)) if writing else None
    live = (
        desk.figures
        if desk
        else figures.figures_for(report.organization, report.period, today=local_day(now))
    )
    if desk and form is None:
        first = {"version": report.revision, **desk.first_words()}
        form = ReportForm(texts_of(report.period), initial=first)
    unusual = desk.soft(form.words) if writing else []
    lower = sheet.lower_words(report, user) if writing or may_receive else None
    return render(
        request,
        "reports/report.html",
        {
            "report": report,
            "period": report.period,
            "verdict": monthly.verdict(report, now),
            "today": local_day(now),
            "writing": writing,
            "may_withdraw": may_fill and report.state == "submitted",
            "may_receive": may_receive and report.state == "submitted",
            "may_return": may_receive and report.state in ("submitted", "accepted"),
            "columns": sheet.columns(sheet.sealed_figures(step, live) if step else live),
            "changed": sheet.changed_since(step, live) if step else [],
            "step": step,
            "intact": monthly.is_intact(step) if step else False,
            "form": form,
            "conflict": conflict,
            "problem": problem,
            "reason": reason,
            "parts": sheet.parts_to_write(report, form, desk, lower)
            if writing
            else sheet.parts_to_read(step),
            "wanted": desk.hard(form.words) if writing else [],
            "questions": sheet.questions(form, report, unusual) if writing else [],
            "lower": lower,
            "may_recommend": bool(practices.words_of(report)) and rules.may_recommend(user, report),
            "practice": GoodPractice.objects.filter(report=report).first(),
            "timeline": [_told(step) for step in steps],
            "confirm": sheet.confirmation(report, live, now) if writing else "",
            **_extension_context(
                report, now, form=extension_form, may_fill=may_fill, may_receive=may_receive
            ),
        },
        status=status,
    )


def _extension_context(report, now, *, form, may_fill, may_receive):
    """The requests for more time, and whether this person may ask for it or give it."""
    asked = list(report.extensions.select_related("asked_by", "decided_by"))
    waiting = next((one for one in asked if one.state == "asked"), None)
    open_to = (may_fill or may_receive) and not extensions.why_not(report, now=now)
    may_ask = open_to and may_fill and waiting is None
    may_grant = open_to and may_receive and waiting is None
    last = extensions.latest_day(report.period)
    return {
        "extensions": asked,
        "extension_waiting": waiting,
        "may_decide_extension": may_receive,
        "may_ask_extension": may_ask,
        "may_grant_extension": may_grant,
        "extension_last": last,
        "extension_form": form or ExtensionForm(initial={"until": last}),
    }


def _shown_step(report, steps):
    """The submission that stands, or that was returned; none when there is nothing handed in."""
    if report.state not in ("submitted", "accepted", "returned"):
        return None
    handed_in = [s for s in steps if s.kind == "submitted" and s.round == report.round]
    return handed_in[-1] if handed_in else None


def _told(step):
    """A step as the time line shows it."""
    what = {
        "submitted": f"报送(第{step.round}次)",
        "withdrawn": "撤回",
        "accepted": "接收",
        "returned": "退回修改",
    }[step.kind]
    code = {"withdrawn": "todo"}.get(step.kind, step.kind)
    return {"at": step.at, "who": step.by_name, "what": what, "detail": step.reason, "code": code}


# --- Steps ----------------------------------------------------------------------------------------


@require_POST
def save_report(request, pk):
    """暂存, by the button or by autosave (which wants JSON)."""
    return _written(request, get_report(request, pk), monthly.save, "已暂存。")


@require_POST
def submit_report(request, pk):
    """报送: what is missing is said beside the box, and nothing typed is lost."""
    report = get_report(request, pk)
    return _written(request, report, monthly.submit, f"已报送至{report.receiver}。")


def _written(request, report, service, done):
    """Save or submit the form; errors and conflicts bring the paper back with everything typed."""
    now = timezone.now()
    form = ReportForm(texts_of(report.period), request.POST)
    if form.is_valid() and service is monthly.submit and report.is_editable:
        _check(report, form, today=local_day(now))
    if not form.is_valid() or form.unexplained:
        require(rules.may_fill(request.user, report))
        if request.scripted:
            sentence = " ".join(e for errors in form.errors.values() for e in errors)
            return JsonResponse({"error": sentence or UNEXPLAINED}, status=422)
        return paper(request, report, form=form, status=422)
    version = form.cleaned_data["version"]
    try:
        report = service(
            report, form.texts, notes=form.notes, revision=version, by=request.user, now=now
        )
    except Conflict as error:
        report = get_report(request, report.pk)
        if not report.is_editable:
            raise Refused(error.sentence) from None
        if request.scripted:
            answer = {"error": error.sentence, "theirs": error.theirs, "version": report.revision}
            return JsonResponse(answer, status=409)
        data = request.POST.copy()
        data["version"] = report.revision
        typed = ReportForm(texts_of(report.period), data)
        return paper(request, report, form=typed, conflict=error, status=409)
    if request.scripted:
        return JsonResponse({"version": report.revision, "saved_at": now.isoformat()})
    messages.success(request, done)
    return redirect(report)


def _check(report, form, *, today):
    """Marks the parts that keep the report from being handed in, and the lines that are missing."""
    desk = monthly.desk_of(report, today=today)
    for key, sentence in desk.hard(form.texts):
        form.add_error(key, sentence)
    given = monthly.clean_notes(form.notes)
    form.unexplained = {one.key for one in desk.soft(form.texts)} - set(given)


@require_POST
def withdraw_report(request, pk):
    """撤回, before it is received."""
    report = monthly.withdraw(get_report(request, pk), by=request.user, now=timezone.now())
    messages.success(request, "已撤回，可以修改后重新报送。")
    return redirect(report)


@require_POST
def accept_report(request, pk):
    """接收."""
    report = get_report(request, pk)
    monthly.accept(report, by=request.user, now=timezone.now(), seen_round=_round(request))
    messages.success(request, f"已接收{report}。")
    return redirect(report)


@require_POST
def return_report(request, pk):
    """退回修改, with a reason; a missing one is asked for beside the box."""
    report = get_report(request, pk)
    reason = request.POST.get("reason", "")
    try:
        monthly.send_back(
            report,
            reason=reason,
            by=request.user,
            now=timezone.now(),
            seen_round=_round(request),
        )
    except Refused as error:
        if error.field != "reason" or request.scripted:
            raise
        return paper(request, report, problem=error.sentence, reason=reason, status=422)
    messages.success(request, f"已退回{report}，填报单位会收到通知。")
    return redirect(report)


def _round(request):
    text = request.POST.get("round", "")
    return int(text) if text.isdecimal() else None
