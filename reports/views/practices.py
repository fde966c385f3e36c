"""经验做法: the list, and each step on the way."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from branches.scope import scope_of
from branchyear.lib.errors import Refused, require
from branchyear.lib.paging import page_of
from reports import rules
from reports.models import GoodPractice
from reports.services import practices as services
from reports.views.monthly import get_report

State = GoodPractice.State


def _seen(request):
    return GoodPractice.objects.visible_to(request.user).select_related(
        "organization", "report__period", "report__organization", "report__receiver"
    )


@require_GET
def practices(request):
    """What worked below and at one's own place, the latest first, by how far it got."""
    require(scope_of(request.user).seen_paths, "您目前没有可查看的党组织。")
    return _page(request)


def _page(request, *, wrong=None, complaint="", status=200):
    state = request.GET.get("state", "")
    rows = _seen(request)
    if state in State.values:
        rows = rows.filter(state=state)
    page = page_of(request.GET, rows, 20)
    for row in page.object_list:
        row.may_decide = row.MOVES[row.state] and rules.may_decide_practice(request.user, row)
    tabs = [("", "全部"), *State.choices]
    context = {
        "page": page,
        "tabs": [
            {"label": label, "url": f"?state={code}", "active": code == state}
            for code, label in tabs
        ],
        "wrong": wrong,
        "complaint": complaint,
        "typed": request.POST,
    }
    return render(request, "reports/practices.html", context, status=status)


@require_POST
def recommend_practice(request, pk):
    """推荐, from the report's page."""
    practice = services.recommend(get_report(request, pk), by=request.user, now=timezone.now())
    messages.success(request, "已推荐，填报单位会收到通知。")
    return redirect(practice.report)


@require_POST
def decide_practice(request, pk):
    """选用, 简报采用 or 不采用; what is missing is said beside its field."""
    practice = get_object_or_404(_seen(request), pk=pk)
    more = {"by": request.user, "now": timezone.now()}
    get, decision = request.POST.get, request.POST.get("decision", "")
    try:
        if decision == "take_up":
            services.take_up(practice, **more)
        elif decision == "adopt":
            services.adopt(practice, bulletin=get("bulletin", ""), **more)
        else:
            services.decline(practice, answer=get("answer", ""), **more)
    except Refused as refusal:
        if not refusal.field:
            raise
        return _page(request, wrong=practice.pk, complaint=refusal.sentence, status=422)
    messages.success(request, f"已办理：{practice.get_state_display()}。填报单位会收到通知。")
    return redirect("reports:practices")
