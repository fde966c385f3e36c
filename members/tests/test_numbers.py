"""Rosters with whole numbers: one person asks, another approves, the file leaves once."""

from datetime import date, datetime, timedelta
from io import BytesIO

import pytest
import time_machine
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook

from branches.models import Appointment
from branches.roles import Role
from branches.scope import forget_scope
from branchyear.audit.models import Entry
from branchyear.lib.errors import Refused
from branchyear.notifications.models import Notice
from conftest import make_office, make_user
from members import second_person
from members.jobs import lapse_numbers
from members.models import Member, NumbersRequest, NumbersRule, RosterProfile
from members.services import numbers
from members.tests.make import make_member
from members.tests.rosters import number_of

State = NumbersRequest.State
NOW = timezone.make_aware(datetime(2026, 6, 20, 10))
REASON = "“党建e家”批量入库"


@pytest.fixture
def roll(org):
    """Two members in the first north branch, one in the second, one in the south; one may be taken alone."""
    NumbersRule.objects.update(alone_up_to=1)
    for at, (name, branch) in enumerate(
        [("张三", org.north), ("李四", org.north), ("王五", org.north_two), ("南方人", org.south)],
        1,
    ):
        make_member(branch, name, id_number=number_of(at), birth_date=date(1985, 3, 2))


def ask(organization, by, *, reason=REASON, now=NOW, target=None):
    profile = RosterProfile.objects.get()
    return numbers.ask(target or BytesIO(), profile, organization, reason=reason, by=by, now=now)


def decide(request, by, *, approve=True, note="", now=NOW):
    numbers.decide(request, approve=approve, note=note, by=by, now=now)


def take(request, by, *, now=NOW):
    book = BytesIO()
    numbers.take(request, book, by=by, now=now)
    return load_workbook(book).active


def verbs():
    acts = Entry.objects.filter(verb__regex=r"^numbers\.|_in_full$").order_by("pk")
    return list(acts.values_list("verb", flat=True))


# --- How many are taken alone ---------------------------------------------------------------------


def test_a_few_people_are_taken_alone_with_a_reason(roll, org, people):
    book = BytesIO()

    asked = ask(org.north_two, people.second_secretary, target=book)

    assert asked.state == State.TAKEN
    assert load_workbook(book).active.cell(2, 3).value == number_of(3)
    detail = Entry.objects.get(verb="roster.downloaded_in_full").detail
    assert (detail["members"], detail["reason"], detail["approved_by"]) == (1, REASON, "")
    assert verbs() == ["roster.downloaded_in_full"]


def test_a_reason_that_says_nothing_is_refused(roll, org, people):
    with pytest.raises(Refused, match="至少5个字"):
        ask(org.north_two, people.second_secretary, reason="工作")


def test_small_branches_are_not_taken_one_by_one_and_the_same_one_twice_counts_once(
    roll, org, people
):
    make_member(org.north_four, "郑六")
    ask(org.north_two, people.reviewer)

    again = ask(org.north_two, people.reviewer, now=NOW + timedelta(hours=1))
    other = ask(org.north_four, people.reviewer, now=NOW + timedelta(hours=23))
    next_day = ask(org.north_four, people.reviewer, now=NOW + timedelta(hours=26))

    assert [again.state, other.state, next_day.state] == [State.TAKEN, State.WAITING, State.TAKEN]


def test_leaders_approve_but_take_nothing(roll, org, people):
    for who in (people.leader, people.department, people.inspector, people.second_secretary):
        with pytest.raises(PermissionDenied):
            ask(org.north, who)


# --- Who is the second person ---------------------------------------------------------------------


def test_it_is_asked_approved_and_taken_once(roll, org, people):
    asked = ask(org.north, people.secretary)
    assert Notice.objects.get(kind="numbers.asked").recipient == people.reviewer

    decide(asked, people.reviewer)
    sheet = take(asked, people.secretary, now=NOW + timedelta(hours=23))

    assert {sheet.cell(2, 3).value, sheet.cell(3, 3).value} == {number_of(1), number_of(2)}
    assert Notice.objects.get(kind="numbers.decided").recipient == people.secretary
    assert verbs() == ["numbers.asked", "numbers.approved", "roster.downloaded_in_full"]
    assert Entry.objects.get(verb="roster.downloaded_in_full").detail["approved_by"] == "吴审核"
    with pytest.raises(Refused, match="已下载"):
        take(asked, people.secretary)


def test_asked_again_while_it_is_open_it_is_the_same_request(roll, org, people):
    first = ask(org.north, people.secretary)

    second = ask(org.north, people.secretary, reason="另外一个说法", now=NOW + timedelta(hours=1))

    assert second == first
    assert verbs() == ["numbers.asked"]


