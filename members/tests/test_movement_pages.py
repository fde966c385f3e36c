"""The pages of floating members, of probation and of admission."""

from datetime import timedelta

import pytest

from branchyear.lib.dates import add_months, local_day
from members.models import Applicant
from members.services import absences, admissions
from members.tests.make import id_number, make_member

TODAY = local_day()


@pytest.fixture(autouse=True)
def _steps(db):
    admissions.load_steps()


def text(answer, status=200):
    assert answer.status_code == status
    return answer.content.decode()


def ago(months):
    return add_months(TODAY, -months)


def away(branch, name="外出者", months=7, **changes):
    given = {"kind": "floating", "destination": "某省某市", "contact_person": "赵书记", **changes}
    return absences.register_absence(make_member(branch, name), since=ago(months), by=None, **given)


def probationer(branch, name="预备", months=13):
    return make_member(
        branch, name, category="probationary", admitted_on=ago(months), formal_on=None
    )


def applies(branch, name="申请人", months=30, **facts):
    return admissions.register_applicant(
        branch, facts={"name": name, **facts}, applied_on=ago(months), by=None
    )


# --- Absences ---------------------------------------------------------------------------------------


def test_a_contact_is_registered_from_the_line_in_the_list(org, people, sign_in):
    row = away(org.north)
    client = sign_in(people.secretary)

    assert "应联系未联系" in text(client.get("/absences/"))
    data = {"on": TODAY.isoformat(), "how": "电话", "result": "好", "reached": "on", "next": "list"}
    client.post(f"/absences/{row.pk}/contact/", data)

    assert "按期联系" in text(client.get("/absences/"))
    assert "好" in text(client.get(row.get_absolute_url()))


def test_a_contact_without_words_is_asked_again(org, people, sign_in):
    row = away(org.north)
    client = sign_in(people.secretary)

    data = {"on": TODAY.isoformat(), "how": "走访邻居", "result": ""}
    page = text(client.post(f"/absences/{row.pk}/contact/", data), 422)

    assert "走访邻居" in page
    assert "此项必填" in page


def test_a_member_is_put_on_the_register(org, people, sign_in):
    member = make_member(org.north)
    client = sign_in(people.clerk)
    data = {"member": member.pk, "kind": "floating", "since": ago(7).isoformat()}

    assert "请填写去向" in text(client.post("/absences/new/", data), 422)
    client.post("/absences/new/", {**data, "destination": "外地", "contact_person": "甲"})

    member.refresh_from_db()
    assert member.standing == "floating"


def test_suspension_and_return_are_registered_on_the_page(org, people, sign_in):
    row = away(org.north, kind="lost", months=8)
    client = sign_in(people.secretary)

    assert "按程序研究停止党籍" in text(client.get("/absences/?show=late"))
    client.post(
        f"/absences/{row.pk}/suspend/", {"on": TODAY.isoformat(), "decision_no": "党委〔1〕号"}
    )
    assert "停止党籍已0个月" in text(client.get(row.get_absolute_url()))
    data = {"on": TODAY.isoformat(), "outcome": "returned", "decision_no": "党委〔2〕号"}
    client.post(f"/absences/{row.pk}/end/", data)

    assert "已返回" in text(client.get("/absences/"))


# --- Probation --------------------------------------------------------------------------------------


def test_what_is_overdue_is_said_and_converted(org, people, sign_in):
    member = probationer(org.north)
    client = sign_in(people.secretary)

    assert "已届满，尚未讨论转正" in text(client.get("/admissions/"))
    page = text(client.get(f"/probation/{member.pk}/"))
    assert f'value="{ago(1).isoformat()}"' in page
    early = {"formal_on": ago(2).isoformat()}
    assert "届满" in text(client.post(f"/probation/{member.pk}/convert/", early), 422)
    client.post(f"/probation/{member.pk}/convert/", {"formal_on": ago(1).isoformat()})

    member.refresh_from_db()
    assert member.category == "formal"
    assert "没有正在进行的预备期" in text(client.get(f"/probation/{member.pk}/"))


def test_extension_and_end_are_registered_on_the_page(org, people, sign_in):
    first, second = probationer(org.north), probationer(org.north, "另一名")
    client = sign_in(people.secretary)

    data = {"to": add_months(ago(13), 18).isoformat(), "reason": "还需考察"}
    client.post(f"/probation/{first.pk}/extend/", data)
    client.post(f"/probation/{second.pk}/end/", {"on": TODAY.isoformat(), "reason": "不履行义务"})

    first.refresh_from_db()
    second.refresh_from_db()
    assert first.probation_extended_to == add_months(ago(13), 18)
    assert second.standing == "expelled"


def test_a_member_without_a_day_of_admission_is_pointed_out(org, people, sign_in):
    member = make_member(
        org.north, "无日期", category="probationary", admitted_on=None, formal_on=None
    )
    client = sign_in(people.secretary)

    assert "名册缺入党时间" in text(client.get("/admissions/"))
    assert "补填入党时间" in text(client.get(f"/probation/{member.pk}/"))
    data = {"formal_on": TODAY.isoformat()}
    assert "补填" in text(client.post(f"/probation/{member.pk}/convert/", data), 422)


def test_those_above_see_only_what_is_due(org, people, sign_in):
    probationer(org.north, "已到期")
    probationer(org.north_two, "还早", months=2)

    page = text(sign_in(people.reviewer).get("/admissions/"))

    assert "已到期" in page
    assert "还早" not in page


