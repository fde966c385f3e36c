"""Rosters with whole numbers (完整号码下载): ask, approve or refuse, take once."""

from io import BytesIO

from django.contrib import messages
from django.db.models import Q
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from branches.querysets import below
from branchyear.lib.admin import show
from branchyear.lib.errors import Refused, require
from branchyear.lib.paging import page_of
from branchyear.lib.routes import path_to
from members import rules, second_person
from members.desk import desk
from members.forms import NumbersForm
from members.models import NumbersRequest
from members.services import numbers as services
from members.views.imports import attached, profiles_for

State = NumbersRequest.State
MOST = 100  # open ones on one page; the others come once these are decided
LOOKS = {
    State.WAITING: "submitted",
    State.APPROVED: "accepted",
    State.REFUSED: "returned",
    State.WITHDRAWN: "notyet",
    State.TAKEN: "done",
    State.LAPSED: "notyet",
}


@require_http_methods(["GET", "POST"])
def numbers(request):
    """What waits for an answer, what may be taken now, the form that asks, and what there was."""
    organization, context = desk(request, "members:roster")
    form, status = NumbersForm(request.POST or None, profiles=profiles_for(request)), 200
    if request.method == "POST":
        require(rules.may_take_numbers(request.user, organization), services.NOT_YOURS)
        if form.is_valid() and (answer := _ask(request, organization, form, timezone.now())):
            return answer
        status = 422
    return _page(request, organization, context, form, status=status)


def _page(request, organization, context, form, *, status=200, wrong=None):
    """``wrong``: ``(request, sentence)`` where an answer to a request could not be taken as it was."""
    now, user = timezone.now(), request.user
    may_take = rules.may_take_numbers(user, organization)
    seen = NumbersRequest.objects.visible_to(user).select_related(
        "organization", "profile", "asked_by", "asked_from", "waits_at", "decided_by"
    )
    here = Q(below(organization.path, "organization__path"))
    for_me = Q(pk__in=second_person.waiting_for(user, now=now).values("pk"))
    waiting = Q(here | for_me, state=State.WAITING)
    ready = Q(asked_by=user, state=State.APPROVED)
    opened = seen.filter(waiting | ready, lapses_at__gt=now).order_by("asked_at", "pk")
    opened = list(second_person.with_tied(opened, user, now=now)[:MOST])
    for each in opened:
        each.is_mine = each.asked_by_id == user.pk
        each.may_decide = second_person.may_decide(user, each, tied=each.is_tied)
        each.wrong = wrong[1] if wrong and wrong[0] == each else ""
    page = page_of(request.GET, seen.filter(here).exclude(state=State.WAITING), 20)
    reckoning = may_take and second_person.reckon(user, organization, now=now)
    is_open = any(each.is_mine and each.organization == organization for each in opened)
    context |= {
        "waiting": [each for each in opened if each.state == State.WAITING],
        "ready": [each for each in opened if each.state == State.APPROVED],
        "form": form if may_take and (reckoning.is_alone or not is_open) else None,
        "reckoning": reckoning,
        "page": page,
        "rows": [(each, *_look(each, now)) for each in page],
    }
    return render(request, "members/numbers.html", context, status=status)


def _look(request, now):
    state = State.LAPSED if request.is_over(now) else State(request.state)
    return LOOKS[state], state.label


def _ask(request, organization, form, now):
    """The file, or back to the page where the request waits; None when it was refused."""
    book = BytesIO()
    try:
        asked = services.ask(
            book, **form.cleaned_data, organization=organization, by=request.user, now=now
        )
    except Refused as refusal:
        show(form, refusal)
        return None
    if asked.state == State.TAKEN:
        return attached(book, organization, f"党员名册({asked.profile.name})")
    if asked.asked_at != now:
        messages.info(request, "您已有同样的申请没有办完，没有重复提交。")
    else:
        messages.success(request, f"已提交申请，等待{asked.waits_with}批准；结果在收件箱通知您。")
    return redirect(f"{path_to('members:numbers')}?org={organization.pk}")


@require_POST
def decide_numbers(request, pk):
    """批准 or 不同意; a refusal without a reason comes back with a sentence beside it."""
    asked = _fetch(request, pk)
    approve = request.POST.get("decision") == "approve"
    note = request.POST.get("note", "")
    try:
        services.decide(asked, approve=approve, note=note, by=request.user, now=timezone.now())
    except Refused as refusal:
        if refusal.field != "note":
            raise
        organization, context = desk(request, "members:roster")
        form = NumbersForm(profiles=profiles_for(request))
        wrong = asked, refusal.sentence
        context["typed"] = note
        return _page(request, organization, context, form, status=422, wrong=wrong)
    messages.success(request, "已批准，申请人收到通知。" if approve else "已退回，申请人收到通知。")
    return _back(request, asked)


@require_POST
def withdraw_numbers(request, pk):
    asked = _fetch(request, pk)
    services.withdraw(asked, by=request.user, now=timezone.now())
    messages.success(request, "已撤回申请。")
    return _back(request, asked)


@require_POST
def take_numbers(request, pk):
    """The roster, once."""
    asked, book = _fetch(request, pk), BytesIO()
    services.take(asked, book, by=request.user, now=timezone.now())
    return attached(book, asked.organization, f"党员名册({asked.profile.name})")


def _fetch(request, pk):
    rows = NumbersRequest.objects.visible_to(request.user)
    return get_object_or_404(
        rows.select_related("organization", "profile", "asked_by", "asked_from", "decided_by"),
        pk=pk,
    )


def _back(request, asked):
    org = request.GET.get("org", "")
    org = org if org.isascii() and org.isdigit() and len(org) < 18 else asked.organization_id
    return redirect(f"{path_to('members:numbers')}?org={org}")
