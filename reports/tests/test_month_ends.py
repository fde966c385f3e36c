"""Month ends: taken once, soon after the month, and never changed."""

from datetime import date

import pytest

from branchyear.audit.models import Entry
from branchyear.lib.dates import Month
from reports.models import MonthEnd
from reports.services import month_ends
from reports.tests import make
from reports.tests.make import at
from tasks.models import BranchItem

APRIL = Month(2022, 4)


@pytest.fixture
def taken(campaign, org):
    """April is frozen; the items of the campaign are due on 31 May."""
    make.open_months(campaign, date(2022, 4, 30))
    BranchItem.objects.filter(branch=org.north).update(state="accepted")
    assert month_ends.take_due(now=at("2022-05-01 00:04"))
    return MonthEnd.objects.get(organization=org.committee)


def test_a_row_for_every_directly_affiliated_organisation_and_those_above(taken, org):
    rows = MonthEnd.objects.order_by("organization__path")

    assert [row.organization for row in rows] == [
        org.city, org.committee, org.north_office, org.south_office, org.archive,
    ]  # fmt: skip
    assert taken.figures["items"]["total"] == sum(
        row.figures["items"]["total"] for row in rows if row.organization.is_direct
    )
    assert taken.figures["items"]["accepted"] == 4
    assert taken.figures["items"]["overdue"] == 0
    assert taken.figures["reports"] == {"expected": 3, "in_time": 0, "late": 0, "missing": 3}
    assert taken.rule["as_of"] == "2022-05-01T00:00:00+08:00"
    assert Entry.objects.filter(verb="month_end.taken").count() == 1


def test_what_happens_later_does_not_change_it(taken):
    before = taken.figures
    BranchItem.objects.update(state="accepted")

    assert month_ends.take_due(now=at("2022-05-01 01:04")) == 0

    taken.refresh_from_db()
    assert taken.figures == before
    assert taken.is_intact


def test_it_refuses_to_be_changed_or_deleted(taken):
    for act in (
        taken.save,
        taken.delete,
        lambda: MonthEnd.objects.update(month="2022-03"),
        lambda: MonthEnd.objects.all().delete(),
    ):
        with pytest.raises(TypeError):
            act()


def test_a_change_past_the_portal_shows(taken):
    taken.figures["items"]["accepted"] += 1

    assert not taken.is_intact


@pytest.mark.parametrize(
    "moment",
    ["2022-05-06 00:04", "2022-04-01 00:04", "2023-02-01 00:04"],
    ids=["too late to know", "before the campaign", "after the campaign"],
)
def test_a_month_end_that_is_not_known_is_left_out(moment, campaign):
    assert month_ends.take_due(now=at(moment)) == 0
    assert not MonthEnd.objects.exists()


def test_the_trends_show_what_was_frozen_with_its_denominators(taken, people, sign_in):
    page = sign_in(people.committee).get("/overview/?section=trends").content.decode()

    assert "2022年4月末" in page
    assert "4/20" in page
    assert "● 一致" in page


def test_the_projector_shows_the_same_numbers_without_a_name_of_a_person(taken, people, sign_in):
    client = sign_in(people.department)
    board = client.get("/overview/").context

    page = client.get("/overview/meeting/")

    assert page.context["total"].numbers == board["total"].numbers
    text = page.content.decode()
    assert "市北区局机关党委" in text
    assert not any(person.name in text for person in vars(people).values())