# --- Admission --------------------------------------------------------------------------------------


def test_an_application_is_registered_and_its_steps_follow(org, people, sign_in):
    client = sign_in(people.secretary)

    client.post(
        "/admissions/new/",
        {"name": "新申请人", "applied_on": ago(30).isoformat(), "id_number": id_number(9)},
    )
    row = Applicant.objects.get()
    page = text(client.get(row.get_absolute_url()))
    assert "<b>党组织派人谈话" in page
    assert "超过规定时限" in page
    data = {"on_first_talk": ago(29).isoformat(), "on_activist": ago(28).isoformat()}
    client.post(f"/admissions/{row.pk}/steps/", data)

    assert row.progress.count() == 3
    assert "上级党委备案" in text(client.get("/admissions/"))
    assert row.id_number not in page


def test_a_step_out_of_order_is_told_beside_it_and_what_was_typed_is_kept(org, people, sign_in):
    row = applies(org.north)
    client = sign_in(people.secretary)

    data = {"on_activist": ago(28).isoformat()}
    page = text(client.post(f"/admissions/{row.pk}/steps/", data), 422)

    assert "请先登记“党组织派人谈话”" in page
    assert f'value="{ago(28).isoformat()}"' in page
    assert row.progress.count() == 1
    nothing = text(client.post(f"/admissions/{row.pk}/steps/", {}), 422)
    assert "请至少填写一个步骤的日期" in nothing


def test_facts_are_completed_and_a_wrong_number_is_told(org, people, sign_in):
    row = applies(org.north)
    client = sign_in(people.secretary)
    url = f"/admissions/{row.pk}/edit/"

    assert "18位" in text(client.post(url, {"name": "申请人", "id_number": "123"}), 422)
    client.post(url, {"name": "申请人", "id_number": id_number(2), "revision": row.revision})

    row.refresh_from_db()
    assert row.birth_date.year == 1980


def test_training_is_stopped_and_resumed_on_the_page(org, people, sign_in):
    row = applies(org.north)
    client = sign_in(people.secretary)

    client.post(f"/admissions/{row.pk}/stop/", {"reason": "本人撤回申请"})
    assert "本人撤回申请" in text(client.get(row.get_absolute_url()))
    client.post(f"/admissions/{row.pk}/resume/")

    row.refresh_from_db()
    assert row.state == "running"


def test_people_are_found_by_stage(org, people, sign_in):
    applies(org.north, "刚申请")
    other = applies(org.north, "积极分子")
    taken = {"first_talk": admissions.Taken(ago(29)), "activist": admissions.Taken(ago(28))}
    admissions.register_steps(other, taken, by=None)
    client = sign_in(people.secretary)

    page = text(client.get("/admissions/?stage=activist"))

    assert "积极分子</a>" in page
    assert "刚申请</a>" not in page


def test_foreign_branches_are_out_of_sight(org, people, sign_in):
    row, person, member = away(org.north), applies(org.north), probationer(org.north)
    client = sign_in(people.south_secretary)

    for url in (
        row.get_absolute_url(),
        person.get_absolute_url(),
        f"/probation/{member.pk}/",
        f"/absences/?org={org.north.pk}",
        f"/admissions/?org={org.north.pk}",
    ):
        assert client.get(url).status_code == 404
    assert "外出者" not in text(client.get("/absences/"))
    assert person.get_absolute_url() not in text(client.get("/admissions/"))


@pytest.mark.parametrize("count", [1, 5])
@pytest.mark.parametrize("who", ["secretary", "committee"])
def test_many_rows_ask_no_more_questions(
    who, count, org, people, sign_in, django_assert_max_num_queries
):
    for number in range(count):
        away(org.north, f"外出{number}")
        probationer(org.north, f"预备{number}")
        applies(org.north, f"申请{number}")
    client = sign_in(getattr(people, who))
    client.get("/absences/")

    with django_assert_max_num_queries(11) as asked:
        client.get("/absences/")
    assert len(asked) == (8 if who == "secretary" else 9)  # a secretary has no tree
    with django_assert_max_num_queries(15) as asked:
        client.get("/admissions/")
    assert len(asked) == (13 if who == "secretary" else 14)


def test_a_probation_that_ends_on_a_sunday_ends_on_it(org, people, sign_in):
    sunday = TODAY - timedelta(days=(TODAY.weekday() + 1) % 7 or 7)
    member = make_member(
        org.north,
        category="probationary",
        admitted_on=add_months(sunday, -12),
        formal_on=None,
    )
    client = sign_in(people.secretary)

    data = {"formal_on": sunday.isoformat()}

    assert client.post(f"/probation/{member.pk}/convert/", data).status_code == 302


def test_a_members_page_leads_to_what_can_be_done_with_him(org, people, sign_in):
    member = probationer(org.north)

    page = text(sign_in(people.secretary).get(f"/members/{member.pk}/"))
    assert f"/probation/{member.pk}/" in page
    assert f"/transfers/new/?org={org.north.pk}&amp;member={member.pk}" in page
    assert f"/absences/new/?org={org.north.pk}&amp;member={member.pk}" in page
    assert "/transfers/new/" not in text(sign_in(people.reviewer).get(f"/members/{member.pk}/"))
