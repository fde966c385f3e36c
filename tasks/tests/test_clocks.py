"""Fair clocks: the branch is judged by its first valid hand-in, the reviewers by working days."""

from datetime import date, timedelta

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from branchyear.lib.dates import local_day
from tasks import clocks
from tasks.models import BranchItem, CalendarDay, ReviewRule
from tasks.services import items
from tasks.tests import make
from tasks.workdays import WorkingDays

pytestmark = pytest.mark.engines
TODAY = local_day(make.NOW)  # Tuesday 12 May 2026


def later(days):
    return make.NOW + timedelta(days=days)


@pytest.fixture
def row(people, org):
    make.make_campaign()
    row = make.item_of(org.north)
    BranchItem.objects.filter(pk=row.pk).update(due_on=TODAY)
    row.refresh_from_db()
    return row


def overdue(row, days):
    return BranchItem.objects.filter(pk=row.pk).overdue(local_day(later(days))).exists()


# --- The branch's clock ---------------------------------------------------------------------------


def test_what_was_handed_in_in_time_stays_on_time_whenever_it_is_returned(people, row):
    make.make_submitted(row, people.secretary)
    items.send_back(row, reason="请补充会议记录。", by=people.reviewer, now=later(20))

    assert (row.on_time, overdue(row, 25)) == (True, False)
    make.make_submitted(row, people.secretary, now=later(24))
    row.refresh_from_db()
    assert (row.on_time, row.first_submitted_at) == (True, make.NOW)


def test_the_time_with_the_reviewer_is_put_on_the_due_day_and_no_more(people, row):
    BranchItem.objects.filter(pk=row.pk).update(due_on=TODAY + timedelta(days=10))
    row.refresh_from_db()

    make.make_submitted(row, people.secretary)
    items.send_back(row, reason="请补充会议记录。", by=people.reviewer, now=later(4))

    assert row.due_on == TODAY + timedelta(days=14)


def test_what_came_late_stays_late_and_is_not_put_off_further_than_it_lay(people, row):
    make.make_submitted(row, people.secretary, now=later(3))
    items.send_back(row, reason="请补充会议记录。", by=people.reviewer, now=later(5))

    assert (row.on_time, row.due_on) == (False, TODAY + timedelta(days=2))
    assert overdue(row, 5)


def test_what_the_branch_took_back_itself_was_no_valid_hand_in(people, row):
    make.make_submitted(row, people.secretary)
    items.withdraw(row, by=people.secretary, now=make.NOW)
    assert (row.on_time, row.first_submitted_at) == (None, None)

    make.make_submitted(row, people.secretary, now=later(1))

    assert row.on_time is False


def test_taking_back_a_later_round_keeps_the_first_verdict(people, row):
    make.make_returned(row, people.secretary, people.reviewer)
    make.make_submitted(row, people.secretary, now=later(2))
    items.withdraw(row, by=people.secretary, now=later(2))

    assert (row.on_time, row.first_submitted_at) == (True, make.NOW)


# --- The reviewers' clock -------------------------------------------------------------------------


def test_working_days_leave_out_weekends_and_holidays_and_count_worked_ones():
    days = WorkingDays({date(2026, 5, 4): False, date(2026, 5, 9): True})

    spans = [
        ((2026, 5, 8), (2026, 5, 8), 0),
        ((2026, 5, 15), (2026, 5, 18), 1),  # Friday to Monday
        ((2026, 5, 8), (2026, 5, 11), 2),  # with the Saturday that is worked
        ((2026, 5, 1), (2026, 5, 5), 1),  # without the holiday
        ((2020, 1, 1), (2020, 1, 15), 10),  # an earlier year, asked afterwards
    ]
    assert [days.between(date(*a), date(*b)) for a, b, _ in spans] == [n for *_, n in spans]
    assert days.latest_over(5, date(2026, 5, 12)) == date(2026, 5, 5)


def test_seeded_delays_reproduce_and_no_number_of_the_branch_changes(people, org, row):
    make.make_submitted(row, people.secretary)
    before = BranchItem.objects.figures(local_day(later(30)))
    fourth = make.item_of(org.north_four)
    make.make_submitted(fourth, people.fourth_secretary)

    items.accept(fourth, by=people.general_reviewer, now=later(2))  # Thursday: 2
    items.accept(fourth, by=people.reviewer, now=later(10))  # the Friday of the week after: 6
    found = clocks.clocks(org.committee, by=people.committee, today=local_day(later(10)))
    items.accept(row, by=people.reviewer, now=later(10))

    assert [(x.organization, x.waiting, x.overdue, x.took, x.late) for x in found.lines] == [
        (org.north_office, 1, 1, [6], 1),
        (org.north_general, 0, 0, [2], 0),
    ]
    assert [(x.name, x.median, x.longest) for x in found.levels] == [
        ("党总支", 2, 2),
        ("直属党组织", 6, 6),
    ]
    assert BranchItem.objects.figures(local_day(later(30)))["overdue"] == before["overdue"]


def test_the_committees_return_of_an_accepted_item_is_no_review_of_it(people, org, row):
    make.make_accepted(row, people.secretary, people.reviewer)
    items.send_back(row, reason="抽查发现名册缺人。", by=people.committee, now=later(9))

    found = clocks.clocks(org.committee, by=people.committee, today=local_day(later(9)))

    assert [(x.organization, x.took) for x in found.lines] == [(org.north_office, [0])]


def test_a_new_limit_judges_what_comes_after_it(people, org, row):
    ReviewRule.objects.create(starts_on=TODAY, near_days=1, review_days=1)
    ReviewRule.objects.create(starts_on=TODAY + timedelta(days=2), near_days=1, review_days=9)
    make.make_accepted(row, people.secretary)
    items.accept(row, by=people.reviewer, now=later(3))

    found = clocks.clocks(org.committee, by=people.committee, today=local_day(later(3)))

    assert [(x.took, x.late) for x in found.lines] == [([3], 1)]


def test_the_page_lists_what_waits_too_long_and_nothing_foreign(sign_in, people, org, row):
    make.make_submitted(row, people.secretary)
    make.make_submitted(make.item_of(org.south), people.south_secretary)
    counted = []
    with time_machine.travel(later(10), tick=False):
        client = sign_in(people.reviewer)
        page = client.get("/review/clocks/")
        panel = client.get("/review/clocks/?panel=1", headers={"HX-Request": "true"})
        own = client.get(row.get_absolute_url()).content.decode()
        for code in ("T1-02", "T1-03"):
            with CaptureQueriesContext(connection) as queries:
                client.get("/review/clocks/")
            counted.append(len(queries))
            make.make_submitted(make.item_of(org.north_two, code), people.second_secretary)

    text = page.content.decode()
    assert [r.pk for r in page.context["rows"]] == [row.pk]
    assert "直属党组织（合计）" in panel.content.decode()
    assert "<main" not in panel.content.decode()
    assert "■ 8" in text  # 13 to 22 May
    assert "南" not in text.partition("<main")[2]
    assert "已等待 8 个工作日，不计入支部用时" in own
    assert len(set(counted)) == 1


def test_the_holidays_of_the_year_came_with_the_portal(db):
    assert CalendarDay.objects.filter(day__year=2026, is_working=True).count() == 6
    assert WorkingDays().between(date(2026, 9, 30), date(2026, 10, 8)) == 1
