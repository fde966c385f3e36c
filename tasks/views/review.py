"""审核: the queue of what lies with the reviewer's organisations, and the decisions."""

from collections import Counter
from urllib.parse import urlencode

from django.contrib import messages
from django.db.models import Case, Count, Q, When
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from branches.models import Appointment
from branches.roles import REVIEW_ROLES
from branches.scope import scope_of
from branchyear.lib.dates import local_day
from branchyear.lib.errors import require
from branchyear.lib.paging import page_of
from branchyear.lib.routes import path_to
from tasks import clocks, rules
from tasks.forms import COMMON_REASONS, ReasonForm
from tasks.models import BranchItem, ItemStep
from tasks.services import items as services
from tasks.views.items import fetch, item_context, page, seen
from tasks.workdays import WorkingDays

QUEUE_PAGE = 20
# The own sentences offered: short ones, written more than once among the last returns.
OWN_REASONS, REASON_SHORT, REASONS_LOOKED_AT = 3, 60, 100
DECISIONS = ("forwarded", "accepted", "returned")


def queue_of(user):
    """What waits for this person, longest waiting first; never what he handed in himself."""
    return (
        BranchItem.objects.visible_to(user)
        .to_review_by(user)
        .with_words()
        .with_waiting()
        .order_by("waiting_since", "pk")
    )


def filtered(queue, params):
    branch, task = params.get("branch", ""), params.get("task", "")
    if branch.isdigit():
        queue = queue.filter(branch=branch)
    if task.isdigit():
        queue = queue.filter(item__task=task)
    return queue


def filters_in(params):
    """The filters alone, to be carried through a decision."""
    return {name: params[name] for name in ("branch", "task") if params.get(name, "").isdigit()}


def desk(params, **changes):
    """The address of the queue with these filters."""
    query = urlencode({**filters_in(params), **changes})
    return f"{path_to('tasks:review')}?{query}" if query else path_to("tasks:review")


@require_GET
def review(request):
    """Queue at the left, the chosen item at the right; 已办 lists the own decisions."""
    require(
        scope_of(request.user).has(REVIEW_ROLES),
        "审核由直属党组织和市直机关工委的审核人办理。如您应承担审核工作，请联系系统管理员登记任职。",
    )
    if request.GET.get("tab") == "done":
        return decided(request)
    return desk_page(request, request.GET)


def desk_page(request, params, *, form=None, chosen=None, status=200):
    everything = queue_of(request.user)
    queue = filtered(everything, params)
    rows = page_of(params, queue, QUEUE_PAGE)
    judge = waits(local_day())
    for row in rows:
        judge(row)
    if chosen is None:
        wanted = params.get("item", "")
        chosen = queue.filter(pk=wanted).first() if wanted.isdigit() else None
        chosen = chosen or next(iter(rows), None)
    branches = choices(everything, "branch", "branch__short_name", "branch__name")
    context = {
        "rows": rows,
        "params": filters_in(params),
        "params_query": urlencode(filters_in(params)),
        "tabs": tabs(request.user, sum(waiting for *_, waiting in branches), "waiting"),
        "branches": branches,
        "tasks": choices(everything, "item__task", "item__task__code", "item__task__name"),
        "rule": judge.rule,
        "chosen": chosen,
        "own_office": own_office(request.user),
        "own_reasons": own_reasons(request.user) if chosen else [],
    }
    if chosen:
        context.update(item_context(request, fetch(request, chosen.pk)))
        context.update(
            reason_form=form or ReasonForm(),
            common_reasons=COMMON_REASONS,
            following=after(queue, chosen),
            wait=judge(chosen),
        )
    return render(request, "tasks/review.html", context, status=status)


def waits(today):
    """``judge(row)``: how many working days the item has lain here, and the colour of it (反向督办: the
    reviewer's own time is counted too). Two statements, however many rows."""
    days, rule = WorkingDays(), clocks.rule_on(today)

    def judge(row):
        row.waited = days.between(local_day(row.waiting_since), today)
        late, near = row.waited > rule.review_days, row.waited >= rule.near_days
        row.wait_tone = "late" if late else "near" if near else ""
        return row

    judge.rule = rule
    return judge


def tabs(user, waiting, active):
    mine = decisions_of(user).count()
    return [
        {
            "label": "待审核",
            "url": path_to("tasks:review"),
            "count": waiting,
            "active": active == "waiting",
        },
        {"label": "已办", "url": "?tab=done", "count": mine, "active": active == "done"},
    ]


