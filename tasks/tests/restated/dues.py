"""Task 6, R43-R47."""

from datetime import date
from decimal import Decimal
from itertools import groupby

from branchyear.lib.dates import Month, add_months
from members.dues import arrears
from tasks.tests.restated.life import campaign_spans, lived, spans

RATES = {
    "retired": ((5000, "0.005"), (None, "0.01")),
    "wage": ((3000, "0.005"), (5000, "0.01"), (10000, "0.015"), (None, "0.02")),
}
RATES["yearly_salary"] = RATES["self_employed"] = RATES["wage"]
ROUNDING = Decimal("0.0051")  # half a fen


def findings(world, day):
    yield from _months(world, day)
    yield from _rates(world, day)
    yield from _arrears(world, day)
    yield from _late(world, day)
    for year in range(world.first.year, world.last.year + 1):
        (span,) = spans(12, year)
        said = {p.organization_id for p in world.publications if p.year == year}
        for branch in world.branches:
            if day > span.last and branch.pk not in said and lived(branch, span):
                yield branch.pk, "R47", f"year:{year}", "warning"


def _months(world, day):
    for span in campaign_spans(world, 1):
        if span.last >= day:
            continue
        month = span.month.removeprefix("month:")
        for place in world.organizations:
            rows = [d for d in world.dues if d.organization_id == place.pk and d.month == month]
            if not place.is_open:
                continue
            if any(d.due is not None and d.paid < d.due for d in rows):
                yield place.pk, "R43", span.month, "error"
            quarter = date(span.last.year, 3 * ((span.last.month + 2) // 3), 1)
            if any(
                d.due and d.paid >= d.due and not d.note
                and add_months(quarter, 1) <= d.paid_on <= day
                for d in rows
            ):  # fmt: skip
                yield place.pk, "R43", f"{span.month}:late", "warning"
            if any(d.due is None for d in rows):
                yield place.pk, "R43", f"{span.month}:unknown", "unknown"
            if (
                place.kind == "branch" and not rows and world.people[place.pk]
                and lived(place, span)
            ):  # fmt: skip
                yield place.pk, "R43", f"{span.month}:none", "unknown"


def _rates(world, day):
    now = {}
    for base in sorted(world.bases, key=lambda b: b.from_month):
        if base.from_month <= str(Month.of(day)):
            now[base.member_id] = base
    for member in world.counted:
        base = now.get(member.pk)
        if base is not None and not _is_right(base):
            yield member.organization_id, "R44", f"member:{member.pk}", "warning"


def _is_right(base):
    if base.kind == "fixed":
        return base.monthly_due == Decimal("0.20")
    if base.kind == "farmer":
        return Decimal("0.20") <= base.monthly_due <= 1
    if base.base is None:
        return True  # cannot be reckoned; the month's dues say that it is unknown (R43)
    rate = next(rate for top, rate in RATES[base.kind] if top is None or base.base <= top)
    return abs(base.monthly_due - base.base * Decimal(rate)) <= ROUNDING


def _arrears(world, day):
    running = str(Month.of(day))
    rows = sorted(
        (d for d in world.dues if d.month < running), key=lambda d: (d.member_id, d.month)
    )
    run = {
        member: arrears([(d.month, d.due, d.paid) for d in months]).run
        for member, months in groupby(rows, key=lambda d: d.member_id)
    }
    for member in world.counted:
        unpaid = run.get(member.pk, 0)
        if unpaid >= 3:
            severity = "error" if unpaid >= 6 else "warning"
            yield member.organization_id, "R45", f"member:{member.pk}", severity


def _late(world, day):
    for d in world.dues:
        if not d.organization.is_open or d.note or not d.paid:
            continue
        paid, month = d.paid_on, date.fromisoformat(f"{d.month}-01")
        if not world.first <= paid <= day:
            continue
        if (paid.year - month.year) * 12 + paid.month - month.month > 6:
            yield d.organization_id, "R46", f"member:{d.member_id}:month:{d.month}", "warning"
