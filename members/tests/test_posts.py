"""Posts and elections: seated, refused, ended when people go, and told in the lists."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import PermissionDenied
from hypothesis import given
from hypothesis import strategies as st

from branches.models import Term
from branches.services import organizations
from branches.services.terms import Election
from branchyear.audit.models import Entry
from branchyear.lib.errors import Conflict, Refused
from members.models import Category, Member, MemberEvent, Post, PostHeld
from members.services import elections, imports, posts, roster
from members.services.posts import Seat
from members.tests.make import make_member
from members.tests.rosters import book, number_of

pytestmark = pytest.mark.engines

TODAY = date(2026, 4, 20)
ELECTED = date(2024, 6, 15)


@pytest.fixture
def five(org):
    """甲 乙 丙 丁 戊, formal members of the north branch."""
    return [
        make_member(org.north, name) for name in ("甲书记", "乙组织", "丙宣传", "丁纪检", "戊党员")
    ]


def seats(*people, votes=None):
    order = (Post.SECRETARY, Post.ORGANIZATION_OFFICER, Post.PUBLICITY_OFFICER, Post.OFFICER)
    return [Seat(person, post, votes) for person, post in zip(people, order, strict=False)]


def elect(organization, chosen, *, by=None, running=None, **facts):
    election = Election(**{"elected_on": ELECTED, **facts})
    return elections.record_election(
        organization, election, chosen, by=by, running=running, today=TODAY
    )


def in_force(organization):
    held = PostHeld.objects.filter(organization=organization, ends_on=None).order_by("pk")
    return [(one.member.name, one.post) for one in held]


def party_post(member):
    return Member.objects.get(pk=member.pk).party_post


# --- Elections ------------------------------------------------------------------------------------


def test_an_election_seats_the_elected(org, people, five):
    term = elect(
        org.north,
        seats(*five[:3], votes=13),
        by=people.secretary,
        seats=3,
        candidates=4,
        voters_due=15,
        voters_present=12 + 2,
        approval_no="北机党〔2024〕9号",
    )

    assert in_force(org.north) == [
        ("甲书记", "secretary"),
        ("乙组织", "organization_officer"),
        ("丙宣传", "publicity_officer"),
    ]
    held = PostHeld.objects.get(member=five[0])
    assert (held.term, held.votes, held.starts_on, held.document_no) == (
        term,
        13,
        ELECTED,
        "北机党〔2024〕9号",
    )
    assert [party_post(m) for m in five[:4]] == ["支部书记", "组织委员", "宣传委员", ""]
    event = MemberEvent.objects.get(member=five[0], what=MemberEvent.What.POST)
    assert (event.after, event.by) == ({"party_post": "支部书记"}, people.secretary)
    assert Entry.objects.filter(verb="post.given").count() == 3


def test_the_next_election_ends_the_body_before_and_leaves_group_leaders(org, five):
    group = organizations.found_group(org.north, name="一组", on=ELECTED, by=None)
    Member.objects.filter(pk=five[4].pk).update(group=group)
    five[4].refresh_from_db()
    posts.set_leader(group, five[4], on=date(2021, 7, 1), by=None)
    elect(org.north, seats(*five[:3]), elected_on=date(2021, 6, 1))

    elect(org.north, seats(five[1], five[3]))

    assert in_force(org.north) == [("乙组织", "secretary"), ("丁纪检", "organization_officer")]
    assert in_force(group) == [("戊党员", "group_leader")]
    assert party_post(five[0]) == ""
    assert PostHeld.objects.get(member=five[0]).ends_on == ELECTED


@pytest.mark.parametrize(
    ("chosen", "facts", "word"),
    [
        ([(1, "officer", None)], {}, "请选出书记"),
        ([(0, "secretary", None), (1, "secretary", None)], {}, "只能有1人"),
        ([(0, "secretary", None), (0, "officer", None)], {}, "填写了两次"),
        ([(0, "secretary", None), (1, "officer", None)], {"seats": 1}, "多于应选"),
        (
            [(0, "secretary", 6)],
            {"voters_due": 15, "voters_present": 12},
            "未超过实到会有选举权人数12人的一半（至少7票）",
        ),
        ([(0, "secretary", 13)], {"voters_due": 15, "voters_present": 12}, "多于实到"),
        ([(0, "secretary", 7)], {}, "请同时填写"),
        ([(0, "secretary", 7)], {"voters_due": 15, "voters_present": 11}, "选举无效"),
        ([(0, "group_leader", None)], {}, "请选出书记"),
    ],
)
def test_an_election_that_elects_nobody_rightly_is_refused(org, five, chosen, facts, word):
    chosen = [Seat(five[index], post, votes) for index, post, votes in chosen]

    with pytest.raises(Refused, match=word):
        elect(org.north, chosen, **facts)

    assert not Term.objects.exists()
    assert not PostHeld.objects.exists()


def test_only_formal_members_of_the_place_can_be_elected(org, five):
    young = make_member(org.north, "预备", category=Category.PROBATIONARY, formal_on=None)
    stranger = make_member(org.south, "南人")
    roster.change_standing(five[0], "left", on=TODAY, by=None)

    for person, word in ((young, "没有被选举权"), (stranger, "组织关系不在"), (five[0], "已转出")):
        with pytest.raises(Refused, match=word):
            elect(org.north, seats(person))


def test_a_committee_above_is_elected_from_the_branches_below(org, people, five):
    elect(org.north_office, seats(five[0], five[1]), by=people.reviewer)

    assert party_post(five[0]) == "机关党委书记"
    elect(org.north, seats(five[0]))
    assert party_post(five[0]) == "支部书记、机关党委书记"


def test_who_may_not_keep_the_term_may_not_register_an_election(org, people, five):
    for person in (people.second_secretary, people.reviewer, people.leader):
        with pytest.raises(PermissionDenied):
            elect(org.north, seats(five[0]), by=person)


def test_the_slower_of_two_elections_is_a_conflict(org, five):
    elect(org.north, seats(five[0]))

    with pytest.raises(Conflict):
        elect(org.north, seats(five[1]), elected_on=date(2025, 1, 1), running=())

    assert in_force(org.north) == [("甲书记", "secretary")]


@given(votes=st.integers(0, 60), present=st.integers(1, 60))
def test_votes_elect_exactly_from_more_than_half_of_those_present(votes, present):
    member = Member(name="某")
    right = votes <= present and votes > present / 2

    try:
        elections.check_votes([Seat(member, Post.SECRETARY, votes)], present, present)
        elected = True
    except Refused:
        elected = False

    assert elected is right


# --- By-elections and changes ---------------------------------------------------------------------


def test_a_by_election_fills_a_seat_within_the_term(org, people, five):
    term = elect(org.north, seats(*five[:3]), seats=3)
    posts.end_post(
        PostHeld.objects.get(member=five[0]), on=TODAY, by=people.secretary, reason="调离"
    )

    elections.by_election(
        term,
        [Seat(five[1], Post.SECRETARY, 9), Seat(five[3], Post.ORGANIZATION_OFFICER, 8)],
        on=TODAY,
        by=people.secretary,
        voters_due=12,
        voters_present=10,
        today=TODAY,
    )

    assert in_force(org.north) == [
        ("丙宣传", "publicity_officer"),
        ("乙组织", "secretary"),
        ("丁纪检", "organization_officer"),
    ]
    assert party_post(five[1]) == "支部书记"
    assert Term.objects.get().pk == term.pk
    assert Entry.objects.filter(verb="term.by_election").count() == 1


def test_a_by_election_asks_for_an_empty_seat(org, five):
    term = elect(org.north, seats(*five[:3]), seats=3)

    with pytest.raises(Refused, match="现任支部书记"):
        elections.by_election(term, [Seat(five[3], Post.SECRETARY)], on=TODAY, by=None, today=TODAY)
    with pytest.raises(Refused, match="名额3人"):
        elections.by_election(term, [Seat(five[3], Post.OFFICER)], on=TODAY, by=None, today=TODAY)
    with pytest.raises(Refused, match="早于本届"):
        elections.by_election(
            term,
            [Seat(five[3], Post.OFFICER)],
            on=ELECTED - timedelta(days=1),
            by=None,
            today=TODAY,
        )
    with pytest.raises(Refused, match="选举无效"):
        elections.by_election(
            term,
            [Seat(five[2], Post.OFFICER)],
            on=TODAY,
            by=None,
            voters_due=15,
            voters_present=11,
            today=TODAY,
        )


def test_a_post_ends_with_a_reason_and_not_before_it_began(org, people, five):
    elect(org.north, seats(five[0]))
    held = PostHeld.objects.get()

    with pytest.raises(Refused, match="写明原因"):
        posts.end_post(held, on=TODAY, by=None, today=TODAY)
    with pytest.raises(Refused, match="早于任职"):
        posts.end_post(held, on=ELECTED - timedelta(days=1), by=None, reason="调离", today=TODAY)
    with pytest.raises(Refused, match="晚于今天"):
        posts.end_post(held, on=TODAY + timedelta(days=1), by=None, reason="调离", today=TODAY)
    with pytest.raises(PermissionDenied):
        posts.end_post(held, on=TODAY, by=people.reviewer, reason="调离", today=TODAY)


def test_of_two_who_end_a_post_the_slower_is_told(org, five):
    elect(org.north, seats(five[0]))
    mine, theirs = PostHeld.objects.get(), PostHeld.objects.get()
    posts.end_post(theirs, on=TODAY, by=None, reason="调离", today=TODAY)

    with pytest.raises(Conflict):
        posts.end_post(mine, on=TODAY, by=None, reason="调离", today=TODAY)


def test_the_division_of_work_changes_and_is_remembered(org, people, five):
    elect(org.north, seats(five[0]))

    posts.change_post(
        PostHeld.objects.get(), duties="主持全面工作", document_no="1号", by=people.clerk
    )

    assert PostHeld.objects.get().duties == "主持全面工作"
    detail = Entry.objects.get(verb="post.changed").detail
    assert detail["after"] == {"duties": "主持全面工作", "document_no": "1号"}


# --- Groups ---------------------------------------------------------------------------------------


@pytest.fixture
def group(org, five):
    group = organizations.found_group(org.north, name="一组", on=ELECTED, by=None)
    roster.assign_groups(
        org.north, {five[3].pk: group.pk, five[4].pk: group.pk}, by=None, today=TODAY
    )
    for member in five:
        member.refresh_from_db()
    return group


def test_a_group_has_one_leader_at_a_time(org, people, five, group):
    posts.set_leader(group, five[3], on=date(2025, 1, 1), by=people.secretary, today=TODAY)
    posts.set_leader(group, five[4], on=TODAY, by=people.secretary, today=TODAY)

    assert in_force(group) == [("戊党员", "group_leader")]
    assert PostHeld.objects.get(member=five[3]).ends_on == TODAY
    assert (party_post(five[3]), party_post(five[4])) == ("", "党小组组长")


def test_a_leader_is_one_of_the_group(org, people, five, group):
    with pytest.raises(Refused, match="不在“一组”") as refusal:
        posts.set_leader(group, five[0], on=TODAY, by=people.secretary, today=TODAY)
    with pytest.raises(PermissionDenied):
        posts.set_leader(group, five[3], on=TODAY, by=people.second_secretary, today=TODAY)

    assert refusal.value.field == "leader"


def test_who_leaves_the_group_leads_it_no_more(org, five, group):
    posts.set_leader(group, five[3], on=ELECTED, by=None, today=TODAY)

    roster.assign_groups(org.north, {five[3].pk: None}, by=None, today=TODAY)

    assert in_force(group) == []
    assert party_post(five[3]) == ""


def test_a_workbook_that_regroups_a_leader_ends_the_post(org):
    first = organizations.found_group(org.north, name="一组", on=ELECTED, by=None)
    organizations.found_group(org.north, name="二组", on=ELECTED, by=None)
    leader = make_member(
        org.north, "组长", id_number=number_of(1), birth_date=date(1985, 3, 2), group=first
    )
    posts.set_leader(first, leader, on=ELECTED, by=None, today=TODAY)
    file = book(["组长", number_of(1), "二组"], head=("姓名", "身份证号", "党小组"))

    imports.carry_out(file, organization=org.north, by=None, today=TODAY)

    leader.refresh_from_db()
    assert (leader.group.name, leader.party_post) == ("二组", "")
    assert PostHeld.objects.get().ends_on == TODAY


def test_a_group_with_members_is_not_ended(org, five, group):
    with pytest.raises(Refused, match="还有2名党员"):
        organizations.close(group, on=TODAY, by=None)

    roster.assign_groups(org.north, {five[3].pk: None, five[4].pk: None}, by=None, today=TODAY)
    organizations.close(group, on=TODAY, by=None)
    assert not Member.objects.filter(group=group).exists()


def test_members_of_a_merged_group_belong_to_the_other(org, five, group):
    other = organizations.found_group(org.north, name="二组", on=ELECTED, by=None)
    posts.set_leader(group, five[3], on=ELECTED, by=None, today=TODAY)

    organizations.merge(group, into=other, on=TODAY, by=None)

    assert Member.objects.filter(group=other).count() == 2
    assert PostHeld.objects.get().ends_on == TODAY


# --- People go ------------------------------------------------------------------------------------


def test_who_leaves_the_roll_gives_up_every_post(org, people, five):
    elect(org.north, seats(*five[:3]))

    roster.change_standing(five[0], "left", on=TODAY, by=people.secretary)

    assert [name for name, _ in in_force(org.north)] == ["乙组织", "丙宣传"]
    assert party_post(five[0]) == ""
    event = MemberEvent.objects.filter(member=five[0], what=MemberEvent.What.POST).first()
    assert "已转出" in event.reason


def test_who_floats_keeps_the_post(org, five):
    elect(org.north, seats(five[0]))

    roster.change_standing(five[0], "floating", on=TODAY, by=None)

    assert in_force(org.north) == [("甲书记", "secretary")]


def test_who_goes_to_a_neighbour_keeps_the_post_above(org, five):
    elect(org.north, seats(five[0]))
    elect(org.north_office, seats(five[0]))
    Member.objects.filter(pk=five[0].pk).update(organization=org.north_two)

    posts.follow([five[0]], on=TODAY, by=None)

    assert in_force(org.north) == []
    assert party_post(five[0]) == "机关党委书记"


def test_the_posts_of_a_merged_branch_end(org, five):
    elect(org.north, seats(*five[:2]))

    organizations.merge(org.north, into=org.north_two, on=TODAY, by=None)

    assert in_force(org.north) == []
    assert Term.objects.get().ended_on == TODAY
    assert party_post(five[0]) == ""


# --- How a body stands ----------------------------------------------------------------------------


def test_missing_posts_follow_from_the_number_of_formal_members():
    body = [
        PostHeld(post=Post.SECRETARY),
        PostHeld(post=Post.ORGANIZATION_OFFICER, duties="兼宣传委员"),
    ]

    assert elections.missing_posts(6, body) == []
    assert elections.missing_posts(7, body) == [Post.DISCIPLINE_OFFICER]
    assert elections.missing_posts(6, []) == [Post.SECRETARY]


def test_the_size_of_the_body_is_advised_on_at_six_and_seven():
    body = [PostHeld(post=post) for post in elections.COMMITTEE_SEATS]

    assert elections.advice_on_body(7, body) == []
    assert "不设支部委员会" in elections.advice_on_body(6, body)[0]
    assert elections.advice_on_body(7, body[:1])[0].startswith("正式党员7人，应当设立")
