"""The ledgers of training, transfers, floating members and admission: the same rows as the pages."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from branchyear.lib.dates import add_months, local_day
from members.services import absences, admissions, training, transfers
from members.tests.make import id_number, make_member
from reports.kinds import KINDS
from tasks.tests.make import make_campaign

TODAY = local_day()


def asked(key, organization, by, **parameters):
    return KINDS[key].asked(organization, parameters, by=by, at=timezone.now())


def rows(key, organization, by, **parameters):
    return list(KINDS[key].rows(asked(key, organization, by, **parameters)))


def furnish(branch, other):
    """One of everything of ``branch``, and a second course."""
    admissions.load_steps()
    member = make_member(branch, "甲", phone="10012345678")
    for hours in (4, 8):
        facts = training.Facts("专题班", "course", TODAY, TODAY, Decimal(hours))
        training.record_training(branch, facts=facts, members=[member], by=None)
    transfers.issue(
        make_member(branch, "乙"),
        receiver=other,
        issued_on=TODAY - timedelta(days=20),
        letter_no="1号",
        by=None,
    )
    absence = absences.register_absence(member, kind="lost", since=add_months(TODAY, -8), by=None)
    absences.add_contact(absence, on=TODAY, how="走访", result="家中无人", reached=False, by=None)
    admissions.register_applicant(
        branch,
        facts={"name": "丙", "id_number": id_number(7)},
        applied_on=add_months(TODAY, -3),
        by=None,
    )


def test_hours_add_up_along_the_lines_of_a_member(org, people):
    furnish(org.north, org.south)

    found = rows("training", org.north, people.secretary)

    assert [(r["name"], r["hours"], r["so_far"]) for r in found] == [
        ("甲", 4, 4),
        ("甲", 8, 12),
    ]


def test_a_letter_stands_with_its_direction_on_either_side(org, people):
    furnish(org.north, org.south)

    def directions(organization, by):
        return [(r["name"], r["direction"]) for r in rows("transfers", organization, by)]

    assert directions(org.north, people.secretary) == [("乙", "转出")]
    assert directions(org.south, people.south_secretary) == [("乙", "转入")]
    assert directions(org.committee, people.committee) == [("乙", "内部")]
    (row,) = rows("transfers", org.north, people.secretary)
    assert row["state"] == "已到期，未收到回执"


def test_the_register_shows_the_search_and_no_full_number(org, people):
    furnish(org.north, org.south)

    (row,) = rows("absences", org.north, people.secretary)

    assert row["records"] == f"{TODAY.isoformat()} 走访：家中无人，未联系上"
    assert "10012345678" not in str(row)


def test_the_way_into_the_party_stands_in_one_line(org, people):
    furnish(org.north, org.south)

    (row,) = rows("admissions", org.north, people.secretary)

    assert (row["application"], row["first_talk"], row["state"]) == (
        add_months(TODAY, -3),
        None,
        "培养中",
    )


@pytest.mark.parametrize("key", ["training", "transfers", "absences", "admissions"])
def test_what_is_not_ones_own_is_not_in_the_ledger(key, org, people):
    furnish(org.north, org.north_two)

    assert rows(key, org.north, people.south_secretary) == []
    assert rows(key, org.south, people.south_secretary) == []


@pytest.mark.parametrize("key", ["training", "transfers", "absences", "admissions"])
def test_rows_and_preview_agree_and_their_statements_do_not_grow(
    key, org, people, django_assert_max_num_queries
):
    furnish(org.north, org.south)
    for number in range(3):
        admissions.register_applicant(
            org.north, facts={"name": f"丙{number}"}, applied_on=TODAY, by=None
        )
    by = people.secretary
    question = asked(key, org.north, by)

    with django_assert_max_num_queries(6):
        lines = KINDS[key].preview(question, 10)

    assert lines == rows(key, org.north, by)
    assert KINDS[key].count(question) == len(lines)
    keys = {column.key for column in KINDS[key].columns(question)}
    assert keys <= set(lines[0])


def test_another_month_has_other_lines(org, people):
    make_campaign()
    furnish(org.north, org.south)

    assert rows("training", org.north, people.secretary, month="2020-01") == []
    assert rows("transfers", org.north, people.secretary, month="2020-01") == []
    assert date(2020, 1, 1) < TODAY
