"""Days, months and deadlines as people in China count them.

Instants are stored in UTC; a *day* is a ``date`` in Asia/Shanghai. A deadline "by the 25th" includes
the whole 25th: ``day_end`` is the first instant that is too late.
"""

import calendar
import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.utils import timezone

CHINA = ZoneInfo("Asia/Shanghai")


def local_day(moment=None):
    """The calendar day in China at ``moment`` (an aware datetime; default: now)."""
    return (moment or timezone.now()).astimezone(CHINA).date()


def in_words(day):
    """2022年4月25日, as sentences say it."""
    return f"{day.year}年{day.month}月{day.day}日"


def day_start(day):
    """The first instant of ``day`` in China."""
    return datetime.combine(day, time.min, tzinfo=CHINA)


def day_end(day):
    """The first instant after ``day`` in China: anything before it is still in time."""
    return day_start(day + timedelta(days=1))


def add_months(day, months):
    """The same day ``months`` later; the 31st becomes the last day of a shorter month."""
    index = day.year * 12 + day.month - 1 + months
    year, month = divmod(index, 12)
    month += 1
    return date(year, month, min(day.day, calendar.monthrange(year, month)[1]))


def reached(day, months):
    """The latest day of which the same day ``months`` later has come by ``day``.

    So a column can be compared: ``since <= reached(day, 6)`` says that half a year is over. Unlike
    ``add_months(day, -6)`` it knows that 31 August and half a year is 28 February.
    """
    back = add_months(day, -months)
    if (
        day + timedelta(days=1)
    ).day == 1:  # a month's last day is the same day of every longer one, too
        return Month.of(back).last_day
    return back


def passed(day, months):
    """The latest day of which the same day ``months`` later lies before ``day``."""
    return reached(day - timedelta(days=1), months)


@dataclass(frozen=True, order=True)
class Month:
    """A calendar month, written 2026-04."""

    year: int
    number: int

    @classmethod
    def parse(cls, text):
        """``Month`` from "2026-04"; ValueError for anything else, and for a year that no paper of ours can have."""
        match = re.fullmatch(r"(\d{4})-(\d{2})", text or "", re.ASCII)
        if not match or not (1900 <= int(match[1]) <= 2200 and 1 <= int(match[2]) <= 12):
            raise ValueError("月份请写成 2026-04 的形式。")
        return cls(int(match[1]), int(match[2]))

    @classmethod
    def of(cls, day):
        return cls(day.year, day.month)

    @property
    def first_day(self):
        return date(self.year, self.number, 1)

    @property
    def last_day(self):
        return date(self.year, self.number, calendar.monthrange(self.year, self.number)[1])

    @property
    def label(self):
        return f"{self.year}年{self.number}月"

    def plus(self, months):
        return Month.of(add_months(self.first_day, months))

    def __str__(self):
        return f"{self.year:04d}-{self.number:02d}"


def months_between(first, last):
    """Every month from the month of ``first`` to the month of ``last``, both days included."""
    month, end = Month.of(first), Month.of(last)
    while month <= end:
        yield month
        month = month.plus(1)


def shift_year(day, year):
    """The same day in another year; 29 February becomes the 28th where there is none."""
    return date(year, day.month, min(day.day, calendar.monthrange(year, day.month)[1]))


def full_years(since, day):
    """Whole years from ``since`` to ``day``; the day itself completes a year."""
    return max(0, day.year - since.year - ((day.month, day.day) < (since.month, since.day)))