@pytest.mark.parametrize(
    ("asker", "where", "approver"),
    [
        ("reviewer", "north_office", "committee"),  # the level above: nobody else holds the office
        ("archive_secretary", "archive", "committee"),
        ("committee", "committee", "leader"),  # the committee's own person in charge
    ],
)
def test_it_waits_with_the_nearest_office_of_somebody_else(
    asker, where, approver, roll, org, people
):
    make_member(org.archive, "档案甲")
    make_member(org.archive, "档案乙")

    asked = ask(getattr(org, where), getattr(people, asker))

    assert [n.recipient for n in Notice.objects.filter(kind="numbers.asked")] == [
        getattr(people, approver)
    ]
    assert list(second_person.waiting_for(getattr(people, approver), now=NOW)) == [asked]


def test_another_reviewer_of_the_same_organisation_comes_first(roll, org, people):
    colleague = make_office(make_user("shenhe2", "何审核"), Role.ORG_REVIEWER, org.north_office)

    asked = ask(org.north_office, people.reviewer)

    assert Notice.objects.get(kind="numbers.asked").recipient == colleague
    decide(asked, colleague)


def test_neither_the_asker_nor_the_branch_nor_those_below_nor_a_neighbour_decides(
    roll, org, people
):
    asked = ask(org.north, people.reviewer)

    for who in (
        people.reviewer, people.secretary, people.general_reviewer, people.south_reviewer,
        people.inspector, people.admin,
    ):  # fmt: skip
        with pytest.raises(PermissionDenied):
            decide(asked, who)


@pytest.mark.parametrize("who_asks", ["holder", "substitute"])
def test_nobody_approves_by_way_of_a_substitute(who_asks, roll, org, people):
    substitute = make_user("daili", "代审核")
    Appointment.objects.create(
        user=substitute, organization=org.north_office, role=Role.ORG_REVIEWER,
        starts_on=NOW.date(), ends_on=NOW.date(), acting_for=people.reviewer,
    )  # fmt: skip
    pair = [people.reviewer, substitute]
    asker, other = pair if who_asks == "holder" else reversed(pair)
    with time_machine.travel(NOW, tick=False):
        for one in pair:
            forget_scope(one)
        asked = ask(org.north_office, asker)

        assert Notice.objects.get(kind="numbers.asked").recipient == people.committee
        with pytest.raises(PermissionDenied):
            decide(asked, other)
        assert not second_person.waiting_for(other, now=NOW).exists()


def test_where_nobody_else_can_approve_it_says_whom_to_ask(roll, org, people):
    Appointment.objects.filter(user__in=[people.leader, people.department]).delete()

    with pytest.raises(Refused, match="联系系统管理员"):
        ask(org.committee, people.committee)


# --- Once, in time, and only as long as it is right -------------------------------------------------


def test_a_refusal_needs_its_reason(roll, org, people):
    asked = ask(org.north, people.secretary)
    with pytest.raises(Refused, match="写明理由"):
        decide(asked, people.reviewer, approve=False)

    decide(asked, people.reviewer, approve=False, note="逐人查看即可")

    with pytest.raises(Refused, match="不同意"):
        take(asked, people.secretary)
    assert "逐人查看即可" in Notice.objects.get(kind="numbers.decided").text
    assert verbs() == ["numbers.asked", "numbers.refused"]


def test_the_slower_of_two_approvers_is_told(roll, org, people):
    asked = ask(org.north, people.secretary)
    decide(NumbersRequest.objects.get(), people.reviewer)

    with pytest.raises(Refused, match="已批准待下载"):
        decide(asked, people.committee, approve=False, note="不必")

    assert NumbersRequest.objects.get().decided_by == people.reviewer


def test_what_is_not_taken_in_time_lapses_also_before_the_clock_says_so(roll, org, people):
    asked = ask(org.north, people.secretary)
    decide(asked, people.reviewer)
    late = NOW + timedelta(hours=24)

    with pytest.raises(Refused, match="有效期"):
        take(asked, people.secretary, now=late)
    assert ask(org.north, people.secretary, now=late) != asked

    assert verbs() == ["numbers.asked", "numbers.approved", "numbers.lapsed", "numbers.asked"]


def test_the_clock_lets_it_lapse_once_and_tells_whom_nobody_answered(roll, org, people):
    asked = ask(org.north, people.secretary)

    with time_machine.travel(NOW + timedelta(days=7), tick=False):
        lapse_numbers()
        lapse_numbers()

    asked.refresh_from_db()
    assert asked.state == State.LAPSED
    assert verbs() == ["numbers.asked", "numbers.lapsed"]
    assert "已作废" in Notice.objects.get(kind="numbers.decided").text
    with pytest.raises(Refused, match="有效期"):
        decide(asked, people.reviewer)


