"""Task 4, R32-R34."""

from datetime import date
from fractions import Fraction

from branchyear.lib.dates import add_months
from members.models import COMMITTEE_POSTS


def findings(world, day):
    for year in range(world.first.year, world.last.year + 1):
        if day > date(year, 12, 31):
            yield from _year(world, day, year, "error", 12)
        elif day >= date(year, 9, 1):
            yield from _year(world, day, year, "notice", day.month - 1)
    yield from _new_secretaries(world, day)


def _year(world, day, year, severity, months_over):
    leaders = {p.member_id for p in world.holders(day) if p.post in COMMITTEE_POSTS}
    leaders |= {
        p.member_id for p in world.posts
        if p.post in COMMITTEE_POSTS and p.starts_on <= day
        and (p.ends_on is None or p.ends_on >= day)
    }  # fmt: skip
    below = set()
    for member in world.counted:
        if member.is_excused:
            continue
        courses = [
            r for r in world.records
            if r.member_id == member.pk and r.training.voided_at is None
            and r.training.starts_on.year == year
        ]  # fmt: skip
        had = sum(r.hours for r in courses) + sum(
            a.meeting.hours for a in world.attendances
            if a.member_id == member.pk and a.status == "present"
            and a.meeting.voided_at is None and a.meeting.on.year == year
        )  # fmt: skip
        months = _months_here(member, year) - (12 - months_over)
        if had < Fraction(32 * months, 12):
            below.add(member.organization_id)
        if member.pk in leaders:
            course = any(r.training.kind in {"course", "induction"} for r in courses)
            if had < Fraction(56 * months, 12) or (severity == "error" and not course):
                key = f"member:{member.pk}:year:{year}"
                yield member.organization_id, "R33", key, severity
    for organization in below:
        yield organization, "R32", f"year:{year}", severity


def _months_here(member, year):
    """Months of the year in which the member stood in the branch, the month of arrival, or of admission to the Party if
    that was later, included."""
    days = [day for day in (member.joined_branch_on, member.admitted_on) if day is not None]
    came = max(days, default=None)
    if came is None or came.year < year:
        return 12
    return 13 - came.month if came.year == year else 0


def _new_secretaries(world, day):
    for p in world.holders(day):
        if p.post != "secretary" or p.starts_on < world.first:
            continue
        was_before = any(
            e.member_id == p.member_id and e.post == "secretary" and e.starts_on < p.starts_on
            for e in world.posts
        )
        trained = any(
            r.member_id == p.member_id and r.training.voided_at is None
            and r.training.starts_on >= p.starts_on
            for r in world.records
        )  # fmt: skip
        if not was_before and not trained and day > add_months(p.starts_on, 6):
            yield p.organization_id, "R34", f"post:{p.pk}", "warning"
