"""One member's page, its forms, and reading a number in full."""

from datetime import date, timedelta

import pytest
from django.test import Client
from django.utils import timezone

from branches.models import Kind
from branches.services import organizations
from branchyear.audit.models import Entry
from branchyear.lib.dates import local_day
from conftest import FOUNDED
from members.forms import MemberForm
from members.models import (
    Attendance,
    DuesMonth,
    Meeting,
    Member,
    MemberEvent,
    Talk,
    Training,
    TrainingRecord,
)
from members.services import roster
from members.services import unmask as unmasking
from members.tests.make import id_number, make_member

PHONE = "10012345678"
YEAR = local_day().year


def typed(member, **changes):
    """What a browser would send of the untouched form, with these changes."""
    form = MemberForm(member=member, groups=roster.groups_of(member.organization))
    values = {name: form.initial.get(name) for name in form.fields}
    values = {k: v for k, v in values.items() if v not in (None, "", False)}
    return {**{k: str(v) for k, v in values.items()}, **changes}


def post(client, member, what, data, **headers):
    return client.post(f"/members/{member.pk}/{what}/", data, headers=headers)


def live(member, year=YEAR, n=1):
    """A bit of everything in one year."""
    branch = member.organization
    day = date(year, 1, 5)
    other = make_member(branch, "谈话人")
    for number in range(n):
        meeting = Meeting.objects.create(
            organization=branch,
            kind="members_meeting",
            on=day,
            topic=f"学习{number}",
            hours=2,
            due=1,
            present=1,
            created_at=member.created_at,
        )
        Attendance.objects.create(meeting=meeting, member=member)
        training = Training.objects.create(
            organization=branch, title="轮训", kind="course", starts_on=day, ends_on=day, hours=8
        )
        TrainingRecord.objects.create(training=training, member=member, hours=8)
        DuesMonth.objects.create(
            member=member,
            organization=branch,
            month=f"{year}-{number + 1:02d}",
            due="93.00",
            paid="93.00",
            paid_on=day,
        )
        Talk.objects.create(
            organization=branch, on=day, kind="members", speaker=other, listener=member
        )


def test_the_page_tells_everything_that_is_known(org, people, sign_in):
    member = make_member(org.north, id_number=id_number(), phone=PHONE)
    live(member)
    roster.revise_member(
        member, revision=1, by=people.clerk, today=date(YEAR, 1, 6), ethnicity="回族"
    )

    page = sign_in(people.secretary).get(f"/members/{member.pk}/").content.decode()

    for words in ("学习0", "轮训", "共10学时", "应交93.00元", "谈话人", "汉族 → 回族", "钱干事"):
        assert words in page
    assert member.id_number not in page
    assert PHONE not in page


def test_another_branch_s_member_is_out_of_sight(org, people, sign_in):
    member = make_member(org.south, "南党员")
    client = sign_in(people.secretary)

    for what in ("", "edit/", "standing/"):
        assert client.get(f"/members/{member.pk}/{what}").status_code == 404
    assert post(client, member, "numbers", {"reason": "核对身份号码"}).status_code == 404


def test_what_happened_at_another_branch_is_not_shown_to_this_one(org, people, sign_in):
    member = make_member(org.south)
    live(member)
    Member.objects.filter(pk=member.pk).update(organization=org.north)

    page = sign_in(people.secretary).get(f"/members/{member.pk}/").content.decode()

    assert "学习0" not in page
    assert "93.00" not in page


def test_the_amount_of_dues_is_for_those_who_work_with_it(org, people, sign_in):
    member = make_member(org.north)
    live(member)

    assert "93.00" in sign_in(people.reviewer).get(f"/members/{member.pk}/").content.decode()
    page = sign_in(people.leader).get(f"/members/{member.pk}/").content.decode()
    assert "93.00" not in page
    assert "党费交清月数" in page


@pytest.mark.parametrize("count", [1, 5])
def test_the_page_asks_the_same_number_of_questions(
    count, org, people, sign_in, django_assert_num_queries
):
    member = make_member(org.north)
    live(member, n=count)
    client = sign_in(people.secretary)
    client.get(f"/members/{member.pk}/")

    with django_assert_num_queries(18):
        client.get(f"/members/{member.pk}/")


def test_the_panel_shows_the_facts_alone(org, people, sign_in):
    member = make_member(org.north)

    answer = sign_in(people.secretary).get(f"/members/{member.pk}/", headers={"HX-Request": "true"})

    assert "<html" not in answer.content.decode()
    assert "全部情况和变动" in answer.content.decode()


# --- Editing --------------------------------------------------------------------------------------


def test_a_saved_form_changes_what_was_typed_and_leaves_the_masked_numbers(org, people, sign_in):
    number = id_number()
    member = make_member(org.north, id_number=number, phone=PHONE)

    answer = post(sign_in(people.clerk), member, "edit", typed(member, ethnicity="回族"))

    assert answer.status_code == 302
    stored = Member.objects.get()
    assert (stored.ethnicity, stored.id_number, stored.phone) == ("回族", number, PHONE)
    assert MemberEvent.objects.get().after == {"ethnicity": "回族"}


