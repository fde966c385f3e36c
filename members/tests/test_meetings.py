"""Meetings: who is due, what is refused, votes, two people at once, the trail."""

from datetime import date, datetime, timedelta

import pytest
from django.core.exceptions import PermissionDenied
from hypothesis import given
from hypothesis import strategies as st

from branches.models import Kind
from branches.services import organizations
from branchyear.audit.models import Entry
from branchyear.lib.dates import CHINA
from branchyear.lib.errors import Conflict, Refused
from members import life
from members.models import Meeting, MeetingKind, PostHeld
from members.services import meetings
from members.tests.make import make_member

pytestmark = pytest.mark.engines

NOW = datetime(2026, 5, 12, 15, 0, tzinfo=CHINA)
TODAY = date(2026, 5, 12)


def facts(kind=MeetingKind.THEME_DAY, **changes):
    return {
        "kind": kind,
        "on": TODAY,
        "place": "三楼党员活动室",
        "topic": "学习党章",
        "hours": 2,
        **changes,
    }


def hold(branch, by, kind=MeetingKind.THEME_DAY, *, now=NOW, absences=None, due=None, votes=(),
         again=False, **changes):  # fmt: skip
    return meetings.record_meeting(
        branch,
        facts=facts(kind, **changes),
        absences=absences,
        due=due,
        votes=votes,
        by=by,
        now=now,
        again=again,
    )


@pytest.fixture
def roll(org):
    """Six members of the north branch, two of whom nobody expects."""
    return [
        make_member(org.north, "甲"),
        make_member(org.north, "乙"),
        make_member(org.north, "丙", category="probationary", formal_on=None),
        make_member(org.north, "丁"),
        make_member(org.north, "戊", is_excused=True),
        make_member(org.north, "己", standing="floating"),
    ]


def test_everybody_expected_is_due_and_present_unless_said_otherwise(org, people, roll):
    meeting = hold(org.north, people.clerk, absences={roll[1].pk: "sick"})

    assert (meeting.due, meeting.present) == (4, 3)
    assert dict(meeting.attendances.values_list("member__name", "status")) == {
        "甲": "present",
        "乙": "sick",
        "丙": "present",
        "丁": "present",
    }
    entry = Entry.objects.get(verb="meeting.recorded")
    assert (entry.actor, entry.detail["present"]) == (people.clerk, 3)


def test_an_old_member_who_came_is_counted_when_ticked(org, people, roll):
    meeting = hold(org.north, people.secretary, due=[roll[0].pk, roll[4].pk])

    assert (meeting.due, meeting.present) == (2, 2)


def test_the_committee_is_who_holds_a_seat_on_the_day(org, people, roll):
    for member, post, ends_on in (
        (roll[0], "secretary", None),
        (roll[1], "officer", None),
        (roll[3], "officer", date(2026, 4, 30)),
    ):
        PostHeld.objects.create(
            member=member, organization=org.north, post=post, starts_on=date(2025, 1, 1),
            ends_on=ends_on,
        )  # fmt: skip

    meeting = hold(org.north, people.secretary, MeetingKind.COMMITTEE)

    assert set(meeting.attendances.values_list("member__name", flat=True)) == {"甲", "乙"}


def test_an_unregistered_committee_is_picked(org, people, roll):
    with pytest.raises(Refused, match="参加人员"):
        hold(org.north, people.secretary, MeetingKind.COMMITTEE)

    meeting = hold(org.north, people.secretary, MeetingKind.COMMITTEE, due=[roll[0].pk])
    assert meeting.due == 1


def test_a_group_meeting_is_of_the_group(org, people, roll):
    group = organizations.establish(
        parent=org.north, kind=Kind.GROUP, code="g1", name="一组", on=date(2021, 1, 1), by=None
    )
    roll[0].group = group
    roll[0].save()

    with pytest.raises(Refused, match="选择党小组"):
        hold(org.north, people.secretary, MeetingKind.GROUP)
    meeting = hold(org.north, people.secretary, MeetingKind.GROUP, group=group)

    assert (meeting.due, meeting.group) == (1, group)


def test_who_joined_later_was_not_due(org, people, roll):
    make_member(org.north, "庚", joined_branch_on=date(2026, 5, 1))

    assert hold(org.north, people.secretary, on=date(2026, 4, 30)).due == 4
    assert hold(org.north, people.secretary).due == 5


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"on": TODAY + timedelta(days=1)}, "on"),
        ({"on": date(2019, 12, 31)}, "on"),
        ({"topic": "  "}, "topic"),
        ({"topic": "长" * 201}, "topic"),
        ({"hours": 17}, "hours"),
        ({"kind": "party"}, "kind"),
        ({"absences": {0: "sick"}}, "attendance"),
        ({"due": [0]}, "attendance"),
        ({"due": []}, "attendance"),
        ({"votes": [{"matter": "x", "voters_due": 2, "voters_present": 2, "in_favour": 2}]}, "votes"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused_beside_its_field(org, people, roll, changes, field):
    with pytest.raises(Refused) as refused:
        hold(org.north, people.secretary, **changes)

    assert refused.value.field == field
    assert not Meeting.objects.exists()


def test_only_the_branch_itself_records(org, people, roll):
    for person in (people.reviewer, people.committee, people.inspector, people.south_secretary):
        with pytest.raises(PermissionDenied):
            hold(org.north, person)

    assert not Meeting.objects.exists()


def test_the_same_meeting_twice_is_asked_about(org, people, roll):
    hold(org.north, people.secretary)

    with pytest.raises(meetings.Twice, match="已经登记过"):
        hold(org.north, people.clerk)
    hold(org.north, people.clerk, again=True)

    assert Meeting.objects.count() == 2


VOTE = {"matter": "接收预备党员", "voters_due": 3, "voters_present": 2, "in_favour": 2}


def test_a_vote_of_a_members_meeting_is_kept(org, people, roll):
    meeting = hold(org.north, people.secretary, MeetingKind.MEMBERS, votes=[VOTE])

    vote = meeting.votes.get()
    assert (vote.in_favour, life.is_carried(vote.voters_due, vote.in_favour)) == (2, True)


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        (
            {"voters_present": 1, "in_favour": 1},
            "有表决权党员应到3人、实到1人，不足半数，不能表决。",
        ),
        ({"voters_present": 4}, "不能多于应到"),
        ({"in_favour": 3}, "之和不能多于实到"),
        ({"in_favour": -1}, "不小于0"),
        ({"matter": ""}, "表决事项"),
        ({"voters_due": 9, "voters_present": 9, "in_favour": 9}, "多于签到"),
    ],
)
def test_a_vote_that_does_not_count_is_refused(org, people, roll, changes, sentence):
    with pytest.raises(Refused, match=sentence) as refused:
        hold(org.north, people.secretary, MeetingKind.MEMBERS, votes=[VOTE | changes])

    assert refused.value.field == "vote_0"


