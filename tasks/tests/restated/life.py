"""Task 3, R21-R31."""

from datetime import date, timedelta
from types import SimpleNamespace

from branchyear.lib.dates import add_months


def spans(months, year):
    for start in range(1, 13, months):
        first = date(year, start, 1)
        yield SimpleNamespace(
            first=first,
            last=add_months(first, months) - timedelta(days=1),
            month=f"month:{year}-{start:02d}",
            quarter=f"quarter:{year}-{(start + 2) // 3}",
        )


def campaign_spans(world, months):
    """Those that lie wholly in the campaign."""
    for year in range(world.first.year, world.last.year + 1):
        for span in spans(months, year):
            if world.first <= span.first and span.last <= world.last:
                yield span


def lived(place, span):
    """The organisation was there for the whole period."""
    return place.established_on is None or place.established_on <= span.first


def years(world, day):
    """The years spoken of: from October a notice, over an error."""
    for year in range(world.first.year, world.last.year + 1):
        if day >= date(year, 10, 1):
            yield year, "error" if day > date(year, 12, 31) else "notice"


def findings(world, day):
    for branch in world.branches:
        for found in _meetings(world, branch, day):
            yield branch.pk, *found
        for found in _yearly(world, branch, day):
            yield branch.pk, *found
    yield from _records(world, day)


def _meetings(world, branch, day):
    for span in campaign_spans(world, 3):
        if not lived(branch, span):
            continue
        for rule, kind, severity in (
            ("R21", "members_meeting", "error"),
            ("R25", "party_lecture", "warning"),
        ):
            if world.held(span, kind, branch=branch):
                continue
            if span.last < day:
                yield rule, span.quarter, severity
            elif span.first <= day and (span.last - day).days <= 15:
                yield rule, span.quarter, "notice"
    for span in campaign_spans(world, 1):
        if span.last >= day:
            continue
        if lived(branch, span):
            if not world.held(span, "theme_day", branch=branch):
                yield "R24", span.month, "error"
            if world.formal(branch) >= 7 and not world.held(
                span, "committee_meeting", branch=branch
            ):
                yield "R22", span.month, "error"
        for group in world.groups(branch):
            if lived(group, span) and not world.held(span, "group_meeting", group=group):
                yield "R23", f"group:{group.pk}:{span.month}", "error"


def _yearly(world, branch, day):
    people = world.people[branch.pk]
    for year, severity in years(world, day):
        (span,) = spans(12, year)
        if not lived(branch, span):
            continue
        about = f"year:{year}"
        if not world.held(span, "org_life_meeting", branch=branch):
            yield "R26", about, severity
        if not any(a.organization_id == branch.pk and a.year == year for a in world.appraisals):
            yield "R27", about, severity
        else:
            part = {r.member_id for r in world.results if r.appraisal.year == year and r.took_part}
            if any(m.pk not in part for m in people):
                yield "R27", about, severity
        weak = "warning" if severity == "error" else "notice"
        yield from (("R29", about + end, weak) for end in _talks(world, branch, year, day))


def _talks(world, branch, year, day):
    """Between committee members, between them and members, among members: each once a year."""
    talked = {
        frozenset((t.speaker_id, t.listener_id))
        for t in world.talks
        if t.on.year == year and t.voided_at is None
    }
    seats = world.officers(day, branch)
    if not seats:
        return
    people = [m.pk for m in world.people[branch.pk]]
    others = [pk for pk in people if pk not in seats]
    partners = {pk: set().union(*(pair for pair in talked if pk in pair)) - {pk} for pk in people}
    if any(not partners[pk] & seats for pk in others):
        yield ""
    if any(seats - {pk} - partners[pk] for pk in people if pk in seats):
        yield ":officers"
    if len(others) > 1 and any(not partners[pk] - seats for pk in others):
        yield ":members"


def _records(world, day):
    first, last = world.first, min(day, world.last)
    for a in world.appraisals:
        if a.organization.is_open and first.year <= a.year <= world.last.year:
            best = sum(r.appraisal_id == a.pk and r.grade == "excellent" for r in world.results)
            if best > len(world.people[a.organization_id]) // 3:
                yield a.organization_id, "R28", f"appraisal:{a.pk}", "warning"

    def counts(meeting):
        return (
            meeting.organization.is_open
            and meeting.voided_at is None
            and first <= meeting.on <= last
        )

    for vote in world.votes:
        if counts(vote.meeting) and vote.voters_present < vote.voters_due / 2:
            key = f"meeting:{vote.meeting_id}:vote:{vote.pk}"
            yield vote.meeting.organization_id, "R30", key, "error"
    for m in world.meetings:
        if not counts(m):
            continue
        if m.kind == "committee_meeting" and m.present < m.due / 2:
            yield m.organization_id, "R30", f"meeting:{m.pk}", "error"
        parts = [m.place, m.host, m.recorder, m.minutes]
        if m.kind in {"members_meeting", "committee_meeting"}:
            parts.append(m.resolution)
        if not all(parts):
            yield m.organization_id, "R31", f"meeting:{m.pk}", "warning"
