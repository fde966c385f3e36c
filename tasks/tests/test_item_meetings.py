"""A recorded meeting proves an item without an upload."""

from datetime import date

import pytest
import time_machine
from django.core.exceptions import PermissionDenied
from django.urls import reverse

from branchyear.audit.models import Entry
from branchyear.lib.errors import Conflict, Refused
from members.services import meetings
from members.tests.make import make_member
from tasks import meetings as records
from tasks.models import ItemMeeting
from tasks.services import evidence, items
from tasks.tests import make

pytestmark = pytest.mark.engines
LATER = make.NOW.replace(month=11)  # the third phase, when T3-06 is filled in


@pytest.fixture
def campaign(people):
    return make.make_campaign()


@pytest.fixture
def row(campaign, org):
    """组织生活会: verified by evidence."""
    make_member(org.north)
    make_member(org.south)
    return make.item_of(org.north, "T3-06")


def hold(branch, by, kind="org_life_meeting", on=date(2026, 10, 20), **more):
    facts = {"kind": kind, "on": on, "topic": "组织生活会", **more}
    return meetings.record_meeting(branch, facts=facts, by=by, now=LATER)


def handed_in(row, by):
    answer = make.make_answer(fact_on=date(2026, 10, 20))
    return items.submit(row, answer, by=by, now=LATER)


def test_a_meeting_of_the_right_kind_is_offered_and_lets_the_item_be_handed_in(org, people, row):
    meeting = hold(org.north, people.secretary)
    hold(org.north, people.secretary, kind="theme_day")
    hold(org.south, people.south_secretary)
    with pytest.raises(Refused, match="须有佐证材料.*或选用组织生活记录"):
        handed_in(row, people.secretary)

    assert records.offered(row, now=LATER) == [meeting]
    evidence.attach_meetings(row, [meeting], by=people.secretary, now=LATER)
    handed_in(row, people.secretary)

    step = row.steps.get()
    assert [m["id"] for m in step.snapshot["meetings"]] == [meeting.pk]
    assert Entry.objects.filter(verb="meeting.attached").count() == 1


@pytest.mark.parametrize("wrong", ["foreign", "kind", "void", "early"])
def test_other_meetings_are_refused(org, people, row, wrong):
    if wrong == "foreign":
        meeting = hold(org.south, people.south_secretary)
    elif wrong == "kind":
        meeting = hold(org.north, people.secretary, kind="theme_day")
    elif wrong == "early":
        meeting = hold(org.north, people.secretary, on=date(2026, 1, 20))
    else:
        meeting = hold(org.north, people.secretary)
        meetings.void_meeting(meeting, reason="登记重复了", by=people.secretary, now=LATER)

    with pytest.raises(Refused, match="只能关联本支部"):
        evidence.attach_meetings(row, [meeting], by=people.secretary, now=LATER)

    assert not ItemMeeting.objects.exists()


def test_only_the_branch_attaches(org, people, row):
    meeting = hold(org.north, people.secretary)

    with pytest.raises(PermissionDenied):
        evidence.attach_meetings(row, [meeting], by=people.reviewer, now=LATER)


def test_a_void_meeting_proves_nothing_any_more(org, people, row):
    meeting = hold(org.north, people.secretary)
    evidence.attach_meetings(row, [meeting], by=people.secretary, now=LATER)
    meetings.void_meeting(meeting, reason="登记重复了", by=people.secretary, now=LATER)

    with pytest.raises(Refused, match="须有佐证材料"):
        handed_in(row, people.secretary)


def test_a_meeting_attached_twice_is_attached_once_and_can_be_taken_off(org, people, row):
    meeting = hold(org.north, people.secretary)

    assert evidence.attach_meetings(row, [meeting], by=people.secretary, now=LATER) == 1
    assert evidence.attach_meetings(row, [meeting], by=people.clerk, now=LATER) == 0
    evidence.detach_meeting(row, meeting, by=people.secretary, now=LATER)

    assert not ItemMeeting.objects.exists()
    assert Entry.objects.filter(verb="meeting.detached").count() == 1


def test_a_lecture_at_another_meeting_proves_the_lecture(org, people, row):
    meeting = hold(org.north, people.secretary, kind="theme_day", includes_lecture=True)

    assert records.offered(make.item_of(org.north, "T3-04"), now=LATER) == [meeting]
    assert records.offered(make.item_of(org.north, "T1-01"), now=LATER) == []


