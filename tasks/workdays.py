"""Which days are worked: Monday to Friday, but for what the calendar (``CalendarDay``) says otherwise.

The days come from the yearly notice of the State Council's office (国务院办公厅关于部分节假日安排的通知), by way
of the package chinesecalendar; what an administrator enters or corrects stands against it.
"""

from datetime import date, timedelta
from itertools import accumulate

import chinese_calendar
from chinese_calendar import constants

from tasks.models import CalendarDay

SATURDAY = 5
ONE = timedelta(days=1)
CHINESE = {holiday.value: holiday.chinese for holiday in chinese_calendar.Holiday}


class WorkingDays:
    """The calendar, read once. A year of which it holds no day is not announced yet (``knows``)."""

    def __init__(self, exceptions=None):
        if exceptions is None:
            exceptions = dict(CalendarDay.objects.values_list("day", "is_working"))
        self.exceptions = exceptions
        self.years = {day.year for day in exceptions}
        self._first, self._sums = None, []

    def knows(self, year):
        return year in self.years

    def is_working(self, day):
        return self.exceptions.get(day, day.weekday() < SATURDAY)

    def at_or_before(self, day, not_before):
        """The last working day up to ``day``, but not before ``not_before``; None when there is none."""
        while day >= not_before:
            if self.is_working(day):
                return day
            day -= ONE
        return None

    def at_or_after(self, day, not_after):
        """The first working day from ``day`` on, but not after ``not_after``; None when there is none."""
        while day <= not_after:
            if self.is_working(day):
                return day
            day += ONE
        return None

    def between(self, first, last):
        """Working days after ``first`` up to ``last``: handed in on Friday, decided on Monday is 1."""
        if last <= first:
            return 0
        self._reach(first, last)
        return self._sums[(last - self._first).days] - self._sums[(first - self._first).days]

    def _reach(self, first, last):
        if self._first is not None and first >= self._first:
            if (last - self._first).days < len(self._sums):
                return
            first = self._first
        first -= timedelta(days=0 if first == self._first else 400)
        days = range((last - first).days + 40)
        self._sums = list(accumulate(self.is_working(first + timedelta(days=n)) for n in days))
        self._first = first

    def latest_over(self, limit, today):
        """The latest day from which more than ``limit`` working days have passed by ``today``."""
        day = today
        while self.between(day, today) <= limit:
            day -= timedelta(days=1)
        return day


def announced(year):
    """The days of ``year`` that are not what their weekday says: ``[(day, is_working, why)]``, as announced;
    empty for a year the package does not know. A weekend that is off anyway is listed with its holiday."""
    days = [
        (day, False, CHINESE.get(name, name))
        for day, name in constants.holidays.items()
        if day.year == year
    ]
    days += [
        (day, True, f"{CHINESE.get(name, name)}调休上班")
        for day, name in constants.workdays.items()
        if day.year == year
    ]
    return sorted(days)


def announced_years():
    return sorted({day.year for day in constants.holidays})


def load_announced(model=CalendarDay, *, since=2020):
    """Enter the announced days of every year the calendar holds nothing of yet; returns these years.

    A year somebody has entered or corrected is left alone. Safe to run at any time.
    """
    known = set(model.objects.dates("day", "year"))
    wanted = [year for year in announced_years() if year >= since and date(year, 1, 1) not in known]
    model.objects.bulk_create(
        [
            model(day=day, is_working=is_working, why=why)
            for year in wanted
            for day, is_working, why in announced(year)
        ],
        ignore_conflicts=True,
    )
    return wanted
