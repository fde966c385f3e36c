"""转办: somebody acts for a reviewer who is away; it begins and ends by itself."""

from datetime import timedelta

import pytest
import time_machine
from django.core.exceptions import PermissionDenied
from django.urls import reverse

from branches.models import Appointment
from branches.roles import Role
from branches.scope import scope_of
from branches.services import substitutes
from branchyear.accounts.models import User
from branchyear.audit.models import Entry
from branchyear.lib.errors import Refused
from branchyear.notifications.models import Notice
from tasks.services import items
from tasks.tests import make

TODAY = make.NOW.date()
WEEK = timedelta(days=7)


@pytest.fixture(autouse=True)
def _morning():
    with time_machine.travel(make.NOW, tick=False):
        yield


@pytest.fixture
def office(people, org):
    return Appointment.objects.get(organization=org.north_office, role=Role.ORG_REVIEWER)


def act(office, by, username="nobody", name="朱无职", starts_on=TODAY, ends_on=TODAY + WEEK):
    days = {"starts_on": starts_on, "ends_on": ends_on}
    return substitutes.substitute(office, username=username, name=name, by=by, now=make.NOW, **days)


def fresh(user):
    return User.objects.get(pk=user.pk)


def test_the_substitute_reviews_in_his_own_name_until_the_day_and_no_longer(people, org, office):
    make.make_campaign()
    first = make.make_submitted(make.item_of(org.north), people.secretary)
    second = make.make_submitted(make.item_of(org.north, "T1-02"), people.secretary)
    act(office, people.reviewer)

    items.accept(first, by=fresh(people.nobody), now=make.NOW + WEEK)
    with pytest.raises(PermissionDenied):
        items.accept(second, by=fresh(people.nobody), now=make.NOW + WEEK + timedelta(days=1))

    assert first.steps.last().by_name == "朱无职"
    told = Notice.objects.filter(kind="office.acting").values_list("recipient__name", flat=True)
    assert sorted(told) == sorted(["朱无职", "吴审核"])
    assert Entry.objects.get(verb="office.acting").detail["acting_for"] == "吴审核"


def test_what_he_filled_in_himself_he_reviews_for_nobody(people, org, office):
    make.make_campaign()
    row = make.make_submitted(make.item_of(org.north), people.secretary)
    act(office, people.reviewer, "shuji", "赵书记")

    with pytest.raises(PermissionDenied, match="须由其他审核人办理"):
        items.accept(row, by=fresh(people.secretary), now=make.NOW)


def test_the_reviewer_those_above_and_the_administrator_arrange_it(people, office):
    for person in (people.secretary, people.general_reviewer, people.south_reviewer, people.nobody):
        with pytest.raises(PermissionDenied):
            act(office, person)

    act(office, people.committee)
    act(office, people.admin, "shuji", "赵书记")

    assert Appointment.objects.filter(acting_for=people.reviewer).count() == 2


def test_who_acts_cannot_pass_it_on(people, office):
    acting = act(office, people.reviewer)

    with pytest.raises(PermissionDenied):
        act(acting, fresh(people.nobody), "shuji", "赵书记")
    with pytest.raises(Refused, match="不能再转办"):
        act(acting, None, "shuji", "赵书记")


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"name": "别人"}, "不是别人的"),
        ({"username": "gone", "name": "无"}, "没有在用的账号"),
        ({"username": "shenhe", "name": "吴审核"}, "不能转办给本人"),
        ({"username": "admin", "name": "沈管理"}, "管理员账号"),
        ({"starts_on": TODAY - WEEK}, "不能早于今天"),
        ({"ends_on": TODAY - WEEK}, "不能早于起始"),
        ({"ends_on": TODAY + 20 * WEEK}, "最长92天"),
    ],
)
def test_a_wrong_substitution_is_refused(people, office, changes, sentence):
    with pytest.raises(Refused, match=sentence):
        act(office, people.reviewer, **changes)

    assert not Appointment.objects.exclude(acting_for=None).exists()


def test_the_same_person_twice_in_the_same_days_is_refused(people, office):
    act(office, people.reviewer)

    with pytest.raises(Refused, match="已有同一职责"):
        act(office, people.reviewer, starts_on=TODAY + timedelta(days=3), ends_on=TODAY + 2 * WEEK)


@pytest.mark.parametrize("days", [0, 2])
def test_ended_early_it_is_over_at_once(people, office, days):
    acting = act(office, people.reviewer)
    now = make.NOW + timedelta(days=days)

    substitutes.end_acting(acting, by=people.reviewer, now=now)

    assert scope_of(fresh(people.nobody), now.date()).offices == ()
    assert Entry.objects.filter(verb="office.acting_ended").count() == 1
    with pytest.raises(Refused, match="已经结束"):
        substitutes.end_acting(acting, by=people.reviewer, now=now)


def test_the_review_page_leads_there_and_the_branchs_page_says_who_acts(
    sign_in, people, org, office
):
    client = sign_in(people.reviewer)
    address = reverse("branches:substitute", args=[office.pk])
    days = {"starts_on": "2026-05-12", "ends_on": "2026-05-20"}

    wrong = client.post(address, {"username": "nobody", "name": "某某", **days})
    done = client.post(address, {"username": "nobody", "name": "朱无职", **days}, follow=True)

    assert address in client.get(reverse("tasks:review")).content.decode()
    assert wrong.status_code == 422
    assert "由朱无职代理审核" in done.content.decode()
    assert "（代吴审核）" in client.get(org.north_office.get_absolute_url()).content.decode()


def test_the_administrator_finds_it_beside_the_office(sign_in, people, office):
    address = reverse("branches:substitute", args=[office.pk])
    listed = sign_in(people.admin).get(reverse("admin:branches_appointment_changelist"))

    assert f'<a href="{address}">转办</a>' in listed.content.decode()
