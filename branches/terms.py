"""The arithmetic of terms and elections (届次、任期、选举), apart from rows and pages.

Everything here is plain: days and numbers in, days and answers out, so that it can be tested against the
words of the rule.
"""

from datetime import date

from django.conf import settings
from django.db import models

from branches.models import BranchType, Kind
from branchyear.lib.dates import reached, shift_year

# Years from one election to the next, by kind of organisation. A kind that is not here elects no body of
# its own in this portal. Villages and communities, five years, do not occur among the offices of a city.
# Source: 关于党的基层组织任期的意见 (中办, 12 July 2018); 党和国家机关基层组织工作条例(2019) 第五条至第八条.
YEARS = {Kind.BRANCH: 3, Kind.GENERAL_BRANCH: 3, Kind.PRIMARY_COMMITTEE: 5}
YEARS_BASIS = "《关于党的基层组织任期的意见》（2018）；《中国共产党党和国家机关基层组织工作条例》（2019）第五条至第八条"

# A body elected before the day of that opinion first ends its old term. The years are those of the office
# regulation of 1998 (a committee had 3 or 4: the longer, so that nothing is called overdue too early); the
# terms of 2010 were not read. By July 2022 every one of them is over in any case.
OPINION_OF_2018 = date(2018, 7, 12)
OLD_YEARS = {Kind.BRANCH: 2, Kind.GENERAL_BRANCH: 3, Kind.PRIMARY_COMMITTEE: 4}

# The organisation above reminds half a year before the term ends: 支部工作条例(试行) 第六章.
REMIND_MONTHS = 6
# An extension is at most one year: 基层组织选举工作条例(2020) 第三条; 任期意见(2018) 第二条.
EXTENSION_YEARS = 1
EXTENSION_BASIS = "《中国共产党基层组织选举工作条例》（2020）第三条"
# A reminder by notice is sent once in this many days (the portal's own number).
REMIND_AGAIN_DAYS = 30
# A branch of seven formal members or more has a committee of 3 to 5, as a rule not above 7; a smaller one
# has a secretary and, if needed, one deputy. Source: 支部工作条例(试行) 第六章; 机关条例(2019) 第七条.
COMMITTEE_FROM = 7
COMMITTEE_LEAST, COMMITTEE_USUAL, COMMITTEE_MOST = 3, 5, 7


class State(models.TextChoices):
    """How the body of an organisation stands with its term. Not known is a state of its own."""

    OVERDUE = "overdue", "逾期"
    NEAR = "near", "6个月内届满"
    EXTENDED = "extended", "已延期"
    OK = "ok", "正常"
    UNREGISTERED = "unregistered", "未登记"


def elects(organization):
    """Whether this organisation elects a body for a term.

    A temporary branch does not: its secretary is named by the organisation that founded it.
    Source: 支部工作条例(试行) 第二章.
    """
    return organization.kind in YEARS and organization.branch_type != BranchType.TEMPORARY


def years_of(kind, elected_on):
    """The length of the term of a body of this kind elected on that day."""
    return (OLD_YEARS if elected_on < OPINION_OF_2018 else YEARS)[kind]


def expiry(elected_on, years):
    """The last day of the term: the same day so many years later (29 February: the 28th)."""
    return shift_year(elected_on, elected_on.year + years)


def latest_extension(expires_on):
    """The last day to which an extension may be approved: exactly one year is still allowed."""
    return shift_year(expires_on, expires_on.year + EXTENSION_YEARS)


def near_until(today, months=REMIND_MONTHS):
    """Whoever's term is due up to this day is within the last six months: a term that ends on 31 August is
    near from 28 February on. The one place for it: rule R18 asks here, with its own number."""
    return reached(today, -months)


def is_near(due_on, today):
    """Within the half year before the term is due, or past it."""
    return due_on <= near_until(today)


def state_of(expires_on, extended_to, today):
    """The state of a term that ends on ``expires_on`` (None: no term is registered)."""
    if expires_on is None:
        return State.UNREGISTERED
    if today > (extended_to or expires_on):
        return State.OVERDUE
    if extended_to:
        return State.EXTENDED
    return State.NEAR if is_near(expires_on, today) else State.OK


# --- Elections ------------------------------------------------------------------------------------


def has_quorum(present, due):
    """At least four fifths of those who may vote are there: 12 of 15 is enough.

    Source: 基层组织选举工作条例(2020); the article was not read, the old text of 1990 said "more than".
    """
    return present * 5 >= due * 4


def quorum(due):
    """The smallest number present that is enough."""
    return -(-due * 4 // 5)


def candidates_wanted(seats):
    """How many candidates a contest asks for: a fifth more than seats, rounded up.

    Source: 基层组织选举工作条例(2020), from memory; hence short of it a reason is asked, not refused.
    """
    return -(-seats * 6 // 5)


def is_contested(seats):
    """A committee is elected in a contest; one or two posts without a committee are not."""
    return seats >= COMMITTEE_LEAST


def base_of(present, due):
    """What more than half of is needed to be elected: those present, or those due (a setting)."""
    return due if settings.ELECTED_BY == "due" else present


def is_elected(votes, base):
    """More than half of ``base``; exactly half is not enough."""
    return votes * 2 > base


def votes_wanted(base):
    """The smallest number of votes that elects."""
    return base // 2 + 1
