"""A record is mended, its standing changes, groups are filled."""

from datetime import date

import pytest
from django.core.exceptions import PermissionDenied

from branches.models import Kind
from branches.services import organizations
from branchyear.audit.models import Entry
from branchyear.lib.dates import local_day
from branchyear.lib.errors import Conflict, Refused
from conftest import FOUNDED
from members.models import COUNTED, STANDING_MOVES, Member, MemberEvent, Standing
from members.services import roster
from members.tests.make import id_number, make_member

pytestmark = pytest.mark.engines

TODAY = date(2026, 4, 1)


def found_group(branch, name="第一党小组", code="g1"):
    return organizations.establish(
        parent=branch, kind=Kind.GROUP, code=code, name=name, on=FOUNDED, by=None
    )


def revise(member, by=None, **changes):
    return roster.revise_member(
        member, revision=changes.pop("revision", member.revision), by=by, today=TODAY, **changes
    )


def test_a_fact_is_mended_and_its_history_kept(org, people):
    member = make_member(org.north)

    mended = revise(member, by=people.clerk, ethnicity=" 回族 ", name="张山")

    stored = Member.objects.get()
    assert (stored.ethnicity, stored.name, stored.name_key) == ("回族", "张山", "zhangshan zs")
    assert stored.revision == mended.revision == 2
    event = MemberEvent.objects.get(what="changed")
    assert event.before == {"name": "张三", "ethnicity": "汉族"}
    assert event.after == {"name": "张山", "ethnicity": "回族"}
    assert event.sentence == "姓名：张三 → 张山；民族：汉族 → 回族"
    entry = Entry.objects.get(verb="member.changed")
    assert (entry.actor, entry.organization_name) == (people.clerk, "北一支部")
    assert entry.detail["after"] == {"name": "张山", "ethnicity": "回族"}


def test_a_number_is_named_in_the_history_but_never_written(org):
    member = make_member(org.north, id_number=id_number(), phone="10000000001")
    number = id_number()

    revise(member, id_number=number.lower(), phone="10000000002")

    stored = Member.objects.get()
    assert (stored.id_number, stored.phone) == (number, "10000000002")
    assert stored.id_tail_index
    told = str(list(MemberEvent.objects.values())) + str(list(Entry.objects.values()))
    assert number not in told
    assert "1000000000" not in told
    assert MemberEvent.objects.get(what="changed").sentence == (
        "公民身份号码：已更改；联系电话：已更改"
    )


def test_nothing_changed_leaves_no_trace(org):
    member = make_member(org.north)

    revise(member, name="张三", ethnicity="汉族")

    assert Member.objects.get().revision == 1
    assert not Entry.objects.filter(verb="member.changed").exists()


def test_the_slower_of_two_people_is_told_what_is_stored_now(org, people):
    member = make_member(org.north, phone="10000000001")
    revise(member, by=people.clerk, ethnicity="回族", phone="10000000002")

    with pytest.raises(Conflict) as caught:
        revise(member, by=people.secretary, ethnicity="满族", phone="10000000003")

    assert caught.value.who == "钱干事"
    assert caught.value.theirs == {"ethnicity": "回族", "phone": "100******02"}
    assert Member.objects.get().ethnicity == "回族"


@pytest.mark.parametrize("who", ["second_secretary", "reviewer", "committee", "inspector", "admin"])
def test_only_the_branch_mends_its_roll(who, org, people):
    with pytest.raises(PermissionDenied):
        revise(make_member(org.north), by=getattr(people, who), ethnicity="回族")


@pytest.mark.parametrize(
    ("changes", "field", "sentence"),
    [
        ({"name": " "}, "name", "请填写姓名"),
        ({"sex": "other"}, "sex", "所列选项"),
        ({"ethnicity": "长" * 21}, "ethnicity", "最多20字"),
        ({"id_number": "123"}, "id_number", "18位"),
        ({"formal_on": date(2005, 8, 1)}, "formal_on", "不满1年"),
        ({"birth_date": date(2990, 1, 1)}, "birth_date", "晚于今天"),
    ],
)
def test_what_is_unsound_is_refused_beside_its_field(changes, field, sentence, org):
    member = make_member(org.north)

    with pytest.raises(Refused, match=sentence) as caught:
        revise(member, **changes)

    assert caught.value.field == field
    assert Member.objects.get().revision == 1


def test_what_was_unsound_before_does_not_stand_in_the_way_of_another_fact(org):
    member = make_member(org.north)
    Member.objects.update(formal_on=date(2005, 8, 1))

    revise(member, ethnicity="回族")

    assert Member.objects.get().ethnicity == "回族"


