"""督办单: the list with its colours, one on a page, and each of its verbs."""

from datetime import timedelta
from urllib.parse import urlencode

from django.contrib import messages
from django.db.models import Count
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from branches.models import Organization
from branchyear.lib.dates import local_day
from branchyear.lib.errors import Conflict, require
from branchyear.lib.paging import page_of
from branchyear.lib.routes import path_to
from members.desk import chosen_organization, tree_for
from tasks import supervision as colours
from tasks.forms_supervision import (
    BackForm,
    CloseForm,
    ReplyForm,
    SupervisionForm,
    WithdrawForm,
)
from tasks.models import Supervision, SupervisionStep
from tasks.services import supervision as services

State, Kind = Supervision.State, SupervisionStep.Kind
USUAL_DAYS = 10  # the day proposed for a new one
CODES = {
    Kind.ISSUED: "open",
    Kind.REPLIED: "verify",
    Kind.RETURNED: "returned",
    Kind.CLOSED: "closed",
    Kind.REOPENED: "returned",
}


@require_GET
def supervisions(request):
    """The 督办单 of an organisation and below, the latest first; filters in the address."""
    organization, today = chosen_organization(request), local_day()
    everything = Supervision.objects.visible_to(request.user).under(organization)
    kept, rows = {"org": organization.pk}, everything
    colour = request.GET.get("colour", "")
    if colour in colours.BY_KEY:
        rows, kept["colour"] = rows.filter(colours.colour_is(colour, today)), colour
    source = request.GET.get("source", "")
    if source in colours.SOURCES:
        rows, kept["source"] = rows.filter(source=source), source
    counts = dict(rows.order_by().values_list("state").annotate(n=Count("pk")))
    state = request.GET.get("state", "")
    if state in State.values:
        rows = rows.filter(state=state)
    elif state != "all":
        state, rows = "", rows.running()
    running = everything.running()
    context = {
        "organization": organization,
        "tree_nodes": tree_for(request.user, organization, "tasks:supervisions"),
        "page": page_of(request.GET, rows.select_related("organization", "campaign")),
        "tabs": _tabs(counts, state, kept),
        "state": state,
        "colour": colour,
        "source": source,
        "sources": [(key, word) for key, (word, _) in colours.SOURCES.items()],
        "colours": colours.COLOURS,
        "total": everything.count(),
        "running": running.count(),
        "late": running.filter(colours.colour_is("red", today)).count(),
        "may_issue": _may_issue_below(request.user, organization),
        "today": today,
    }
    for row in context["page"].object_list:
        row.colour = colours.colour_of(row, today)
    return render(request, "supervision/list.html", context)


def _tabs(counts, state, kept):
    running = sum(n for name, n in counts.items() if name not in colours.DONE)
    tabs = [("", "办理中", running)]
    tabs += [(each.value, each.label, counts.get(each.value, 0)) for each in State]
    tabs.append(("all", "全部", sum(counts.values())))
    return [
        {"label": label, "count": number, "active": name == state,
         "url": "?" + urlencode({**kept, **({"state": name} if name else {})})}
        for name, label, number in tabs
    ]  # fmt: skip


def _may_issue_below(user, organization):
    if organization.is_direct or organization.is_branch:
        return services.may_issue(user, organization)
    return services.scope_of(user).holds_over(services.RUNNERS, organization)


def _receivers(organization):
    """To whom the form at this organisation goes: itself, or from above the directly affiliated ones."""
    if organization.is_direct or organization.is_branch:
        return Organization.objects.filter(pk=organization.pk)
    return Organization.objects.under(organization).open().direct()


@require_http_methods(["GET", "POST"])
def new_supervision(request):
    """签发督办单, by hand or from something overdue (``?source=problem&id=7``)."""
    organization, today = chosen_organization(request), local_day()
    asked = request.GET.get("id", "")
    source = (
        colours.find(request.GET.get("source", ""), int(asked), request.user)
        if asked.isdecimal()
        else None
    )
    if source is not None:
        organization = source.organization
    require(_may_issue_below(request.user, organization), services.OF_COMMITTEE)
    initial = {"organization": organization.pk, "due_on": today + timedelta(days=USUAL_DAYS)}
    if source is not None:
        initial |= {"title": source.title, "content": source.content, "basis": source.basis}
    form = SupervisionForm(
        request.POST or None, organizations=_receivers(organization), initial=initial
    )
    if request.method == "POST" and form.attempt(
        lambda data: services.issue(
            data.pop("organization"), by=request.user, now=timezone.now(), source=source, **data
        )
    ):
        messages.success(request, f"{form.result}已签发，承办单位已收到通知。")
        return redirect(form.result)
    context = {
        "form": form,
        "organization": organization,
        "source": source,
        "alone": organization.is_direct or organization.is_branch,
        "tree_nodes": tree_for(request.user, organization, "tasks:new_supervision"),
    }
    return render(request, "supervision/new.html", context, status=422 if form.is_bound else 200)


