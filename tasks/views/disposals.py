"""不合格党员处置: the decisions of a branch, or of all branches below an organisation."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from branchyear.lib.dates import local_day
from branchyear.lib.errors import require
from branchyear.lib.paging import page_of
from branchyear.lib.routes import path_to
from members.desk import chosen_organization, tree_for
from tasks import rules
from tasks.forms_problems import DisposalForm, ReviewForm
from tasks.models import Disposal
from tasks.services import disposals as services


@require_GET
def disposals(request):
    organization = chosen_organization(request, ledgers=True)
    return _page(request, organization)


def _page(request, organization, *, review=None, form=None, status=200):
    rows = (
        Disposal.objects.visible_to(request.user)
        .under(organization)
        .select_related("organization", "member")
        .order_by("organization__path", "-decided_on", "-pk")
    )
    context = {
        "organization": organization,
        "tree_nodes": tree_for(request.user, organization, "tasks:disposals"),
        "page": page_of(request.GET, rows),
        "may_register": organization.is_branch and rules.may_fill(request.user, organization),
        "review": review,
        "form": form,
        "fresh_form": ReviewForm(initial={"reviewed_on": local_day()}),
        "today": local_day(),
    }
    return render(request, "tasks/disposals.html", context, status=status)


@require_http_methods(["GET", "POST"])
def register_disposal(request):
    """登记处置决定."""
    organization = chosen_organization(request, ledgers=True)
    require(
        organization.is_branch and rules.may_fill(request.user, organization),
        "由党支部书记、党务干部登记。",
    )
    asked = request.GET.get("member", "")
    form = DisposalForm(
        request.POST or None,
        organization=organization,
        initial={"member": asked if asked.isdecimal() else None},
    )
    if request.method == "POST" and form.attempt(
        lambda data: services.register(organization, by=request.user, now=timezone.now(), **data)
    ):
        messages.success(request, "已登记。")
        return redirect(_address(organization))
    context = {
        "organization": organization,
        "form": form,
        "tree_nodes": tree_for(request.user, organization, "tasks:register_disposal"),
    }
    status = 422 if form.is_bound else 200
    return render(request, "tasks/disposal_new.html", context, status=status)


@require_POST
def review_disposal(request, pk):
    """登记期满考察."""
    row = get_object_or_404(
        Disposal.objects.visible_to(request.user).select_related("organization", "member"), pk=pk
    )
    require(rules.may_fill(request.user, row.organization), "由党支部书记、党务干部登记。")
    form = ReviewForm(request.POST)
    if not form.attempt(
        lambda data: services.review(row, by=request.user, now=timezone.now(), **data)
    ):
        return _page(request, row.organization, review=row, form=form, status=422)
    messages.success(request, "已登记期满考察情况。")
    return redirect(_address(row.organization))


def _address(organization):
    return f"{path_to('tasks:disposals')}?org={organization.pk}"
