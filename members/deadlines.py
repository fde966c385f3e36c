"""When something about a member is due: pure reckoning with days, no rows.

Each function names the rule it reckons; numbers that no regulation prescribes are marked as convention.
"""

from datetime import timedelta

from branchyear.lib.dates import add_months

# 介绍信: 30 days, 10 inside the city (convention; each office sets its own); never more than 3 months
# (working notes of organisation departments).
LETTER_DAYS = 30
LETTER_DAYS_IN_CITY = 10
LETTER_MONTHS_AT_MOST = 3

# 党章第七条: one year from the day of the members' meeting; extended once, by half a year to a year.
PROBATION_MONTHS = 12
EXTENSION_MONTHS = (6, 12)

# How often a member who is away is contacted: overseas at least every half year
# (党员教育管理工作条例第三十四条); floating quarterly (portal; the regulation says 经常联系).
CONTACT_MONTHS = {"floating": 3, "overseas": 6}
# 党员教育管理工作条例第二十四条: lost for half a year → 停止党籍 is to be considered; two years after
# that still lost → removal is to be considered. The portal reminds, the organisation decides.
LOST_MONTHS = 6
SUSPENDED_MONTHS = 24
# 党员教育管理工作条例第二十五条: away half a year at a fixed place → transfer, or register as floating.
AWAY_MONTHS = 6

# What is due within so many days is shown as work of today.
SOON = timedelta(days=30)
CONTACT_SOON = timedelta(days=14)


def letter_end(issued_on, *, in_city):
    """Until when a letter is valid unless somebody says otherwise."""
    return issued_on + timedelta(days=LETTER_DAYS_IN_CITY if in_city else LETTER_DAYS)


def letter_limit(issued_on):
    """The last day a letter may be valid (R36)."""
    return add_months(issued_on, LETTER_MONTHS_AT_MOST)


def probation_end(admitted_on, extended_to=None):
    """The day on which the probation ends (R39); 29 February becomes the 28th. None when unknown."""
    if admitted_on is None:
        return None
    return extended_to or add_months(admitted_on, PROBATION_MONTHS)


def extension_window(admitted_on):
    """The first and the last day to which a probation may be extended (R39)."""
    end = probation_end(admitted_on)
    return tuple(add_months(end, months) for months in EXTENSION_MONTHS)


def next_contact(kind, since, last_contact_on=None):
    """By when a member who is away is to be contacted (R37); None for a lost one, who is searched for."""
    months = CONTACT_MONTHS.get(kind)
    if months is None:
        return None
    return add_months(max(since, last_contact_on or since), months)


def whole_months(since, today):
    """Whole months from ``since`` to ``today``: 31 January to 28 February is one month."""
    months = (today.year - since.year) * 12 + today.month - since.month
    while months > 0 and add_months(since, months) > today:
        months -= 1
    return max(months, 0)
