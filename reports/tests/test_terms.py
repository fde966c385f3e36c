"""The ledgers of elections and of bodies: what each line says, who sees it, on paper."""

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from branches.services.terms import Election, extend, remind
from branchyear.lib.dates import add_months, local_day
from members.services import elections
from members.services.posts import Seat
from members.tests.make import make_member
from reports.kinds import KINDS
from reports.writing import write

TODAY = local_day()


def elect(organization, *people, elected_on, **facts):
    order = ("secretary", "organization_officer")
    return elections.record_election(
        organization,
        Election(elected_on=elected_on, **facts),
        [
            Seat(person, post, duties="主持工作")
            for person, post in zip(people, order, strict=False)
        ],
        by=None,
    )


def asked(kind, organization, by=None):
    return KINDS[kind].asked(organization, {}, by=by, at=timezone.now())


def lines(kind, organization, by=None):
    return list(KINDS[kind].rows(asked(kind, organization, by)))


@pytest.fixture
def place(org, people):
    """The north branch was elected long ago, extended, reminded, and elected anew this year."""
    one, two = make_member(org.north, "甲"), make_member(org.north, "乙")
    old = elect(org.north, two, elected_on=add_months(TODAY, -37), request_no="请1号")
    remind(old, how="call", on=add_months(TODAY, -5), by=people.reviewer)
    extend(old, to=add_months(old.expires_on, 12), document_no="批2号", by=None)
    elect(
        org.north,
        one,
        two,
        elected_on=TODAY,
        voters_due=5,
        voters_present=4,
        late_reason="等待机构改革",
    )
    return org


def test_a_term_that_ended_this_year_stands_beside_the_running_one(place):
    first, second = lines("terms", place.north)

    assert (first["state"], first["ended_on"], first["voters"]) == ("已换届", TODAY, "5/4")
    assert first["body"] == "甲（支部书记）、乙（组织委员）"
    assert first["late_reason"] == "等待机构改革"
    assert first["reminders"] == f"{add_months(TODAY, -5):%Y-%m-%d}电话"
    assert first["extension"].startswith("批2号，延至")
    assert (second["state"], second["elected_on"], second["ended_on"]) == ("正常", TODAY, None)
    assert second["people"] == 2


def test_what_is_not_registered_is_listed_as_such(place):
    found = {line["name"]: line["state"] for line in lines("terms", place.committee)}

    assert found["南一支部"] == "未登记"
    assert KINDS["terms"].count(asked("terms", place.committee)) == len(
        lines("terms", place.committee)
    )


def test_the_bodies_are_listed_in_the_order_of_their_posts(place):
    found = lines("posts", place.north_office)

    assert [(line["name"], line["post"], line["duties"]) for line in found] == [
        ("甲", "支部书记", "主持工作"),
        ("乙", "组织委员", "主持工作"),
    ]
    assert found[0]["party_years"] == TODAY.year - 2006 - (date(TODAY.year, 7, 1) > TODAY)


@pytest.mark.parametrize("kind", ["terms", "posts"])
def test_a_ledger_stays_in_its_requester_s_sight(place, people, kind):
    elect(place.south, make_member(place.south, "南方书记"), elected_on=TODAY)

    mine = lines(kind, place.committee, people.reviewer)

    assert "南" not in str(mine)
    assert "南方书记" in str(lines(kind, place.committee, people.committee))


@pytest.mark.parametrize("kind", ["terms", "posts"])
def test_the_preview_is_the_first_lines_and_asks_no_more_for_more(place, people, kind):
    KINDS[kind].preview(asked(kind, place.committee), 5)
    with CaptureQueriesContext(connection) as few:
        preview = KINDS[kind].preview(asked(kind, place.committee), 5)
    whole = lines(kind, place.committee)
    for branch in (place.south, place.archive, place.north_two):
        elect(branch, make_member(branch, f"{branch}书记"), elected_on=TODAY)

    with CaptureQueriesContext(connection) as many:
        KINDS[kind].preview(asked(kind, place.committee), 5)

    assert len(few) == len(many)
    assert preview == whole[:5]


@pytest.mark.parametrize("kind", ["terms", "posts"])
@pytest.mark.parametrize("form", ["xlsx", "pdf"])
def test_the_ledger_is_written_on_paper(place, people, kind, form, tmp_path):
    target = tmp_path / f"ledger.{form}"

    rows = write(KINDS[kind], asked(kind, place.north, people.secretary), form, target)

    assert rows.rows == 2
    assert target.stat().st_size > 1000
