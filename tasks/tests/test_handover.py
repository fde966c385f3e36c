"""交接: one act ends the old office, begins the new one, and hands over what is open."""

from datetime import date

import pytest
import time_machine
from django.core.exceptions import PermissionDenied
from django.test import Client
from django.urls import reverse

from branches.models import Appointment, Handover
from branches.roles import Role
from branches.scope import scope_of
from branches.services.handover import hand_over
from branchyear.accounts.models import OpenSession as Session
from branchyear.accounts.models import User
from branchyear.audit.models import Entry
from branchyear.home import secretary
from branchyear.lib.errors import Refused
from branchyear.notifications.models import Notice
from conftest import make_office
from tasks.models import Campaign
from tasks.tests import make

TODAY = make.NOW.date()


@pytest.fixture(autouse=True)
def _morning():
    with time_machine.travel(make.NOW, tick=False):
        yield


@pytest.fixture
def office(people, org):
    make.make_campaign()
    return Appointment.objects.get(organization=org.north, role=Role.SECRETARY)


def hand(office, by, username="xinshuji", name="新书记", **more):
    return hand_over(office, username=username, name=name, by=by, now=make.NOW, **more)


def enter(person):
    client = Client()
    client.force_login(person, backend="branches.backends.AppointmentBackend")
    return client


def todos_of(user):
    return [
        (todo.what, todo.due)
        for todo in secretary(scope_of(user), Campaign.objects.get(), TODAY)["todos"]
    ]


def test_the_old_account_can_write_nothing_from_the_same_moment(people, org, office):
    row = make.make_draft(make.item_of(org.north), people.secretary)
    client = enter(people.secretary)

    hand(office, people.reviewer)

    office.refresh_from_db()
    assert office.ends_on == date(2026, 5, 11)
    assert not Session.objects.exists()
    assert client.get("/").url.startswith("/login/")
    again = enter(people.secretary)
    assert again.post(reverse("tasks:save_item", args=[row.pk])).status_code == 404
    with pytest.raises(PermissionDenied):
        make.make_draft(row, User.objects.get(pk=people.secretary.pk), note="还想改")


def test_the_successor_finds_the_same_things_to_do_and_goes_on_with_the_draft(people, org, office):
    make.make_returned(make.item_of(org.north, "T1-02"), people.secretary, people.reviewer)
    row = make.make_draft(make.item_of(org.north), people.secretary)
    before = todos_of(people.secretary)

    done = hand(office, people.reviewer)

    new = User.objects.get(username="xinshuji")
    assert todos_of(new) == before
    assert new.check_password(done.password)
    assert new.must_change_password
    make.make_submitted(row, new)
    assert row.state == "submitted"


def test_responsible_names_and_unread_notices_go_over_and_the_rest_stays(people, org, office):
    mine = make.make_planned(make.make_problem(org.north, people.secretary), people.secretary)
    other = make.make_planned(
        make.make_problem(org.north, people.secretary, "缺少党旗"),
        people.secretary,
        responsible="钱干事",
    )
    make.make_returned(make.item_of(org.north), people.secretary, people.reviewer)
    unread = Notice.objects.get(recipient=people.secretary, kind="item.returned")

    hand(office, people.reviewer)

    for problem in (mine, other):
        problem.refresh_from_db()
    unread.refresh_from_db()
    assert (mine.responsible, other.responsible) == ("新书记", "钱干事")
    assert unread.recipient.username == "xinshuji"
    told = Notice.objects.filter(kind="office.handed_over").values_list(
        "recipient__name", flat=True
    )
    assert sorted(told) == sorted(["赵书记", "新书记"])


def test_the_sheet_is_sealed_with_what_was_open_and_the_trail_says_who(people, org, office):
    make.make_problem(org.north, people.secretary, "缺少党旗")
    make.make_submitted(make.item_of(org.north), people.secretary)

    done = hand(office, people.reviewer, document_no="12号")

    sheet = {part["title"]: part["lines"] for part in done.handover.sheet}
    assert [line["what"] for line in sheet["问题清单"]] == ["缺少党旗"]
    assert len(sheet["检查条目"]) == len(
        [r for r in org.north.branch_items.all() if r.opens_on <= TODAY]
    )
    assert sheet["检查条目"][-1]["why"] == "待审核，在市北区局机关党委"
    entry = Entry.objects.get(verb="office.handed_over")
    assert (entry.actor_name, entry.detail["before"], entry.detail["after"]) == (
        "吴审核",
        "赵书记",
        "新书记",
    )


def test_an_office_that_began_today_is_handed_on_as_well(people, org, office):
    first = hand(office, people.reviewer)
    held = Appointment.objects.get(user=first.handover.to_user)

    hand(held, people.reviewer, "disan", "第三人")

    names = Appointment.objects.filter(organization=org.north, role=Role.SECRETARY, ends_on=None)
    assert [o.user.name for o in names] == ["第三人"]


def test_only_those_above_or_the_administrator_hand_over(people, org, office):
    for person in (people.secretary, people.clerk, people.south_reviewer, people.security):
        with pytest.raises(PermissionDenied):
            hand(office, person)

    assert hand(office, people.admin).handover.by == people.admin


@pytest.mark.parametrize(
    ("username", "name", "sentence"),
    [
        ("ganshi", "赵书记", "不是赵书记的"),
        ("shuji", "赵书记", "就是现任"),
        ("shenhe", "吴审核", "不能交接给办理人本人"),
        ("admin", "沈管理", "管理员账号不能兼任"),
        ("bad name!", "新书记", "账号只能由"),
    ],
)
def test_a_wrong_successor_is_refused_and_nothing_changes(people, office, username, name, sentence):
    with pytest.raises(Refused, match=sentence):
        hand(office, people.reviewer, username, name)

    office.refresh_from_db()
    assert office.ends_on is None
    assert not Handover.objects.exists()


def test_the_second_of_two_hand_overs_is_told(people, office):
    hand(office, people.reviewer)

    with pytest.raises(Refused, match="已不在此任职"):
        hand(office, people.committee, "disan", "第三人")


def test_who_holds_another_office_keeps_the_in_box(people, org, office):
    make_office(people.secretary, Role.SECRETARY, org.archive)
    make.make_returned(make.item_of(org.north), people.secretary, people.reviewer)

    hand(office, people.reviewer)

    assert Notice.objects.filter(recipient=people.secretary, kind="item.returned").exists()


def test_the_pages_lead_from_the_office_to_the_sheet_and_its_pdf(people, org, office):
    client = enter(people.reviewer)
    branch = client.get(org.north.get_absolute_url()).content.decode()
    address = reverse("branches:hand_over", args=[office.pk])
    form = client.get(address).content.decode()
    wrong = client.post(address, {"username": "ganshi", "name": "某某"})
    done = client.post(address, {"username": "xinshuji", "name": "新书记"})
    again = client.post(address, {"username": "disan", "name": "第三人"})

    handover = Handover.objects.get()
    paper = client.get(handover.get_absolute_url() + "?format=pdf")
    assert address in branch
    assert "检查条目（" in form
    assert (wrong.status_code, done.status_code, again.status_code) == (422, 200, 404)
    assert done.context["done"].password in done.content.decode()
    assert paper.content.startswith(b"%PDF")
    assert "检查条目（" in client.get(handover.get_absolute_url()).content.decode()


def test_the_administrator_hands_over_without_seeing_the_branchs_business(people, office):
    page = enter(people.admin).get(reverse("branches:hand_over", args=[office.pk]))

    assert page.status_code == 200
    assert page.context["sheet"] is None
