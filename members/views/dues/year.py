"""党费 of a year: members x months of a branch, or branches x months of an organisation."""

from decimal import Decimal

from django.shortcuts import render
from django.views.decorators.http import require_GET

from branchyear.lib.dates import Month
from branchyear.lib.paging import page_of
from members.dues import Arrears, arrears, state_of
from members.models import DuesMonth
from members.views.dues.common import dues_desk, year_of
from members.views.dues.month import added, rate, rows_below


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
        context |= member_matrix(request.user, organization, year, running)
        return render(request, "members/dues_year.html", context)
    context |= _branch_matrix(request, organization, year)
    return render(request, "members/dues_year_branches.html", context)


class MemberYear:
    """One member's year: a cell per month, and what is missing of the months that are over."""

    def __init__(self, member, name):
        self.member, self.name = member, name
        self.cells = [None] * 12
        self.due = self.paid = Decimal(0)
        self.arrears = Arrears()


def member_matrix(user, branch, year, running):
    """The members of a branch with their year, in one statement; the totals by month."""
    rows = (
        DuesMonth.objects.visible_to(user)
        .filter(organization=branch, month__gte=f"{year}-01", month__lte=f"{year}-12")
        .order_by("member__name_key", "member", "month")
        .values_list(
            "member", "member__name", "month", "due", "paid", "paid_on", "is_reduced", "note"
        )
    )
    people, owed = {}, {}
    totals = [{"due": Decimal(0), "paid": Decimal(0), "full": 0, "people": 0} for _ in range(12)]
    for member, name, text, due, paid, paid_on, is_reduced, note in rows:
        person = people.setdefault(member, MemberYear(member, name))
        month = Month.parse(text)
        over = month < running
        person.cells[month.number - 1] = {
            "state": state_of(due, paid, is_reduced=is_reduced, is_over=over),
            "due": due,
            "paid": paid,
            "paid_on": paid_on,
            "note": note,
        }
        person.due += due or 0
        person.paid += paid
        total = totals[month.number - 1]
        total["due"] += due or 0
        total["paid"] += paid
        total["people"] += 1
        total["full"] += due is not None and paid >= due
        if over:
            owed.setdefault(member, []).append((month, due, paid))
    for member, facts in owed.items():
        people[member].arrears = arrears(facts)
    return {
        "people": list(people.values()),
        "totals": totals,
        "sum_due": sum((p.due for p in people.values()), Decimal(0)),
        "sum_paid": sum((p.paid for p in people.values()), Decimal(0)),
        "sum_owed": sum((p.arrears.total for p in people.values()), Decimal(0)),
    }


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
