"""Wrong passwords lock: by account and network, on every way in, and never for good."""

import pytest
import time_machine
from axes.models import AccessAttempt
from django.test import RequestFactory
from django.utils import timezone

from branches.services import accounts
from branchyear.accounts.models import User
from branchyear.lib.addresses import client_ip, network_of, stands_in

PASSWORD = "Passw0rd-2022"


@pytest.fixture
def enter(client):
    def attempt(password, *, ip="10.1.1.1", username="shuji", **headers):
        return client.post(
            "/login/",
            {"username": username, "password": password},
            REMOTE_ADDR=ip,
            headers=headers,
        )

    return attempt


def wrong(enter, times, **how):
    for _ in range(times):
        enter("wrong", **how)


def test_a_lock_holds_for_the_network_it_came_from_only(people, enter):
    wrong(enter, 5, ip="10.1.1.1")

    assert enter(PASSWORD, ip="10.1.1.200").status_code == 429
    assert enter(PASSWORD, ip="10.1.2.1").status_code == 302


def test_another_browser_is_no_way_round_the_lock(people, enter):
    for number in range(5):
        enter("wrong", **{"User-Agent": f"browser {number}"})

    assert enter(PASSWORD, **{"User-Agent": "yet another"}).status_code == 429


def test_twenty_from_wherever_lock_everywhere_but_where_the_person_was_last(people, enter):
    User.objects.filter(username="shuji").update(last_login_ip="10.9.9.9")
    for network in range(5):
        wrong(enter, 4, ip=f"10.2.{network}.1")

    assert enter(PASSWORD, ip="10.8.8.8").status_code == 429
    assert enter(PASSWORD, ip="10.9.9.10").status_code == 302


def test_guessing_on_does_not_make_the_lock_longer(people, enter):
    start = timezone.now()
    with time_machine.travel(start, tick=False):
        wrong(enter, 5)
    with time_machine.travel(start + timezone.timedelta(minutes=10), tick=False):
        wrong(enter, 3)

    with time_machine.travel(start + timezone.timedelta(minutes=16), tick=False):
        assert enter(PASSWORD).status_code == 302


def test_a_header_is_no_way_round_the_lock(people, enter):
    for number in range(5):
        enter("wrong", **{"X-Forwarded-For": f"10.3.{number}.1"})

    assert enter(PASSWORD, **{"X-Forwarded-For": "10.4.4.4"}).status_code == 429


def test_behind_our_proxy_only_what_it_wrote_counts(people, enter, settings):
    settings.TRUSTED_PROXIES = 1
    for number in range(5):
        enter("wrong", **{"X-Forwarded-For": f"10.3.{number}.1, 10.7.7.7"})

    assert enter(PASSWORD, **{"X-Forwarded-For": "10.4.4.4, 10.7.7.7"}).status_code == 429
    assert enter(PASSWORD, **{"X-Forwarded-For": "10.7.7.7, 10.4.4.4"}).status_code == 302


@pytest.mark.parametrize(
    ("proxies", "header", "address"),
    [
        (0, "10.4.4.4", "10.1.1.1"),
        (1, "", "10.1.1.1"),
        (1, "evil, 10.4.4.4", "10.4.4.4"),
        (1, "<script>", "10.1.1.1"),
        (2, "10.9.9.9, 10.4.4.4, 10.5.5.5", "10.4.4.4"),
        (2, "10.4.4.4", "10.1.1.1"),
        (1, "2001:db8::1", "2001:db8::1"),
    ],
)
def test_the_address_of_a_request(proxies, header, address, settings):
    settings.TRUSTED_PROXIES = proxies
    request = RequestFactory().get("/", REMOTE_ADDR="10.1.1.1", headers={"X-Forwarded-For": header})

    assert client_ip(request) == address


def test_networks_of_addresses():
    assert network_of("10.1.2.3") == "10.1.2.0"
    assert network_of("2001:db8:1:2:3::4") == "2001:db8:1:2::"
    assert network_of(None) is None
    assert stands_in(None, [])
    assert not stands_in(None, ["x"])


def test_the_old_password_is_guessed_five_times_at_most(people, sign_in):
    client = sign_in(people.secretary)
    form = {"new_password1": "Zhibu-2026-ok", "new_password2": "Zhibu-2026-ok"}

    told = [
        client.post("/password/", {**form, "old_password": "wrong"}).status_code for _ in range(5)
    ]

    assert told == [422, 422, 422, 422, 429]
    assert "_auth_user_id" not in client.session
    assert client.post("/login/", {"username": "shuji", "password": PASSWORD}).status_code == 429


def test_no_password_is_kept_beside_a_failure(people, sign_in):
    client = sign_in(people.secretary)

    client.post(
        "/password/",
        {"old_password": "Wr0ng-secret", "new_password1": "N3w-secret", "new_password2": "N3w-s"},
    )

    kept = str(list(AccessAttempt.objects.values()))
    assert "old_password" in kept
    assert "secret" not in kept
    assert "N3w" not in kept


def test_a_lock_of_any_kind_is_shown_and_lifted(people, enter, sign_in):
    for network in range(5):
        wrong(enter, 4, ip=f"10.2.{network}.1")

    html = sign_in(people.security).get("/admin/accounts/user/?locked=1&q=shuji").content.decode()
    accounts.unlock_account(people.secretary, by=people.security)

    assert "已锁定" in html
    assert enter(PASSWORD, ip="10.8.8.8").status_code == 302