# --- One of them ------------------------------------------------------------------------------------


def fetch(request, pk):
    rows = Supervision.objects.visible_to(request.user).select_related(
        "organization", "campaign", "issued_by"
    )
    return get_object_or_404(rows, pk=pk)


@require_GET
def supervision(request, pk):
    return page(request, fetch(request, pk))


def page(request, row, *, status=200, conflict=None, **forms):
    """The 督办单 with what this person may do now; a form with complaints keeps what was typed."""
    today = local_day()
    replies = services.may_reply(request.user, row) and State.REPLIED in row.MOVES[row.state]
    handles = services.may_handle(request.user, row)
    word, _ = colours.SOURCES.get(row.source, ("", None))
    source = colours.find(row.source, row.source_id, request.user) if word else None
    context = {
        "row": row,
        "organization": row.organization,
        "colour": colours.colour_of(row, today),
        "colours": colours.COLOURS,
        "source": source,
        "source_word": word,
        "replies": replies,
        "closes": handles and row.state == State.REPLIED,
        "reopens": handles and row.state in (State.REPLIED, State.CLOSED),
        "withdraws": handles and State.WITHDRAWN in row.MOVES[row.state],
        "reply_form": forms.get("reply_form") or ReplyForm(),
        "close_form": forms.get("close_form") or CloseForm(),
        "back_form": forms.get("back_form")
        or BackForm(initial={"due_on": today + timedelta(days=USUAL_DAYS)}),
        "withdraw_form": forms.get("withdraw_form") or WithdrawForm(),
        "opened": next(iter(forms), ""),
        "steps": [
            {"at": step.at, "who": step.by_name, "what": step.get_kind_display(),
             "detail": step.text, "code": CODES.get(step.kind, "")}
            for step in row.steps.all()
        ],
        "conflict": conflict,
        "today": today,
    }  # fmt: skip
    return render(request, "supervision/supervision.html", context, status=status)


def _answer(request, pk, name, form, act, said):
    row = fetch(request, pk)
    typed = request.POST.get("revision", "")
    revision = int(typed) if typed.isdecimal() else row.revision
    try:
        done = form.attempt(
            lambda data: act(row, revision=revision, by=request.user, now=timezone.now(), **data)
        )
    except Conflict as conflict:
        return page(request, fetch(request, pk), status=409, conflict=conflict, **{name: form})
    if not done:
        return page(request, fetch(request, pk), status=422, **{name: form})
    messages.success(request, said)
    return redirect(row)


@require_POST
def reply_supervision(request, pk):
    require(services.may_reply(request.user, fetch(request, pk)), services.OF_ORGANIZATION)
    return _answer(
        request, pk, "reply_form", ReplyForm(request.POST),
        lambda row, reply, **more: services.reply(row, reply, **more),
        "已回复，工委已收到通知。",
    )  # fmt: skip


@require_POST
def close_supervision(request, pk):
    require(services.may_handle(request.user, fetch(request, pk)), services.OF_COMMITTEE)
    return _answer(
        request, pk, "close_form", CloseForm(request.POST), services.close,
        "已办结，承办单位已收到通知。",
    )  # fmt: skip


@require_POST
def send_back_supervision(request, pk):
    require(services.may_handle(request.user, fetch(request, pk)), services.OF_COMMITTEE)
    return _answer(
        request, pk, "back_form", BackForm(request.POST), services.send_back,
        "已要求重新办理，承办单位已收到通知。",
    )  # fmt: skip


@require_POST
def withdraw_supervision(request, pk):
    require(services.may_handle(request.user, fetch(request, pk)), services.OF_COMMITTEE)
    return _answer(
        request, pk, "withdraw_form", WithdrawForm(request.POST), services.withdraw,
        "已撤销，承办单位已收到通知。",
    )  # fmt: skip


def new_url(organization, kind, pk):
    """Where a 督办单 about this thing begins."""
    query = urlencode({"org": organization.pk, "source": kind, "id": pk})
    return f"{path_to('tasks:new_supervision')}?{query}"