def test_a_number_stands_once_in_the_city_and_the_other_branch_is_not_betrayed(org, people):
    number = id_number()
    make_member(org.south, "南党员", id_number=number)

    with pytest.raises(Refused) as caught:
        revise(make_member(org.north), by=people.secretary, id_number=number)
    make_member(org.north, "同支部", id_number=(mine := id_number()))
    with pytest.raises(Refused) as own:
        revise(Member.objects.get(name="张三"), by=people.secretary, id_number=mine)

    assert str(caught.value) == "公民身份号码已在其他党员名下登记。"
    assert str(own.value) == "公民身份号码已在“北一支部”的同支部名下登记。"


def test_a_group_of_another_branch_is_refused(org):
    with pytest.raises(Refused, match="不属于本支部"):
        revise(make_member(org.north), group=found_group(org.south))


def test_a_new_group_is_an_event_of_its_own(org):
    group = found_group(org.north)

    revise(make_member(org.north), group=group)

    assert MemberEvent.objects.get().sentence == "所在党小组：（空） → 第一党小组"
    assert MemberEvent.objects.get().what == "regrouped"


def test_columns_with_verbs_of_their_own_are_not_mended_here(org):
    with pytest.raises(ValueError, match="standing"):
        revise(make_member(org.north), standing="left")


# --- Standing -------------------------------------------------------------------------------------


@pytest.mark.parametrize("before", list(Standing))
def test_every_change_of_standing_is_as_the_table_says(before, org, people):
    allowed = set()
    for after in Standing:
        member = make_member(org.north, standing=before)
        try:
            roster.change_standing(member, after, on=TODAY, by=people.clerk, reason="支委会研究")
            allowed.add(after)
        except Refused:
            continue

        member.refresh_from_db()
        assert member.standing == after
        assert member.left_on == (None if after in COUNTED else TODAY)

    assert allowed == STANDING_MOVES[before]


def test_a_change_of_standing_leaves_its_trace(org, people):
    member = make_member(org.north)

    roster.change_standing(
        member, "expelled", on=TODAY, by=people.clerk, reason="处分", document_no="〔2026〕1号"
    )

    event = MemberEvent.objects.get()
    assert event.sentence == "状态：在册 → 出党；文号：〔2026〕1号；处分"
    entry = Entry.objects.get(verb="member.standing_changed")
    assert (entry.detail["after"], entry.detail["reason"]) == ("expelled", "处分")


def test_the_second_of_two_changes_of_standing_is_told(org):
    member = make_member(org.north)
    same = Member.objects.get()
    roster.change_standing(member, "floating", on=TODAY, by=None)

    with pytest.raises(Conflict):
        roster.change_standing(same, "left", on=TODAY, by=None)

    assert Member.objects.get().standing == "floating"


@pytest.mark.parametrize(
    ("standing", "change", "field"),
    [
        ("left", {"on": date(2001, 1, 1)}, "on"),
        ("left", {"on": date.max}, "on"),
        ("expelled", {"on": TODAY}, "reason"),
    ],
)
def test_a_change_of_standing_is_refused_beside_its_field(standing, change, field, org):
    with pytest.raises(Refused) as caught:
        roster.change_standing(make_member(org.north), standing, by=None, **change)

    assert caught.value.field == field


def test_only_the_branch_changes_standing(org, people):
    with pytest.raises(PermissionDenied):
        roster.change_standing(make_member(org.north), "left", on=local_day(), by=people.reviewer)


# --- Groups ---------------------------------------------------------------------------------------


def test_many_are_put_into_groups_at_once(org, people, django_assert_max_num_queries):
    one, two = found_group(org.north), found_group(org.north, "第二党小组", "g2")
    members = [make_member(org.north, f"党员{n}") for n in range(6)]
    stranger = make_member(org.south, "南")
    choices = {m.pk: (one if n % 2 else two).pk for n, m in enumerate(members)}

    with django_assert_max_num_queries(12):
        changed = roster.assign_groups(
            org.north, {**choices, stranger.pk: one.pk}, by=people.clerk, today=TODAY
        )

    assert changed == 6
    assert dict(Member.objects.values_list("pk", "group")) == {**choices, stranger.pk: None}
    assert MemberEvent.objects.filter(what="regrouped").count() == 6
    assert Entry.objects.get(verb="member.regrouped").detail == {"members": 6}


def test_a_foreign_group_is_refused_and_nobody_is_moved(org):
    one, foreign = found_group(org.north), found_group(org.south, code="g9")
    first, second = make_member(org.north, "甲"), make_member(org.north, "乙")

    with pytest.raises(Refused, match="不属于本支部"):
        roster.assign_groups(
            org.north, {first.pk: one.pk, second.pk: foreign.pk}, by=None, today=TODAY
        )

    assert not Member.objects.exclude(group=None).exists()
