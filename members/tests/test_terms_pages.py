"""The pages of bodies, terms and Party groups."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from branches.models import Term, TermReminder
from branches.services import organizations
from branches.services.terms import Election, extend
from branchyear.lib.dates import add_months, local_day
from branchyear.notifications.models import Notice
from members.models import Category, Member, PostHeld
from members.services import elections, posts
from members.services.posts import Seat
from members.tests.make import make_member

TODAY = local_day()
LONG_AGO = add_months(TODAY, -40)
LATELY = add_months(TODAY, -10)


@pytest.fixture
def three(org):
    return [make_member(org.north, name) for name in ("甲书记", "乙组织", "丙宣传")]


def elect(organization, *people, elected_on=LATELY, **facts):
    order = ("secretary", "organization_officer", "publicity_officer")
    return elections.record_election(
        organization,
        Election(elected_on=elected_on, **facts),
        [Seat(person, post) for person, post in zip(people, order, strict=False)],
        by=None,
    )


def page(client, name, *args, **query):
    return client.get(reverse(f"members:{name}", args=args), query)


def words(answer):
    return answer.content.decode()


# --- The body -------------------------------------------------------------------------------------


def test_a_branch_sees_its_body_and_how_long_it_serves(org, people, three, sign_in):
    elect(org.north, *three, seats=3, approval_no="北机党〔2024〕9号")

    answer = page(sign_in(people.secretary), "committee")

    text = words(answer)
    for part in ("甲书记", "支部书记", "北机党〔2024〕9号", "正常", "登记换届", "登记不全"):
        assert part in text
    assert answer.context["look"].days == (Term.objects.get().expires_on - TODAY).days


def test_no_term_is_no_good_sign(org, people, sign_in):
    text = words(page(sign_in(people.secretary), "committee"))

    assert "未登记" in text
    assert "还没有登记本届班子的选举日期" in text


def test_a_term_that_is_over_says_so(org, people, three, sign_in):
    elect(org.north, *three, elected_on=LONG_AGO)

    text = words(page(sign_in(people.secretary), "committee"))

    assert "请立即启动换届" in text
    assert "已逾期" in text


def test_those_above_only_read_the_body(org, people, three, sign_in):
    elect(org.north, *three)

    text = words(page(sign_in(people.leader), "committee", org=org.north.pk))

    assert "甲书记" in text
    assert "分工、免职" not in text
    assert reverse("members:election", args=[org.north.pk]) not in text


def test_a_foreign_branch_stays_out_of_sight(org, people, sign_in):
    elect(org.south, make_member(org.south, "南方书记"))

    client = sign_in(people.reviewer)

    assert page(client, "committee", org=org.south.pk).status_code == 404
    for name in ("committee", "terms"):
        text = words(page(client, name, org=org.north_office.pk))
        assert "北一支部" in text
        assert "南一支部" not in text
        assert "南方书记" not in text


@pytest.mark.parametrize("name", ["committee", "terms"])
def test_a_list_asks_as_much_for_many_as_for_one(org, people, sign_in, name):
    elect(org.north, make_member(org.north, "甲"), elected_on=LONG_AGO)
    client = sign_in(people.committee)
    page(client, name, org=org.committee.pk)
    with CaptureQueriesContext(connection) as one:
        page(client, name, org=org.committee.pk)
    for branch in (org.north_two, org.south, org.archive, org.north_four):
        elect(branch, make_member(branch, f"{branch}书记"), elected_on=LONG_AGO)

    with CaptureQueriesContext(connection) as many:
        page(client, name, org=org.committee.pk)

    assert len(many) == len(one)


def test_the_page_of_a_branch_asks_as_much_for_many_members_and_groups(org, people, three, sign_in):
    elect(org.north, three[0])
    organizations.found_group(org.north, name="一组", on=LATELY, by=None)
    client = sign_in(people.secretary)
    page(client, "committee")
    with CaptureQueriesContext(connection) as one:
        page(client, "committee")
    elections.by_election(
        Term.objects.get(),
        [Seat(three[1], "organization_officer"), Seat(three[2], "publicity_officer")],
        on=TODAY,
        by=None,
    )
    for name in ("二组", "三组"):
        group = organizations.found_group(org.north, name=name, on=LATELY, by=None)
        member = make_member(org.north, f"{name}长", group=group)
        posts.set_leader(group, member, on=TODAY, by=None)

    with CaptureQueriesContext(connection) as many:
        page(client, "committee")

    assert len(many) == len(one)


# --- Registering an election ----------------------------------------------------------------------


def typed(*seats, **facts):
    data = {"elected_on": str(TODAY), "voters_due": "3", "voters_present": "3", "version": ""}
    for member, post, votes in seats:
        data |= {f"m{member.pk}-post": post, f"m{member.pk}-votes": votes}
    return data | facts


def test_an_election_is_registered_on_one_page(org, people, three, sign_in):
    client = sign_in(people.secretary)
    data = typed((three[0], "secretary", "3"), (three[2], "officer", "2"), seats="2")
    data[f"m{three[0].pk}-duties"] = "主持全面工作"

    answer = client.post(reverse("members:election", args=[org.north.pk]), data, follow=True)

    assert "已登记第1届" in words(answer)
    held = PostHeld.objects.order_by("pk").values_list("member__name", "post", "votes", "duties")
    assert list(held) == [
        ("甲书记", "secretary", 3, "主持全面工作"),
        ("丙宣传", "officer", 2, ""),
    ]


def test_the_present_body_is_proposed(org, people, three, sign_in):
    elect(org.north, *three[1:])

    answer = page(sign_in(people.clerk), "election", org.north.pk)

    lines = answer.context["lines"]
    assert [(line.member.name, line["post"].value()) for line in lines.present] == [
        ("乙组织", "secretary"),
        ("丙宣传", "organization_officer"),
    ]
    assert [line.member.name for line in lines.others] == ["甲书记"]
    assert answer.context["form"]["voters_due"].value() == 3


def test_a_probationary_member_is_not_offered(org, people, three, sign_in):
    make_member(org.north, "预备某", category=Category.PROBATIONARY, formal_on=None)

    assert "预备某" not in words(page(sign_in(people.clerk), "election", org.north.pk))


@pytest.mark.parametrize(
    ("seats", "facts", "word"),
    [
        ([(0, "secretary", "1")], {}, "未超过实到会有选举权人数3人的一半"),
        ([(1, "officer", "")], {}, "请选出书记"),
        ([(0, "secretary", "")], {"voters_present": "2"}, "选举无效"),
        ([(0, "secretary", "x")], {}, "请填写整数"),
        ([(0, "king", "")], {}, "请从所列职务中选择"),
        ([(0, "secretary", "")], {"elected_on": "昨天"}, "请按 2022-04-25"),
        ([(0, "secretary", "")], {"elected_on": ""}, "请填写选举日期"),
        ([(0, "secretary", "")], {"approval_no": "号" * 61}, "最多60字"),
        ([(0, "secretary", "")], {"seats": "-1"}, "不能小于0"),
    ],
)
def test_a_wrong_registration_keeps_what_was_typed(org, people, three, sign_in, seats, facts, word):
    data = typed(*[(three[i], post, votes) for i, post, votes in seats], remarks="打字的备注")

    answer = sign_in(people.secretary).post(
        reverse("members:election", args=[org.north.pk]), data | facts
    )

    assert answer.status_code == 422
    assert word in words(answer)
    assert "打字的备注" in words(answer)
    assert not Term.objects.exists()


def test_whoever_is_slower_is_told_and_may_save_again(org, people, three, sign_in):
    client = sign_in(people.secretary)
    data = typed((three[0], "secretary", ""))
    elect(org.north, three[1])
    url = reverse("members:election", args=[org.north.pk])

    answer = client.post(url, data)

    assert answer.status_code == 409
    assert "其他人刚刚登记" in words(answer)
    version = answer.context["form"]["version"].value()
    assert client.post(url, data | {"version": version}).status_code == 302
    assert Term.objects.count() == 2


def test_a_committee_is_written_in_by_name(org, people, three, sign_in):
    make_member(org.north_two, "甲书记")
    url = reverse("members:election", args=[org.north_office.pk])
    client = sign_in(people.reviewer)
    data = {"elected_on": str(TODAY), "version": "", "n0-name": "甲书记", "n0-post": "secretary"}

    twice = client.post(url, data)
    unknown = client.post(url, data | {"n0-name": "无此人"})
    done = client.post(url, data | {"n0-name": "甲书记（北一支部）"})

    assert "有2名“甲书记”" in words(twice)
    assert "没有“无此人”" in words(unknown)
    assert done.status_code == 302
    assert PostHeld.objects.get().member == three[0]


def test_a_by_election_and_a_release(org, people, three, sign_in):
    term = elect(org.north, *three[:2])
    client = sign_in(people.secretary)
    held = PostHeld.objects.get(member=three[0])
    url = reverse("members:post", args=[held.pk])

    missing = client.post(url, {"action": "end", "end-on": str(TODAY), "end-reason": ""})
    done = client.post(url, {"action": "end", "end-on": str(TODAY), "end-reason": "调离"})
    elected = client.post(
        reverse("members:by_election", args=[org.north.pk]),
        {"on": str(TODAY), f"m{three[2].pk}-post": "secretary"},
    )

    assert "请填写原因" in words(missing)
    assert done.status_code == elected.status_code == 302
    secretary = PostHeld.objects.get(post="secretary", ends_on=None)
    assert (secretary.member, secretary.term) == (three[2], term)


def test_the_division_of_work_is_saved(org, people, three, sign_in):
    elect(org.north, three[0])
    held = PostHeld.objects.get()

    sign_in(people.clerk).post(
        reverse("members:post", args=[held.pk]), {"duties": "主持工作", "document_no": "2号"}
    )

    held.refresh_from_db()
    assert (held.duties, held.document_no) == ("主持工作", "2号")


# --- Corrections, extensions ----------------------------------------------------------------------


def test_a_correction_is_saved_and_an_old_page_is_told(org, people, three, sign_in):
    term = elect(org.north, *three)
    client = sign_in(people.secretary)
    url = reverse("members:correct_term", args=[term.pk])
    data = {"elected_on": str(LATELY), "seats": "3", "version": "1"}

    done = client.post(url, data)
    late = client.post(url, data | {"seats": "5"})
    again = client.post(url, data | {"seats": "5", "version": "2"})

    assert (done.status_code, late.status_code, again.status_code) == (302, 409, 302)
    assert Term.objects.get().seats == 5


def test_an_extension_past_a_year_is_refused_beside_the_field(org, people, three, sign_in):
    term = elect(org.north, *three, elected_on=LONG_AGO)
    client = sign_in(people.reviewer)
    url = reverse("members:extension", args=[org.north.pk])
    data = {"to": str(term.expires_on + timedelta(days=367)), "document_no": "1号", "version": "1"}

    refused = client.post(url, data)
    done = client.post(url, data | {"to": str(add_months(term.expires_on, 12))})

    assert refused.status_code == 422
    assert "最多1年" in words(refused)
    assert refused.context["form"].errors["to"]
    assert done.status_code == 302
    assert "已延期" in words(page(client, "committee", org=org.north.pk))


def test_no_term_no_extension(org, people, sign_in):
    answer = page(sign_in(people.secretary), "extension", org.north.pk)

    assert answer.status_code == 409
    assert "请先登记换届" in words(answer)


# --- The list and reminders -----------------------------------------------------------------------


def test_the_list_is_in_the_order_of_the_due_days(org, people, sign_in):
    elect(org.north, make_member(org.north, "甲"))
    elect(org.south, make_member(org.south, "乙"), elected_on=LONG_AGO)
    elect(org.archive, make_member(org.archive, "丙"), elected_on=add_months(TODAY, -33))
    extend(
        elect(org.north_two, make_member(org.north_two, "丁"), elected_on=LONG_AGO),
        to=add_months(LONG_AGO, 48),
        document_no="1号",
        by=None,
    )

    answer = page(sign_in(people.committee), "terms", org=org.committee.pk)

    states = [(row.name, row.look.state) for row in answer.context["rows"]]
    assert states[:4] == [
        ("南一支部", "overdue"),
        ("市档案馆直属党支部", "near"),
        ("北二支部", "extended"),
        ("北一支部", "ok"),
    ]
    assert {state for _, state in states[4:]} == {"unregistered"}
    assert answer.context["counts"] == {
        "overdue": 1, "near": 1, "extended": 1, "ok": 1, "unregistered": 4,
    }  # fmt: skip


def test_the_filters_are_in_the_address(org, people, sign_in):
    elect(org.south, make_member(org.south, "乙"), elected_on=LONG_AGO)
    client = sign_in(people.committee)

    def names(**query):
        answer = page(client, "terms", org=org.committee.pk, **query)
        return [row.name for row in answer.context["rows"]]

    assert names(state="overdue") == ["南一支部"]
    assert names(q="北四") == ["北四支部"]
    assert names(kind="general_branch") == ["北三总支"]
    assert len(names(state="nonsense", kind="x")) == 8


def test_one_click_reminds_all_that_the_filters_show(org, people, sign_in):
    elect(org.north, make_member(org.north, "甲"), elected_on=LONG_AGO)
    elect(org.south, make_member(org.south, "乙"), elected_on=LONG_AGO)
    client = sign_in(people.committee)
    url = reverse("members:remind_terms")
    data = {"org": org.committee.pk, "state": "overdue", "q": "南"}

    answer = client.post(url, data, follow=True)
    again = client.post(url, data, follow=True)

    assert "已提醒1个党组织" in words(answer)
    assert "没有发出新的提醒" in words(again)
    assert Notice.objects.get(kind="term.due").recipient == people.south_secretary
    assert answer.redirect_chain[0][0].endswith("&q=%E5%8D%97&state=overdue")


def test_one_row_is_reminded_and_neighbours_are_not_reached(org, people, sign_in):
    elect(org.north, make_member(org.north, "甲"), elected_on=LONG_AGO)
    elect(org.south, make_member(org.south, "乙"), elected_on=LONG_AGO)
    url = reverse("members:remind_terms")
    client = sign_in(people.reviewer)

    client.post(url, {"org": org.north_office.pk, "one": org.north.pk})
    foreign = client.post(url, {"org": org.north_office.pk, "one": org.south.pk})

    assert foreign.status_code in {302, 403}
    assert [r.term.organization for r in TermReminder.objects.all()] == [org.north]


def test_who_only_looks_reminds_nobody(org, people, sign_in):
    elect(org.north, make_member(org.north, "甲"), elected_on=LONG_AGO)

    for person in (people.leader, people.secretary):
        answer = sign_in(person).post(reverse("members:remind_terms"), {"org": org.north.pk})
        assert answer.status_code == 403
    assert not TermReminder.objects.exists()


def test_a_call_is_registered(org, people, three, sign_in):
    term = elect(org.north, *three)
    url = reverse("members:reminder", args=[term.pk])
    client = sign_in(people.reviewer)

    wrong = client.post(url, {"how": "notice", "on": str(TODAY)})
    client.post(url, {"how": "letter", "on": str(TODAY), "note": "已发函"})

    assert wrong.status_code == 422
    assert term.reminders.get().note == "已发函"


# --- Party groups ---------------------------------------------------------------------------------


def test_a_group_is_founded_led_and_ended_from_the_page(org, people, three, sign_in):
    client = sign_in(people.secretary)
    client.post(reverse("members:found_group", args=[org.north.pk]), {"name": "第一党小组"})
    group = organizations.groups_of(org.north).get()
    Member.objects.filter(pk=three[0].pk).update(group=group)
    url = reverse("members:group", args=[group.pk])

    client.post(url, {"name": "综合党小组", "leader": three[0].pk, "since": str(TODAY)})
    stranger = client.post(url, {"name": "综合党小组", "leader": three[1].pk})
    kept = client.post(reverse("members:close_group", args=[group.pk]))
    text = words(page(client, "committee"))

    assert "综合党小组" in text
    assert PostHeld.objects.get().member == three[0]
    assert stranger.status_code == 422
    assert kept.status_code == 409
    Member.objects.update(group=None)
    assert client.post(reverse("members:close_group", args=[group.pk])).status_code == 302
    assert not page(client, "committee").context["groups"]


def test_who_keeps_the_roster_is_led_from_the_groups_to_who_is_in_them(org, people, sign_in):
    group = organizations.found_group(org.north, name="一组", on=TODAY, by=None)
    there = f'href="{reverse("members:groups")}?org={org.north.pk}"'

    kept = sign_in(people.secretary)
    pages = [words(page(kept, "committee")), words(page(kept, "group", group.pk))]
    read = words(page(sign_in(people.reviewer), "committee", org=org.north.pk))

    assert [there in text for text in (*pages, read)] == [True, True, False]


def test_a_second_group_of_the_same_name_is_refused_beside_the_field(org, people, sign_in):
    organizations.found_group(org.north, name="一组", on=TODAY, by=None)

    answer = sign_in(people.secretary).post(
        reverse("members:found_group", args=[org.north.pk]), {"name": "一组"}
    )

    assert answer.status_code == 422
    assert answer.context["form"].errors["name"]


def test_hostile_values_are_no_errors(org, people, three, sign_in):
    client = sign_in(people.committee)

    assert page(client, "terms", org="9" * 40).status_code == 404
    assert page(client, "terms", org="x", page="-3", size="zz").status_code == 404
    assert client.post(reverse("members:remind_terms"), {"org": "9" * 40}).status_code == 404
    assert page(client, "committee", org=org.committee.pk, page="zzz").status_code == 200
    client = sign_in(people.secretary)
    for version in ("x", "1:2:3", "9" * 400):
        answer = client.post(
            reverse("members:election", args=[org.north.pk]),
            typed((three[0], "secretary", ""), version=version),
        )
        assert answer.status_code == 409


def test_advice_on_groups_follows_the_plan(org):
    from members.groups import advice_on_groups, groups_wanted

    assert [groups_wanted(n) for n in (19, 20, 21, 30, 31)] == [0, 2, 3, 3, 4]
    assert advice_on_groups(19, {}, 19) == []
    assert "应当划分党小组" in advice_on_groups(20, {}, 20)[0][1]
    assert [tone for tone, _ in advice_on_groups(21, {"一组": 11, "二组": 2}, 8)] == [
        "late",
        "near",
        "plain",
    ]
