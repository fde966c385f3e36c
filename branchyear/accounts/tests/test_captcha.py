"""The small sum between guesses: asked after three, answered once, never in the way before."""

import pytest

from branchyear.accounts import captcha
from branchyear.audit.models import Entry

PASSWORD = "Passw0rd-2022"


@pytest.fixture(autouse=True)
def _on(settings):
    settings.CAPTCHA_AFTER = 3


def enter(client, password, username="shuji", **more):
    data = {"username": username, "password": password, **more}
    return client.post("/login/", data)


def wrong(client, times):
    for _ in range(times):
        answer = enter(client, "wrong")
    return answer


def test_two_wrong_passwords_ask_nothing_the_third_does(people, client):
    assert "验证题" not in wrong(client, 2).content.decode()

    html = wrong(client, 1).content.decode()

    assert "验证题" in html
    assert "data:image/png;base64," in html


def test_without_the_answer_the_password_is_not_looked_at(people, client):
    wrong(client, 3)

    for given in ({}, {"captcha": "99"}):
        answer = enter(client, PASSWORD, **given)
        assert answer.status_code == 200
        assert "_auth_user_id" not in client.session
    assert Entry.objects.filter(verb="account.sign_in_failed").count() == 3


def test_with_the_answer_the_right_password_opens_the_door(people, client):
    wrong(client, 3)

    answer = enter(client, PASSWORD, captcha=client.session[captcha.KEY])

    assert answer.status_code == 302
    assert captcha.KEY not in client.session


def test_an_answer_is_good_for_one_try(people, client):
    wrong(client, 3)
    right = client.session[captcha.KEY]
    enter(client, "wrong", captcha=right)
    session = client.session
    session[captcha.KEY] = "another"
    session.save()
    answer = enter(client, PASSWORD, captcha=right)

    assert answer.status_code == 200
    assert "答案不正确" in answer.content.decode()


def test_another_question_keeps_the_name_and_asks_in_words(people, client):
    wrong(client, 3)

    html = enter(client, "", another="words").content.decode()

    assert 'value="shuji"' in html
    assert "请写出“" in html
    assert "data:image/png" not in html
    assert enter(client, PASSWORD, captcha=client.session[captcha.KEY]).status_code == 302


def test_one_password_tried_on_many_names_is_asked_too(people, client):
    for number in range(10):
        enter(client, "wrong", username=f"name{number}")

    assert "请先回答验证题" in enter(client, PASSWORD).content.decode()


def test_a_locked_account_is_told_so_without_a_sum(people, client):
    wrong(client, 3)
    for _ in range(2):
        enter(client, "wrong", captcha=client.session[captcha.KEY])

    answer = enter(client, PASSWORD)

    assert answer.status_code == 429
    assert "验证题" not in answer.content.decode()


def test_no_answer_is_found_on_the_page(people, client):
    html = wrong(client, 3).content.decode()

    assert f'value="{client.session[captcha.KEY]}"' not in html


@pytest.mark.parametrize(
    ("given", "wanted"),
    [
        ("12", "12"),
        ("１２", "12"),
        ("十二", "12"),
        (" 7 ", "7"),
        ("七", "7"),
        ("十", "10"),
        ("", ""),
    ],
)
def test_digits_are_understood_however_they_were_typed(given, wanted):
    assert captcha._plain(given) == wanted


@pytest.mark.parametrize("given", ["\x00", "九" * 20, "²", "𝟙𝟡", "-1", "x" * 5000])
def test_a_strange_answer_is_only_wrong(given, people, client):
    wrong(client, 3)

    assert enter(client, PASSWORD, captcha=given).status_code == 200


def test_enter_logs_in_and_asks_no_other_question(people, client):
    html = wrong(client, 3).content.decode()

    assert html.index(">登录</button>") < html.index('name="another"')
