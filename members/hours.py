"""Training hours (学时): how many a member needs and how he stands. Pure arithmetic, no rows.

Sources: 中国共产党党员教育管理工作条例(2019) 第二十条 (32 hours a year, as a rule) and 第二十三条 (no
hard demand on the old, frail and ill); 2019—2023年全国党员教育培训工作规划 (56 hours and at least one
concentrated course for the secretary and the committee).
"""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

MEMBER_HOURS = Decimal(32)
LEADER_HOURS = Decimal(56)
TENTH = Decimal("0.1")


def _rounded(hours):
    return hours.quantize(TENTH, ROUND_HALF_UP)


def months_on_roll(year, since):
    """In how many months of ``year`` the member stood on the roll: the month of joining counts."""
    if since is None or since.year < year:
        return 12
    return 13 - since.month if since.year == year else 0


def first_day_of(year, months):
    """The latest day of joining that leaves so many months of ``year`` on the roll (``months_on_roll`` backwards)."""
    return date(year + 1, 1, 1) if months == 0 else date(year, 13 - months, 1)


def required_hours(year, *, leads, since=None):
    """What ``year`` asks of a member: 32 or 56, by the month for who joined during the year (R32, R33)."""
    full = LEADER_HOURS if leads else MEMBER_HOURS
    return _rounded(full * months_on_roll(year, since) / 12)


def expected_hours(year, today, *, leads, since=None):
    """The pace: what would be reached by the end of last month if every month did its share."""
    months = months_on_roll(year, since)
    if today >= date(year + 1, 1, 1):
        gone = months
    elif today < date(year, 1, 1):
        gone = 0
    else:
        gone = max(0, today.month - 1 - (12 - months))
    full = LEADER_HOURS if leads else MEMBER_HOURS
    return _rounded(full * gone / 12)


@dataclass(frozen=True)
class Progress:
    """How one member stands in a year's training."""

    hours: Decimal
    required: Decimal
    expected: Decimal
    leads: bool = False
    has_course: bool = False
    is_excused: bool = False

    @property
    def missing(self):
        """Hours still to do."""
        return max(self.required - self.hours, Decimal(0))

    @property
    def lacks_course(self):
        """A secretary or officer without a concentrated course this year (R33)."""
        return self.leads and not self.has_course

    @property
    def is_reached(self):
        return self.is_excused or (self.hours >= self.required and not self.lacks_course)

    @property
    def is_behind(self):
        """Below the pace: a reminder during the year, never a verdict."""
        return not self.is_excused and self.hours < self.expected

    @property
    def is_over(self):
        """The year is over: what is missing now stays missing."""
        return self.expected >= self.required

    @property
    def code(self):
        """The colour of the row."""
        if self.is_excused:
            return "not_applicable"
        if self.is_reached:
            return "ok"
        if self.is_over:
            return "overdue"
        return "near" if self.is_behind else "notyet"

    @property
    def word(self):
        if self.is_excused:
            return "不作硬性要求"
        if self.is_reached:
            return "已达标"
        if self.hours >= self.required:
            return "缺集中培训"
        if self.is_over:
            return "未达标"
        return "低于进度" if self.is_behind else "按进度"


def progress(year, today, *, hours, leads, has_course, is_excused, since):
    """The ``Progress`` of a member from the facts of his row."""
    return Progress(
        hours=_rounded(Decimal(hours or 0)),
        required=required_hours(year, leads=leads, since=since),
        expected=expected_hours(year, today, leads=leads, since=since),
        leads=bool(leads),
        has_course=bool(has_course),
        is_excused=bool(is_excused),
    )


def progress_of(member, year, today):
    """The ``Progress`` of a row of ``MemberQuerySet.with_training``. Who came to this roll, or into the
    Party, during the year owes the months since then (R32)."""
    since = max(filter(None, (member.joined_branch_on, member.admitted_on)), default=None)
    return progress(
        year,
        today,
        hours=(member.trained or 0) + (member.met or 0),
        leads=member.leads,
        has_course=member.has_course,
        is_excused=member.is_excused,
        since=since,
    )


def tallies(alike, year, today):
    """``(tally of each organisation, tally of all)`` of the rows of ``MemberQuerySet.alike_in_training``."""
    each, total, known = defaultdict(Tally), Tally(), {}
    for organization, *facts, people in alike:
        key = tuple(facts)
        if key not in known:
            is_excused, leads, has_course, months, tenths = facts
            known[key] = progress(
                year, today, hours=Decimal(tenths) / 10, leads=leads, has_course=has_course,
                is_excused=is_excused, since=first_day_of(year, months),
            )  # fmt: skip
        each[organization].add(known[key], people)
        total.add(known[key], people)
    return each, total


@dataclass
class Tally:
    """How the members of one branch stand together; who is excused is left out (R32)."""

    asked: int = 0
    reached: int = 0
    behind: int = 0
    excused: int = 0
    hours: Decimal = Decimal(0)
    lowest: Decimal | None = None

    def add(self, standing, people=1):
        if standing.is_excused:
            self.excused += people
            return
        self.asked += people
        self.reached += standing.is_reached * people
        self.behind += standing.is_behind * people
        self.hours += standing.hours * people
        if self.lowest is None or standing.hours < self.lowest:
            self.lowest = standing.hours

    @property
    def short(self):
        return self.asked - self.reached

    @property
    def mean(self):
        """Mean hours of those who are asked; None when nobody is."""
        return _rounded(self.hours / self.asked) if self.asked else None
