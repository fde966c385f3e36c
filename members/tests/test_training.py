"""Training: one record for many, the hours of a year, who reached them."""

from collections import defaultdict
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied

from branchyear.audit.models import Entry
from branchyear.lib.dates import local_day
from branchyear.lib.errors import Conflict, Refused
from members.hours import Tally, progress_of, tallies
from members.models import Attendance, Meeting, Member, Post, PostHeld, Training
from members.services import training
from members.tests.make import make_member

pytestmark = pytest.mark.engines

TODAY = local_day()


def facts(**changes):
    return training.Facts(
        **{
            "title": "党史学习教育专题班",
            "kind": "course",
            "starts_on": TODAY - timedelta(days=1),
            "ends_on": TODAY,
            "hours": Decimal(16),
            "organiser": "市直机关工委",
            **changes,
        }
    )


def hours(member, year=None):
    row = Member.objects.with_training(year or TODAY.year, TODAY).get(pk=member.pk)
    return (row.trained or 0) + (row.met or 0), row.leads, row.has_course


def test_one_record_counts_for_all_who_took_part(org, people):
    first, second = make_member(org.north), make_member(org.north, "乙")

    training.record_training(org.north, facts=facts(), members=[first, second], by=people.secretary)

    assert hours(first) == (16, False, True) == hours(second)
    assert hours(first, TODAY.year - 3) == (0, False, False)
    assert Entry.objects.get(verb="training.recorded").detail == {"hours": "16", "members": 2}


def test_meetings_count_for_whoever_was_present_and_void_ones_for_nobody(org):
    member = make_member(org.north)
    PostHeld.objects.create(
        member=member, organization=org.north, post=Post.SECRETARY, starts_on=date(2020, 1, 1)
    )

    def meeting(hours, status="present", **changes):
        row = Meeting.objects.create(
            organization=org.north,
            kind="party_lecture",
            on=TODAY,
            topic="党课",
            hours=hours,
            created_at="2026-01-01T00:00Z",
            **changes,
        )
        Attendance.objects.create(meeting=row, member=member, status=status)

    meeting(2)
    meeting("1.5")
    meeting(4, status="sick")
    meeting(8, voided_at="2026-01-02T00:00Z")

    assert hours(member) == (Decimal("3.5"), True, False)


def test_a_record_is_corrected_and_voided(org, people):
    first, second = make_member(org.north), make_member(org.north, "乙")
    row = training.record_training(org.north, facts=facts(), members=[first], by=None)
    stale = Training.objects.get(pk=row.pk)

    training.revise_training(
        row,
        facts=facts(hours=Decimal(8)),
        members=[second],
        revision=row.revision,
        by=people.clerk,
    )
    with pytest.raises(Conflict):
        training.revise_training(
            stale, facts=facts(), members=[first], revision=stale.revision, by=people.secretary
        )

    assert (hours(first)[0], hours(second)[0]) == (0, 8)
    training.void_training(row, by=people.clerk)
    assert hours(second) == (0, False, False)
    verbs = ["training.revised", "training.voided"]
    assert Entry.objects.filter(verb__in=verbs).count() == 2


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"title": " "}, "请填写培训内容"),
        ({"kind": "party"}, "请选择培训形式"),
        ({"ends_on": TODAY - timedelta(days=2)}, "不能早于开始日期"),
        ({"ends_on": TODAY + timedelta(days=1)}, "不能晚于今天"),
        ({"hours": Decimal(0)}, "学时应大于0"),
        ({"hours": Decimal(17)}, "2天最多计16学时"),
    ],
)
def test_what_cannot_be_is_refused(changes, sentence, org):
    with pytest.raises(Refused, match=sentence):
        training.record_training(
            org.north, facts=facts(**changes), members=[make_member(org.north)], by=None
        )

    assert Training.objects.count() == 0


def test_only_members_of_the_branch_take_part(org):
    with pytest.raises(Refused, match="至少勾选一名"):
        training.record_training(org.north, facts=facts(), members=[], by=None)
    with pytest.raises(Refused, match="南边的不是本支部在册党员"):
        training.record_training(
            org.north, facts=facts(), members=[make_member(org.south, "南边的")], by=None
        )


def test_only_the_branch_registers(org, people):
    for person in (people.second_secretary, people.reviewer, people.inspector):
        with pytest.raises(PermissionDenied):
            training.record_training(
                org.north, facts=facts(), members=[make_member(org.north)], by=person
            )


def test_counted_together_they_stand_as_each_does_alone(org):
    """What the page of the branches adds up in the database is what the roster of a branch says of each member."""
    year = TODAY.year
    joined = [
        None,
        date(year - 1, 12, 31),
        *(date(year, m, d) for m in range(1, 13) for d in (1, 28)),
    ]
    for number, day in enumerate([*joined, date(year + 1, 1, 1)]):
        member = make_member((org.north, org.north_two)[number % 2], f"党员{number}")
        Member.objects.filter(pk=member.pk).update(
            joined_branch_on=day,
            admitted_on=date(year, 7, 1) if number % 3 else None,
            formal_on=None,
            is_excused=number % 7 == 0,
        )
        if number % 4 == 0:
            PostHeld.objects.create(
                member=member, organization=member.organization, post=Post.OFFICER,
                starts_on=date(2020, 1, 1),
            )  # fmt: skip
        if number % 5:
            course = training.Facts(
                "班",
                "course" if number % 2 else "study",
                TODAY,
                TODAY,
                Decimal("0.7") * (number % 5),
            )
            training.record_training(member.organization, facts=course, members=[member], by=None)
    held = Meeting.objects.create(
        organization=org.north,
        kind="lecture",
        on=TODAY,
        hours=Decimal("1.3"),
        created_at="2026-01-01T00:00Z",
    )
    for member in Member.objects.filter(organization=org.north):
        Attendance.objects.create(meeting=held, member=member, status="present")

    for on in (TODAY, date(year, 12, 31), date(year + 1, 3, 1)):
        each, total = tallies(Member.objects.alike_in_training(year, TODAY), year, on)

        alone, all_of_them = defaultdict(Tally), Tally()
        for member in Member.objects.with_training(year, TODAY):
            standing = progress_of(member, year, on)
            alone[member.organization_id].add(standing)
            all_of_them.add(standing)
        assert (each, total) == (alone, all_of_them)
        assert total.asked == Member.objects.filter(is_excused=False).count()