def test_handing_in_notices_a_meeting_voided_in_between(org, people, row, monkeypatch):
    meeting = hold(org.north, people.secretary)
    evidence.attach_meetings(row, [meeting], by=people.secretary, now=LATER)
    make.make_evidence(row, people.secretary, now=LATER)
    make_move = items.make

    def void_first(*args, **kwargs):
        meetings.void_meeting(meeting, reason="登记重复了", by=people.secretary, now=LATER)
        make_move(*args, **kwargs)

    monkeypatch.setattr(items, "make", void_first)

    with pytest.raises(Conflict, match="刚刚有变动"):
        handed_in(row, people.secretary)


def test_one_click_on_the_page_attaches_and_the_reviewer_sees_the_record(sign_in, people, org, row):
    with time_machine.travel(LATER, tick=False):
        meeting = hold(org.north, people.secretary)
        client = sign_in(people.secretary)
        page = client.get(row.get_absolute_url()).content.decode()
        attached = client.post(
            reverse("tasks:attach_meetings", args=[row.pk]), {"meeting": [meeting.pk]}
        )
        none = client.post(reverse("tasks:attach_meetings", args=[row.pk]), {"meeting": ["x"]})
        row.refresh_from_db()
        handed_in(row, people.secretary)
        review = sign_in(people.reviewer).get(reverse("tasks:review")).content.decode()
        listed = client.get(reverse("tasks:branch_checklist", args=[org.north.pk]))

    assert "用组织生活记录作佐证，不用上传（1 条）" in page
    assert (attached.status_code, none.status_code) == (302, 422)
    assert meeting.get_absolute_url() in review
    rows = [r for s in listed.context["sections"] for r in s.rows if r.pk == row.pk]
    assert [r.files for r in rows] == [1]


def typed_in(row, **more):
    return {
        "version": row.revision, "result": "done", "fact_on": "2026-10-20", "note": "已召开组织生活会。",
        **more,
    }  # fmt: skip


def test_what_is_ticked_goes_with_the_hand_in_without_a_button_of_its_own(
    sign_in, people, org, row
):
    with time_machine.travel(LATER, tick=False):
        meeting = hold(org.north, people.secretary)
        foreign = hold(org.south, people.south_secretary)
        client = sign_in(people.secretary)
        page = client.get(row.get_absolute_url()).content.decode()
        assert f'name="meeting" value="{meeting.pk}" checked' in page

        answer = client.post(
            reverse("tasks:submit_item", args=[row.pk]),
            typed_in(row, meeting=[meeting.pk, foreign.pk]),
        )
    row.refresh_from_db()

    assert answer.status_code == 302
    assert row.state == "submitted"
    assert list(ItemMeeting.objects.values_list("meeting", flat=True)) == [meeting.pk]
    assert row.steps.get().snapshot["meetings"][0]["id"] == meeting.pk


def test_ticks_stay_when_the_form_comes_back_and_none_is_set_unasked_beside_other_proofs(
    sign_in, people, org, row
):
    with time_machine.travel(LATER, tick=False):
        one, two = (hold(org.north, people.secretary, on=date(2026, 10, day)) for day in (20, 21))
        client = sign_in(people.secretary)
        back = client.post(
            reverse("tasks:submit_item", args=[row.pk]),
            typed_in(row, fact_on="昨天", meeting=two.pk),
        )
        text = back.content.decode()
        assert back.status_code == 422
        assert f'name="meeting" value="{one.pk}">' in text
        assert f'name="meeting" value="{two.pk}" checked>' in text

        evidence.attach_meetings(row, [one], by=people.secretary, now=LATER)
        text = client.get(row.get_absolute_url()).content.decode()
    assert f'name="meeting" value="{two.pk}">' in text


def test_a_ledger_without_rows_is_complained_of_and_nothing_is_handed_in(sign_in, people, org, row):
    with time_machine.travel(LATER, tick=False):
        answer = sign_in(people.secretary).post(
            reverse("tasks:submit_item", args=[row.pk]), typed_in(row, fact="dues")
        )
    row.refresh_from_db()

    assert answer.status_code == 422
    assert "不是本条目要求的材料" in answer.content.decode()
    assert row.state == "draft"


def test_an_item_that_does_not_apply_is_handed_in_without_the_meetings_ticked_beforehand(
    sign_in, people, org, row
):
    with time_machine.travel(LATER, tick=False):
        meeting = hold(org.north, people.secretary)
        typed = typed_in(row, result="not_applicable", fact_on="", meeting=meeting.pk)
        sign_in(people.secretary).post(reverse("tasks:submit_item", args=[row.pk]), typed)
    row.refresh_from_db()

    assert row.state == "submitted"
    assert not ItemMeeting.objects.exists()
