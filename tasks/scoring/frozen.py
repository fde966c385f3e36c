"""A frozen score, done again: from the facts stored with it, and beside the facts of today."""

import hashlib
import json
from dataclasses import dataclass

from tasks.scoring import engine
from tasks.scoring.arithmetic import Points, Sums


def sums_of(line):
    """The facts of a frozen line as the arithmetic takes them."""
    judged = line.line.is_judged
    given = None if judged and line.checked_points is None else line.numerator
    claimed = None if judged and line.self_points is None else line.claimed_numerator
    return Sums(
        counted=line.counted,
        claimed=line.claimed,
        facts=line.facts,
        numerator=given,
        claimed_numerator=claimed,
        denominator=line.denominator,
        spot_failed=line.spot_failed,
        spot_facts=line.spot_facts,
    )


def lines_of(score):
    return list(score.lines.select_related("line").order_by("line__order", "pk"))


def recomputed(score, *, with_appeals=True, lines=None):
    """The ``Sheet`` of a frozen score, from its stored facts and the rubric it was frozen with."""
    lines = lines_of(score) if lines is None else lines
    appealed = {row.line.code: row.appealed for row in lines} if with_appeals else {}
    lifted = {row.line.code for row in lines if row.is_lifted} if with_appeals else set()
    return engine.sheet_of(
        score.round.rubric, [(row.line, sums_of(row)) for row in lines], appealed, lifted
    )


@dataclass(frozen=True)
class Difference:
    """A line whose facts are others today than when it was frozen."""

    line: object
    then: object
    now: Sums
    points_then: object
    points_now: Points


def differences(score, *, moment, lines=None, judgements=None):
    """What has changed since: ``(Sheet of today, [Difference])``. A rubric in use never changes, so its lines are
    those that were frozen."""
    lines = lines_of(score) if lines is None else lines
    organization = score.organization
    sheet = engine.sheets(
        score.round, [organization], moment=moment, top=organization,
        lines=[row.line for row in lines], judgements=judgements,
    )[organization.pk]  # fmt: skip
    found = []
    by_line = {row.line_id: row for row in lines}
    for line, sums, points in sheet.lines:
        row = by_line.get(line.pk)
        if row is not None and sums_of(row) != sums:
            found.append(Difference(line, row, sums, row.points, points))
    return sheet, found


def digest_of(score, rubric_lines, lines):
    """The SHA-256 of everything that was frozen of one score, in a form that does not depend on the day."""
    words = {
        "organization": score.organization.code,
        "round": score.round_id,
        "rubric": score.round.rubric_id,
        "total": _text(score.frozen_total),
        "band": score.frozen_band,
        "lines": [
            [rule.code, line.counted, line.claimed, line.facts, _text(line.numerator),
             _text(line.claimed_numerator), _text(line.denominator), line.spot_failed,
             line.spot_facts, line.facts_digest, _text(line.self_points),
             _text(line.checked_points), _text(line.spot_points)]
            for rule, line in zip(rubric_lines, lines, strict=True)
        ],
    }  # fmt: skip
    made = json.dumps(words, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(made.encode()).hexdigest()


def _text(value):
    return None if value is None else f"{value:.2f}"


def is_whole(score, lines=None):
    """Whether the stored rows are still those that were frozen."""
    lines = lines_of(score) if lines is None else lines
    return score.digest == digest_of(score, [row.line for row in lines], lines)
