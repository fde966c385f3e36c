"""组织关系转接: what is to be received, what was sent, the letter and its receipt."""

from django.contrib import messages
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from branches.models import Organization
from branches.querysets import below
from branchyear.lib.dates import local_day
from branchyear.lib.errors import require
from branchyear.lib.paging import page_of
from branchyear.lib.routes import path_to
from members import deadlines, rules
from members.desk import desk
from members.forms_movement import IssueForm, ReasonForm, ReceiveForm, SlipForm, TakeInForm
from members.models import Category, DuesMonth, Member, Standing, Transfer
from members.services import transfers as services

State = Transfer.State
OUTSIDE = "outside"


def rows_of(user, organization):
    """The letters of an organisation, in and out, with the names a list shows."""
    return (
        Transfer.objects.visible_to(user)
        .under(organization)
        .select_related("member", "sender", "receiver", "issued_by")
        .order_by("-issued_on", "-pk")
    )


@require_GET
def transfers(request):
    """待接收 first, then 已开出, then what is settled."""
    organization, context = desk(request, "members:transfers")
    today = local_day()
    everything = rows_of(request.user, organization)
    pending = everything.filter(state=State.ISSUED)
    arriving = pending.filter(below(organization.path, "receiver__path"))
    leaving = pending.filter(below(organization.path, "sender__path"))
    only = request.GET.get("show", "")
    settled = everything.exclude(state=State.ISSUED)
    if only == "expired":
        leaving = leaving.filter(valid_until__lt=today)
    context |= {
        "may_keep": rules.may_issue_transfer(request.user, organization),
        "arriving": list(arriving) if organization.is_branch else None,
        "leaving": page_of(request.GET if not organization.is_branch else {}, leaving, 50),
        "page": page_of(request.GET, settled, 20) if organization.is_branch else None,
        "counts": {
            "pending": pending.count(),
            "expired": pending.filter(
                below(organization.path, "sender__path"), valid_until__lt=today
            ).count(),
            "settled": settled.count(),
        },
        "only": only,
        "today": today,
    }
    return render(request, "members/transfers.html", context)


@require_http_methods(["GET", "POST"])
def issue_transfer(request):
    """开具介绍信: first whither (an organisation of the city, or outside), then the letter."""
    branch, context = desk(request, "members:transfers")
    require(rules.may_issue_transfer(request.user, branch))
    today = local_day()
    directs = list(Organization.objects.open().direct().order_by("path"))
    asked = request.GET.get("to", "")
    chosen = next((d for d in directs if str(d.pk) == asked), None)
    outside = asked == OUTSIDE
    if chosen is None and not outside:
        chosen = next((d for d in directs if branch.path.startswith(d.path)), None)
    branches = None
    if chosen is not None:
        branches = Organization.objects.under(chosen).open().branches().exclude(pk=branch.pk)
    member = _asked_member(request, branch)
    form = IssueForm(
        request.POST or None,
        people=_sendable(branch),
        branches=branches,
        initial={
            "member": member,
            "issued_on": today,
            "valid_until": deadlines.letter_end(today, in_city=not outside),
            "dues_paid_to": paid_to(member) if member else "",
        },
    )

    def act(data):
        chosen_member = data.pop("member")
        return services.issue(chosen_member, by=request.user, **data)

    if request.method == "POST" and form.attempt(act):
        messages.success(request, "介绍信已开具，可以打印。对方接收前，本支部继续负责管理。")
        return redirect(form.result)
    context |= {
        "form": form,
        "directs": directs,
        "chosen": chosen,
        "outside": outside,
        "member": member,
        "city_days": deadlines.LETTER_DAYS_IN_CITY,
        "days": deadlines.LETTER_DAYS,
    }
    status = 422 if form.is_bound and form.errors else 200
    return render(request, "members/issue_transfer.html", context, status=status)


@require_http_methods(["GET", "POST"])
def take_in(request):
    """转入登记: a member comes with a letter from outside the city's organs."""
    branch, context = desk(request, "members:transfers")
    require(rules.may_receive_transfer(request.user, branch))
    form = TakeInForm(
        request.POST or None, initial={"on": local_day(), "category": Category.FORMAL}
    )

    def act(data):
        person = {
            name: data.pop(name)
            for name in ("name", "id_number", "category", "admitted_on", "formal_on", "unit")
        }
        return services.take_in(branch, person=person, by=request.user, **data)

    if request.method == "POST" and form.attempt(act):
        messages.success(
            request, "已列入本支部名册。请在名册中补充其余信息，并把回执寄回转出单位。"
        )
        return redirect(form.result)
    context |= {
        "form": form,
        "heading": "登记转入党员",
        "subtitle": f"{branch.name} · 从市直机关以外转入、持介绍信报到的党员在这里登记；"
        "市内转接由对方在平台上开具，无需登记。",
        "back_url": f"{path_to('members:transfers')}?org={branch.pk}",
        "back_label": "组织关系",
        "button": "登记转入",
        "basis": "党员教育管理工作条例第二十五条；介绍信有效期最长3个月。",
    }
    status = 422 if form.is_bound and form.errors else 200
    return render(request, "members/form.html", context, status=status)


@require_GET
def transfer(request, pk):
    """One letter, its way, and what this person can do with it."""
    return page(request, fetch(request, pk))


