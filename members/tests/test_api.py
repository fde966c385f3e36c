"""The roll and a branch's life written by programs: the same services, and never a number in full."""

import pytest

from branchyear.audit.models import Entry
from members.models import Attendance, Meeting, Member
from members.tests.make import make_member
from members.tests.rosters import number_of


@pytest.fixture
def client(people, sign_in):
    return sign_in(people.secretary)


def post(client, path, **body):
    return client.post(f"/api/v1/{path}", body, content_type="application/json")


def on_version(client, path, act="", method="post", **body):
    headers = {"If-Match": client.get(f"/api/v1/{path}")["ETag"]}
    send = getattr(client, method)
    return send(f"/api/v1/{path}{act}", body, content_type="application/json", headers=headers)


def test_a_member_is_put_on_the_roll_and_mended_with_masked_numbers(org, client):
    number = number_of(7)

    made = post(
        client, "members/", organization=org.north.pk, name="吴新来", id_number=number,
        sex="male", birth_date="1985-03-02", category="formal", admitted_on="2010-07-01",
        formal_on="2011-07-01", phone="13800001234",
    )  # fmt: skip
    member = Member.objects.get(name="吴新来")
    mended = on_version(client, f"members/{member.pk}/", method="patch", unit="办公室")

    assert (made.status_code, mended.status_code) == (201, 200)
    assert member.id_number == number
    assert mended.json()["unit"] == "办公室"
    assert number not in made.content.decode() + mended.content.decode()
    assert "13800001234" not in made.content.decode()
    assert Entry.objects.filter(verb="member.added", thing_id=member.pk).exists()


def test_what_is_unsound_is_refused_beside_its_field(org, client):
    answer = post(client, "members/", organization=org.north.pk, name="吴某", id_number="123")

    assert answer.status_code == 409
    assert list(answer.json()["errors"]) == ["id_number"]


def test_another_branch_is_not_named(org, client):
    there = post(client, "members/", organization=org.south.pk, name="吴某")
    nowhere = post(client, "members/", organization=999999, name="吴某")

    assert there.status_code == nowhere.status_code == 400
    assert (
        there.json()["errors"]["organization"][0].replace(str(org.south.pk), "999999")
        == (nowhere.json()["errors"]["organization"][0])
    )


def test_a_meeting_is_recorded_corrected_and_voided(org, client):
    came, away = make_member(org.north, "甲"), make_member(org.north, "乙")
    made = post(
        client, "meetings/", organization=org.north.pk, kind="members_meeting", on="2026-01-08",
        topic="学习党章", absences=[{"member": away.pk, "status": "sick"}],
    )  # fmt: skip
    path = f"meetings/{made.json()['id']}/"

    revised = on_version(client, path, method="patch", topic="学习党章和党史")
    voided = on_version(client, path, "void/", reason="重复登记了")

    assert (made.status_code, made.json()["due"], made.json()["present"]) == (201, 2, 1)
    assert (revised.json()["topic"], revised.json()["present"]) == ("学习党章和党史", 1)
    assert Attendance.objects.get(member=came).status == "present"
    assert voided.json()["is_void"]
    assert Meeting.objects.get().void_reason == "重复登记了"


def test_a_letter_is_written_here_and_received_there(org, people, client, sign_in):
    member = make_member(org.north, "甲")
    made = post(
        client, "transfers/", member=member.pk, receiver_code=org.south.code, issued_on="2026-01-08"
    )
    path = f"transfers/{made.json()['id']}/"

    other = sign_in(people.south_secretary)
    received = on_version(other, path, "receive/", on="2026-01-09")

    assert (made.status_code, received.status_code) == (201, 200)
    assert received.json()["state"] == "received"
    assert Member.objects.get(pk=member.pk).organization == org.south


def test_who_comes_from_outside_is_taken_in_with_his_letter(org, client):
    number = number_of(8)

    made = post(
        client, "transfers/take-in/", organization=org.north.pk, name="新来", id_number=number,
        category="formal", admitted_on="2010-07-01", formal_on="2011-07-01",
        sender_name="外市某党支部", issued_on="2026-01-08", on="2026-01-09",
    )  # fmt: skip

    member = Member.objects.get(name="新来")
    assert (made.status_code, made.json()["state"]) == (201, "received")
    assert (member.organization, member.id_number) == (org.north, number)
    assert f"{member.birth_date:%Y%m%d}" == number[6:14]
    assert number not in made.content.decode()


def test_a_month_is_read_as_a_month(org, client):
    member = make_member(org.north, "甲")

    def ask(month):
        return post(
            client, "dues-exemptions/", member=member.pk, from_month=month, to_month="2026-12",
            reduced_to="0", reason="长期患病，生活困难",
        )  # fmt: skip

    wrong, right = ask("2026-13"), ask("2026-11")

    assert (wrong.status_code, list(wrong.json()["errors"])) == (400, ["from_month"])
    assert right.status_code == 201


def test_a_month_that_never_was_is_refused_beside_its_field(org, client):
    member = make_member(org.north, "甲")

    answer = post(
        client, "dues-exemptions/", member=member.pk, from_month="0000-01", to_month="0000-01",
        reduced_to="1", reason="困难",
    )  # fmt: skip

    assert answer.status_code == 400
    assert list(answer.json()["errors"]) == ["from_month", "to_month"]
    assert client.get("/training/?month=0000-01").status_code == 200
