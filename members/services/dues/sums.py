"""Dues added up: by branch, by directly affiliated organisation, by member and month. Only reads."""

from decimal import Decimal

from branches.models import Organization
from branchyear.lib.dates import Month
from members.dues import Arrears, arrears, state_of


def rows_below(organization):
    """``(rows, key)``: the organisations a table above shows one line each, and how a branch's path leads
    to its line: directly affiliated organisations from above, branches inside one."""
    below = Organization.objects.under(organization).open()
    if organization.depth < Organization.DIRECT_DEPTH:
        length = Organization.steplen * Organization.DIRECT_DEPTH
        return below.direct(), lambda path: path[:length]
    return below.branches(), lambda path: path


SUMS = ("people", "unknown", "full", "owing", "due_sum", "paid_sum", "missing_sum")


def added(rows, key):
    """Figures of branches added up by line: ``{key: {people, …}}``."""
    found = {}
    for row in rows:
        line = found.setdefault(key(row), dict.fromkeys(SUMS, 0))
        for name in SUMS:
            line[name] += row[name] or 0
    return found


def rate(line):
    """收缴率: what was paid of what is due, 100 % at most; None when nothing is due."""
    if not line or not line["due_sum"]:
        return None
    return min(Decimal(1), (line["due_sum"] - line["missing_sum"]) / line["due_sum"])


class MemberYear:
    """One member's year: a cell per month, and what is missing of the months that are over."""

    def __init__(self, member, name):
        self.member, self.name = member, name
        self.cells = [None] * 12
        self.due = self.paid = Decimal(0)
        self.arrears = Arrears()


def member_matrix(seen, year, running):
    """The members of ``seen`` (rows of one branch) with their year, in one statement; totals by month."""
    rows = (
        seen.filter(month__gte=f"{year}-01", month__lte=f"{year}-12")
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