def test_a_number_is_changed_only_when_typed_anew(org, people, sign_in):
    member = make_member(org.north, id_number=id_number(), phone=PHONE)
    number = id_number()

    post(sign_in(people.clerk), member, "edit", typed(member, id_number=number, phone=""))

    stored = Member.objects.get()
    assert (stored.id_number, stored.phone) == (number, "")


def test_a_half_masked_number_is_not_taken_for_a_number(org, people, sign_in):
    member = make_member(org.north, phone=PHONE)

    answer = post(sign_in(people.clerk), member, "edit", typed(member, phone="138****1234"))

    assert answer.status_code == 422
    assert "请填写完整号码" in answer.content.decode()
    assert Member.objects.get().phone == PHONE


def test_a_refusal_stands_beside_its_field_and_keeps_what_was_typed(org, people, sign_in):
    member = make_member(org.north)

    answer = post(
        sign_in(people.clerk), member, "edit", typed(member, formal_on="2005-08-01", unit="新处室")
    )

    page = answer.content.decode()
    assert answer.status_code == 422
    assert "转正时间2005年8月1日距入党时间2005年7月1日不满1年" in page
    assert 'value="新处室"' in page
    assert Member.objects.get().unit == ""


def test_unusable_input_is_a_sentence_and_never_an_error(org, people, sign_in):
    member = make_member(org.north)
    wild = dict.fromkeys(typed(member), "\x00坏" * 60) | {"version": "x", "sex": "?"}

    answer = post(sign_in(people.clerk), member, "edit", wild)

    assert answer.status_code == 422


def test_the_slower_of_two_sees_both_and_may_save_again(org, people, sign_in):
    member = make_member(org.north)
    form = typed(member, unit="我填的处")
    roster.revise_member(member, revision=1, by=people.clerk, today=FOUNDED, unit="他填的处")
    client = sign_in(people.secretary)

    answer = post(client, member, "edit", form)

    page = answer.content.decode()
    assert answer.status_code == 409
    assert "刚刚被钱干事改动" in page
    assert "他填的处" in page
    assert "我填的处" in page
    assert Member.objects.get().unit == "他填的处"
    again = post(client, member, "edit", {**form, "version": "2"})
    assert again.status_code == 302
    assert Member.objects.get().unit == "我填的处"


def test_a_new_member_gets_birth_date_and_sex_from_the_number(org, people, sign_in):
    client = sign_in(people.secretary)

    answer = client.post(
        "/members/new/",
        {"name": "新党员", "category": "formal", "id_number": id_number(), "joined_from": "外单位"},
    )

    added = Member.objects.get()
    assert answer.headers["Location"] == f"/members/{added.pk}/"
    assert (added.organization, added.birth_date, added.sex) == (
        org.north,
        date(1980, 1, 1),
        "male",
    )
    assert MemberEvent.objects.get().sentence == "由外单位转入"
    assert Entry.objects.get(verb="member.added").actor == people.secretary


def test_a_number_already_registered_is_said_beside_the_number(org, people, sign_in):
    number = id_number()
    make_member(org.south, id_number=number)

    answer = sign_in(people.secretary).post(
        "/members/new/", {"name": "新党员", "category": "formal", "id_number": number}
    )

    assert answer.status_code == 422
    assert "公民身份号码已在其他党员名下登记。" in answer.content.decode()
    assert org.south.name not in answer.content.decode()


def test_standing_changes_with_day_and_reason(org, people, sign_in):
    member = make_member(org.north)
    client = sign_in(people.secretary)

    without = post(client, member, "standing", {"standing": "expelled", "on": "2026-01-05"})
    done = post(
        client, member, "standing", {"standing": "expelled", "on": "2026-01-05", "reason": "处分"}
    )

    assert "请写明原因" in without.content.decode()
    assert done.status_code == 302
    assert Member.objects.get().standing == "expelled"


def test_those_who_left_the_roll_are_found_by_their_standing(org, people, sign_in):
    make_member(org.north, "在册人")
    make_member(org.north, "去世人", standing="deceased")
    client = sign_in(people.secretary)

    def names(query):
        page = client.get(f"/members/?{query}").content.decode()
        return [name for name in ("在册人", "去世人") if name in page]

    assert names("") == ["在册人"]
    assert names("standing=off") == ["去世人"]
    assert names("standing=all") == ["在册人", "去世人"]


def test_all_members_are_put_into_groups_on_one_page(org, people, sign_in):
    group = organizations.establish(
        parent=org.north, kind=Kind.GROUP, code="g", name="一组", on=FOUNDED, by=None
    )
    first, second = make_member(org.north, "甲"), make_member(org.north, "乙")
    client = sign_in(people.clerk)

    answer = client.post(
        "/members/groups/", {f"group_{first.pk}": group.pk, f"group_{second.pk}": "999"}
    )

    assert answer.status_code == 302
    assert list(Member.objects.exclude(group=None)) == [first]
    assert "未编入 1人" in client.get("/members/groups/").content.decode()