@require_GET
def letter(request, pk):
    """The three-part form to print: 存根, 介绍信, 回执."""
    row = fetch(request, pk)
    if row.sender is None:
        raise Http404  # it was written elsewhere
    return render(request, "members/letter.html", {"transfer": row, "today": local_day()})


@require_POST
def receive_transfer(request, pk):
    """接收."""
    row = fetch(request, pk)
    require(row.receiver and rules.may_receive_transfer(request.user, row.receiver))
    form = ReceiveForm(request.POST)
    if not form.attempt(lambda data: services.receive(row, on=data["on"], by=request.user)):
        return page(request, fetch(request, pk), receive=form)
    messages.success(request, f"已接收。{row.member}已列入本支部名册，请编入党小组并补充信息。")
    return redirect(row)


@require_POST
def refuse_transfer(request, pk):
    """退回, with the reason."""
    row = fetch(request, pk)
    require(row.receiver and rules.may_receive_transfer(request.user, row.receiver))
    form = ReasonForm(request.POST)
    if not form.attempt(lambda data: services.refuse(row, by=request.user, **data)):
        return page(request, fetch(request, pk), refuse=form)
    messages.success(request, "已退回，转出党支部会收到通知。")
    return redirect(row)


@require_POST
def withdraw_transfer(request, pk):
    """撤回, before it was received."""
    row = fetch(request, pk)
    require(row.sender and rules.may_issue_transfer(request.user, row.sender))
    form = ReasonForm(request.POST)
    if not form.attempt(lambda data: services.withdraw(row, by=request.user, **data)):
        return page(request, fetch(request, pk), withdraw=form)
    messages.success(request, "已撤回，党员仍在本支部名册。")
    return redirect(row)


@require_POST
def register_slip(request, pk):
    """登记回执 of a receiver outside."""
    row = fetch(request, pk)
    require(row.sender and rules.may_issue_transfer(request.user, row.sender))
    form = SlipForm(request.POST)

    def act(data):
        return services.register_slip(
            row, received_on=data["on"], slip_on=data["slip_on"], by=request.user
        )

    if not form.attempt(act):
        return page(request, fetch(request, pk), slip=form)
    messages.success(request, "回执已登记，该党员已转出本支部名册。")
    return redirect(row)


# --- Shared -----------------------------------------------------------------------------------------


def fetch(request, pk):
    rows = Transfer.objects.visible_to(request.user).select_related(
        "member__organization", "sender", "receiver", "issued_by", "closed_by"
    )
    return get_object_or_404(rows, pk=pk)


def page(request, row, **bound):
    """The letter's page; a form that was refused comes back with what was typed."""
    today = local_day()
    sends = row.sender is not None and rules.may_issue_transfer(request.user, row.sender)
    takes = row.receiver is not None and rules.may_receive_transfer(request.user, row.receiver)
    is_open = row.state == State.ISSUED
    own = row.receiver if takes else row.sender if sends else None
    context = desk(request, "members:transfers", own or _in_sight(request, row))[1]
    context |= {
        "transfer": row,
        "steps": steps_of(row),
        "today": today,
        "is_expired": row.is_expired(today),
        "may_receive": is_open and takes,
        "may_withdraw": is_open and sends,
        "may_register_slip": is_open and sends and row.receiver is None,
        "receive": ReceiveForm(initial={"on": today}),
        "refuse": ReasonForm(auto_id="refuse_%s"),
        "withdraw": ReasonForm(auto_id="withdraw_%s"),
        "slip": SlipForm(initial={"slip_on": today}),
        **bound,
    }
    return render(request, "members/transfer.html", context, status=422 if bound else 200)


def steps_of(row):
    """The way of the letter for the time line."""
    steps = []
    if row.sender is not None:
        steps.append(
            {
                "at": row.issued_on,
                "who": row.issued_by or row.sender_name,
                "what": "开具介绍信",
                "detail": row.reason,
                "code": "submitted",
            }
        )
    code = "accepted" if row.state == State.RECEIVED else "returned"
    if row.state != State.ISSUED:
        words = {
            State.RECEIVED: "接收，回执已登记",
            State.REFUSED: "退回介绍信",
            State.WITHDRAWN: "撤回介绍信",
        }
        steps.append(
            {
                "at": row.received_on,
                "who": row.closed_by or "",
                "what": words[row.state],
                "detail": row.closing_note,
                "code": code,
            }
        )
    return steps


def _in_sight(request, row):
    """Which side's desk is shown to somebody who keeps neither."""
    sides = [o.pk for o in (row.sender, row.receiver) if o is not None]
    return Organization.objects.with_ledgers_for(request.user).filter(pk__in=sides).first()


def _sendable(branch):
    return Member.objects.filter(
        organization=branch, standing__in=[Standing.ACTIVE, Standing.FLOATING]
    )


def _asked_member(request, branch):
    """The member the person came from (``?member=``)."""
    asked = request.GET.get("member", "")
    return _sendable(branch).filter(pk=asked).first() if asked.isdecimal() else None


def paid_to(member):
    """The latest month for which dues were paid, from the dues ledger."""
    rows = DuesMonth.objects.filter(member=member, paid__gt=0).order_by("-month")
    return rows.values_list("month", flat=True).first() or ""
