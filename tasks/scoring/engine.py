"""Asks the facts and makes the numbers: live for any organisations, and with digests for freezing.

One statement for each line of the rubric, whatever the number of organisations; sums of a directly
affiliated organisation are added up from the paths.
"""

import hashlib
from collections import defaultdict
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import partial

from django.db.models import Case, Count, F, Q, Sum, Value, When

from branches.models import Organization
from branches.querysets import below
from tasks.scoring.arithmetic import (
    ZERO,
    Points,
    Rule,
    Sums,
    Total,
    is_vetoed,
    points_of,
    total_of,
)
from tasks.scoring.registry import Ask, load

NAMED = 3  # so many reviewers are named on a line, the others counted


@dataclass(frozen=True)
class Sheet:
    """The score of one organisation, computed: ``lines`` are ``[(RubricLine, Sums, Points)]``."""

    lines: list
    total: Total
    rules: tuple


def ask_of(round_, line, *, moment, organization=None):
    """What a line asks: the facts of the round's days, as they are at ``moment``."""
    return Ask(
        campaign=round_.campaign,
        starts_on=round_.starts_on,
        ends_on=round_.ends_on,
        moment=moment,
        params=line.params,
        condition=None if organization is None else partial(below, organization.path),
    )


def facts_of(round_, line, *, moment, organization=None, spot=False):
    """``(rule, Facts)`` behind a line; None when the portal has no such fact (any more)."""
    rule = load().get(line.spot_rule if spot else line.rule)
    if rule is None:
        return None
    found = rule.find(ask_of(round_, line, moment=moment, organization=organization))
    if rule.own and organization is not None:
        found = replace(found, rows=found.rows.filter(**{found.owner: organization.path}))
    return rule, found


# --- Sums -----------------------------------------------------------------------------------------


def sheets(round_, organizations, *, moment, top=None):
    """``{organisation id: Sheet}`` as the facts are now. ``top``: all of them lie at or below it."""
    lines = list(round_.rubric.lines.all())
    found = {
        line.pk: _sums(round_, line, organizations, moment=moment, top=top)
        for line in lines
        if not line.is_judged
    }
    judged = _judged(round_, organizations)
    out = {}
    for organization in organizations:
        own = []
        for line in lines:
            if line.is_judged:
                sums = judged.get((organization.pk, line.pk), Sums(0, 0, 0, None, None))
            else:
                sums = found[line.pk].get(organization.pk, Sums())
            own.append((line, sums))
        out[organization.pk] = sheet_of(round_.rubric, own)
    return out


def sheet_of(rubric, lines, appealed=None, lifted=()):
    """The arithmetic over ``[(RubricLine, Sums)]``: the same for live facts and for frozen ones."""
    appealed = appealed or {}
    rules = tuple(Rule.of(line) for line, _ in lines)
    points = {
        rule.code: points_of(rule, sums, appealed.get(rule.code, ZERO))
        for rule, (_, sums) in zip(rules, lines, strict=True)
    }
    vetoed = [
        rule
        for rule, (_, sums) in zip(rules, lines, strict=True)
        if is_vetoed(rule, sums) and rule.code not in lifted
    ]
    total = total_of(rules, points, full=rubric.total, bands=rubric.bands, vetoed=vetoed)
    rows = [
        (line, sums, points[rule.code]) for rule, (line, sums) in zip(rules, lines, strict=True)
    ]
    return Sheet(rows, total, rules)


def _sums(round_, line, organizations, *, moment, top):
    """``{organisation id: Sums}`` of one line."""
    by_path = defaultdict(Sums)
    wanted = facts_of(round_, line, moment=moment, organization=None)
    if wanted is None:
        return {}
    rule, _ = wanted
    for path, sums in _grouped(round_, line, moment=moment, top=top).items():
        by_path[path] = sums
    for path, (failed, seen) in _spots(round_, line, moment=moment, top=top).items():
        by_path[path] = replace(by_path[path], spot_failed=failed, spot_facts=seen)
    return gathered(by_path, organizations, own=rule.own)


def gathered(by_path, organizations, *, own):
    """Sums by the path of whoever owns the facts, added up to the organisations asked about."""
    wanted = {organization.path: organization.pk for organization in organizations}
    steps = {len(path) for path in wanted}
    out = {}
    for path, sums in by_path.items():
        lengths = {len(path)} if own else {n for n in steps if n <= len(path)}
        for length in lengths:
            if (pk := wanted.get(path[:length])) is not None:
                out[pk] = _added(out[pk], sums) if pk in out else sums
    return out