# --- Numbers in full ------------------------------------------------------------------------------


def test_a_number_is_shown_in_full_once_with_a_reason(org, people, sign_in):
    number = id_number()
    member = make_member(org.north, id_number=number, phone=PHONE)
    client = sign_in(people.reviewer)

    answer = post(client, member, "numbers", {"reason": "办理组织关系介绍信"})

    page = answer.content.decode()
    assert number in page
    assert PHONE in page
    assert "no-store" in answer.headers["Cache-Control"]
    entry = Entry.objects.get(verb="member.unmasked")
    assert entry.detail == {"reason": "办理组织关系介绍信", "fields": ["id_number", "phone"]}
    assert (entry.actor, entry.thing_id) == (people.reviewer, member.pk)
    after = client.get(f"/members/{member.pk}/").content.decode()
    assert number not in after


@pytest.mark.parametrize("reason", ["", "工作", "    a    "])
def test_without_a_reason_nothing_is_shown(reason, org, people, sign_in):
    member = make_member(org.north, phone=PHONE)

    answer = post(sign_in(people.secretary), member, "numbers", {"reason": reason})

    assert answer.status_code == 422
    assert PHONE not in answer.content.decode()
    assert "查看原因" in answer.content.decode()
    assert not Entry.objects.filter(verb="member.unmasked").exists()


def test_no_more_than_thirty_people_are_looked_up_singly_within_an_hour(
    org, people, sign_in, monkeypatch
):
    monkeypatch.setattr(unmasking, "AN_HOUR", 2)
    first, second, third = (make_member(org.north, phone=PHONE) for _ in range(3))
    client, asked = sign_in(people.secretary), {"reason": "核对党员档案"}
    for member in (first, second, second):  # again the same: counts once
        assert PHONE in post(client, member, "numbers", asked).content.decode()

    refused = post(client, third, "numbers", asked)

    page = refused.content.decode()
    assert refused.status_code == 422
    assert "完整号码下载" in page
    assert "核对党员档案" in page
    assert PHONE not in page
    assert Entry.objects.filter(verb="member.unmasked").count() == 3
    later = timezone.now() + timedelta(hours=1, minutes=1)
    assert (
        unmasking.unmask(third, by=people.secretary, reason="核对党员档案", now=later)["phone"]
        == PHONE
    )


@pytest.mark.parametrize("who", ["leader", "department"])
def test_who_only_leads_or_looks_reads_no_number(who, org, people, sign_in):
    member = make_member(org.north, phone=PHONE)

    answer = post(sign_in(getattr(people, who)), member, "numbers", {"reason": "想看看号码"})

    assert answer.status_code == 403
    assert PHONE not in answer.content.decode()


def test_no_page_of_a_member_gives_a_number_away(org, people):
    number = id_number()
    member = make_member(org.north, id_number=number, phone=PHONE)
    group = organizations.establish(
        parent=org.north, kind=Kind.GROUP, code="g", name="一组", on=FOUNDED, by=None
    )
    pages = [
        "/members/",
        "/members/completeness/",
        "/members/groups/",
        f"/members/{member.pk}/",
        f"/members/{member.pk}/edit/",
        f"/members/{member.pk}/standing/",
        f"/organizations/{org.north.pk}/",
        f"/organizations/{group.pk}/",
        "/api/v1/members/",
        f"/api/v1/members/{member.pk}/",
        f"/search/?q={number[-4:]}",
        "/search/?q=zhangsan",
    ]
    for person in (people.secretary, people.reviewer, people.leader, people.inspector):
        client = Client()
        client.force_login(person, backend="branches.backends.AppointmentBackend")
        for page in pages:
            text = client.get(page).content.decode()
            assert number not in text, page
            assert number[6:14] not in text or page.startswith("/api"), page
            assert PHONE not in text, page


def test_the_tail_of_a_number_finds_its_owner_for_those_who_may_read_it(org, people, sign_in):
    number = id_number()
    make_member(org.north, "号码主人", id_number=number)

    def finds(person):
        page = sign_in(person).get(f"/members/?q={number[-4:]}").content.decode()
        return "号码主人" in page

    assert [finds(p) for p in (people.secretary, people.committee)] == [True, True]
    assert [finds(p) for p in (people.leader, people.inspector)] == [False, False]


def test_a_whole_number_does_not_stay_in_the_search_box(org, people, sign_in):
    number = id_number()
    make_member(org.north, "号码主人", id_number=number)

    page = sign_in(people.secretary).get(f"/members/?q={number}").content.decode()

    assert "号码主人" in page
    assert f'name="q" maxlength="50" value="{number[-4:]}"' in page
