"""The code from the telephone: RFC 6238, once each, counted, and before anything else."""

from datetime import timedelta

import pyotp
import pytest
import time_machine
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.test import Client
from django.utils import timezone

from branches.models import SecondFactorRole
from branches.services import accounts, safety
from branchyear.accounts import second_factor as factor
from branchyear.accounts.models import OpenSession, RecoveryCode, SecondFactor
from branchyear.audit.models import Entry
from branchyear.lib.errors import Refused

PASSWORD = "Passw0rd-2022"
SECRET = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"


def code(at=None, secret=SECRET):
    return pyotp.TOTP(secret).at(at or timezone.now())


@pytest.fixture
def enrolled(people):
    """The committee's reviewer with a code; its secret is ours."""
    SecondFactor.objects.create(user=people.committee, secret=SECRET)
    RecoveryCode.objects.create(user=people.committee, digest=factor._digest("ABCDE-FGH23"))
    return people.committee


def enter(client, username="gongwei", **how):
    return client.post("/login/", {"username": username, "password": PASSWORD, **how})


def give(client, answer):
    return client.post("/login/code/", {"code": answer, "next": "/notices/"})


def test_codes_are_those_of_rfc_6238():
    # Appendix B, SHA-1, the last six of its eight digits.
    for moment, digits in ((59, "287082"), (1111111109, "081804"), (2000000000, "279037")):
        assert pyotp.TOTP(SECRET).at(moment) == digits


def test_the_password_alone_opens_no_page(enrolled, client):
    enter(client)

    assert client.get("/").url == "/login/code/"
    assert client.get("/members/").status_code in (302, 404)
    assert client.get("/api/v1/").status_code == 403
    assert client.get("/account/code/off/").url == "/login/code/"
    answer = give(client, code())
    assert answer.url == "/notices/"
    assert client.get("/notices/").status_code == 200


def test_where_else_the_account_is_in_is_told_only_after_the_code(enrolled, client):
    enter(Client())
    enter(client)

    asked = client.get("/login/code/").content.decode()
    give(client, code())

    assert "在另一处也登录着" not in asked
    assert "在另一处也登录着" in client.get("/notices/").content.decode()


def test_a_code_is_taken_once(enrolled, client):
    now = timezone.now()
    with time_machine.travel(now, tick=False):
        enter(client)
        first = give(client, code())
        other = Client()
        enter(other)
        second = give(other, code())

    assert (first.status_code, second.status_code) == (302, 422)
    assert "不正确或已经用过" in second.content.decode()


def test_a_telephone_may_be_half_a_minute_off_and_no_more(enrolled):
    now = timezone.now()

    told = {
        seconds: factor.prove(enrolled, code(now + timedelta(seconds=seconds)), now=now)
        for seconds in (-90, 90, -30, 30)
    }

    assert told == {-90: False, 90: False, -30: True, 30: True}


def test_five_wrong_codes_lock_even_with_new_log_ins_between(enrolled, client):
    for _ in range(5):
        enter(client)
        assert give(client, "000000").status_code == 422

    enter(client)
    locked = give(client, code())
    with time_machine.travel(timezone.now() + timedelta(minutes=16)):
        enter(client)
        later = give(client, code())

    assert locked.status_code == 422
    assert "连续输错5次" in locked.content.decode()
    assert later.status_code == 302
    assert Entry.objects.filter(verb="account.second_factor_failed").count() == 5


@pytest.mark.parametrize(
    "wrong", ["", "12345", "１２３４５６", "abcdef", "1" * 21, "\x00", "ABCDE-XXXXX"]
)
def test_what_is_no_code_is_refused_in_words(wrong, enrolled, client):
    enter(client)

    assert give(client, wrong).status_code == 422


def test_a_recovery_code_stands_in_once(enrolled, client):
    enter(client)
    first = give(client, "ABCDE-FGH23")
    client.post("/logout/")
    enter(client)

    assert first.status_code == 302
    assert give(client, "ABCDE-FGH23").status_code == 422
    assert Entry.objects.filter(verb="account.recovery_code_used").count() == 1


def test_setting_it_up_shows_square_key_and_recovery_codes_once(people, sign_in):
    client = sign_in(people.secretary)
    other = Client()
    enter(other, "shuji")
    html = client.get("/account/code/").content.decode()
    secret = html.split('code-setup__secret">')[1].split("<")[0].replace(" ", "")

    wrong = client.post("/account/code/", {"code": "000000"})
    right = client.post("/account/code/", {"code": code(secret=secret)})

    assert "data:image/svg+xml" in html
    assert wrong.status_code == 422
    assert right.status_code == 200
    codes = right.context["codes"]
    assert len(codes) == len(set(codes)) == 10
    assert "no-store" in right["Cache-Control"]
    assert client.get("/account/code/").url == "/account/"
    assert client.get("/notices/").status_code == 200
    assert other.get("/notices/").status_code == 302
    assert Entry.objects.filter(verb="account.second_factor_set").count() == 1
    assert factor.prove(people.secretary, codes[0])


