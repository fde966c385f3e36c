"""Days, months and deadlines."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from branchyear.lib.dates import (
    CHINA,
    Month,
    add_months,
    day_end,
    day_start,
    local_day,
    months_between,
    shift_year,
)

days = st.dates(date(2000, 1, 1), date(2099, 12, 31))


@given(days)
def test_the_whole_day_is_in_time_and_the_next_instant_is_not(day):
    last = datetime(day.year, day.month, day.day, 23, 59, 59, 999999, tzinfo=CHINA)

    assert last < day_end(day)
    assert last + timedelta(microseconds=1) == day_end(day)
    assert day_start(day) <= last


@given(days)
def test_a_day_in_china_begins_at_sixteen_utc_the_day_before(day):
    moment = datetime(day.year, day.month, day.day, tzinfo=UTC) - timedelta(hours=8)

    assert local_day(moment) == day
    assert local_day(moment - timedelta(microseconds=1)) == day - timedelta(days=1)


@given(days, st.integers(0, 40))
def test_adding_months_never_leaves_the_month(day, months):
    later = add_months(day, months)

    assert (later.year * 12 + later.month) - (day.year * 12 + day.month) == months
    assert later.day <= day.day


@given(days, days)
def test_months_between_counts_both_ends(first, last):
    months = list(months_between(first, last))

    if first <= last:
        assert (months[0], months[-1]) == (Month.of(first), Month.of(last))
        assert len(months) == len(set(months))
    else:
        assert months == [] or len(months) == 1


def test_a_month_reads_and_writes_itself():
    month = Month.parse("2024-02")

    assert (str(month), month.label) == ("2024-02", "2024年2月")
    assert month.last_day == date(2024, 2, 29)
    assert month.plus(-2) == Month(2023, 12)


@pytest.mark.parametrize("text", ["2024-13", "2024-2", "", None, "2024年2月", "0000-01", "9999-12"])
def test_a_wrong_month_is_refused(text):
    with pytest.raises(ValueError, match="2026-04"):
        Month.parse(text)


def test_the_leap_day_moves_to_the_28th():
    assert shift_year(date(2024, 2, 29), 2026) == date(2026, 2, 28)
