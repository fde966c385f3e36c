"""Makes the numbers from the facts: live for any organisations, and with digests for freezing."""

import hashlib
from collections import defaultdict
from dataclasses import dataclass

from django.db.models import Case, Q, Value, When

from branches.models import Organization
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
from tasks.scoring.asking import Answers, facts_of

NAMED = 3  # so many reviewers are named on a line, the others counted


@dataclass(frozen=True)
class Sheet:
    """The score of one organisation, computed: ``lines`` are ``[(RubricLine, Sums, Points)]``."""

    lines: list
    total: Total
    rules: tuple


# --- Sums -----------------------------------------------------------------------------------------


def sheets(round_, organizations, *, moment, top=None, lines=None, judgements=None):
    """``{organisation id: Sheet}`` as the facts are now. ``top``: all of them lie at or below it; ``lines`` and
    ``judgements``: the rubric's, and the organisations' own, where they have been read already."""
    lines = list(round_.rubric.lines.all()) if lines is None else lines
    computed = [line for line in lines if not line.is_judged]
    answers = Answers(round_, computed, moment=moment, top=top)
    found = {line.pk: answers.of(line, organizations) for line in computed}
    judged = _judged(round_, organizations, judgements)
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


def _judged(round_, organizations, rows):
    from tasks.models import ScoreJudgement  # the models' package is not ready while facts register

    if rows is None:
        rows = ScoreJudgement.objects.filter(score__round=round_).select_related("score")
        if len(organizations) == 1:
            rows = rows.filter(score__organization=organizations[0])
    return {
        (row.score.organization_id, row.line_id): Sums(0, 0, 0, row.checked_points, row.self_points)
        for row in rows
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


__all__ = ["Points", "Sheet", "marks", "scored_organizations", "sheet_of", "sheets"]
