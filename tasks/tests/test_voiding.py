"""When a recorded meeting falls away, just the acceptances that rest on it do."""

from datetime import date, timedelta

import pytest

from branchyear.audit.models import Entry
from branchyear.lib.errors import Refused
from branchyear.notifications.models import Notice
from members.services import meetings
from members.tests.make import make_member
from tasks.services import evidence, items
from tasks.tests import make

pytestmark = pytest.mark.engines
LATER = make.NOW.replace(month=11)
SOON = LATER + timedelta(hours=1)
HELD = date(2026, 10, 20)


@pytest.fixture
def meeting(people, org):
    make.make_campaign()
    make_member(org.north)
    facts = {"kind": "org_life_meeting", "on": HELD, "topic": "组织生活会"}
    return meetings.record_meeting(org.north, facts=facts, by=people.secretary, now=LATER)


@pytest.fixture
def row(people, org, meeting):
    """组织生活会 (T3-06), handed in with the meeting as its proof."""
    row = make.item_of(org.north, "T3-06")
    evidence.attach_meetings(row, [meeting], by=people.secretary, now=LATER)
    return items.submit(row, make.make_answer(fact_on=HELD), by=people.secretary, now=LATER)


def void(meeting, by):
    meetings.void_meeting(meeting, reason="登记重复了", by=by, now=SOON)


def test_a_voided_meeting_voids_the_acceptance_that_rests_on_it_and_no_other(
    people, org, meeting, row
):
    other = make.make_accepted(
        make.item_of(org.north, "T1-01"), people.secretary, people.reviewer, now=LATER
    )
    items.accept(row, by=people.reviewer, now=LATER)

    void(meeting, people.secretary)

    row.refresh_from_db()
    other.refresh_from_db()
    step = row.steps.last()
    assert (row.state, other.state) == ("returned", "accepted")
    assert "登记重复了" in row.return_reason
    assert (step.kind, step.by, step.by_name, step.reason) == (
        "voided",
        None,
        "系统",
        row.return_reason,
    )
    assert Entry.objects.filter(verb="item.voided").count() == 1
    told = Notice.objects.filter(kind="item.voided").values_list("recipient__name", flat=True)
    assert sorted(told) == sorted(["赵书记", "钱干事", "吴审核"])


def test_what_was_voided_is_handed_in_and_accepted_again(people, meeting, row):
    items.accept(row, by=people.reviewer, now=LATER)
    void(meeting, people.secretary)
    row.refresh_from_db()

    make.make_submitted(row, people.secretary, now=SOON, fact_on=HELD)
    items.accept(row, by=people.reviewer, now=SOON)

    assert (row.state, row.round, row.return_reason) == ("accepted", 2, "")


def test_a_meeting_put_on_another_day_voids_and_a_mended_topic_does_not(people, meeting, row):
    items.accept(row, by=people.reviewer, now=LATER)

    def revise(**facts):
        kept = {name: getattr(meeting, name) for name in meetings.REVISABLE}
        meetings.revise_meeting(
            meeting,
            revision=meeting.revision,
            facts={**kept, **facts},
            by=people.secretary,
            now=LATER,
        )
        row.refresh_from_db()
        return row.state

    assert revise(topic="2026年度组织生活会") == "accepted"
    assert revise(on=date(2026, 10, 21)) == "returned"
    assert "2026年10月20日改为2026年10月21日" in row.return_reason


def test_an_item_not_yet_accepted_keeps_its_place_and_cannot_be_accepted(people, meeting, row):
    void(meeting, people.secretary)
    row.refresh_from_db()

    with pytest.raises(Refused, match="在提交之后作废了"):
        items.accept(row, by=people.reviewer, now=LATER)

    row.refresh_from_db()
    assert (row.state, row.with_organization.name) == ("submitted", "市北区局机关党委")
    assert row.steps.count() == 1
