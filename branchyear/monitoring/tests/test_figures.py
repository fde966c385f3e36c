"""What machines are told in figures and lines, and that no person stands in it."""

import json
import logging
import sys
from types import SimpleNamespace

import pytest
from django.db import IntegrityError

from branchyear.audit import context
from branchyear.monitoring import receivers
from branchyear.monitoring.logs import JsonLines, Lines, without_numbers
from branchyear.monitoring.middleware import Observed

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    "headers",
    [
        {"HTTP_X_FORWARDED_FOR": "127.0.0.1"},  # through the web server in front
        {"REMOTE_ADDR": "10.1.2.3"},
        {"REMOTE_ADDR": "10.1.2.3", "HTTP_AUTHORIZATION": "Bearer "},
        {"REMOTE_ADDR": ""},
    ],
)
def test_figures_do_not_exist_for_others(client, headers):
    assert client.get("/metrics", **headers).status_code == 404


def test_figures_are_for_who_holds_the_token(client, settings):
    settings.METRICS_TOKEN = "t0ken"

    def ask(token):
        headers = {"REMOTE_ADDR": "10.1.2.3", "HTTP_AUTHORIZATION": f"Bearer {token}"}
        return client.get("/metrics", **headers).status_code

    assert (ask("t0ken"), ask("t0ken2"), ask("")) == (200, 404, 404)


def test_the_figures_tell_of_work_and_of_no_person(client, people, sign_in):
    client.post("/login/", {"username": people.secretary.username, "password": "falsch"})
    sign_in(people.secretary).get("/notices/")

    text = client.get("/metrics").content.decode()

    for name in (
        'branchyear_request_seconds_count{method="GET",route="notices:inbox",status="2xx"}',
        'branchyear_jobs_waiting{queue="mail"}',
        'branchyear_jobs_oldest_seconds{queue="heavy"}',
        "branchyear_jobs_dead",
        'branchyear_health{check="beat"} 0.0',
        'branchyear_refused_logins_total{by="page"}',
        "branchyear_disk_free_share",
    ):
        assert name in text
    assert people.secretary.username not in text
    assert people.secretary.name not in text
    assert "user=" not in text


# --- Lines ----------------------------------------------------------------------------------------


def line_of(caplog, logger="branchyear.requests"):
    [found] = [record for record in caplog.records if record.name == logger]
    return json.loads(JsonLines().format(found))


def test_a_request_leaves_one_line_with_route_and_key_of_the_person(sign_in, people, caplog):
    caplog.set_level(logging.INFO)

    answer = sign_in(people.secretary).get("/search/", {"q": "北一 13800001234"})

    line = line_of(caplog)
    told = {name: line[name] for name in ("route", "method", "status", "user")}
    assert told == {
        "route": "search", "method": "GET", "status": 200, "user": people.secretary.pk
    }  # fmt: skip
    assert line["request"] == "" or line["request"] == answer["X-Request-Id"]
    assert "北一" not in json.dumps(line, ensure_ascii=False)
    assert people.secretary.name not in json.dumps(line, ensure_ascii=False)


def test_an_address_that_does_not_exist_is_not_repeated(client, caplog):
    caplog.set_level(logging.INFO)

    client.get("/members/110101199003070011/王金丝/")

    line = line_of(caplog)
    assert (line["route"], line["status"]) == ("none", 404)
    assert "110101" not in json.dumps(line)


@pytest.mark.parametrize(
    "text",
    [
        "id 110101199003070011 is taken",
        "13800001234",
        "138 0000 1234",
        "110101 19900307 001X",
        "11010119900307123",
    ],
)
def test_numbers_of_people_are_left_out(text):
    assert not any(char.isdigit() for char in without_numbers(text))


@pytest.mark.parametrize(
    "text",
    [
        "2026-11-26 02:17:59,123 INFO",
        "Task x[0f3c2a18-0001-4f6a-9c3e-12345678901a] done",
        "job 12345",
    ],
)
def test_moments_and_numbers_of_jobs_stay(text):
    assert without_numbers(text) == text


def test_what_a_failure_carries_is_told_without_its_values():
    try:
        raise IntegrityError(
            'duplicate key value violates "one_card"\n'
            "DETAIL:  Failing row contains (7, 王金丝, 110101199003070011)."
        )
    except IntegrityError:
        record = logging.LogRecord(
            "x", logging.ERROR, "x.py", 1, "saving %s failed", ("13800001234",), sys.exc_info()
        )

    for said in (JsonLines().format(record), Lines("{message}", style="{").format(record)):
        assert "one_card" in said
        assert not any(word in said for word in ("王金丝", "110101", "1380000"))


# --- One number from the web server to the jobs ---------------------------------------------------


@pytest.mark.parametrize(
    ("in_production", "given", "is_taken"),
    [(True, "a" * 32, True), (False, "a" * 32, False), (True, "<script>" + "a" * 32, False)],
)
def test_only_the_web_server_in_front_numbers_requests(
    client, settings, in_production, given, is_taken
):
    settings.PRODUCTION, settings.SECURE_SSL_REDIRECT = in_production, False

    answer = client.get("/healthz", HTTP_X_REQUEST_ID=given)

    assert (answer["X-Request-Id"] == given) is is_taken


def test_a_job_has_the_number_of_the_request_that_caused_it():
    headers, task = {}, SimpleNamespace(request={})
    token = context.request_id.set("b" * 32)
    receivers.pass_the_number_on(headers=headers)
    context.request_id.reset(token)

    class Request(dict):
        is_eager = False

    task.request = Request(headers)
    before = context.request_id.get()
    receivers.take_the_number_over(task=task)
    taken = context.request_id.get()
    context.request_id.set(before)

    assert taken == "b" * 32


def test_a_made_up_method_is_no_label(rf, caplog):
    caplog.set_level(logging.INFO)

    Observed(lambda request: SimpleNamespace(status_code=405, headers={}))(
        rf.generic("EVIL", "/nowhere")
    )

    assert line_of(caplog)["method"] == "other"
