"""一键催办 with its preview: ticked on a list or all of it, gone through, then sent."""

from django.contrib import messages
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from branches.models import Organization
from branchyear.lib.dates import local_day
from branchyear.lib.errors import Refused, require
from branchyear.lib.routes import path_to
from reports import rules
from reports.models import Matter, MonthlyReport
from reports.models.reminders import URGED
from reports.services import urging
from reports.services.reminders import next_hours
from reports.views.reminders import chosen_organization
from reports.views.report_list import Filters
from tasks.models import Problem


@require_GET
def urge(request):
    """Whom a reminder by hand would reach, with which words: everything ticked, to be gone through."""
    require(rules.may_see_overview(request.user), "催办由上级党组织办理。")
    return _preview(request, **_asked(request))


def _asked(request):
    """What is to be urged: what is ticked; everything overdue of one kind under an organisation; or the
    reports of a list by its conditions."""
    get, today = request.GET, local_day()
    if get.get("overdue_of"):
        organization = chosen_organization(request, get["overdue_of"])
        return {"problems": urging.overdue_problems(organization, today)}
    if get.get("items_of"):
        organization = chosen_organization(request, get["items_of"])
        return {"items": urging.overdue_branches(organization, today)}
    if get.get("reviews_of"):
        organization = chosen_organization(request, get["reviews_of"])
        return {"reviews": Organization.objects.under(organization)}
    if any(get.getlist(name) for name in BOXES) or "ticked" in get:
        return _ticked(get)
    rows = Filters.read(request).apply(MonthlyReport.objects.all(), timezone.now())
    return {"reports": rows.filter(period__opens_on__lte=today)}


# The boxes of the lists and of the preview: their name, what it stands for in the service, what is ticked.
BOXES = {
    Matter.REPORT.value: ("reports", MonthlyReport),
    Matter.PROBLEM.value: ("problems", Problem),
    Matter.ITEMS.value: ("items", Organization),
    Matter.REVIEW.value: ("reviews", Organization),
}


def _ticked(data):
    """The ticked rows by kind; a kind of which nothing is ticked is left out."""
    found = {}
    for box, (name, model) in BOXES.items():
        pks = [int(pk) for pk in data.getlist(box) if pk.isdecimal() and len(pk) < 19]
        if pks:
            found[name] = model.objects.filter(pk__in=pks)
    return found


def _preview(request, *, note="", wrong="", status=200, **chosen):
    now = timezone.now()
    found = urging.candidates(**chosen, by=request.user, now=now)
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
    if not chosen:
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
    return redirect(f"{path_to('reports:reminders')}?when={URGED}")
