"""The arithmetic of organisation life: what is due how often, and when a vote counts. No database.

Sources: 中国共产党支部工作条例(试行) 第四章、第五章 (meetings, votes, talks); 中国共产党党员教育管理工作条例
第十六至十八条 (theme day, organisation-life meeting, appraisal). The number of lectures is not set
centrally; once a quarter is local practice (rule R25).
"""

from dataclasses import dataclass
from datetime import date

from branchyear.lib.dates import Month
from members.models import MeetingKind

# 机关基层组织工作条例(2019) 第七条: a branch of seven formal members or more elects a committee.
COMMITTEE_FROM = 7

MONTHLY, QUARTERLY, YEARLY = 1, 3, 12  # months in a period

CADENCE = {
    MeetingKind.COMMITTEE: MONTHLY,
    MeetingKind.GROUP: MONTHLY,
    MeetingKind.THEME_DAY: MONTHLY,
    MeetingKind.MEMBERS: QUARTERLY,
    MeetingKind.LECTURE: QUARTERLY,
    MeetingKind.LIFE: YEARLY,
}
SHORT = {
    MeetingKind.COMMITTEE: "支委会",
    MeetingKind.GROUP: "党小组会",
    MeetingKind.THEME_DAY: "主题党日",
    MeetingKind.MEMBERS: "党员大会",
    MeetingKind.LECTURE: "党课",
    MeetingKind.LIFE: "组织生活会",
    MeetingKind.OTHER: "其他学习",
}
BASIS = {
    MeetingKind.COMMITTEE: "支部工作条例（试行）第四章：一般每月1次",
    MeetingKind.GROUP: "支部工作条例（试行）第四章：一般每月1次",
    MeetingKind.THEME_DAY: "党员教育管理工作条例第十六条：每月相对固定1天",
    MeetingKind.MEMBERS: "支部工作条例（试行）第四章：一般每季度1次",
    MeetingKind.LECTURE: "支部工作条例（试行）第五章；每季度1次为通常做法",
    MeetingKind.LIFE: "党员教育管理工作条例第十七条：每年至少1次，一般在第四季度",
}
# What a meeting usually counts for: an hour is one 学时, half a day four (usual practice).
HOURS = {MeetingKind.LECTURE: 2, MeetingKind.THEME_DAY: 2, MeetingKind.OTHER: 2}
# Where something can be decided by a vote.
VOTING = frozenset({MeetingKind.MEMBERS, MeetingKind.COMMITTEE})


@dataclass(frozen=True)
class Period:
    """A month, a quarter or a year in which something is due once."""

    first: date
    last: date

    @property
    def months(self):
        return self.last.month - self.first.month + 1

    @property
    def label(self):
        if self.months == MONTHLY:
            return f"{self.first.month}月"
        if self.months == QUARTERLY:
            return f"{'一二三四'[(self.first.month - 1) // 3]}季度"
        return f"{self.first.year}年"

    def is_over(self, today):
        return self.last < today

    def has_begun(self, today):
        return self.first <= today

    def holds(self, day):
        return self.first <= day <= self.last

    def asks(self, founded_on):
        """A branch is asked for periods on whose first day it existed."""
        return founded_on is None or founded_on <= self.first


def periods(length, year):
    """The periods of ``length`` months in a year."""
    return [
        Period(Month(year, start).first_day, Month(year, start + length - 1).last_day)
        for start in range(1, 13, length)
    ]


def period_of(length, day):
    """The period that ``day`` lies in."""
    return periods(length, day.year)[(day.month - 1) // length]


def asked_until(length, first, last, today, founded_on=None):
    """How many periods from ``first`` to ``last`` are over, and were asked of the branch."""
    found = (p for year in range(first.year, last.year + 1) for p in periods(length, year))
    return sum(
        first <= p.first and p.last <= last and p.is_over(today) and p.asks(founded_on)
        for p in found
    )


# --- Votes ------------------------------------------------------------------------------------------


def has_quorum(due, present):
    """At least half of those who have a vote are there (支部工作条例(试行) 第四章)."""
    return due > 0 and present * 2 >= due


def is_carried(due, in_favour):
    """In favour are more than half of those *due*, not only of those present (第四章)."""
    return in_favour * 2 > due


def vote_problem(due, present, in_favour, against=0, abstained=0):
    """A sentence when a vote cannot be recorded so (rule R30), else ""."""
    if due < 1:
        return "请填写应到有表决权党员人数。"
    if present > due:
        return "实到有表决权党员人数不能多于应到人数。"
    if not has_quorum(due, present):
        return f"有表决权党员应到{due}人、实到{present}人，不足半数，不能表决。请另行召开会议。"
    if in_favour + against + abstained > present:
        return "赞成、反对、弃权之和不能多于实到有表决权党员人数。"
    return ""


# --- Appraisal --------------------------------------------------------------------------------------


def excellent_limit(members):
    """优秀 as a rule no more than a third of all members (共产党员网 topic page; rule R28)."""
    return members // 3


# --- What a record usually holds (R31) --------------------------------------------------------------


def missing_parts(meeting):
    """What the usual record book asks for and this record lacks. A hint, never a refusal:
    minutes and photographs are not demanded (力戒形式主义)."""
    parts = [
        ("时间", meeting.starts_at),
        ("地点", meeting.place),
        ("主持人", meeting.host),
        ("记录人", meeting.recorder),
    ]
    if meeting.kind == MeetingKind.LECTURE or meeting.includes_lecture:
        parts.append(("讲课人", meeting.lecturer))
    parts.append(("主要内容", meeting.minutes))
    if meeting.kind in VOTING:
        parts.append(("决议", meeting.resolution))
    return [label for label, value in parts if not value]


# --- Talks ------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class TalksMissing:
    """Who still owes which talk this year (支部工作条例(试行) 第五章: each at least once a year)."""

    officers: tuple  # pairs of committee members who have not talked with each other
    without_officer: tuple  # members who have not talked with any committee member
    without_member: tuple  # members who have not talked with any other member


def talks_missing(officers, members, pairs):
    """``officers`` sit on the committee, ``members`` do not, ``pairs`` have talked (either way round).

    Between committee members, between the committee and members, among members: rule R29.
    """
    talked = {frozenset(pair) for pair in pairs}
    partners = {}
    for pair in talked:
        for one in pair:
            partners.setdefault(one, set()).update(pair - {one})
    officers, seats = list(officers), set(officers)
    return TalksMissing(
        officers=tuple(
            (one, other)
            for place, one in enumerate(officers)
            for other in officers[place + 1 :]
            if frozenset((one, other)) not in talked
        ),
        without_officer=tuple(m for m in members if not partners.get(m, set()) & seats),
        without_member=tuple(m for m in members if not partners.get(m, set()) - seats)
        if len(members) > 1
        else (),
    )
