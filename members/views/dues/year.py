"""党费 of a year: members x months of a branch, or branches x months of an organisation."""

from django.shortcuts import render
from django.views.decorators.http import require_GET

from branchyear.lib.dates import Month
from branchyear.lib.paging import page_of
from members.models import DuesMonth
from members.services.dues.sums import added, member_matrix, rate, rows_below
from members.views.dues.common import dues_desk, year_of


@require_GET
def dues_year(request):
    organization, context = dues_desk(request, "members:dues_year")
    year = year_of(request.GET)
    running = context["running"]
    context |= {
        "year": year,
        "months": [Month(year, number) for number in range(1, 13)],
        "years": range(running.year, running.year - 4, -1),
    }
    if organization.is_branch:
        seen = DuesMonth.objects.visible_to(request.user).filter(organization=organization)
        context |= member_matrix(seen, year, running)
        return render(request, "members/dues_year.html", context)
    context |= _branch_matrix(request, organization, year)
    return render(request, "members/dues_year_branches.html", context)


def _branch_matrix(request, organization, year):
    """Rate and number of people in arrears, per line and month, in one statement."""
    organizations, key = rows_below(organization)
    seen = (
        DuesMonth.objects.visible_to(request.user)
        .under(organization)
        .filter(month__gte=f"{year}-01", month__lte=f"{year}-12")
    )
    figures = added(
        seen.figures("organization__path", "month"),
        lambda row: (key(row["organization__path"]), row["month"]),
    )
    months = [str(Month(year, number)) for number in range(1, 13)]
    page = page_of(request.GET, organizations)
    rows = []
    for one in page:
        cells = [(figures.get((one.path, m)), rate(figures.get((one.path, m)))) for m in months]
        known = [cell for cell, _ in cells if cell]
        total = added(known, lambda row: "")[""] if known else None
        rows.append((one, list(zip(months, cells, strict=True)), total, rate(total)))
    return {"page": page, "rows": rows}
