"""Task 5, R35-R42."""

from datetime import date, timedelta

from branchyear.lib.dates import add_months
from members.admission import lasted_long_enough
from tasks.tests.restated.life import campaign_spans, lived


def findings(world, day):
    yield from _platform(world, day)
    yield from _letters(world, day)
    yield from _away(world, day)
    yield from _probation(world, day)
    yield from _admission(world)
    yield from _unqualified(world, day)
    yield from _cadres(world, day)


def _platform(world, day):
    severity = "error" if day > date(world.first.year, 6, 30) else "warning"
    for branch in world.organizations:
        if any(m.platform_entered_on is None for m in world.people[branch.pk]):
            yield branch.pk, "R35", "", severity


def _letters(world, day):
    for t in world.transfers:
        if t.sender is None or not t.sender.is_open:
            continue
        about = f"transfer:{t.pk}"
        if t.state == "issued":
            if t.valid_until < day:
                yield t.sender_id, "R36", about, "error"
            elif t.valid_until <= day + timedelta(days=7):
                yield t.sender_id, "R36", about, "notice"
            if t.valid_until > add_months(t.issued_on, 3):
                yield t.sender_id, "R36", f"{about}:long", "error"
        if (
            t.state == "received" and t.slip_on is None and t.received_on >= world.first
            and day > add_months(t.received_on, 1)
        ):  # fmt: skip
            yield t.sender_id, "R36", f"{about}:slip", "warning"


def _away(world, day):
    registered = {a.member_id for a in world.absences if a.ended_on is None}
    for member in world.counted:
        if member.pk not in registered and member.standing == "floating":
            yield member.organization_id, "R37", f"member:{member.pk}", "warning"
        if member.pk not in registered and member.standing == "lost":
            yield member.organization_id, "R38", f"member:{member.pk}", "unknown"
    for a in world.absences:
        if a.ended_on is not None or not a.organization.is_open:
            continue
        about = f"absence:{a.pk}"
        if a.kind == "lost":
            if a.suspended_on is None:
                if day >= add_months(a.since, 6):
                    yield a.organization_id, "R38", about, "error"
            elif day >= add_months(a.suspended_on, 24):
                yield a.organization_id, "R38", about, "error"
            continue
        if not a.contact_person:
            yield a.organization_id, "R37", f"{about}:person", "warning"
        months = 3 if a.kind == "floating" else 6
        if day > add_months(a.last_contact_on or a.since, months):
            yield a.organization_id, "R37", f"{about}:contact", "warning"


def _probation(world, day):
    for member in world.counted:
        if member.category != "probationary":
            continue
        about = member.organization_id, "R39", f"member:{member.pk}"
        if member.admitted_on is None:
            yield *about, "unknown"
            continue
        end = member.probation_extended_to or add_months(member.admitted_on, 12)
        if end < day:
            yield *about, "error"
        elif end <= day + timedelta(days=30):
            yield *about, "notice"


def _admission(world):
    taken = {(p.applicant_id, p.step.number): p.on for p in world.progress}
    for p in world.progress:
        applicant, step = p.applicant, p.step
        if applicant.state not in {"running", "admitted"} or not applicant.organization.is_open:
            continue
        about = f"applicant:{applicant.pk}:step:{step.number}"
        place = applicant.organization_id
        start = taken.get((applicant.pk, step.counted_from))
        if start is not None:
            if step.not_before and p.on < add_months(start, step.not_before):
                yield place, "R40", about, "error"
            elif step.not_after and p.on > add_months(start, step.not_after):
                yield place, "R40", about, "warning"
        before = [on for (who, n), on in taken.items() if who == applicant.pk and n < step.number]
        if any(on > p.on for on in before):
            yield place, "R40", f"{about}:order", "error"
        if not lasted_long_enough(step, days=p.days, hours=p.hours):
            known = p.days is not None or p.hours is not None
            yield place, "R40", f"{about}:short", "error" if known else "unknown"


def _unqualified(world, day):
    for r in world.results:
        a = r.appraisal
        if r.grade != "unqualified" or a.year < world.first.year - 1 or not a.organization.is_open:
            continue
        if not any(d.member_id == r.member_id and d.decided_on >= a.on for d in world.disposals):
            yield a.organization_id, "R41", f"member:{r.member_id}:year:{a.year}", "error"
    for d in world.disposals:
        if d.kind != "correction" or not d.organization.is_open:
            continue
        if d.until > add_months(d.decided_on, 12):
            yield d.organization_id, "R41", f"disposal:{d.pk}:long", "error"
        if d.until < day and d.reviewed_on is None:
            yield d.organization_id, "R41", f"disposal:{d.pk}:review", "error"


def _cadres(world, day):
    for span in campaign_spans(world, 3):
        if span.last >= day:
            continue
        came = {
            a.member_id for a in world.attendances
            if a.status == "present" and a.meeting.voided_at is None
            and span.first <= a.meeting.on <= span.last
        }  # fmt: skip
        for m in world.counted:
            if (
                m.is_leading_cadre and m.standing in {"active", "leaving"} and m.pk not in came
                and (m.joined_branch_on is None or m.joined_branch_on <= span.first)
                and lived(m.organization, span)
            ):  # fmt: skip
                yield m.organization_id, "R42", f"member:{m.pk}:{span.quarter}", "notice"
