"""The two profiles of passwords: what each refuses, in words beside the field, and what it asks later."""

from datetime import timedelta

import pytest
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.utils import timezone

from branchyear.accounts.models import User
from branchyear.audit.models import Entry

OWN = "Passw0rd-2022"


def refusal(password, user=None):
    try:
        validate_password(password, user)
    except ValidationError as error:
        return "".join(error.messages)
    return ""


@pytest.mark.parametrize(
    ("password", "sentence"),
    [
        ("Ab3-efgh", "不少于10位，目前8位"),
        ("alllowercaseletters", "至少3类，目前只有1类"),
        ("Zhibu-2026-ok", ""),
        ("good horse Battery 9", ""),
    ],
)
def test_djbh_asks_for_length_and_kinds(password, sentence, settings):
    settings.PASSWORD_PROFILE = "djbh"

    said = refusal(password)

    assert sentence in said if sentence else said == ""


@pytest.mark.parametrize(
    ("password", "sentence"),
    [
        ("short-1A", "不少于12位"),
        ("Dangjian@2022", "以常见词、单位名称或年份为主"),
        ("zhibu-jianshenian-2022", "以常见词、单位名称或年份为主"),
        ("市直机关党建2022支部书记", "以常见词、单位名称或年份为主"),
        ("sunshine1234567", "以常见词、单位名称或年份为主"),
        ("aaaaaaaaaaaaaaaa", "以常见词、单位名称或年份为主"),
        ("correct horse battery staple", ""),
        ("baiyun weisheng shanding", ""),
        ("云在青天水在瓶我自看书听雨声", ""),
    ],
)
def test_asvs_asks_for_length_and_for_words_of_ones_own(password, sentence, settings):
    settings.PASSWORD_PROFILE = "asvs"

    said = refusal(password)

    assert sentence in said if sentence else said == ""


def test_asvs_knows_the_names_of_the_persons_own_organisation(people, settings):
    settings.PASSWORD_PROFILE = "asvs"

    assert "单位名称" in refusal("beiyizhibu-888888", people.secretary)
    assert "单位名称" in refusal("北一支部北一支部2026年", people.secretary)
    assert refusal("beiyizhibu-wo ai kan dianying", people.secretary) == ""


def change(client, old, new):
    return client.post(
        "/password/", {"old_password": old, "new_password1": new, "new_password2": new}
    )


def test_the_last_five_passwords_are_not_taken_again(people, sign_in):
    client = sign_in(people.secretary)
    old, told = OWN, {}
    for number in range(5):
        new = f"Huanyige-{number}-xin"
        told[new] = change(client, old, new).status_code
        old = new

    again = [change(client, old, f"Huanyige-{number}-xin") for number in range(5)]

    assert set(told.values()) == {302}
    assert [answer.status_code for answer in again] == [422] * 5
    assert "最近5次用过的密码不能再用" in again[0].content.decode()
    assert "新密码不能与当前密码相同" in again[4].content.decode()
    assert change(client, old, OWN).status_code == 302  # the sixth is free again
    assert Entry.objects.filter(verb="account.password_chosen").count() == 6
    assert people.secretary.past_passwords.count() == 5


def test_after_ninety_days_a_new_password_is_asked_for_gently(people, client):
    now = timezone.now()
    User.objects.filter(username="shuji").update(password_changed_at=now - timedelta(days=91))
    client.post("/login/", {"username": "shuji", "password": OWN})

    elsewhere, page = client.get("/notices/"), client.get("/password/").content.decode()
    changed = change(client, OWN, "Huanyige-1-xin")

    assert elsewhere.url == "/password/"
    assert "密码已到期，请换一个新密码" in page
    assert "每 90 天更换一次" in page
    assert changed.url == "/"
    assert client.get("/notices/").status_code == 200


def test_in_the_last_week_the_person_is_told_and_nothing_more(people, client):
    now = timezone.now()
    User.objects.filter(username="shuji").update(password_changed_at=now - timedelta(days=85))

    client.post("/login/", {"username": "shuji", "password": OWN})

    assert "您的密码将在4天后到期" in client.get("/notices/").content.decode()


def test_asvs_never_asks_for_another_password(people, client, settings):
    settings.PASSWORD_PROFILE = "asvs"
    past = timezone.now() - timedelta(days=2000)
    User.objects.filter(username="shuji").update(password_changed_at=past)

    client.post("/login/", {"username": "shuji", "password": OWN})

    assert client.get("/notices/").status_code == 200


@pytest.mark.parametrize(
    ("profile", "there", "not_there"),
    [("djbh", "至少含 3 种", "连成一句"), ("asvs", "连成一句", "至少含")],
)
def test_the_rules_stand_beside_the_field(profile, there, not_there, people, sign_in, settings):
    settings.PASSWORD_PROFILE = profile

    html = sign_in(people.secretary).get("/password/").content.decode()

    assert there in html
    assert not_there not in html
