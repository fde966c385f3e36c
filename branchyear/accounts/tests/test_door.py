"""The door: log-in, lock, first password, idle time."""

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from branchyear.accounts import services
from branchyear.accounts.models import User
from branchyear.accounts.passwords import FollowsProfile, one_time_password
from branchyear.audit.models import Entry
from branchyear.lib.errors import Refused

PASSWORD = "Passw0rd-2022"


def enter(client, username, password, **extra):
    return client.post("/login/", {"username": username, "password": password, **extra})


def test_the_right_password_opens_the_door(people, client):
    answer = enter(client, "shuji", PASSWORD, next="/notices/")

    assert answer.url == "/notices/"
    assert Entry.objects.filter(verb="account.signed_in", actor=people.secretary).count() == 1


def test_a_foreign_next_is_not_followed(people, client):
    assert enter(client, "shuji", PASSWORD, next="https://evil.test/").url == "/"


def test_a_wrong_password_says_how_many_tries_are_left(people, client):
    answer = enter(client, "shuji", "wrong")

    text = answer.content.decode()
    assert "账号或密码不正确" in text
    assert "4" in text
    assert Entry.objects.filter(verb="account.sign_in_failed").count() == 1


def test_five_wrong_passwords_lock_every_way_in(people, client):
    for _ in range(5):
        enter(client, "shuji", "wrong")

    answer = enter(client, "shuji", PASSWORD)

    assert answer.status_code == 429
    assert "锁定" in answer.content.decode()
    assert "_auth_user_id" not in client.session
    client.post("/admin/login/", {"username": "shuji", "password": PASSWORD}, follow=True)
    assert "_auth_user_id" not in client.session
    assert Entry.objects.filter(verb="account.locked").exists()


def test_the_lock_ends_by_itself(people, client):
    for _ in range(5):
        enter(client, "shuji", "wrong")

    with time_machine.travel(timezone.now() + timezone.timedelta(minutes=16)):
        assert enter(client, "shuji", PASSWORD).status_code == 302


def test_a_new_password_lifts_the_lock(people, client):
    for _ in range(5):
        enter(client, "shuji", "wrong")

    password = services.reset_password(people.secretary)

    assert enter(client, "shuji", password).status_code == 302


def test_a_one_time_password_opens_one_page_only(db, client):
    user, password = services.open_account(username="xin", name="新人")
    enter(client, "xin", password)

    assert client.get("/notices/").url == "/password/"
    assert client.get("/password/").status_code == 200
    assert client.get("/api/v1/").status_code == 403


def test_after_choosing_a_password_the_portal_is_open(db, client):
    user, password = services.open_account(username="xin", name="新人")
    enter(client, "xin", password)

    answer = client.post(
        "/password/",
        {
            "old_password": password,
            "new_password1": "Zhibu-2026-ok",
            "new_password2": "Zhibu-2026-ok",
        },
    )

    assert answer.url == "/"
    assert client.get("/notices/").status_code == 200


@pytest.mark.parametrize(
    ("new", "again", "sentence"),
    [
        ("short1A", "short1A", "10"),
        ("alllowercaseletters", "alllowercaseletters", "至少3类"),
        ("Zhibu-2026-ok", "Zhibu-2026-no", "不一致"),
        (PASSWORD, PASSWORD, "不能与当前密码相同"),
    ],
)
def test_a_weak_password_is_refused_with_what_it_lacks(new, again, sentence, people, sign_in):
    answer = sign_in(people.secretary).post(
        "/password/", {"old_password": PASSWORD, "new_password1": new, "new_password2": again}
    )

    assert answer.status_code == 422
    assert sentence in answer.content.decode()


def test_the_last_login_is_remembered(people, client):
    enter(client, "shuji", PASSWORD)
    first = User.objects.get(username="shuji").last_login
    client.post("/logout/")
    enter(client, "shuji", PASSWORD)

    user = User.objects.get(username="shuji")
    assert user.previous_login_at == first
    assert user.previous_login_ip == "127.0.0.1"


def test_half_an_hour_without_a_click_ends_the_session(people, sign_in):
    client = sign_in(people.secretary)
    client.get("/notices/")

    with time_machine.travel(timezone.now() + timezone.timedelta(minutes=31)):
        answer = client.get("/notices/?show=all")
        assert answer.status_code == 302
        assert answer.url.startswith("/login/?next=")
        assert client.get("/notices/").status_code == 302


def test_clicking_keeps_the_session_but_polling_does_not(people, sign_in):
    client = sign_in(people.secretary)
    start = timezone.now()
    client.get("/notices/")

    for minutes in (20, 40):
        with time_machine.travel(start + timezone.timedelta(minutes=minutes)):
            assert client.get("/notices/").status_code == 200
    for minutes in (50, 65):
        with time_machine.travel(start + timezone.timedelta(minutes=minutes)):
            client.get("/notices/", headers={"X-Background": "1"})
    with time_machine.travel(start + timezone.timedelta(minutes=71)):
        assert client.get("/notices/").status_code == 302


def test_a_script_is_told_in_words_that_the_session_is_over(client, db):
    assert client.get("/notices/", headers={"HX-Request": "true"}).status_code == 401
    assert client.get("/notices/", headers={"X-Requested-With": "fetch"}).status_code == 401


def test_an_account_name_is_taken_once(people):
    with pytest.raises(Refused, match="已存在"):
        services.open_account(username="SHUJI", name="x")


def test_one_time_passwords_pass_the_profile():
    for _ in range(200):
        password = one_time_password()

        FollowsProfile().validate(password)


@given(st.text(alphabet="abcdefgh", min_size=10))
def test_one_kind_of_character_is_never_enough(password):
    with pytest.raises(ValidationError):
        FollowsProfile().validate(password)
