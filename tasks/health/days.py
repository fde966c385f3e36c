"""Days in SQL, in each database's own functions.

Django's date functions are Python functions on SQLite: called for every row, they took a third of the time of
all rules together.
"""

from django.db.models import DateField, F, Func, IntegerField, Value
from django.db.models.functions import Cast, Replace

CHINA_HOURS = 8  # Asia/Shanghai has had no summer time since 1991, long before the first row here
MONTHS_OF_A_YEAR = 12


class _Native(Func):
    """One expression, written out for each of the two databases; nothing in it comes from a person."""

    def __init__(self, expression, *, output_field, **words):
        super().__init__(expression, output_field=output_field, **words)

    def as_sql(self, compiler, connection, **more):
        template = self.templates[connection.vendor]
        return super().as_sql(compiler, connection, template=template, **more)


class _ChinaDay(_Native):
    templates = {
        "sqlite": "date(%(expressions)s, '+%(hours)s hours')",
        "postgresql": "((%(expressions)s AT TIME ZONE 'UTC') + interval '%(hours)s hours')::date",
    }


class _DaysLater(_Native):
    templates = {
        "sqlite": "date(%(expressions)s, '%(days)+d days')",
        "postgresql": "(%(expressions)s + (%(days)s))",
    }


class _Number(_Native):
    templates = {
        "sqlite": "CAST(replace(%(expressions)s, '-', '') AS integer)",
        "postgresql": "to_char(%(expressions)s, 'YYYYMMDD')::integer",
    }


def china_day(moment):
    """The day in China of a moment."""
    return _ChinaDay(moment, output_field=DateField(), hours=CHINA_HOURS)


def days_later(day, days):
    """The day so many days after a date column."""
    return _DaysLater(day, output_field=DateField(), days=int(days))


def number_of(day):
    """A date column as the number 20260412, which both databases compare and add to alike."""
    return _Number(day, output_field=IntegerField())


def month_number(day):
    """The months from year 0 to the month of a date column: the difference of two is whole months."""
    number = number_of(day)
    return number / 10000 * MONTHS_OF_A_YEAR + number / 100 % 100


def month_of(day):
    """The month of a date column, 1 to 12."""
    return number_of(day) / 100 % 100


def day_of(day):
    """The day of the month of a date column, 1 to 31."""
    return number_of(day) % 100


def month_of_text(month):
    """The same of a column that holds "2026-04"."""
    number = Cast(Replace(F(month), Value("-"), Value("")), IntegerField())
    return number / 100 * MONTHS_OF_A_YEAR + number % 100
