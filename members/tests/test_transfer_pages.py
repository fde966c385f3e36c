"""The pages of transfers: both sides find their step; foreign branches stay out of sight."""

from datetime import timedelta

import pytest

from branchyear.lib.dates import local_day
from members.models import Member, Transfer
from members.services import transfers
from members.tests.make import id_number, make_member

TODAY = local_day()


def issue(org, name="转接人", receiver=None, **changes):
    member = make_member(org.north, name)
    return transfers.issue(
        member, receiver=receiver or org.south, by=None, **{"issued_on": TODAY, **changes}
    )


def text(answer, status=200):
    assert answer.status_code == status
    return answer.content.decode()


def test_the_receiver_finds_the_letter_first_and_takes_the_member_in(org, people, sign_in):
    row = issue(org)
    client = sign_in(people.south_secretary)

    assert "去接收" in text(client.get("/transfers/"))
    assert "确认接收" in text(client.get(row.get_absolute_url()))
    client.post(f"/transfers/{row.pk}/receive/", {"on": TODAY.isoformat()})

    assert Member.objects.get().organization == org.south


def test_a_sender_sees_an_expired_letter(org, people, sign_in):
    row = issue(org, issued_on=TODAY - timedelta(days=40))
    client = sign_in(people.secretary)

    assert "介绍信已到期，尚未收到回执" in text(client.get("/transfers/"))
    assert "撤回后重新开具" in text(client.get(row.get_absolute_url()))


def test_a_letter_is_written_in_two_steps(org, people, sign_in):
    member = make_member(org.north, "要走的")
    client = sign_in(people.secretary)

    first = text(client.get(f"/transfers/new/?member={member.pk}"))
    assert "北二支部" in first
    assert "南一支部" not in first
    url = f"/transfers/new/?to={org.south_office.pk}"
    assert "南一支部" in text(client.get(url))
    answer = client.post(
        url,
        {"member": member.pk, "receiver": org.south.pk, "issued_on": TODAY.isoformat()},
    )

    assert answer.status_code == 302
    assert Transfer.objects.get().receiver == org.south


def test_what_cannot_be_comes_back_beside_its_field_with_what_was_typed(org, people, sign_in):
    member = make_member(org.north)
    client = sign_in(people.secretary)

    page = text(
        client.post(
            "/transfers/new/?to=outside",
            {
                "member": member.pk,
                "receiver_name": "外市某单位",
                "issued_on": TODAY.isoformat(),
                "valid_until": (TODAY + timedelta(days=200)).isoformat(),
                "dues_paid_to": "x",
            },
        ),
        422,
    )

    assert "外市某单位" in page
    assert "2026-04" in page
    assert Transfer.objects.count() == 0


def test_a_letter_out_of_the_city_ends_with_its_slip(org, people, sign_in):
    member = make_member(org.north)
    row = transfers.issue(member, receiver_name="外市", issued_on=TODAY, by=None)
    client = sign_in(people.clerk)

    assert "登记回执" in text(client.get(row.get_absolute_url()))
    wrong = {"on": "", "slip_on": "昨天"}
    text(client.post(f"/transfers/{row.pk}/slip/", wrong), 422)
    right = {"on": TODAY.isoformat(), "slip_on": TODAY.isoformat()}
    client.post(f"/transfers/{row.pk}/slip/", right)

    member.refresh_from_db()
    assert member.standing == "left"


def test_who_comes_from_outside_is_registered_with_the_letter(org, people, sign_in):
    facts = {
        "name": "新来",
        "id_number": id_number(3),
        "category": "formal",
        "admitted_on": "2005-07-01",
        "formal_on": "2006-07-01",
        "sender_name": "外市某局机关党委",
        "issued_on": TODAY.isoformat(),
        "on": TODAY.isoformat(),
    }
    client = sign_in(people.secretary)

    bad = client.post("/transfers/in/", {**facts, "id_number": "123", "formal_on": "x"})
    assert "新来" in text(bad, 422)
    answer = client.post("/transfers/in/", facts)

    assert answer.status_code == 302
    member = Member.objects.get()
    assert (member.sex, member.joined_from) == ("male", "外市某局机关党委")


def test_reason_is_asked_and_kept(org, people, sign_in):
    row = issue(org)
    client = sign_in(people.south_secretary)

    assert "写明原因" in text(client.post(f"/transfers/{row.pk}/refuse/", {"reason": "x"}), 422)
    client.post(f"/transfers/{row.pk}/refuse/", {"reason": "抬头有误"})

    assert "抬头有误" in text(sign_in(people.secretary).get(row.get_absolute_url()))


def test_the_letter_prints_in_three_parts_without_the_id_number(org, people, sign_in):
    number = id_number(4)
    member = make_member(org.north, id_number=number)
    row = transfers.issue(member, receiver=org.south, issued_on=TODAY, by=None)

    page = text(sign_in(people.secretary).get(f"/transfers/{row.pk}/letter/"))

    assert page.count("letter__title") == 3
    assert number not in page


def test_a_foreign_branch_is_out_of_sight(org, people, sign_in):
    row = issue(org, receiver=org.north_two)
    client = sign_in(people.south_secretary)

    assert "转接人" not in text(client.get("/transfers/"))
    assert client.get(row.get_absolute_url()).status_code == 404
    assert client.get(f"/transfers/?org={org.north.pk}").status_code == 404


@pytest.mark.parametrize("count", [1, 6])
@pytest.mark.parametrize(("who", "queries"), [("secretary", 14), ("committee", 13)])
def test_many_letters_ask_no_more_questions(
    who, queries, count, org, people, sign_in, django_assert_num_queries
):
    for number in range(count):
        issue(org, f"党员{number}")
        done = issue(org, f"旧{number}")
        transfers.withdraw(done, reason="不转了", by=None)
    client = sign_in(getattr(people, who))
    client.get("/transfers/")

    with django_assert_num_queries(queries):
        client.get("/transfers/")
