"""上缴和公布: what was handed on, what the members were told, and the statement to be read out."""

from django.contrib import messages
from django.db.models import Sum
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_POST

from branches.models import Organization
from branchyear.lib.admin import show
from branchyear.lib.errors import Refused, require
from branchyear.lib.paging import page_of
from branchyear.lib.routes import path_to
from members import rules
from members.dues_forms import PublicationForm, RemittanceForm
from members.models import DuesMonth, DuesPublication, DuesRemittance
from members.services import dues as services
from members.services.dues.accounts import statement
from members.services.dues.sums import member_matrix
from members.views.dues.common import (
    dues_desk,
    posted_organization,
    require_branch,
    year_of,
)


@require_GET
def dues_accounts(request):
    organization, context = dues_desk(request, "members:dues_accounts")
    return _page(request, organization, context)


def _page(request, organization, context, *, remittance=None, publication=None, status=200):
    today, running = context["today"], context["running"]
    year = year_of(request.GET)
    months = {"month__gte": f"{year}-01", "month__lte": f"{year}-12"}
    came_in = DuesMonth.objects.visible_to(request.user).under(organization).filter(**months)
    handed_on = organization.dues_remittances.filter(**months).select_related("by")
    sums = dict(came_in.order_by().values_list("month").annotate(n=Sum("paid")))
    handed = dict(handed_on.order_by().values_list("month").annotate(n=Sum("amount")))
    by_month = [
        (month, sums[month], handed.get(month, 0), sums[month] - handed.get(month, 0))
        for month in sorted(sums)
    ]
    may_keep = rules.may_keep_accounts(request.user, organization)
    left = next((left for month, _, _, left in by_month if month == str(running)), None)
    context |= {
        "year": year,
        "years": range(running.year, running.year - 4, -1),
        "by_month": by_month,
        "remittances": handed_on,
        "publications": organization.dues_publications.select_related("by"),
        "may_keep_accounts": may_keep,
        "remittance": remittance
        or RemittanceForm(
            initial={"month": running, "on": today, "amount": f"{left:.2f}" if left else ""}
        ),
        "publication": publication
        or PublicationForm(
            initial={"year": today.year - (today.month < 12), "on": today, "how": "党员大会宣读"}
        ),
    }
    if not organization.is_branch:
        context |= _published_below(request, organization, year)
    return render(request, "members/dues_accounts.html", context, status=status)


def _published_below(request, organization, year):
    """Which branches have told their members (R47), in three statements."""
    branches = Organization.objects.under(organization).branches().open()
    found = DuesPublication.objects.visible_to(request.user).filter(year=year)
    found = found.under(organization).order_by("number")
    last = {row.organization_id: row for row in found}
    page = page_of(request.GET, branches)
    return {"page": page, "published": [(b, last.get(b.pk)) for b in page], "told": len(last)}


def _submitted(request, form_class, name, act, said):
    organization = posted_organization(request)
    require(rules.may_keep_accounts(request.user, organization))
    form = form_class(request.POST)
    if form.is_valid():
        try:
            act(organization, **form.cleaned_data, by=request.user)
        except Refused as refusal:
            show(form, refusal)
        else:
            messages.success(request, said)
            return redirect(f"{path_to('members:dues_accounts')}?org={organization.pk}")
    _, context = dues_desk(request, "members:dues_accounts", organization)
    return _page(request, organization, context, **{name: form}, status=422)


@require_POST
def remit_dues(request):
    """登记上缴."""
    return _submitted(request, RemittanceForm, "remittance", services.remit, "已登记上缴。")


@require_POST
def publish_dues(request):
    """登记公布."""
    return _submitted(request, PublicationForm, "publication", services.publish, "已登记公布。")


@require_POST
def withdraw_remittance(request, pk):
    """Take back a registration made by mistake."""
    rows = DuesRemittance.objects.visible_to(request.user).select_related("organization")
    row = get_object_or_404(rows, pk=pk)
    services.withdraw_remittance(row, by=request.user)
    messages.success(request, "已撤销这条上缴登记。")
    return redirect(f"{path_to('members:dues_accounts')}?org={row.organization_id}")


@require_GET
def dues_statement(request):
    """The statement to the members, as a paper: months paid of each, sums of the branch; no base and
    no member's sum, for either would tell the wage."""
    organization, context = dues_desk(request, "members:dues_accounts")
    require_branch(organization)
    year = year_of(request.GET)
    seen = DuesMonth.objects.visible_to(request.user).filter(organization=organization)
    matrix = member_matrix(seen, year, context["running"])
    total_due, total_paid, members = statement(organization, year)
    handed = organization.dues_remittances.filter(month__startswith=f"{year}-")
    context |= {
        "year": year,
        "people": [
            (
                person.name,
                sum(cell is not None for cell in person.cells),
                sum(
                    cell is not None and cell["state"] in {"dues_paid", "dues_reduced"}
                    for cell in person.cells
                ),
            )
            for person in matrix["people"]
        ],
        "total_due": total_due,
        "total_paid": total_paid,
        "members": members,
        "handed": handed.aggregate(n=Sum("amount"))["n"] or 0,
        "published": organization.dues_publications.filter(year=year).first(),
    }
    return render(request, "members/dues_statement.html", context)
