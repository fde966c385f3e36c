"""From facts to points: pure functions over plain values, so that anybody can do the sum again.

A base line gives its points by the share that counts; without facts in the days of the round it is left out
and the rest is reckoned up to the full mark. Deductions and additions are by piece up to a cap, or by share.
The whole lies between nought and the full mark. A veto limits the band, never the sum.
"""

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

CENT = Decimal("0.01")
ZERO = Decimal(0)


def cents(value):
    return Decimal(value).quantize(CENT, rounding=ROUND_HALF_UP)


@dataclass(frozen=True)
class Rule:
    """What a line of the rubric says, as plain values."""

    code: str
    kind: str
    measure: str
    points: Decimal
    cap: Decimal | None = None
    at_least: int = 1
    band_at_most: str = ""

    @classmethod
    def of(cls, line):
        return cls(
            line.code, line.kind, line.measure, line.points, line.cap, line.at_least,
            line.band_at_most,
        )  # fmt: skip


@dataclass(frozen=True)
class Sums:
    """The facts behind one line: how many, and what they weigh. For a judged line ``numerator`` is the
    points given above and ``claimed_numerator`` those the organisation gives itself (None: nothing yet)."""

    counted: int = 0
    claimed: int = 0
    facts: int = 0
    numerator: Decimal | None = ZERO
    claimed_numerator: Decimal | None = ZERO
    denominator: Decimal = ZERO
    spot_failed: int = 0
    spot_facts: int = 0


@dataclass(frozen=True)
class Points:
    """A line in three columns, and what remains."""

    self_points: Decimal | None
    checked: Decimal | None
    spot: Decimal | None
    points: Decimal | None


@dataclass(frozen=True)
class Total:
    self_total: Decimal
    checked_total: Decimal
    spot_total: Decimal
    total: Decimal
    band: str
    vetoes: tuple = ()


def _value(rule, numerator, denominator):
    """Points of one column; None where there is nothing to judge."""
    if rule.kind == "veto":
        return None
    if rule.measure == "judged":
        return None if numerator is None else cents(min(max(numerator, ZERO), rule.points))
    if rule.measure == "share":
        if not denominator:
            return None if rule.kind == "base" else ZERO
        value = rule.points * numerator / denominator
    else:
        value = rule.points * numerator
        if rule.cap is not None:
            value = min(value, rule.cap)
    return cents(-value if rule.kind == "deducted" else value)


def points_of(rule, sums, appealed=ZERO):
    """The line's three columns; ``appealed`` is what a granted appeal gave or took."""
    own = _value(rule, sums.claimed_numerator, sums.denominator)
    checked = _value(rule, sums.numerator, sums.denominator)
    spot = None
    if sums.spot_facts and checked is not None and rule.kind == "base":
        spot = -min(checked, cents(rule.points * sums.spot_failed / sums.spot_facts))
        spot = spot or ZERO
    left = None if checked is None else checked + (spot or ZERO) + appealed
    return Points(own, checked, spot, left)


def is_vetoed(rule, sums):
    return rule.kind == "veto" and sums.counted >= max(1, rule.at_least)


def total_of(rules, lines, *, full, bands, vetoed):
    """``lines`` are ``{code: Points}``; ``vetoed`` the rules that limit the band."""
    whole = {}
    for column in ("self_points", "checked", "points"):
        values = {code: getattr(line, column) for code, line in lines.items()}
        whole[column] = _sum(rules, values, full)
    spot = sum((line.spot for line in lines.values() if line.spot is not None), ZERO)
    band = band_of(whole["points"], bands, [rule.band_at_most for rule in vetoed])
    return Total(
        whole["self_points"], whole["checked"], cents(spot), whole["points"], band,
        tuple(rule.code for rule in vetoed),
    )  # fmt: skip


def _sum(rules, values, full):
    base = [r for r in rules if r.kind == "base" and values.get(r.code) is not None]
    asked = sum((r.points for r in base), ZERO)
    given = sum((values[r.code] for r in base), ZERO)
    value = given if asked == full or not asked else given * full / asked
    value += sum(
        (values[r.code] for r in rules
         if r.kind in ("added", "deducted") and values.get(r.code) is not None),
        ZERO,
    )  # fmt: skip
    return cents(min(max(value, ZERO), full))


def band_of(total, bands, limits=()):
    """The name of the band; never a higher one than each of ``limits`` names."""
    ordered = sorted(bands, key=lambda band: -Decimal(str(band["min"])))
    names = [band["name"] for band in ordered]
    at = next(
        (n for n, band in enumerate(ordered) if total >= Decimal(str(band["min"]))),
        len(ordered) - 1,
    )
    for limit in limits:
        if limit in names:
            at = max(at, names.index(limit))
    return names[at] if names else ""