def _added(one, other):
    return Sums(*(getattr(one, name) + getattr(other, name) for name in Sums.__dataclass_fields__))


def _top(rule_rows, owner, top):
    return rule_rows if top is None else rule_rows.filter(below(top.path, owner))


def _grouped(round_, line, *, moment, top):
    _, found = facts_of(round_, line, moment=moment)
    claimed = found.counted if found.claimed is None else found.claimed
    rows = _top(found.rows, found.owner, top).order_by()
    numbers = {
        "n_counted": Count("pk", filter=found.counted),
        "n_claimed": Count("pk", filter=claimed),
        "n_facts": Count("pk"),
    }
    if found.amount:
        numbers |= {
            "w_counted": Sum(found.amount, filter=found.counted),
            "w_claimed": Sum(found.amount, filter=claimed),
            "w_facts": Sum(found.amount),
        }
    out = {}
    for row in rows.values(owner_path=F(found.owner)).annotate(**numbers):
        weigh = "w" if found.amount else "n"
        out[row["owner_path"]] = Sums(
            counted=row["n_counted"],
            claimed=row["n_claimed"],
            facts=row["n_facts"],
            numerator=Decimal(row[f"{weigh}_counted"] or 0),
            claimed_numerator=Decimal(row[f"{weigh}_claimed"] or 0),
            denominator=Decimal(row[f"{weigh}_facts"] or 0),
        )
    return out


def _spots(round_, line, *, moment, top):
    """``{path: (failed, looked at)}`` of the inspections, where the line asks for them."""
    if not line.spot_rule:
        return {}
    wanted = facts_of(round_, line, moment=moment, spot=True)
    if wanted is None:
        return {}
    _, found = wanted
    rows = _top(found.rows, found.owner, top).order_by().values(owner_path=F(found.owner))
    rows = rows.annotate(failed=Count("pk", filter=found.counted), seen=Count("pk"))
    return {row["owner_path"]: (row["failed"], row["seen"]) for row in rows}


def _judged(round_, organizations):
    from tasks.models import ScoreJudgement  # the models' package is not ready while facts register

    rows = ScoreJudgement.objects.filter(score__round=round_)
    if len(organizations) == 1:
        rows = rows.filter(score__organization=organizations[0])
    return {
        (org, line): Sums(0, 0, 0, checked, own)
        for org, line, own, checked in rows.values_list(
            "score__organization_id", "line_id", "self_points", "checked_points"
        )
    }


# --- Which facts ----------------------------------------------------------------------------------


def marks(round_, line, organizations, *, moment):
    """``{organisation id: (digest of its facts, reviewers in words)}``: every fact is looked at once."""
    wanted = facts_of(round_, line, moment=moment)
    if wanted is None:
        return {}
    rule, found = wanted
    reviewer = found.reviewer if found.reviewer is not None else Value("")
    rows = (
        found.rows.order_by("pk")
        .annotate(counts_=Case(When(found.counted, then=Value(1)), default=Value(0)))
        .annotate(reviewer_=reviewer)
        .values_list(found.owner, "pk", "counts_", "reviewer_")
    )
    wanted_paths = {organization.path: organization.pk for organization in organizations}
    steps = sorted({len(path) for path in wanted_paths})
    sums = {pk: hashlib.sha256() for pk in wanted_paths.values()}
    people = defaultdict(dict)
    for path, pk, counts, name in rows.iterator(chunk_size=5000):
        for length in (len(path),) if rule.own else steps:
            owner = wanted_paths.get(path[:length]) if length <= len(path) else None
            if owner is not None:
                sums[owner].update(b"%d:%d\n" % (pk, counts))
                if name and counts:
                    people[owner][name] = True
    return {pk: (made.hexdigest(), _names(list(people[pk]))) for pk, made in sums.items()}


def _names(names):
    if len(names) <= NAMED:
        return "、".join(names)
    return f"{'、'.join(names[:NAMED])}等{len(names)}人"


def scored_organizations():
    """Whom a round scores: directly affiliated organisations and branches that are open."""
    return Organization.objects.open().filter(Q(depth=Organization.DIRECT_DEPTH) | Q(kind="branch"))


__all__ = ["Points", "Sheet", "facts_of", "marks", "scored_organizations", "sheet_of", "sheets"]
