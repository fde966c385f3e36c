"""月报: the list, one's own on top."""

from dataclasses import dataclass, field
from urllib.parse import urlencode

from django.db.models import BigAutoField, CharField, DateTimeField, Q
from django.http import Http404
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from branches.models import Organization
from branches.roles import BRANCH_ROLES
from branches.scope import scope_of
from branchyear.lib.composed import composed
from branchyear.lib.dates import Month, local_day
from branchyear.lib.paging import page_of
from reports import rules
from reports.models import MonthlyReport, Period, ReportExtension, Tier

VERDICTS = {
    "ontime": "按期",
    "extended": "经批准延期",
    "late": "逾期",
    "missing": "未报",
    "waiting": "未到期",
    "received": "已报送",
    "unreported": "尚未报送",
}


@require_GET
def reports(request):
    """月报: one's own on top, then what waits to be received, then all in sight."""
    scope = scope_of(request.user)
    if not scope.seen_paths:
        raise Http404
    now = timezone.now()
    tabs = _tabs(request, scope)
    context = {"tabs": tabs.values(), "tab": _chosen_tab(request, tabs), "today": local_day(now)}
    context["may_urge"] = rules.may_see_overview(request.user)
    if context["tab"] == "own":
        context.update(_own(_filled_by(request.user, scope, now)))
    elif context["tab"] == "queue":
        rows = _queue(request.user, scope).with_verdict(now).order_by("submitted_at", "pk")
        context["page"] = page_of(request.GET, rows, 20)
        context["requests"] = list(_requests(request, scope)[:50])
    else:
        filters = Filters.read(request)
        rows = filters.apply(_seen(request.user).expected(), now).with_verdict(now)
        context.update(
            filters=filters,
            page=page_of(request.GET, rows, 20),
            months=_months(),
            tiers=Tier.choices,
            verdicts=VERDICTS.items(),
        )
    return render(request, "reports/reports.html", context)


def _seen(user):
    return MonthlyReport.objects.visible_to(user).with_words()


def _queue(user, scope):
    """What waits to be received by this person."""
    waiting = _seen(user).filter(_held(scope, rules.RECEIVERS, "receiver"), state="submitted")
    return waiting.select_related("submitted_by")


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


def _tabs(request, scope):
    tabs = {}
    if rules.takes_part(scope, rules.FILLERS):
        tabs["own"] = {"label": "本单位月报", "url": "?tab=own"}
    if rules.takes_part(scope, rules.RECEIVERS):
        requests = _requests(request, scope)
        tabs["queue"] = {
            "label": "待接收",
            "url": "?tab=queue",
            "count": _queue(request.user, scope).count() + requests.count(),
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


def _in_order(rows, now):
    return rows.with_verdict(now).expected().order_by("-period__month", "organization__path", "pk")


@composed(unit=BigAutoField(), top=CharField(), now=DateTimeField())
def _of_unit(unit, top, now, tiers):
    rows = MonthlyReport.objects.filter(organization=unit, period__tier__in=tiers)
    return _in_order(rows.seen_from([top]).with_words(), now)


def _filled_by(user, scope, now):
    """The reports this person writes, latest month first."""
    held = {tier: scope.organizations(roles) for tier, roles in rules.FILLERS.items()}
    units = {unit.pk for each in held.values() for unit in each}
    if scope.only_top is None or len(units) != 1:
        return _in_order(_seen(user).filter(_held(scope, rules.FILLERS, "organization")), now)
    tiers = tuple(tier for tier, each in held.items() if each)
    return _of_unit(unit=units.pop(), top=scope.only_top, now=now, tiers=tiers)


def _own(rows):
    """The latest report of each unit on top, the earlier ones below; one red button at most."""
    latest, earlier = [], []
    seen = set()
    for report in rows:
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
