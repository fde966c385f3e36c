"""Days and hours, against a plain restatement of each rule."""

from datetime import date, timedelta
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from branchyear.lib.dates import add_months
from members import deadlines
from members.hours import expected_hours, months_on_roll, progress, required_hours

days = st.dates(date(1950, 1, 1), date(2090, 12, 31))


def test_a_probation_that_began_on_29_february_ends_on_the_28th():
    assert deadlines.probation_end(date(2024, 2, 29)) == date(2025, 2, 28)
    assert deadlines.probation_end(date(2023, 2, 28)) == date(2024, 2, 28)


def test_a_probation_extended_ends_later_and_an_unknown_one_is_unknown():
    assert deadlines.probation_end(date(2025, 1, 5), date(2026, 9, 5)) == date(2026, 9, 5)
    assert deadlines.probation_end(None) is None
    assert deadlines.extension_window(date(2025, 1, 5)) == (date(2026, 7, 5), date(2027, 1, 5))


@given(days)
def test_a_probation_is_a_year_to_the_day(day):
    end = deadlines.probation_end(day)

    assert end.year == day.year + 1
    assert (end.month, end.day) == (day.month, day.day) or (
        (day.month, day.day) == (2, 29) and (end.month, end.day) == (2, 28)
    )


@given(days, st.booleans())
def test_a_letter_is_valid_ten_or_thirty_days_and_never_beyond_its_limit(day, in_city):
    end = deadlines.letter_end(day, in_city=in_city)

    assert (end - day).days == (10 if in_city else 30)
    assert end <= deadlines.letter_limit(day) <= day + timedelta(days=92)


@given(days, st.integers(0, 800))
def test_whole_months_are_the_most_that_fit(day, more):
    today = day + timedelta(days=more)
    months = deadlines.whole_months(day, today)

    assert add_months(day, months) <= today < add_months(day, months + 1)


def test_contact_is_due_by_the_quarter_or_the_half_year_after_the_last():
    since = date(2026, 1, 31)

    assert deadlines.next_contact("floating", since) == date(2026, 4, 30)
    assert deadlines.next_contact("overseas", since) == date(2026, 7, 31)
    assert deadlines.next_contact("floating", since, date(2026, 3, 10)) == date(2026, 6, 10)
    assert deadlines.next_contact("lost", since) is None


@given(days, st.integers(2000, 2080), st.booleans())
def test_required_hours_are_a_twelfth_for_each_month_on_the_roll(since, year, leads):
    months = [m for m in range(1, 13) if (year, m) >= (since.year, since.month)]

    required = required_hours(year, leads=leads, since=since)

    exact = Decimal(56 if leads else 32) * len(months) / 12
    assert months_on_roll(year, since) == len(months)
    assert abs(required - exact) <= Decimal("0.05")


@given(days, st.booleans(), st.integers(2000, 2080), days)
def test_the_pace_grows_to_what_is_required_and_never_beyond(since, leads, year, today):
    required = required_hours(year, leads=leads, since=since)
    now = expected_hours(year, today, leads=leads, since=since)
    later = expected_hours(year, today + timedelta(days=40), leads=leads, since=since)

    assert 0 <= now <= later <= required
    assert expected_hours(year, date(year + 1, 1, 1), leads=leads, since=since) == required


def standing(hours, **facts):
    given = {"leads": False, "has_course": False, "is_excused": False, "since": None, **facts}
    return progress(2026, date(2026, 7, 1), hours=hours, **given)


def test_the_year_asks_32_hours_and_56_with_a_course_of_who_leads():
    assert standing(32).is_reached
    assert not standing(Decimal("31.9")).is_reached
    assert not standing(56, leads=True).is_reached
    assert standing(56, leads=True).word == "缺集中培训"
    assert standing(56, leads=True, has_course=True).is_reached
    assert standing(0, is_excused=True).word == "不作硬性要求"


def test_in_july_half_of_the_hours_are_the_pace():
    assert standing(16).word == "按进度"
    assert standing(Decimal("15.9")).word == "低于进度"
    assert standing(10, since=date(2026, 6, 20)).missing == Decimal("8.7")
