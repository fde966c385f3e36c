"""Accounts in the hands of the administrators."""

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse

from branches.services import accounts
from branchyear.accounts.models import User
from branchyear.audit.models import Entry
from branchyear.lib.errors import Refused

pytestmark = pytest.mark.engines


def last():
    entry = Entry.objects.first()
    return entry.verb, entry.actor, entry.thing_label


def log_in(client, username, password):
    return client.post(reverse("login"), {"username": username, "password": password})


def test_an_account_is_opened_with_a_password_for_one_door(people, client):
    user, password = accounts.open_account(username="xin", name="新人", by=people.admin)

    assert last() == ("account.opened", people.admin, "新人")
    assert password not in str(list(Entry.objects.values()))
    log_in(client, "xin", password)
    assert client.get("/").url == reverse("password")


def test_a_one_time_password_is_stored_anew_with_the_preferred_hasher(people, client):
    user, password = accounts.open_account(username="xin", name="新人", by=None)
    assert user.password.startswith("pbkdf2_sha256$1000$")

    log_in(client, "xin", password)

    user.refresh_from_db()
    assert not user.password.startswith("pbkdf2")
    assert user.check_password(password)


@pytest.mark.parametrize(
    ("facts", "sentence"),
    [
        ({"username": "SHUJI"}, "账号“SHUJI”已存在"),
        ({"username": "a b"}, "账号只能由字母"),
        ({"name": " "}, "请填写姓名"),
        ({"email": "x@"}, "不是正确的邮箱地址"),
        ({"phone": "八八"}, "不是正确的电话号码"),
    ],
)
def test_an_unsound_account_is_refused_in_words(facts, sentence, people):
    with pytest.raises(Refused, match=sentence):
        accounts.open_account(**{"username": "xin", "name": "新人", **facts}, by=people.admin)


@pytest.mark.parametrize("who", ["security", "auditor", "secretary", "committee", "nobody"])
def test_only_the_system_administrator_opens_accounts(who, people):
    with pytest.raises(PermissionDenied):
        accounts.open_account(username="xin", name="新人", by=getattr(people, who))


def test_changed_facts_are_named_in_the_trail_but_not_their_values(people):
    accounts.change_account(people.secretary, phone="13800000000", name="赵书记", by=people.admin)

    assert Entry.objects.first().detail == {"columns": ["phone"]}
    assert User.objects.get(pk=people.secretary.pk).phone == "13800000000"


def test_a_reset_ends_sessions_and_gives_a_one_time_password(people, sign_in, client):
    sign_in(people.secretary)

    password = accounts.reset_password(people.secretary, by=people.security)

    assert client.get("/").status_code == 302
    assert last() == ("account.password_reset", people.security, "赵书记")
    people.secretary.refresh_from_db()
    assert people.secretary.must_change_password
    assert people.secretary.check_password(password)


def test_a_closed_account_is_out_and_a_reopened_one_is_in(people, sign_in):
    client = sign_in(people.secretary)

    accounts.close_account(people.secretary, by=people.admin)
    out = client.get("/").status_code
    with pytest.raises(Refused, match="已经停用"):
        accounts.close_account(people.secretary, by=people.admin)
    accounts.reopen_account(people.secretary, by=people.admin)

    assert out == 302
    assert last() == ("account.reopened", people.admin, "赵书记")
    assert sign_in(people.secretary).get("/").status_code == 200


def test_a_lock_is_lifted_before_its_time(people, client):
    for _ in range(5):
        log_in(client, "shuji", "wrong")
    assert log_in(client, "shuji", "Passw0rd-2022").status_code == 429

    accounts.unlock_account(people.secretary, by=people.security)

    assert log_in(client, "shuji", "Passw0rd-2022").status_code == 302
    with pytest.raises(Refused, match="没有被锁定"):
        accounts.unlock_account(people.secretary, by=people.security)


ACTS = ["reset_password", "close_account", "reopen_account", "unlock_account"]


@pytest.mark.parametrize("act", ACTS)
@pytest.mark.parametrize(
    ("by", "on"),
    [
        ("admin", "security"),  # or the two offices would be one
        ("admin", "auditor"),
        ("admin", "admin"),
        ("security", "security"),
        ("auditor", "secretary"),
        ("committee", "secretary"),
        ("nobody", "secretary"),
    ],
)
def test_who_may_not_keep_an_account(act, by, on, people):
    with pytest.raises(PermissionDenied):
        getattr(accounts, act)(getattr(people, on), by=getattr(people, by))


def test_the_security_administrator_keeps_the_other_administrators_accounts(people):
    assert accounts.reset_password(people.admin, by=people.security)