def test_neither_secret_nor_codes_can_be_read_in_the_database(people, sign_in):
    client = sign_in(people.secretary)
    client.get("/account/code/")
    offered = str(list(OpenSession.objects.values())) + str(dict(client.session))
    factor.enrol(people.secretary, secret=SECRET, code=code())

    with connection.cursor() as cursor:
        cursor.execute("SELECT secret FROM accounts_secondfactor")
        stored = cursor.fetchone()[0]
    assert stored.startswith("v2:")
    assert SECRET not in stored + offered
    assert "second_factor_offered" in offered


def test_the_person_gives_it_up_with_one_more_code(enrolled, client):
    enter(client)
    give(client, code())

    refused = client.post("/account/code/off/", {"code": "000000"})
    done = client.post("/account/code/off/", {"code": "ABCDE-FGH23"})

    assert (refused.status_code, done.url) == (422, "/account/")
    assert not factor.is_enrolled(enrolled)
    assert Entry.objects.filter(verb="account.second_factor_off").count() == 1


# --- required ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("who", "page"),
    [
        ("admin", "/admin/"),
        ("security", "/admin/accounts/user/"),
        ("auditor", "/admin/audit/entry/"),
        ("committee", "/"),
        ("leader", "/overview/"),
        ("department", "/exports/"),
    ],
)
def test_where_it_is_required_no_privileged_page_opens_without(
    who, page, people, sign_in, settings
):
    settings.SECOND_FACTOR = "required"
    client = sign_in(getattr(people, who))

    assert client.get(page).url == "/account/code/"
    assert client.post(page).url == "/account/code/"
    assert client.get("/api/v1/members/").status_code == 403
    assert client.get("/account/").url == "/account/code/"
    assert "您的职责可以查看、管理重要信息" in client.get("/account/code/").content.decode()


def test_a_secretary_is_asked_for_none(people, sign_in, settings):
    settings.SECOND_FACTOR = "required"

    assert sign_in(people.secretary).get("/").status_code == 200
    assert sign_in(people.reviewer).get("/").status_code == 200


def test_an_office_given_today_asks_at_the_next_click(people, sign_in, settings):
    settings.SECOND_FACTOR = "required"
    client = sign_in(people.reviewer)
    before = client.get("/notices/").status_code

    safety.name_role("org_reviewer", by=people.security)
    from branches.second_factor import forget

    forget()

    assert before == 200
    assert client.get("/notices/").url == "/account/code/"


def test_where_it_is_off_nobody_is_asked(enrolled, client, settings):
    settings.SECOND_FACTOR = "off"
    enter(client)

    assert client.get("/notices/").status_code == 200
    assert client.get("/account/code/").status_code == 404


def test_offices_are_named_by_the_security_administrator_alone(people):
    with pytest.raises(PermissionDenied):
        safety.name_role("secretary", by=people.admin)
    row = SecondFactorRole.objects.get(role="committee_leader")
    with pytest.raises(PermissionDenied):
        safety.unname_role(row, by=people.auditor)
    with pytest.raises(Refused, match="不能移出名单"):
        safety.unname_role(SecondFactorRole.objects.get(role="audit_admin"), by=people.security)

    safety.unname_role(row, by=people.security)

    assert Entry.objects.first().verb == "second_factor_role.unnamed"


# --- reset -------------------------------------------------------------------------------------------


def test_the_security_administrator_resets_it_and_nobody_else(enrolled, people, client):
    enter(client)
    give(client, code())
    for by in (people.admin, people.auditor, enrolled):
        with pytest.raises(PermissionDenied):
            accounts.reset_second_factor(enrolled, by=by)

    accounts.reset_second_factor(enrolled, by=people.security)

    assert client.get("/notices/").status_code == 302
    enter(client)
    assert client.get("/notices/").status_code == 200
    assert Entry.objects.filter(verb="account.second_factor_reset").count() == 1
    with pytest.raises(Refused, match="没有启用"):
        accounts.reset_second_factor(enrolled, by=people.security)


def test_nor_does_he_reset_his_own(people):
    SecondFactor.objects.create(user=people.security, secret=SECRET)

    with pytest.raises(PermissionDenied):
        accounts.reset_second_factor(people.security, by=people.security)


def test_the_button_stands_on_the_account_for_him_only(enrolled, people, sign_in):
    url = f"/admin/accounts/user/{enrolled.pk}/change/"

    assert "重置动态验证码" in sign_in(people.security).get(url).content.decode()
    assert "重置动态验证码" not in sign_in(people.admin).get(url).content.decode()
