"""一次填报: what each branch must type in a month, and what the portal fills in."""

from django.shortcuts import render
from django.views.decorators.http import require_GET

from branches.models import Organization
from branchyear.lib.dates import Month, local_day, months_between
from branchyear.lib.paging import page_of
from members.desk import chosen_organization, tree_for
from reports import burden
from tasks.year import campaign_of


@require_GET
def burden_page(request):
    organization = chosen_organization(request)
    today = local_day()
    campaign = campaign_of(request)
    months = _months(campaign, today)
    asked = request.GET.get("month", "")
    month = next((m for m in months if str(m) == asked), months[-1])
    context = {
        "organization": organization,
        "months": months,
        "month": month,
        "kinds": [label for _, label in burden.KINDS],
        "item_fields": burden.ITEM_FIELDS,
        "wanted": len(burden.WANTED),
        "prefilled": len(burden.PREFILLED),
        "tree_nodes": tree_for(request.user, organization, "reports:burden"),
    }
    if organization.is_branch:
        found = burden.burden_of([organization], months[0], months[-1])
        lines = [(m.label, "", found[organization.pk, str(m)]) for m in reversed(months)]
    else:
        branches = (
            Organization.objects.visible_to(request.user).under(organization).branches().open()
        )
        context["page"] = page = page_of(request.GET, branches)
        found = burden.burden_of(page.object_list, month, month)
        lines = [
            (branch.name, f"?org={branch.pk}", found[branch.pk, str(month)]) for branch in page
        ]
    context["lines"] = lines
    return render(request, "reports/burden.html", context)


def _months(campaign, today):
    """The months of the campaign until now; without one, and before it begins, this month."""
    if campaign is None or today < campaign.starts_on:
        return [Month.of(today)]
    return list(months_between(campaign.starts_on, min(today, campaign.ends_on)))
