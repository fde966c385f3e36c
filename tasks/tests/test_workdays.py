"""Holidays and worked weekends: what was announced is there, and what somebody entered stands."""

from datetime import date, timedelta

import chinese_calendar
import pytest
from hypothesis import given
from hypothesis import strategies as st

from branchyear.accounts.models import User
from tasks import jobs, workdays
from tasks.models import CalendarDay
from tasks.workdays import WorkingDays


@pytest.mark.django_db
def test_every_announced_day_is_what_the_package_says():
    days = WorkingDays()

    for year in (2020, 2022, 2024, 2026):
        span = [date(year, 1, 1) + timedelta(days=n) for n in range(365)]
        assert [d for d in span if days.is_working(d) != chinese_calendar.is_workday(d)] == []
    assert days.knows(2026)
    assert not days.knows(2031)


@pytest.mark.django_db
def test_loading_again_changes_nothing_and_leaves_corrections_alone():
    CalendarDay.objects.filter(day="2026-10-10").update(is_working=False, why="更正")
    before = list(CalendarDay.objects.values_list("day", "is_working", "why"))

    jobs.load_calendar()
    jobs.load_calendar()

    assert list(CalendarDay.objects.values_list("day", "is_working", "why")) == before


@pytest.mark.django_db
def test_a_year_that_is_not_there_is_entered():
    CalendarDay.objects.filter(day__year=2025).delete()

    assert workdays.load_announced() == [2025]
    assert CalendarDay.objects.get(day="2025-10-11").why == "国庆节调休上班"


@pytest.mark.django_db
def test_the_administrator_is_told_of_a_year_without_announcement(people, sign_in):
    CalendarDay.objects.all().delete()

    page = sign_in(User.objects.get(pk=people.admin.pk)).get("/admin/tasks/calendarday/")

    assert "的节假日和调休还没有录入" in page.content.decode()


@given(st.dates(date(2022, 1, 1), date(2022, 12, 1)), st.integers(0, 20))
def test_the_next_and_the_last_working_day_are_the_nearest_ones(day, reach):
    days = WorkingDays({d: w for d, w, _ in workdays.announced(2022)})
    ahead = [day + timedelta(days=n) for n in range(reach + 1)]
    back = [day - timedelta(days=n) for n in range(reach + 1)]

    assert days.at_or_after(day, ahead[-1]) == next((d for d in ahead if days.is_working(d)), None)
    assert days.at_or_before(day, back[-1]) == next((d for d in back if days.is_working(d)), None)
