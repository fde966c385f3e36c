"""The frame around every page: what of it is one person's, and what is everybody's."""

import re

import pytest

from branches.models import Appointment, Organization
from branches.roles import Role
from branchyear.accounts.models import User
from branchyear.lib.dates import local_day

BAR = re.compile(r'<header class="bar">.*?</header>', re.S)


def bar_of(answer):
    return BAR.search(answer.content.decode()).group()


@pytest.mark.django_db
def test_each_person_meets_his_own_name_and_unit(people, org, sign_in):
    mine = bar_of(sign_in(people.secretary).get("/notices/"))
    his = bar_of(sign_in(people.south_secretary).get("/notices/"))

    assert people.secretary.name in mine
    assert org.north.label in mine
    assert people.secretary.name not in his
    assert org.north.label not in his
    assert people.south_secretary.name in his


@pytest.mark.django_db
def test_a_name_is_shown_and_never_carried_out(people, org, sign_in):
    User.objects.filter(pk=people.secretary.pk).update(name='<i>"张')
    Organization.objects.filter(pk=org.north.pk).update(short_name="\ue000who\ue001&")

    bar = bar_of(sign_in(people.secretary).get("/notices/"))

    assert "&lt;i&gt;&quot;张" in bar
    assert "<i>" not in bar
    assert "\ue000who\ue001&amp;" in bar


@pytest.mark.django_db
def test_a_search_stays_in_its_box(people, sign_in):
    page = sign_in(people.secretary).get("/search/", {"q": '北"一'})
    assert 'value="北&quot;一"' in bar_of(page)
    assert 'value=""' in bar_of(sign_in(people.secretary).get("/notices/"))


@pytest.mark.django_db
def test_the_way_out_carries_the_visitors_own_token(people, sign_in):
    client = sign_in(people.secretary)
    client.handler.enforce_csrf_checks = True
    token = re.search(
        r'name="csrfmiddlewaretoken" value="([^"]+)"', bar_of(client.get("/notices/"))
    )
    other = sign_in(people.south_secretary)
    bar_of(other.get("/notices/"))

    assert client.post("/logout/", {"csrfmiddlewaretoken": "a" * 64}).status_code == 403
    assert client.post("/logout/", {"csrfmiddlewaretoken": token[1]}).status_code == 302


@pytest.mark.django_db
def test_the_menu_marks_where_one_is(people, sign_in):
    client = sign_in(people.secretary)
    for address, entry in (("/reports/", "月报"), ("/problems/", "问题整改"), ("/", "首页")):
        page = client.get(address).content.decode()
        chosen = re.findall(r'<a class="menu__item menu__item--chosen"[^>]*>([^<]+)</a>', page)
        assert chosen == [entry]


@pytest.mark.django_db
def test_who_gets_another_office_gets_its_menu_at_the_next_click(people, org, sign_in):
    client = sign_in(people.secretary)
    assert "总览" not in client.get("/notices/").content.decode()
    Appointment.objects.create(
        user=people.secretary, organization=org.north_office, role=Role.ORG_REVIEWER,
        starts_on=local_day(),
    )  # fmt: skip
    assert "总览" in client.get("/notices/").content.decode()