@given(st.integers(0, 60), st.integers(0, 60), st.integers(0, 60))
def test_quorum_and_majority_are_the_rule_in_other_words(due, present, in_favour):
    """Half is reached when those absent are not more than those present; a majority of those due is
    reached when those not in favour are fewer."""
    if due and present <= due:
        assert life.has_quorum(due, present) == (due - present <= present)
    if in_favour <= due:
        assert life.is_carried(due, in_favour) == (due - in_favour < in_favour)


@given(st.integers(0, 60), st.integers(0, 60), *[st.integers(0, 30)] * 3)
def test_a_vote_is_sound_exactly_when_the_rule_says_so(due, present, yes, no, none):
    sound = due > 0 and due / 2 <= present <= due and yes + no + none <= present

    assert (life.vote_problem(due, present, yes, no, none) == "") == sound


def test_a_revision_changes_only_what_differs(org, people, roll):
    meeting = hold(org.north, people.secretary, absences={roll[0].pk: "leave"})

    meetings.revise_meeting(
        meeting,
        revision=1,
        facts=facts(topic="学习党史", minutes="原文学习"),
        absences={roll[1].pk: "duty"},
        due=[roll[0].pk, roll[1].pk, roll[4].pk],
        by=people.clerk,
        now=NOW,
    )

    stored = Meeting.objects.get()
    assert (stored.topic, stored.due, stored.present, stored.revision) == ("学习党史", 3, 2, 2)
    assert dict(stored.attendances.values_list("member__name", "status")) == {
        "甲": "present",
        "乙": "duty",
        "戊": "present",
    }
    assert Entry.objects.get(verb="meeting.revised").detail["changed"] == ["topic", "minutes"]


def test_the_slower_of_two_is_told(org, people, roll):
    meeting = hold(org.north, people.secretary)
    mine, theirs = Meeting.objects.get(), Meeting.objects.get()
    meetings.revise_meeting(theirs, revision=1, facts=facts(topic="新"), by=people.clerk, now=NOW)

    with pytest.raises(Conflict) as conflict:
        meetings.revise_meeting(mine, revision=1, facts=facts(topic="旧"), by=people.clerk, now=NOW)

    assert conflict.value.theirs["主题"] == "新"
    assert Meeting.objects.get(pk=meeting.pk).topic == "新"


def test_a_void_record_stays_and_counts_nowhere(org, people, roll):
    meeting = hold(org.north, people.secretary)
    with pytest.raises(Refused, match="作废原因"):
        meetings.void_meeting(meeting, reason=" ", by=people.secretary, now=NOW)
    with pytest.raises(PermissionDenied):
        meetings.void_meeting(meeting, reason="登记重复了", by=people.reviewer, now=NOW)

    meetings.void_meeting(meeting, reason="登记重复了", by=people.secretary, now=NOW)

    assert not Meeting.objects.held().exists()
    assert Meeting.objects.get().void_reason == "登记重复了"
    assert Entry.objects.filter(verb="meeting.voided").count() == 1
    with pytest.raises(Refused, match="已作废"):
        meetings.revise_meeting(meeting, revision=2, facts=facts(), by=people.secretary, now=NOW)
    with pytest.raises(Refused, match="已经作废"):
        meetings.void_meeting(meeting, reason="登记重复了", by=people.secretary, now=NOW)


def test_a_record_says_what_it_lacks_and_is_kept_all_the_same(org, people, roll):
    meeting = hold(org.north, people.secretary, MeetingKind.MEMBERS, host="甲")

    assert life.missing_parts(meeting) == ["时间", "记录人", "主要内容", "决议"]


@given(st.dates(date(2024, 1, 1), date(2028, 12, 31)))
def test_every_day_lies_in_one_period_of_each_length(day):
    for length in (life.MONTHLY, life.QUARTERLY, life.YEARLY):
        holding = [p for p in life.periods(length, day.year) if p.holds(day)]
        assert holding == [life.period_of(length, day)]


def test_a_branch_is_asked_for_periods_it_saw_begin():
    year = date(2026, 1, 1), date(2026, 12, 31)

    assert life.asked_until(life.MONTHLY, *year, TODAY) == 4
    assert life.asked_until(life.QUARTERLY, *year, TODAY) == 1
    assert life.asked_until(life.MONTHLY, *year, TODAY, founded_on=date(2026, 2, 2)) == 2
