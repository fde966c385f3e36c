"""党费 of a month: the branch's table with one save for all, or the branches of an organisation."""

from decimal import Decimal

from django.contrib import messages
from django.db.models import Sum
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from branches.models import Organization
from branchyear.lib.dates import local_day
from branchyear.lib.errors import require
from branchyear.lib.paging import page_of
from branchyear.lib.routes import path_to
from members import rules
from members.models import DuesMonth, DuesRemittance, Member
from members.services import dues as services
from members.services.dues.lines import lines_of_member, lines_of_month
from members.services.dues.payments import AHEAD
from members.services.dues.sums import SUMS, added, rate, rows_below
from members.views.dues.common import (
    dues_desk,
    month_of,
    posted_branch,
    require_sums,
)
from members.views.dues.typed import forget_saved, read_lines


@require_GET
def dues(request):
    """The running month unless another is asked for. Nothing is written by looking."""
    organization, context = dues_desk(request, "members:dues")
    month = month_of(request.GET)
    context |= _steps(organization, month, context["running"])
    if organization.is_branch:
        lines = lines_of_month(organization, month, today=context["today"])
        return _branch_page(request, organization, month, lines, context)
    context |= branch_rows(request, organization, month)
    return render(request, "members/dues_branches.html", context)


@require_POST
def record_dues(request):
    """Save the whole table. What cannot be right is said beside its field, everything typed kept; what
    somebody else has changed meanwhile is shown beside what was typed, the rest is kept."""
    branch = posted_branch(request)
    month = month_of(request.POST)
    now = timezone.now()
    lines = lines_of_month(branch, month, today=local_day(now))
    outcome = _save(request, branch, lines, now)
    if outcome is not None and not outcome.stale:
        return redirect(f"{path_to('members:dues')}?org={branch.pk}&month={month}")
    _, context = dues_desk(request, "members:dues", branch)
    context |= _steps(branch, month, context["running"])
    if outcome is not None:
        lines = _fresh(lines, lines_of_month(branch, month, today=local_day(now)), outcome)
    status = 422 if outcome is None else 409
    return _branch_page(request, branch, month, lines, context, status=status)


@require_http_methods(["GET", "POST"])
def member_dues(request, pk):
    """One member: the year, arrears paid at once or a quarter ahead, bases and exemptions."""
    member = get_object_or_404(
        Member.objects.visible_to(request.user).select_related("organization"), pk=pk
    )
    branch = member.organization
    require_sums(request, branch)
    now = timezone.now()
    lines = lines_of_member(member, today=local_day(now), ahead=AHEAD)
    status = 200
    if request.method == "POST":
        require(rules.may_keep_dues(request.user, branch))
        outcome = _save(request, branch, lines, now)
        if outcome is not None and not outcome.stale:
            return redirect("members:member_dues", pk)
        status = 422
        if outcome is not None:
            fresh = lines_of_member(member, today=local_day(now), ahead=AHEAD)
            lines, status = _fresh(lines, fresh, outcome), 409
    _, context = dues_desk(request, "", branch)
    owing = [
        line for line in lines if line.is_over and line.due is not None and not line.is_settled
    ]
    context |= {
        "member": member,
        "lines": lines,
        "channels": DuesMonth.Channel.choices,
        "bases": member.dues_bases.select_related("by"),
        "exemptions": member.dues_exemptions.all(),
        "owing": owing,
        "owed": sum((line.due - line.paid for line in owing), Decimal(0)),
        "common_day": request.POST.get("on") or context["today"].isoformat(),
        "problem_count": sum(bool(line.problems) for line in lines),
        "stale_count": sum(line.theirs is not None for line in lines),
    }
    return render(request, "members/dues_member.html", context, status=status)


# --- The branch's table -----------------------------------------------------------------------------


def _save(request, branch, lines, now):
    """Hand the typed lines to the service; the outcome, or None when a line cannot be registered."""
    day = request.POST.get("on", "").strip() or local_day(now).isoformat()
    fill = "fill" in request.POST
    entries = read_lines(lines, request.POST, common_day=day, fill=fill)
    if entries is None:
        return None
    try:
        outcome = services.record_payments(branch, entries, by=request.user, now=now)
    except services.Unsound as refusal:
        for line in lines:
            line.problems |= refusal.problems.get(line.key, {})
        return None
    if outcome.saved:
        messages.success(request, f"已登记{outcome.saved}人次。")
    elif not outcome.stale:
        messages.info(request, "内容没有变化，无需保存。")
    return outcome


def _fresh(lines, again, outcome):
    """The lines as stored now; those that were stale keep what was typed."""
    typed = {line.key: line.typed for line in lines}
    for line in again:
        line.typed = typed.get(line.key, {})
    forget_saved(again, outcome.stale)
    return again


def _branch_page(request, branch, month, lines, context, status=200):
    context |= {
        "month": month,
        "lines": lines,
        "channels": DuesMonth.Channel.choices,
        "common_day": request.POST.get("on") or context["today"].isoformat(),
        "figures": DuesMonth.objects.visible_to(request.user)
        .of(month)
        .filter(organization=branch)
        .figure(),
        "waiting": sum(line.paid == 0 and line.due != 0 for line in lines),
        "unknown": sum(line.due is None for line in lines),
        "fillable": sum(line.paid == 0 and bool(line.due) for line in lines),
        "problem_count": sum(bool(line.problems) for line in lines),
        "stale_count": sum(line.theirs is not None for line in lines),
    }
    return render(request, "members/dues_month.html", context, status=status)


def _steps(organization, month, running):
    """The links to the months around, as far as something can be registered there."""
    address = f"{path_to('members:dues')}?org={organization.pk}&month="
    last = running.plus(AHEAD)
    return {
        "month": month,
        "before_url": f"{address}{month.plus(-1)}",
        "after_url": f"{address}{month.plus(1)}" if month < last else "",
    }


# --- The branches of an organisation ------------------------------------------------------------------


def branch_rows(request, organization, month):
    """One line per branch (or direct organisation) with the month's figures, and the sum of all."""
    organizations, key = rows_below(organization)
    seen = DuesMonth.objects.visible_to(request.user).under(organization).of(month)
    figures = added(seen.figures("organization__path"), lambda row: key(row["organization__path"]))
    page = page_of(request.GET, organizations)
    handed = DuesRemittance.objects.visible_to(request.user).filter(
        organization__in=[o.pk for o in page], month=str(month)
    )
    remitted = dict(handed.order_by().values_list("organization").annotate(n=Sum("amount")))
    total = added(figures.values(), lambda row: "")[""] if figures else dict.fromkeys(SUMS, 0)
    return {
        "page": page,
        "rows": [
            (o, figures.get(o.path), rate(figures.get(o.path)), remitted.get(o.pk)) for o in page
        ],
        "total": total,
        "total_rate": rate(total),
        "by_direct": organization.depth < Organization.DIRECT_DEPTH,
    }
