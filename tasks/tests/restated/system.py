"""Task 8 and R55-R56: the self-check, the lists, proof, reports, signs of records made up afterwards."""

from collections import defaultdict
from datetime import date, timedelta

from branchyear.lib.dates import CHINA

NOT_LISTED = {"R48", "R49", "R50", "R51", "R52", "R53", "R55", "R56"}
HEADINGS = 6


def findings(world, day):
    yield from _self_check(world, day)
    yield from _limits(world, day)
    yield from _reports(world, day)
    yield from _proof(world)
    yield from _signals(world)


def after(world, day, found):
    """The rules about what the others found."""
    wrong = defaultdict(set)  # (organisation, rule) → keys that are not met
    for organization, rule, key, severity in found:
        if severity != "notice":
            wrong[organization, rule].add(key)
    errors = [each for each in found if each[3] == "error" and each[1] not in NOT_LISTED]
    yield from _lists(world, errors)
    yield from _closed(world, wrong)


def _self_check(world, day):
    due = date(world.first.year, 4, 30)
    if day < due - timedelta(days=30):
        return
    signed = {c.organization_id for c in world.self_checks if c.signed_at}
    for branch in world.branches:
        if branch.pk not in signed and (branch.established_on or due) <= due:
            yield branch.pk, "R48", "", "error" if day > due else "notice"


def _open(world):
    return [p for p in world.problems if p.state != "closed"]


def _covers(problem, organization, rule, key):
    return (
        problem.organization_id == organization
        and problem.rule is not None
        and problem.rule.number == rule
        and problem.rule_key in {"", key}
    )


def _lists(world, errors):
    missing = set()
    for organization, rule, key, _ in errors:
        if not any(_covers(p, organization, rule, key) for p in _open(world)):
            missing.add(organization)
    for answer in world.answers:
        check = answer.self_check
        if check.signed_at and answer.result == "not_met":
            if not any(
                p.organization_id == check.organization_id and p.heading == answer.heading
                for p in world.problems
            ):
                missing.add(check.organization_id)
    for p in _open(world):
        if not (p.cause and p.measure and p.responsible and p.due_on):
            missing.add(p.organization_id)
    for branch in world.branches:
        if branch.pk in missing:
            yield branch.pk, "R49", "", "error"


def _limits(world, day):
    year = world.first.year
    granted = {e.problem_id for e in world.extensions if e.state == "granted"}
    for p in _open(world):
        if not p.organization.is_open or p.due_on is None:
            continue
        about = p.organization_id, "R50", f"problem:{p.pk}"
        planned_late = p.found_on < date(year, 5, 1) and p.due_on > date(year, 6, 30)
        if p.due_on < day:
            yield *about, "error"
        elif planned_late and p.due_on > day and p.pk not in granted:
            yield *about, "warning"
        elif p.due_on <= day + timedelta(days=7):
            yield *about, "notice"


def _closed(world, wrong):
    proved = {link.problem_id for link in world.proofs}
    for p in world.problems:
        if p.state != "closed" or not p.organization.is_open:
            continue
        keys = wrong[p.organization_id, p.rule.number] if p.rule else set()
        again = (p.rule_key in keys if p.rule_key else bool(keys)) and not any(
            other.organization_id == p.organization_id
            and other.rule_id == p.rule_id
            and other.rule_key == p.rule_key
            for other in _open(world)
        )
        if again or not p.result or p.pk not in proved:
            yield p.organization_id, "R51", f"problem:{p.pk}", "error"


def _reports(world, day):
    for r in world.reports:
        rule = {"direct": "R52", "committee": "R53"}.get(r.period.tier)
        handed_in = r.first_submitted_at and r.state != "returned"
        if rule is None or handed_in or not r.organization.is_open:
            continue
        if r.period.due_on < day:
            yield r.organization_id, rule, f"report:{r.pk}", "error"
        elif r.period.due_on <= day + timedelta(days=5):
            yield r.organization_id, rule, f"report:{r.pk}", "notice"
    if day < date(world.first.year, 11, 1):
        return
    told = {
        r.organization_id for r in world.reports
        if r.first_submitted_at and r.period.month >= f"{world.first.year}-06"
        and r.texts.get("experience", "").strip(" ")
    }  # fmt: skip
    for place in world.organizations:
        if place.is_direct and place.is_open and place.pk not in told:
            yield place.pk, "R55", "", "notice"


def _proof(world):
    year = world.first.year
    files, held = defaultdict(list), defaultdict(list)
    for link in world.item_files:
        e = link.evidence
        files[link.branch_item_id].append(e.fact_on or e.uploaded_at.astimezone(CHINA).date())
    for link in world.item_meetings:
        if link.meeting.voided_at is None:
            held[link.branch_item_id].append(link.meeting.on)
    for row in world.items:
        if (
            not row.branch.is_open or row.item.retired_at or row.result != "done"
            or row.state not in {"submitted", "accepted"} or "evidence" not in row.version.verify
        ):  # fmt: skip
            continue
        days = files[row.pk] + held[row.pk]
        if not any(date(year, 1, 1) <= on <= date(year, 12, 31) for on in days):
            severity = "warning" if days else "error"
            yield row.branch_id, "R54", f"item:{row.pk}", severity


def _signals(world):
    """For inspectors: entered late, told alike, entered in bulk, always complete, one photo twice."""
    alike, bulk, each = defaultdict(list), defaultdict(list), defaultdict(list)
    for m in world.meetings:
        if not m.organization.is_open or m.voided_at or not world.first <= m.on <= world.last:
            continue
        entered = m.created_at.astimezone(CHINA).date()
        if (entered - m.on).days > 30:
            yield m.organization_id, "R56", f"meeting:{m.pk}:late", "notice"
        words = "".join(m.minutes.split())
        if len(words) >= 20:
            alike[m.organization_id, words].append(m.pk)
        bulk[m.organization_id, m.kind, m.group_id, entered].append(m.pk)
        if m.due:
            each[m.organization_id].append(m.present == m.due)
    for found, least, word in ((alike, 2, "same"), (bulk, 3, "bulk")):
        for (organization, *_), meetings in found.items():
            if len(meetings) >= least:
                yield organization, "R56", f"meeting:{min(meetings)}:{word}", "notice"
    for organization, complete in each.items():
        if len(complete) >= 6 and all(complete) and len(world.people[organization]) >= 20:
            yield organization, "R56", "full", "notice"
    owners = defaultdict(set)
    for e in world.evidence:
        owners[e.sha256].add(e.organization_id)
    for e in world.evidence:
        if e.organization.is_open and e.extension in {"jpg", "jpeg", "png"}:
            if len(owners[e.sha256]) > 1:
                yield e.organization_id, "R56", f"file:{e.pk}", "notice"
