from datetime import date

import pytest
from django.core.exceptions import PermissionDenied

from branches.models import Kind
from branches.services import organizations
from branchyear.audit.models import Entry
from branchyear.lib.errors import Refused
from members.models import Member
from members.services.roster import add_members
from members.tests.make import id_number, make_member

pytestmark = pytest.mark.engines

TODAY = date(2026, 4, 1)


def test_members_are_added_to_the_roll_with_a_key_to_find_them(org):
    added = add_members(
        [{"name": "李四", "sex": "male"}, {"name": "王五", "category": "probationary"}],
        organization=org.north,
        by=None,
    )

    assert [m.name_key for m in added] == ["lisi ls", "wangwu ww"]
    assert Member.objects.filter(organization=org.north).head_count() == {
        "members": 2,
        "formal": 1,
        "probationary": 1,
    }


def test_adding_leaves_one_entry_per_person_without_his_numbers(org, people):
    number = id_number()
    add_members([{"name": "李四", "id_number": number}], organization=org.north, by=people.clerk)

    entry = Entry.objects.get(verb="member.added")

    assert (entry.thing_label, entry.organization_name) == ("李四", "北一支部")
    assert number not in str(entry.detail)


def test_many_are_added_with_no_more_statements_than_one(org, django_assert_num_queries):
    def add(names):
        add_members([{"name": n} for n in names], organization=org.north, by=None)

    with django_assert_num_queries(5):
        add(["甲"])
    with django_assert_num_queries(5):
        add([f"乙{n}" for n in range(20)])


def test_unsaved_members_are_taken_as_they_are(org):
    member = Member(organization=org.north, name=" 李四 ")

    assert add_members([member], by=None) == [member]
    assert Member.objects.get().name_key == "lisi ls"


def test_people_may_name_their_own_branch(org):
    add_members(
        [{"name": "甲", "organization": org.north}, {"name": "乙", "organization": org.south}],
        by=None,
    )

    assert Member.objects.get(name="乙").organization == org.south


@pytest.mark.parametrize("who", ["secretary", "clerk"])
def test_the_branch_keeps_its_own_roll(who, org, people):
    add_members([{"name": "甲"}], organization=org.north, by=getattr(people, who))

    assert Member.objects.count() == 1


@pytest.mark.parametrize(
    "who", ["second_secretary", "reviewer", "committee", "inspector", "admin", "nobody"]
)
def test_nobody_else_writes_on_the_roll(who, org, people):
    with pytest.raises(PermissionDenied):
        add_members([{"name": "甲"}], organization=org.north, by=getattr(people, who))

    assert Member.objects.count() == 0


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"name": " "}, "未填姓名"),
        ({"category": "friend"}, "党员类别“friend”不在可选范围内"),
        ({"id_number": "123"}, "公民身份号码应为18位"),
        ({"id_number": id_number(7)[:-1] + "Y"}, "公民身份号码应为18位"),
        ({"id_number": "990101198001010010"}, "校验位不正确"),
        ({"admitted_on": date(2020, 1, 1), "formal_on": date(2019, 1, 1)}, "转正时间不能早于"),
        ({"birth_date": date(2000, 1, 1), "admitted_on": date(1999, 1, 1)}, "不能早于出生日期"),
    ],
)
def test_an_unsound_record_is_refused_and_nobody_is_added(values, sentence, org):
    with pytest.raises(Refused, match=sentence):
        add_members([{"name": "甲"}, {"name": "乙", **values}], organization=org.north, by=None)

    assert Member.objects.count() == 0


def test_only_a_branch_has_members(org):
    with pytest.raises(Refused, match="只能编入党支部"):
        add_members([{"name": "甲"}], organization=org.north_office, by=None)


def test_a_group_belongs_to_the_members_own_branch(org):
    group = organizations.establish(
        parent=org.south, kind=Kind.GROUP, code="g", name="第一党小组", on=TODAY, by=None
    )

    with pytest.raises(Refused, match="不是该支部的党小组"):
        add_members([{"name": "甲", "group": group}], organization=org.north, by=None)

    assert make_member(org.south, group=group).group == group


def test_an_id_number_stands_once_in_the_city(org):
    number = id_number()
    make_member(org.south, "原有", id_number=number)

    with pytest.raises(Refused, match="已在其他党员名下登记"):
        add_members([{"name": "甲", "id_number": number}], organization=org.north, by=None)


def test_an_id_number_stands_once_in_what_is_given(org):
    number = id_number()

    with pytest.raises(Refused, match="乙：公民身份号码与甲相同"):
        add_members(
            [{"name": "甲", "id_number": number}, {"name": "乙", "id_number": number.lower()}],
            organization=org.north,
            by=None,
        )


def test_after_a_merger_the_members_belong_to_the_branch_that_stays(org):
    staying, gone = make_member(org.north_two, "在册"), make_member(org.north_two, "转出")
    Member.objects.filter(pk=gone.pk).update(standing="left")

    organizations.merge(org.north_two, into=org.north, on=TODAY, by=None)

    staying.refresh_from_db()
    gone.refresh_from_db()
    assert staying.organization == org.north
    assert gone.organization == org.north_two
    assert Entry.objects.get(verb="member.taken_over").detail == {"members": 1}


def test_a_branch_with_members_is_not_closed(org):
    make_member(org.south)

    with pytest.raises(Refused, match="还有1名在册党员"):
        organizations.close(org.south, on=TODAY, by=None)

    org.south.refresh_from_db()
    assert org.south.is_open