def test_whoever_has_left_the_office_takes_nothing(roll, org, people):
    asked = ask(org.north, people.secretary)
    decide(asked, people.reviewer)
    people.secretary.appointments.all().delete()
    forget_scope(people.secretary)

    with pytest.raises(PermissionDenied):
        take(asked, people.secretary)


def test_a_roster_that_has_grown_since_is_asked_for_anew(roll, org, people):
    asked = ask(org.north, people.secretary)
    decide(asked, people.reviewer)
    for name in ("赵七", "钱八"):
        make_member(org.north, name)

    with pytest.raises(Refused, match="又增加了2人"):
        take(asked, people.secretary)

    numbers.withdraw(NumbersRequest.objects.get(), by=people.secretary, now=NOW)
    assert verbs()[-1] == "numbers.withdrawn"


# --- The pages --------------------------------------------------------------------------------------


def test_from_the_roster_to_the_file_by_the_pages(roll, org, people, sign_in):
    profile = RosterProfile.objects.get()
    page = f"{reverse('members:numbers')}?org={org.north.pk}"
    client = sign_in(people.secretary)
    excel = client.get(f"{reverse('members:roster_upload')}?org={org.north.pk}").content.decode()
    empty = client.post(page, {"profile": profile.pk, "reason": ""})
    sent = client.post(page, {"profile": profile.pk, "reason": REASON})
    asked = NumbersRequest.objects.get()
    decision = reverse("members:decide_numbers", args=[asked.pk])

    client = sign_in(people.reviewer)
    unexplained = client.post(decision, {"decision": "refuse"})
    client.post(decision, {"decision": "approve"})
    client = sign_in(people.secretary)
    ready = client.get(page).content.decode()
    file = client.post(reverse("members:take_numbers", args=[asked.pk]))

    assert page in excel
    assert (empty.status_code, sent.status_code, unexplained.status_code) == (422, 302, 422)
    assert "不同意的要写明理由" in unexplained.content.decode()
    assert "可以下载" in ready
    assert file["Cache-Control"] == "no-store"
    assert load_workbook(BytesIO(file.content)).active.cell(2, 1).value == "北一支部"


def test_a_few_come_as_a_file_at_once(roll, org, people, sign_in):
    page = f"{reverse('members:numbers')}?org={org.north_two.pk}"

    answer = sign_in(people.second_secretary).post(
        page, {"profile": RosterProfile.objects.get().pk, "reason": REASON}
    )

    assert answer["Content-Type"].endswith("sheet")
    assert Member.objects.get(name="王五").id_number in str(
        [c.value for c in load_workbook(BytesIO(answer.content)).active[2]]
    )


def test_a_foreign_branchs_requests_are_not_seen(roll, org, people, sign_in):
    make_member(org.south, "南方人乙")
    with time_machine.travel(NOW, tick=False):
        ask(org.south, people.south_secretary, reason="南区单独的事由")

        shown = sign_in(people.reviewer).get(reverse("members:numbers")).content.decode()

    assert "南区单独的事由" not in shown
    assert "南一支部" not in shown


def test_the_page_and_the_home_ask_as_much_for_many_requests_as_for_one(
    roll, org, people, sign_in, django_assert_num_queries
):
    client, page = sign_in(people.reviewer), reverse("members:numbers")

    def one_more(at):
        who = make_office(make_user(f"gan{at}", f"干{at}"), Role.CLERK, org.north)
        asked = ask(org.north, who, now=timezone.now())
        asked.pk, asked.state = None, State.LAPSED
        asked.save()

    one_more(0)
    client.get("/"), client.get(page)
    with CaptureQueriesContext(connection) as first:
        client.get("/"), client.get(page)
    for at in range(1, 4):
        one_more(at)

    with django_assert_num_queries(len(first)):
        client.get("/"), client.get(page)


def test_the_home_of_whoever_cannot_approve_asks_nothing_for_it(roll, org, people):
    with CaptureQueriesContext(connection) as asked:
        second_person.scope_of(people.secretary)
    with CaptureQueriesContext(connection) as more:
        found = second_person.waiting_for(people.secretary, now=NOW)
        assert not found.exists()

    assert (len(asked), len(more)) == (1, 0)


# --- The rule -------------------------------------------------------------------------------------


def test_the_security_administrator_sets_the_number_and_it_is_on_the_trail(people, sign_in):
    row = NumbersRule.objects.get()
    url = reverse("admin:members_numbersrule_change", args=[row.pk])
    data = {"alone_up_to": 20, "take_hours": 48}

    looked = sign_in(people.admin).post(url, data)
    answer = sign_in(people.security).post(url, data)

    assert (looked.status_code, answer.status_code) == (403, 302)
    row.refresh_from_db()
    assert (row.alone_up_to, row.take_hours) == (20, 48)
    detail = Entry.objects.get(verb="numbers_rule.revised").detail
    assert detail["before"] == {"alone_up_to": 50, "take_hours": 24}
