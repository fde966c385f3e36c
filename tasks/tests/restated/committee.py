"""Task 2, R11-R20."""

from datetime import timedelta
from math import ceil

from branchyear.lib.dates import add_months, full_years
from members.models import COMMITTEE_POSTS, Post

OFFICES = ("secretary", "organization_officer", "publicity_officer", "discipline_officer")
NO_RIGHTS = {"suspended", "expelled", "left", "deceased"}


def findings(world, day):
    for branch in world.branches:
        for found in _body(world, branch, day):
            yield branch.pk, *found
    yield from _officers(world, day)
    yield from _terms(world, day)


def _body(world, branch, day):
    formal = world.formal(branch)
    ever = [p for p in world.posts if p.organization_id == branch.pk]
    held = [p for p in world.holders(day, branch) if p.post in COMMITTEE_POSTS]
    seats = len({p.member_id for p in held})
    deputies = len({p.member_id for p in held if p.post == "deputy_secretary"})
    if formal >= 7:
        if not any(p.post in COMMITTEE_POSTS for p in ever):
            yield "R11", "", "unknown"
        elif seats < 3 or seats > 7:
            yield "R11", "", "error"
        elif seats > 5 or deputies > 1 or any(not _filled(post, held) for post in OFFICES):
            yield "R11", "", "warning"
    elif deputies > 1 or any(p.post not in {"secretary", "deputy_secretary"} for p in held):
        yield "R12", "", "warning"
    if not any(p.post == "secretary" for p in held):
        ended = any(p.post == "secretary" and p.ends_on and p.ends_on < day for p in ever)
        yield "R13", "", "error" if ended else "unknown"


def _filled(post, held):
    """By somebody of its own, or by one who does it beside another post."""
    return any(p.post == post or Post(post).label in p.duties for p in held)


def _officers(world, day):
    for p in world.holders(day):
        if p.post == "secretary" and p.organization.kind == "branch":
            if p.member.formal_on is None:
                yield p.organization_id, "R14", f"post:{p.pk}", "unknown"
            elif full_years(p.member.formal_on, p.starts_on) < 1:
                yield p.organization_id, "R14", f"post:{p.pk}", "warning"
            kind = p.organization.branch_type
            if not (p.member.is_unit_head or p.member.is_retired or kind == "temporary"):
                severity = "unknown" if p.member.is_unit_head is None else "warning"
                yield p.organization_id, "R15", f"member:{p.member_id}", severity
        if p.post in COMMITTEE_POSTS and (
            p.member.category != "formal" or p.member.standing in NO_RIGHTS
        ):
            yield p.organization_id, "R16", f"post:{p.pk}", "error"


def elects(place):
    return (
        place.is_open
        and place.kind in {"branch", "general_branch", "primary_committee"}
        and place.branch_type != "temporary"
    )


def _terms(world, day):
    running = {t.organization_id: t for t in world.terms if t.ended_on is None}
    for place in world.organizations:
        if not elects(place):
            continue
        term = running.get(place.pk)
        if term is None:
            yield place.pk, "R17", "", "unknown"
            continue
        due = term.extended_to or term.expires_on
        if due < day:
            yield place.pk, "R17", "", "error"
        elif day >= add_months(due, -6):
            yield place.pk, "R18", "", "notice"
        if term.extended_to and (
            not term.extension_no or term.extended_to > add_months(term.expires_on, 12)
        ):
            yield place.pk, "R19", "", "error"
        yield from ((place.pk, "R20", *found) for found in _election(term, day))
    for p in world.posts:
        if (
            p.term and p.term.ended_on is None and elects(p.organization)
            and p.ends_on is None and p.votes is not None and p.term.voters_present is not None
            and not p.votes > p.term.voters_present / 2
        ):  # fmt: skip
            yield p.organization_id, "R20", f"post:{p.pk}", "error"


def _election(term, day):
    if (term.filed_on or day) > term.elected_on + timedelta(days=30):
        yield "filing", "warning"
    if term.voters_present is None or term.voters_due is None:
        yield "unknown", "unknown"
    elif term.voters_present * 5 < term.voters_due * 4:
        yield "quorum", "error"
    if term.seats is not None and term.candidates is not None:
        if term.candidates < ceil(term.seats * 6 / 5):
            yield "contest", "warning"
    if not term.approval_no:
        yield "papers", "warning"
