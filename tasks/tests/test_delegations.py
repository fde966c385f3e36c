"""分工: a member of the committee fills in what was given to him, and the secretary hands it in."""

from datetime import timedelta

import pytest
import time_machine
from django.core.exceptions import PermissionDenied
from django.urls import reverse

from branches.models import Appointment
from branches.roles import Role
from branchyear.audit.models import Entry
from branchyear.lib.dates import in_words
from branchyear.lib.errors import Refused
from branchyear.notifications.models import Notice
from conftest import make_office, make_user
from tasks.models import BranchItem, Delegation
from tasks.services import delegations, evidence, items
from tasks.tests import make

TODAY = make.NOW.date()


@pytest.fixture(autouse=True)
def _morning():
    with time_machine.travel(make.NOW, tick=False):
        yield


@pytest.fixture
def member(people, org):
    return make_office(make_user("weiyuan", "孙委员"), Role.BRANCH_MEMBER, org.north)


@pytest.fixture
def row(people, org):
    make.make_campaign()
    return make.item_of(org.north, "T1-05")


def give(row, member, by, **more):
    return delegations.delegate(row, member, by=by, now=make.NOW, **more)


def test_he_fills_in_and_attaches_but_hands_nothing_in(people, row, member):
    with pytest.raises(PermissionDenied):
        make.make_draft(row, member)
    give(row, member, people.secretary)

    make.make_draft(row, member)
    make.make_evidence(row, member)
    with pytest.raises(PermissionDenied):
        items.submit(row, by=member, now=make.NOW)
    delegations.mark_done(row, by=member, now=make.NOW)
    with pytest.raises(PermissionDenied):
        evidence.add(row, make.make_pdf(text="2"), by=member, now=make.NOW)
    items.submit(row, by=people.secretary, now=make.NOW)

    assert (row.state, row.updated_by, row.submitted_by) == (
        "submitted",
        member,
        people.secretary,
    )
    verbs = Entry.objects.filter(verb__in=["item.delegated", "item.filled"])
    assert set(verbs.values_list("actor_name", flat=True)) == {"赵书记", "孙委员"}


def test_only_the_item_that_was_given_to_him(people, org, row, member):
    give(row, member, people.secretary)

    with pytest.raises(PermissionDenied):
        make.make_draft(make.item_of(org.north), member)


def test_both_are_told_and_the_secretary_finds_it_to_sign_off(sign_in, people, row, member):
    give(row, member, people.secretary, note="附批复扫描件")
    delegations.mark_done(row, by=member, now=make.NOW)

    told = Notice.objects.filter(kind__in=["item.delegated", "item.filled"])
    assert sorted(told.values_list("kind", "recipient__name")) == [
        ("item.delegated", "孙委员"),
        ("item.filled", "赵书记"),
        ("item.filled", "钱干事"),
    ]
    home = sign_in(people.secretary).get("/").content.decode()
    assert "审定1项支部委员已填好的条目" in home


def test_taken_back_or_out_of_office_he_writes_no_more(people, org, row, member):
    give(row, member, people.secretary)
    delegations.take_back(row, by=people.clerk, now=make.NOW)
    with pytest.raises(PermissionDenied):
        make.make_draft(row, member)

    give(row, member, people.secretary)
    Appointment.objects.filter(user=member).update(ends_on=TODAY - timedelta(days=1))
    member.__dict__.pop("_scope", None)
    with pytest.raises(PermissionDenied):
        make.make_draft(row, member)


def test_handing_in_ends_it_so_that_a_return_goes_to_the_secretary(people, row, member):
    give(row, member, people.secretary)
    make.make_returned(row, people.secretary, people.reviewer)

    assert not Delegation.objects.open().exists()
    with pytest.raises(PermissionDenied):
        make.make_draft(row, member, note="还想改")


