"""分工: the three buttons beside an item."""

from django.contrib import messages
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_POST

from branchyear.lib.dates import local_day
from branchyear.lib.errors import Refused, require
from tasks import rules
from tasks.forms import DelegationForm
from tasks.services import delegations as services
from tasks.views.items import done, fetch, page, with_ticked, work


@require_POST
def delegate_item(request, pk):
    """委托: to whom, until when."""
    row = fetch(request, pk)
    require(rules.may_fill(request.user, row.branch))
    form = DelegationForm(request.POST, people=services.members_of(row.branch, local_day()))
    if form.is_valid():
        try:
            services.delegate(row, by=request.user, now=timezone.now(), **form.cleaned_data)
        except Refused as refused:
            if refused.field is None:
                raise
            form.add_error(refused.field, refused.sentence)
        else:
            name = form.cleaned_data["to"].name
            messages.success(request, f"已委托{name}填报，已通知本人。填好后由您核对提交。")
            return redirect(row)
    return page(request, row, status=422, delegation_form=form)


@require_POST
def take_back_item(request, pk):
    row = fetch(request, pk)
    require(rules.may_fill(request.user, row.branch))
    services.take_back(row, by=request.user, now=timezone.now())
    messages.success(request, "已收回，已填写的内容都在。")
    return redirect(row)


@require_POST
def filled_item(request, pk):
    """已填好: keeps what is typed, then gives the item back to the secretary."""
    return work(request, pk, then=mark_done)


@with_ticked
def mark_done(request, row, said):
    services.mark_done(row, by=request.user, now=timezone.now())
    return done(request, fetch(request, row.pk), "已交书记审定，已通知书记。")
