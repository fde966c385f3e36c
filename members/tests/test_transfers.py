"""Letters between branches: both sides confirm, the sender answers until then."""

import threading
from datetime import timedelta
from functools import partial

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection

from branches.services import organizations
from branchyear.audit.models import Entry
from branchyear.lib.dates import add_months, local_day
from branchyear.lib.errors import Refused
from branchyear.notifications.models import Notice
from conftest import build_people, build_tree
from members.models import Member, MemberEvent, Post, PostHeld, Transfer
from members.services import absences, transfers
from members.tests.make import id_number, make_member

pytestmark = pytest.mark.engines

TODAY = local_day()


def issue(member, receiver=None, by=None, **changes):
    return transfers.issue(
        member, receiver=receiver, by=by, **{"issued_on": TODAY, "letter_no": "1号", **changes}
    )


def fresh(row):
    row.refresh_from_db()
    return row


def test_who_is_sent_still_counts_with_the_sender_and_the_receiver_is_told(org, people):
    member = make_member(org.north)

    transfer = issue(member, org.south, by=people.secretary)

    assert fresh(member).get_standing_display() == "转出中"
    assert Member.objects.counted().filter(organization=org.north).count() == 1
    assert transfer.valid_until == TODAY + timedelta(days=10)
    assert Notice.objects.get().recipient == people.south_secretary
    assert Entry.objects.get(verb="transfer.issued").organization_name == "北一支部"


def test_whoever_is_received_stands_on_the_new_roll_without_group_and_post(org, people):
    member = make_member(org.north)
    PostHeld.objects.create(
        member=member, organization=org.north, post=Post.OFFICER, starts_on=TODAY
    )
    transfer = issue(member, org.south, by=people.secretary)

    transfers.receive(transfer, on=TODAY, by=people.south_secretary)

    member = fresh(member)
    assert (member.organization, member.standing, member.joined_from) == (
        org.south,
        "active",
        "北一支部",
    )
    assert member.joined_branch_on == TODAY
    assert PostHeld.objects.get().ends_on == TODAY
    assert fresh(transfer).slip_on == TODAY
    assert MemberEvent.objects.filter(member=member, what="transferred").count() == 1
    told = Notice.objects.filter(kind="transfer.received")
    assert {n.recipient for n in told} == {people.secretary, people.clerk}
    assert Entry.objects.get(verb="transfer.received").organization_name == "南一支部"


def test_only_the_receiving_branch_receives_and_only_the_sender_withdraws(org, people):
    transfer = issue(make_member(org.north), org.south)

    for person in (people.secretary, people.committee, people.south_reviewer, people.inspector):
        with pytest.raises(PermissionDenied):
            transfers.receive(transfer, on=TODAY, by=person)
    with pytest.raises(PermissionDenied):
        transfers.withdraw(transfer, reason="填错了", by=people.south_secretary)


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"valid_until": add_months(TODAY, 3) + timedelta(days=1)}, "最长3个月"),
        ({"valid_until": TODAY - timedelta(days=1)}, "不能早于开具日期"),
        ({"issued_on": TODAY + timedelta(days=1)}, "不能晚于今天"),
        ({"dues_paid_to": "4月"}, "2026-04"),
    ],
)
def test_a_letter_that_cannot_be_is_refused(changes, sentence, org):
    with pytest.raises(Refused, match=sentence):
        issue(make_member(org.north), org.south, **changes)

    assert Transfer.objects.count() == 0
    assert Member.objects.get().standing == "active"


def test_a_letter_may_be_valid_three_months_to_the_day(org):
    assert issue(make_member(org.north), org.south, valid_until=add_months(TODAY, 3)).pk


def test_nobody_is_sent_twice_nor_when_lost_nor_to_no_branch(org):
    member = make_member(org.north)
    issue(member, org.south)
    lost = make_member(org.north, "失联", standing="lost")

    with pytest.raises(Refused, match="正在转接中"):
        issue(fresh(member), org.archive)
    with pytest.raises(Refused, match="先结束失联登记"):
        issue(lost, org.south)
    with pytest.raises(Refused, match="只能转到党支部"):
        issue(make_member(org.north, "丙"), org.south_office)
    with pytest.raises(Refused, match="无需转接"):
        issue(make_member(org.north, "丁"), org.north)
    with pytest.raises(Refused, match="请选择转入党支部"):
        issue(make_member(org.north, "戊"))