def test_an_overdue_item_may_be_given_until_the_year_ends_and_another_until_its_own_day(
    people, row, member
):
    with pytest.raises(Refused, match=f"到{in_words(row.due_on)}之间"):
        give(row, member, people.secretary, due_on=row.due_on + timedelta(days=1))
    BranchItem.objects.filter(pk=row.pk).update(due_on=TODAY - timedelta(days=9))
    row.refresh_from_db()
    last = row.item.task.campaign.ends_on
    with pytest.raises(Refused, match=f"到{in_words(last)}之间"):
        give(row, member, people.secretary, due_on=last + timedelta(days=1))

    assert give(row, member, people.secretary, due_on=TODAY + timedelta(days=9)).pk


def test_what_cannot_be_given_is_refused(people, org, row, member):
    stranger = make_office(make_user("waizhibu", "外支部"), Role.BRANCH_MEMBER, org.south)
    for to in (stranger, people.clerk):
        with pytest.raises(Refused, match="只能委托本支部"):
            give(row, to, people.secretary)
    with pytest.raises(Refused, match="填好期限"):
        give(row, member, people.secretary, due_on=TODAY - timedelta(days=1))
    for person in (member, people.reviewer):
        with pytest.raises(PermissionDenied):
            give(row, member, person)
    give(row, member, people.secretary)
    with pytest.raises(Refused, match="已委托他人"):
        give(row, member, people.clerk)
    make.make_submitted(row, people.secretary)
    with pytest.raises(Refused, match="已提交"):
        give(row, member, people.secretary)


def test_his_pages_show_the_item_to_fill_and_no_button_to_hand_in(
    sign_in, people, org, row, member
):
    client = sign_in(people.secretary)
    form = client.get(row.get_absolute_url()).content.decode()
    given = client.post(
        reverse("tasks:delegate_item", args=[row.pk]),
        {"to": member.pk, "due_on": "2026-05-20", "note": "附批复"},
    )
    client = sign_in(member)
    home = client.get("/").content.decode()
    page = client.get(row.get_absolute_url()).content.decode()
    other = client.get(make.item_of(org.north).get_absolute_url()).content.decode()
    typed = {"version": row.revision, "result": "done", "note": "已批复。", "fact_on": "2026-04-20"}
    refused = client.post(reverse("tasks:submit_item", args=[row.pk]), typed)
    filled = client.post(reverse("tasks:filled_item", args=[row.pk]), typed)

    row.refresh_from_db()
    submit = reverse("tasks:submit_item", args=[row.pk])
    assert "孙委员" in form
    assert given.status_code == 302
    assert "委托我填报 <b>1</b> 项" in home
    assert "已填好，请书记审定" in page
    assert submit not in page
    assert "<textarea" not in other
    assert (refused.status_code, filled.status_code) == (403, 302)
    assert (row.note, row.state) == ("已批复。", "draft")
    after = sign_in(people.secretary).get(row.get_absolute_url()).content.decode()
    assert "孙委员已填好" in after
    assert submit in after


def test_what_a_member_fills_in_is_handed_in_by_the_secretary_not_by_the_clerk(
    people, org, row, member, sign_in
):
    give(row, member, people.secretary)
    make.make_draft(row, member)
    make.make_evidence(row, member)
    delegations.mark_done(row, by=member, now=make.NOW)
    page = sign_in(people.clerk).get(row.get_absolute_url()).content.decode()

    with pytest.raises(Refused, match="请党支部书记审定后提交"):
        items.submit(row, by=people.clerk, now=make.NOW)

    assert ("由党支部书记审定后提交" in page, "提交</button>" in page) == (True, False)
    items.submit(row, by=people.secretary, now=make.NOW)
    later = make.NOW + timedelta(hours=1)
    items.send_back(row, reason="请补充会议记录。", by=people.reviewer, now=later)
    items.submit(row, by=people.clerk, now=later)  # the next round is the branch's own
    assert row.state == "submitted"


def test_without_a_secretary_in_office_the_clerk_hands_it_in(people, org, row, member):
    give(row, member, people.secretary)
    make.make_draft(row, member)
    make.make_evidence(row, member)
    delegations.mark_done(row, by=member, now=make.NOW)
    Appointment.objects.filter(user=people.secretary).update(ends_on=TODAY - timedelta(days=1))

    items.submit(row, by=people.clerk, now=make.NOW)

    assert row.submitted_by == people.clerk