def choices(queue, key, *words):
    """[(pk, words, how many wait)] for a filter, in official order."""
    order = "branch__path" if key == "branch" else "item__task__order"
    lines = (
        queue.order_by(order)
        .values(key, *words, order)
        .annotate(waiting=Count("pk", distinct=True))
    )
    if key == "branch":
        return [(x[key], x[words[0]] or x[words[1]], x["waiting"]) for x in lines]
    return [(x[key], " ".join(x[w] for w in words), x["waiting"]) for x in lines]


def after(queue, row):
    """The next to open after ``row``: the one behind it, else the first of the queue."""
    behind = Q(waiting_since__gt=row.waiting_since) | Q(
        waiting_since=row.waiting_since, pk__gt=row.pk
    )
    first = Case(When(behind, then=0), default=1)
    return queue.exclude(pk=row.pk).order_by(first, "waiting_since", "pk").first()


def own_office(user):
    """The key of the reviewer's own office, in which somebody may act for him."""
    held = Appointment.objects.in_force(local_day()).filter(user=user, role__in=REVIEW_ROLES)
    return held.filter(acting_for=None).values_list("pk", flat=True).first()


def own_reasons(user):
    """What this reviewer has written most often lately, beside the usual sentences; one statement."""
    mine = ItemStep.objects.visible_to(user).filter(by=user, kind=ItemStep.Kind.RETURNED)
    lately = list(mine.order_by("-pk").values_list("reason", flat=True)[:REASONS_LOOKED_AT])
    counted = Counter(r for r in lately if r not in COMMON_REASONS and len(r) <= REASON_SHORT)
    return [reason for reason, times in counted.most_common(OWN_REASONS) if times > 1]


def decisions_of(user):
    return ItemStep.objects.visible_to(user).filter(by=user, kind__in=DECISIONS)


def decided(request):
    """已办: the own decisions, latest first, and where the item stands now."""
    steps = (
        decisions_of(request.user)
        .select_related("branch_item__branch", "branch_item__item", "version")
        .order_by("-at", "-pk")
    )
    return render(
        request,
        "tasks/decided.html",
        {
            "steps": page_of(request.GET, steps, 20),
            "tabs": tabs(request.user, queue_of(request.user).count(), "done"),
        },
    )


def next_address(request, row):
    """Where a decision leads: in the queue to the item behind, elsewhere back to the item."""
    if "queue" not in request.POST:
        return row.get_absolute_url()
    queue = filtered(queue_of(request.user), request.POST)
    here = queue.filter(pk=row.pk).first()
    behind = after(queue, here) if here else queue.first()
    return desk(request.POST, item=behind.pk) if behind else desk(request.POST)


@require_POST
def accept_item(request, pk):
    """通过: to the next level, or for good; the next item opens by itself."""
    row = fetch(request, pk)
    refuse_unseen(row, seen(request))
    # What is no longer under review is for the service to say: the slower of two reviewers is told.
    require(row.state != BranchItem.State.SUBMITTED or rules.may_review(request.user, row))
    following = next_address(request, row)
    form = ReasonForm(request.POST, needed=False)
    if not form.is_valid():
        return again(request, row, form)
    services.accept(
        row,
        by=request.user,
        now=timezone.now(),
        reason=form.cleaned_data["reason"],
        revision=seen(request),
    )
    fresh = fetch(request, pk)
    words = f"{row.branch.label} {row.item.code}"
    if fresh.state == BranchItem.State.SUBMITTED:
        messages.success(request, f"{words} 已通过，转{fresh.with_organization.label}审核。")
    else:
        messages.success(request, f"{words} 已审核通过。")
    return redirect(following)


@require_POST
def return_item(request, pk):
    """退回修改: with a reason, which the branch reads on top of the item."""
    row = fetch(request, pk)
    refuse_unseen(row, seen(request))
    require(row.state in BranchItem.EDITABLE or rules.may_return(request.user, row))
    following = next_address(request, row)
    form = ReasonForm(request.POST)
    if not form.is_valid():
        return again(request, row, form)
    services.send_back(
        row,
        reason=form.cleaned_data["reason"],
        by=request.user,
        now=timezone.now(),
        revision=seen(request),
    )
    messages.success(request, f"{row.branch.label} {row.item.code} 已退回修改，已通知支部。")
    return redirect(following)


def refuse_unseen(row, revision):
    """Before asking whether he may: a colleague's decision may have moved the item out of his hands, and
    that is no reason to be turned away without the typed words."""
    if revision not in {None, row.revision}:
        raise services.conflict(row)


def again(request, row, form):
    """The same page with the complaint beside the reason; what was typed is kept."""
    if "queue" in request.POST:
        chosen = queue_of(request.user).filter(pk=row.pk).first()
        answer = desk_page(request, request.POST, form=form, chosen=chosen, status=422)
        answer["HX-Push-Url"] = "false"  # this address takes posts only; a reload must not ask it
        return answer
    return page(request, row, status=422, reason_form=form)
