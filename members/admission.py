"""The way into the Party, reckoned: which step comes next, from when, by when, and what is out of order.

Pure: ``steps`` are the active ``AdmissionStep`` rows in order, ``taken`` maps step numbers to days.
Source of the limits: 中国共产党发展党员工作细则(2014), R40; each step names its own basis.
"""

from dataclasses import dataclass
from datetime import date
from pathlib import Path

import yaml

from branchyear.lib.dates import add_months

FILE = Path(__file__).parent / "data" / "admission_steps.yaml"
HOW = "请核对材料，按规定程序办理。"


def seed_steps():
    """The steps as delivered: mappings of the columns of ``AdmissionStep``."""
    with FILE.open(encoding="utf-8") as file:
        return yaml.safe_load(file)["steps"]


@dataclass(frozen=True)
class Due:
    """A step that was not taken yet: from when and until when it may be."""

    step: object
    earliest: date | None = None
    latest: date | None = None
    at_most: date | None = None

    def is_late(self, today):
        return self.latest is not None and today > self.latest


def _counted(step, months, taken):
    """The day ``months`` after the step that ``step`` is counted from; None when that is open."""
    start = taken.get(step.counted_from) if step.counted_from else None
    return add_months(start, months) if start and months else None


def due_of(step, taken):
    """When ``step`` may and must be taken, after what was taken before."""
    before = [day for number, day in taken.items() if number < step.number]
    minimum = _counted(step, step.not_before, taken)
    earliest = max([*before, *([minimum] if minimum else [])], default=None)
    return Due(
        step,
        earliest,
        _counted(step, step.not_after, taken),
        _counted(step, step.at_most, taken),
    )


def next_due(steps, taken):
    """The first required step that is missing, with its days; None at the end of the way."""
    for step in steps:
        if step.is_required and step.number not in taken:
            return due_of(step, taken)
    return None


def problem(step, day, steps, taken, *, name):
    """Why ``step`` cannot be registered on ``day`` (R40: order and minimum), else ""."""
    for earlier in steps:
        if earlier.number < step.number and earlier.is_required and earlier.number not in taken:
            return f"入党申请人{name}：请先登记“{earlier.name}”，再登记“{step.name}”。{HOW}"
    for other in steps:
        if other.number not in taken:
            continue
        if other.number < step.number and taken[other.number] > day:
            return (
                f"入党申请人{name}：“{step.name}”不能早于“{other.name}”"
                f"（{taken[other.number].isoformat()}）。{HOW}"
            )
        if other.number > step.number and taken[other.number] < day:
            return f"入党申请人{name}：“{step.name}”不能晚于已登记的“{other.name}”。{HOW}"
    minimum = _counted(step, step.not_before, taken)
    if minimum and day < minimum:
        start = next(s for s in steps if s.number == step.counted_from)
        return (
            f"入党申请人{name}：“{step.name}”早于规定时间，须自“{start.name}”起满"
            f"{step.not_before}个月，最早{minimum.isoformat()}。{HOW}"
        )
    return ""


def lasted_long_enough(step, *, days, hours):
    """A step that must last (the short course: 3 days or 24 hours) lasted so long; either will do."""
    if not step.min_days and not step.min_hours:
        return True
    return bool(
        (step.min_days and days and days >= step.min_days)
        or (step.min_hours and hours and hours >= step.min_hours)
    )


def lateness(step, taken, today):
    """A sentence when ``step`` was (or is) later than its limit: a warning, never a refusal (R40)."""
    due = due_of(step, {n: d for n, d in taken.items() if n != step.number})
    day = taken.get(step.number)
    shown = day or today
    if due.at_most and shown > due.at_most:
        return f"已超过最长时限（{due.at_most.isoformat()}前）"
    if due.latest and shown > due.latest:
        return f"已超过规定时限（{due.latest.isoformat()}前）"
    return ""