def test_a_letter_sent_back_or_taken_back_leaves_the_member_where_he_was(org, people):
    member = make_member(org.north)
    first = issue(member, org.south, by=people.secretary)

    transfers.refuse(first, reason="介绍信抬头有误", by=people.south_secretary)

    assert fresh(member).standing == "active"
    assert Notice.objects.filter(kind="transfer.refused", recipient=people.clerk).exists()
    second = issue(member, org.south, by=people.secretary)
    transfers.withdraw(second, reason="本人不再调动", by=people.secretary)
    assert fresh(member).standing == "active"
    assert Entry.objects.filter(verb__in=["transfer.refused", "transfer.withdrawn"]).count() == 2


def test_a_floating_member_is_floating_again_when_the_letter_comes_to_nothing(org):
    member = make_member(org.north)
    absences.register_absence(
        member, kind="floating", since=TODAY, destination="外地", contact_person="甲", by=None
    )
    transfer = issue(fresh(member), receiver_name="外地党支部")

    transfers.withdraw(transfer, reason="不转了", by=None)

    assert fresh(member).standing == "floating"


def test_an_expired_letter_is_not_received(org):
    issued = TODAY - timedelta(days=40)
    transfer = issue(make_member(org.north), org.south, issued_on=issued)

    assert transfer.is_expired(TODAY)
    with pytest.raises(Refused, match="已过期"):
        transfers.receive(transfer, on=TODAY, by=None)
    transfers.receive(transfer, on=issued + timedelta(days=5), by=None)


def test_who_goes_out_of_the_city_leaves_the_roll_when_the_slip_is_back(org, people):
    member = make_member(org.north)
    transfer = issue(member, receiver_name="外市某党支部", by=people.secretary)
    assert transfer.valid_until == TODAY + timedelta(days=30)

    transfers.register_slip(transfer, received_on=TODAY, slip_on=TODAY, by=people.clerk)

    member = fresh(member)
    assert (member.standing, member.left_on) == ("left", TODAY)
    assert Member.objects.counted().count() == 0


def letter(**changes):
    return {"sender_name": "外市某党支部", "issued_on": TODAY, "on": TODAY, **changes}


def test_who_comes_from_outside_is_put_on_the_roll(org, people):
    person = {"name": "新来", "sex": "male", "id_number": id_number(5)}

    transfer = transfers.take_in(org.north, person=person, by=people.secretary, **letter())

    member = transfer.member
    assert f"{member.birth_date:%Y%m%d}" == id_number(5)[6:14]  # nobody types what the number says
    assert (member.organization, member.joined_from, member.joined_branch_on) == (
        org.north,
        "外市某党支部",
        TODAY,
    )
    assert transfer.state == "received"


def test_who_left_the_city_comes_back_as_the_same_person(org):
    number = id_number(6)
    member = make_member(org.north, "归来", id_number=number)
    transfer = issue(member, receiver_name="外市某党支部")
    transfers.register_slip(transfer, received_on=TODAY, slip_on=TODAY, by=None)

    transfers.take_in(org.south, person={"name": "归来", "id_number": number}, by=None, **letter())

    member = fresh(member)
    assert (member.organization, member.standing, member.left_on) == (org.south, "active", None)
    assert Member.objects.count() == 1


def test_after_a_merger_the_letters_under_way_are_the_staying_branchs(org):
    transfer = issue(make_member(org.north), org.north_two)

    organizations.merge(org.north_two, into=org.archive, on=TODAY, by=None)

    assert fresh(transfer).receiver == org.archive


def test_a_branch_with_letters_to_receive_is_not_closed(org):
    issue(make_member(org.north), org.south)

    with pytest.raises(Refused, match="待接收的组织关系介绍信"):
        organizations.close(org.south, on=TODAY, by=None)


@pytest.mark.django_db(transaction=True)
def test_receiving_and_withdrawing_at_once_have_one_winner():
    org = build_tree()
    people = build_people(org)
    for number in range(12):
        member = make_member(org.north, f"党员{number}")
        pk = issue(member, org.south).pk
        acts = (
            partial(transfers.receive, on=TODAY, by=people.south_secretary),
            partial(transfers.withdraw, reason="填错了", by=people.secretary),
        )
        barrier, results = threading.Barrier(2), [None, None]

        def run(place, act, pk=pk, barrier=barrier, results=results):
            try:
                mine = Transfer.objects.select_related("member__organization").get(pk=pk)
                barrier.wait(timeout=30)
                act(mine)
                results[place] = "won"
            except Exception as error:  # noqa: BLE001 the test judges it
                results[place] = error
            finally:
                connection.close()

        threads = [threading.Thread(target=run, args=pair) for pair in enumerate(acts)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(timeout=60)

        assert results.count("won") == 1, results
        assert all(r == "won" or isinstance(r, Refused) for r in results), results
        where = fresh(member).organization
        assert where == (org.south if results[0] == "won" else org.north)
        assert fresh(member).standing == "active"
