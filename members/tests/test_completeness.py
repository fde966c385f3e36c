"""Which required facts are missing (R09)."""

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from branches.models import Kind
from branches.services import organizations
from conftest import FOUNDED, build_tree
from members.completeness import (
    REQUIRED,
    completeness,
    completeness_by_branch,
    lacks_something,
    missing_of,
    number_missing,
)
from members.models import Member
from members.services.roster import add_members
from members.tests.make import id_number

FULL = {
    "name": "张三",
    "sex": "male",
    "ethnicity": "汉族",
    "native_place": "本省",
    "birth_date": date(1980, 1, 1),
    "education": "大学本科",
    "worked_from": date(2002, 7, 1),
    "admitted_on": date(2005, 7, 1),
    "formal_on": date(2006, 7, 1),
    "unit": "综合处",
    "post": "科员",
    "phone": "10000000001",
    "joined_branch_on": date(2010, 1, 1),
}
EMPTY = {"birth_date", "worked_from", "admitted_on", "formal_on", "joined_branch_on", "group"}


def add(branch, **changes):
    facts = {**FULL, "id_number": id_number(), **changes}
    return add_members([facts], organization=branch, by=None)[0]


def found_group(branch):
    return organizations.establish(
        parent=branch, kind=Kind.GROUP, code=f"{branch.code}-g", name="一组", on=FOUNDED, by=None
    )


def test_a_full_record_lacks_nothing(org):
    add(org.north)

    whole = completeness(Member.objects.all())

    assert (whole.required, whole.missing, whole.sentence) == (13, 0, "党员名册要素完整。")
    assert not Member.objects.filter(lacks_something()).exists()


def test_what_is_missing_is_counted_by_field_and_by_branch(org):
    add(org.north, phone="", id_number="")
    add(org.north, phone="", ethnicity="")
    add(org.south, formal_on=None)
    gone = add(org.south, phone="")
    Member.objects.filter(pk=gone.pk).update(standing="left")

    found = completeness_by_branch(Member.objects.all())

    north, south = found[org.north.pk], found[org.south.pk]
    assert (north.members, north.required, north.missing) == (2, 26, 4)
    assert [(r.label, n) for r, n in north.lacks] == [
        ("民族", 1),
        ("公民身份号码", 1),
        ("联系电话", 2),
    ]
    assert north.sentence == "党员名册有4项信息缺失：缺民族1人、缺公民身份号码1人、缺联系电话2人。"
    assert south.lacking == {"formal_on": 1}


def test_some_facts_are_asked_only_of_those_they_concern(org):
    found_group(org.south)
    add(org.north, category="probationary", formal_on=None)
    add(org.north, is_retired=True, unit="", post="")
    add(org.south)

    found = completeness_by_branch(Member.objects.all())

    assert found[org.north.pk].is_complete
    assert found[org.north.pk].required == 12 + 11
    assert found[org.south.pk].lacking == {"group": 1}
    assert found[org.south.pk].required == 14


@pytest.mark.parametrize("count", [1, 20])
def test_completeness_is_one_question(count, org, django_assert_num_queries):
    for _ in range(count):
        add(org.north, phone="")

    with django_assert_num_queries(1):
        assert completeness_by_branch(Member.objects.all())[org.north.pk].missing == count


class TheDatabaseAndTheRowAgree(TestCase):
    """The condition in SQL and the plain reading of a row say the same of any record."""

    @classmethod
    def setUpTestData(cls):
        cls.org = build_tree()
        cls.group = found_group(cls.org.south)
        cls.rows = [add(cls.org.north), add(cls.org.south, group=cls.group)]

    @settings(max_examples=40)
    @given(
        st.integers(0, 1),
        st.sets(st.sampled_from([r.name for r in REQUIRED])),
        st.booleans(),
        st.sampled_from(["formal", "probationary"]),
    )
    def test_they_agree(self, which, emptied, retired, category):
        changes = {name: None if name in EMPTY else "" for name in emptied}
        if "id_number" in changes:
            changes["id_number_index"] = None
        pk = self.rows[which].pk
        Member.objects.filter(pk=pk).update(is_retired=retired, category=category, **changes)

        member = Member.objects.annotate(missing=number_missing()).get(pk=pk)
        plain = missing_of(member, has_groups=bool(which))

        assert member.missing == len(plain)
        assert Member.objects.filter(lacks_something(), pk=pk).exists() == bool(plain)
        for required in REQUIRED:
            assert Member.objects.filter(required.missing, pk=pk).exists() == (required in plain)
