"""减免: the branch asks, the committee above decides."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from branchyear.lib.admin import show
from branchyear.lib.errors import Refused, require
from branchyear.lib.paging import page_of
from branchyear.lib.routes import path_to
from members import rules
from members.dues_forms import ExemptionForm
from members.models import DuesExemption, Member
from members.services import dues as services
from members.views.dues.common import dues_desk, require_sums

LOOKS = {
    "requested": "submitted",
    "approved": "accepted",
    "refused": "returned",
    "withdrawn": "notyet",
}


@require_http_methods(["GET", "POST"])
def dues_exemptions(request):
    """The list with what waits first; for the branch also the form that asks."""
    organization, context = dues_desk(request, "members:dues_exemptions")
    require_sums(request, organization)
    members = Member.objects.counted().filter(organization=organization).order_by("name_key")
    first = context["running"]
    form = ExemptionForm(
        request.POST or None,
        members=members,
        initial={"from_month": first, "to_month": first.plus(11), "reduced_to": "0.00"},
    )
    status = 200
    if request.method == "POST":
        require(context["may_keep"])
        if form.is_valid() and _ask(request, form):
            messages.success(request, "已提交减免申请，上级党组织会在收件箱收到通知。")
            return redirect(f"{path_to('members:dues_exemptions')}?org={organization.pk}")
        status = 422
    found = (
        DuesExemption.objects.visible_to(request.user)
        .under(organization)
        .select_related("member__organization", "requested_by", "decided_by")
    )
    waiting = found.filter(state=DuesExemption.State.REQUESTED).order_by("requested_at")
    page = page_of(request.GET, found.exclude(state=DuesExemption.State.REQUESTED), 20)
    context |= {
        "form": form if context["may_keep"] else None,
        "waiting": [
            (each, rules.may_decide_exemption(request.user, each)) for each in waiting[:200]
        ],
        "page": page,
        "rows": [(each, LOOKS[each.state]) for each in page],
    }
    return render(request, "members/dues_exemptions.html", context, status=status)


def _ask(request, form):
    try:
        services.request_exemption(**form.cleaned_data, by=request.user, now=timezone.now())
    except Refused as refusal:
        show(form, refusal)
        return False
    return True


def _fetch(request, pk):
    rows = DuesExemption.objects.visible_to(request.user)
    return get_object_or_404(rows.select_related("member__organization"), pk=pk)


@require_POST
def decide_exemption(request, pk):
    """同意 or 不同意; a refusal without a reason comes back as a sentence."""
    exemption = _fetch(request, pk)
    require(rules.may_decide_exemption(request.user, exemption))
    approve = request.POST.get("decision") == "approve"
    services.decide_exemption(
        exemption,
        approve=approve,
        note=request.POST.get("note", ""),
        by=request.user,
        now=timezone.now(),
    )
    messages.success(request, "已同意。" if approve else "已退回支部，不予减免。")
    return _back(request, exemption)


@require_POST
def withdraw_exemption(request, pk):
    exemption = _fetch(request, pk)
    services.withdraw_exemption(exemption, by=request.user)
    messages.success(request, "已撤回申请。")
    return _back(request, exemption)


def _back(request, exemption):
    org = request.POST.get("org", "")
    org = org if org.isascii() and org.isdigit() else exemption.member.organization_id
    return redirect(f"{path_to('members:dues_exemptions')}?org={org}")
