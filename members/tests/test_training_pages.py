"""The pages of training: many in one record, hours with what is missing, shares above."""

from datetime import date
from decimal import Decimal

import pytest

from branchyear.lib.dates import local_day
from members.models import Training, TrainingRecord
from members.services import training
from members.tests.make import make_member

TODAY = local_day()


def record(branch, *members, hours=8, title="专题班"):
    facts = training.Facts(title, "course", TODAY, TODAY, Decimal(hours))
    return training.record_training(branch, facts=facts, members=members, by=None)


def text(answer, status=200):
    assert answer.status_code == status
    return answer.content.decode()


def typed(members, **changes):
    return {
        "title": "党史学习教育",
        "kind": "study",
        "starts_on": TODAY.isoformat(),
        "hours": "4",
        "members": [m.pk for m in members],
        **changes,
    }


def test_one_page_registers_many(org, people, sign_in):
    members = [make_member(org.north, f"党员{n}") for n in range(3)]
    client = sign_in(people.secretary)

    assert text(client.get("/training/new/")).count(" checked") == 3
    client.post("/training/new/", typed(members[:2]))

    assert Training.objects.get().ends_on == TODAY
    assert TrainingRecord.objects.count() == 2
    page = text(client.get("/training/"))
    assert "党史学习教育" in page
    assert "2 名" in page


def test_what_is_missing_is_said_beside_its_field(org, people, sign_in):
    member = make_member(org.north)
    client = sign_in(people.secretary)

    page = text(client.post("/training/new/", typed([member], title="", hours="9")), 422)
    assert "此项必填" in page
    page = text(client.post("/training/new/", typed([member], hours="9")), 422)
    assert "1天最多计8学时" in page
    assert "党史学习教育" in page


def test_members_of_other_branches_cannot_be_ticked(org, people, sign_in):
    client = sign_in(people.secretary)

    page = text(client.post("/training/new/", typed([make_member(org.south, "南边的")])), 422)

    assert "南边的" not in page
    assert Training.objects.count() == 0


@pytest.mark.parametrize("number", ["9" * 30, "-" + "9" * 30, "9" * 5000])
def test_a_number_no_member_can_have_is_refused_like_any_other(number, org, people, sign_in):
    form = typed([]) | {"members": [number]}

    page = text(sign_in(people.secretary).post("/training/new/", form), 422)

    assert "党史学习教育" in page
    assert Training.objects.count() == 0


def test_only_those_who_miss_something_are_left_by_the_filter(org, people, sign_in):
    diligent, lazy = make_member(org.north, "勤"), make_member(org.north, "懒")
    for number in range(4):
        record(org.north, diligent, title=f"班{number}")
    record(org.north, lazy)
    client = sign_in(people.secretary)

    page = text(client.get("/training/?show=short"))

    assert "懒" in page
    assert ">勤<" not in page
    assert "还差" in page


def test_those_above_see_the_branches_with_their_shares(org, people, sign_in):
    record(org.north, make_member(org.north))
    make_member(org.south)

    page = text(sign_in(people.reviewer).get("/training/"))

    assert "北一支部" in page
    assert "南一支部" not in page
    assert text(sign_in(people.committee).get("/training/?show=short")).count("支部</a></th>") == 2


def test_a_record_is_mended_and_voided(org, people, sign_in):
    member = make_member(org.north)
    row = record(org.north, member)
    client = sign_in(people.clerk)

    client.post(row.get_absolute_url(), typed([member], revision=row.revision, hours="6"))
    stale = client.post(row.get_absolute_url(), typed([member], revision=1, hours="7"))
    assert "刚被其他人修改" in text(stale, 422)
    client.post(f"/training/{row.pk}/void/")

    row.refresh_from_db()
    assert row.hours == 6
    assert "已作废" in text(client.get(row.get_absolute_url()))


def test_a_foreign_branch_is_out_of_sight(org, people, sign_in):
    row = record(org.north, make_member(org.north))
    client = sign_in(people.south_secretary)

    assert client.get(row.get_absolute_url()).status_code == 404
    assert client.post(f"/training/{row.pk}/void/").status_code == 404
    assert "专题班" not in text(client.get("/training/"))


@pytest.mark.parametrize("year", ["1999", "abcd", "99999", str(date.max.year)])
def test_an_unusable_year_is_this_year(year, org, people, sign_in):
    assert f"{TODAY.year}年教育培训" in text(
        sign_in(people.secretary).get(f"/training/?year={year}")
    )


@pytest.mark.parametrize("count", [1, 9])
@pytest.mark.parametrize(("who", "queries"), [("secretary", 8), ("committee", 11)])
def test_many_members_ask_no_more_questions(
    who, queries, count, org, people, sign_in, django_assert_num_queries
):
    for number in range(count):
        record(org.north, make_member(org.north, f"党员{number}"))
    client = sign_in(getattr(people, who))
    client.get("/training/")

    with django_assert_num_queries(queries):
        client.get("/training/")


def test_only_the_branches_that_fall_short_are_shown_when_asked(org, people, sign_in):
    make_member(org.north)
    excused = make_member(org.north_two)
    type(excused).objects.filter(pk=excused.pk).update(is_excused=True)
    client = sign_in(people.reviewer)

    everywhere = text(client.get(f"/training/?org={org.north_office.pk}"))
    short = text(client.get(f"/training/?org={org.north_office.pk}&show=short"))

    assert "应训党员 <b>1</b> 名" in everywhere
    assert f'href="?org={org.north_two.pk}&amp;' in everywhere
    assert f'href="?org={org.north.pk}&amp;' in short
    assert f'href="?org={org.north_two.pk}&amp;' not in short
