"""Sessions: whose they are, how long they live, and that nothing typed is lost with them."""

from datetime import timedelta

import pytest
import time_machine
from django.contrib.sessions.backends.base import UpdateError
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from branchyear.accounts import services
from branchyear.accounts.agents import name_of
from branchyear.accounts.jobs import clear_sessions
from branchyear.accounts.models import OpenSession, User
from branchyear.audit.models import Entry

PASSWORD = "Passw0rd-2022"
EDGE = "Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/120.0 Safari/537.36 Edg/120.0"


def enter(client, ip="10.1.1.1", agent=EDGE):
    client.post(
        "/login/",
        {"username": "shuji", "password": PASSWORD},
        REMOTE_ADDR=ip,
        headers={"User-Agent": agent},
    )
    return client


def test_a_session_knows_whose_it_is_and_where_it_began(people, client):
    enter(client)

    row = OpenSession.objects.get()
    assert (row.user, row.ip, row.agent) == (people.secretary, "10.1.1.1", EDGE)
    assert row.started_at is not None


def test_the_last_click_is_noted_once_a_minute_in_one_statement(people, client):
    enter(client)
    before = OpenSession.objects.get()

    with time_machine.travel(timezone.now() + timedelta(seconds=90), tick=False):
        with CaptureQueriesContext(connection) as asked:
            client.get("/notices/")
        noted = OpenSession.objects.get()
        with CaptureQueriesContext(connection) as again:
            client.get("/notices/")

    written = [q["sql"] for q in asked if q["sql"].startswith("UPDATE")]
    assert len(written) == 1
    assert noted.seen_at - before.seen_at >= timedelta(seconds=90)
    assert noted.expire_date > before.expire_date
    assert (noted.user_id, noted.ip, noted.agent, noted.started_at) == (
        before.user_id, before.ip, before.agent, before.started_at,
    )  # fmt: skip
    assert len(again) == len(asked) - 1
    assert not any(q["sql"].startswith("UPDATE") for q in again)


def test_a_session_that_was_ended_meanwhile_is_not_written_again(people, client):
    enter(client)
    session = client.session
    session["x"] = 1
    OpenSession.objects.all().delete()

    with pytest.raises(UpdateError):
        session.save()

    assert not OpenSession.objects.exists()


def test_the_session_gets_a_new_name_at_log_in(people, client):
    session = client.session
    session["x"] = 1
    session.save()
    client.cookies["sessionid"] = before = session.session_key

    enter(client)

    assert client.session.session_key != before


def test_the_person_sees_where_he_is_logged_in_and_ends_the_others(people, client):
    enter(client)
    one, two = enter(Client(), "10.2.2.2"), enter(Client(), "10.3.3.3", "x Firefox/128.0")

    html = client.get("/account/").content.decode()
    number = services.number_of(OpenSession.objects.get(ip="10.2.2.2"))
    client.post("/account/sessions/end/", {"session": number})

    assert "10.2.2.2" in html
    assert "火狐浏览器" in html
    assert not any(row.session_key in html for row in OpenSession.objects.all())
    assert (one.get("/notices/").status_code, two.get("/notices/").status_code) == (302, 200)
    client.post("/account/sessions/end/", {"session": "others"})
    assert two.get("/notices/").status_code == 302
    assert client.get("/notices/").status_code == 200
    assert Entry.objects.filter(verb="account.sessions_ended").count() == 2


def test_nobody_ends_anothers_session(people, client, sign_in):
    enter(client)
    number = services.number_of(OpenSession.objects.get())
    other = Client()
    other.force_login(people.clerk, backend="branches.backends.AppointmentBackend")

    answer = other.post("/account/sessions/end/", {"session": number})

    assert answer.status_code == 409
    assert client.get("/notices/").status_code == 200


def test_a_second_log_in_says_where_the_first_is(people, client):
    enter(client, "10.2.2.2")

    html = enter(Client()).get("/notices/").content.decode()

    assert "您的账号在另一处也登录着（10.2.2.2" in html


def test_twelve_hours_end_a_session_however_busy(people, client):
    start = timezone.now()
    enter(client)
    told = {}
    for hours in (4, 8, 11.9, 12.1):
        for minute in range(-225, 1, 25):  # a click every 25 minutes
            with time_machine.travel(start + timedelta(hours=hours, minutes=minute), tick=False):
                told[hours] = client.get("/notices/").status_code

    assert told == {4: 200, 8: 200, 11.9: 200, 12.1: 302}


@pytest.mark.parametrize("what", ["idle", "ended elsewhere"])
def test_what_was_typed_is_shown_when_the_session_is_over(what, people, client):
    enter(client)
    later = timezone.now()
    if what == "idle":
        later += timedelta(minutes=31)
    else:
        OpenSession.objects.all().delete()

    with time_machine.travel(later):
        answer = client.post(
            "/password/", {"words": "写了很久的<b>一段话", "old_password": "geheim-9"}
        )

    html = answer.content.decode()
    assert answer.status_code == 401
    assert "写了很久的&lt;b&gt;一段话" in html
    assert "geheim-9" not in html
    assert "no-store" in answer["Cache-Control"]


def test_a_closed_account_is_out_at_its_next_click(people, client):
    enter(client)
    User.objects.filter(username="shuji").update(is_active=False)

    assert client.get("/notices/").status_code == 302


def test_ended_sessions_are_cleared_away(people, client):
    enter(client)
    OpenSession.objects.update(expire_date=timezone.now() - timedelta(seconds=1))

    clear_sessions()
    clear_sessions()

    assert not OpenSession.objects.exists()


@pytest.mark.parametrize(
    ("agent", "words"),
    [
        (EDGE, "Windows 电脑，Edge 浏览器"),
        ("Mozilla/5.0 (X11; Linux x86_64) Chrome/86.0 Qaxbrowser", "Linux 电脑，奇安信浏览器"),
        ("Mozilla/5.0 (Linux; Android 10) Chrome/86.0 MicroMessenger/8.0", "安卓手机，微信"),
        ("", "其他设备"),
        ("<script>", "其他设备"),
    ],
)
def test_browsers_have_names(agent, words):
    assert name_of(agent) == words
