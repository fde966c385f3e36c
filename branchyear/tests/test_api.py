"""What all resources of the API share: one pager, one set of filters, one error body, one way to write."""

import uuid
from datetime import timedelta

import pytest
from django.core.cache import cache
from django.urls import reverse
from django.utils import timezone
from drf_spectacular.generators import SchemaGenerator
from rest_framework.test import APIClient

from branches.services import accounts, tokens
from branchyear.accounts.models import User
from branchyear.audit.models import Entry
from branchyear.once.jobs import expire_postings
from branchyear.once.models import Posting
from branchyear.tokens.models import ApiToken
from branchyear.tokens.scopes import GROUPS, SCOPES
from branchyear.urls import router
from tasks.models import Problem
from tasks.tests.make import make_problem, make_running_campaign

RESOURCES = [prefix for prefix, *_ in router.registry]
ALL = [scope for scope in SCOPES if scope.endswith(":write")]


def key_of(user, *scopes, days=30):
    return tokens.issue(name="测试", scopes=scopes or ALL, days=days, by=user, now=timezone.now())[
        1
    ]


def program(user, *scopes, **more):
    """A client with a key of this person."""
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {key_of(user, *scopes, **more)}")
    return client


@pytest.fixture
def problems(org, people):
    make_running_campaign()
    return [
        make_problem(org.north, people.secretary, title=f"问题之{word}")
        for word in ("一", "二", "三")
    ]


# --- the description ------------------------------------------------------------------------------


def test_the_description_is_made_once_and_the_same_for_everybody(people, client, monkeypatch):
    client.force_login(people.secretary)
    first = client.get("/api/schema/")
    monkeypatch.delattr(SchemaGenerator, "get_schema")

    client.force_login(people.committee)
    second, as_json = client.get("/api/schema/"), {"HTTP_ACCEPT": "application/json"}

    assert first["Content-Type"].startswith("application/vnd.oai.openapi")
    assert second.content == first.content
    monkeypatch.undo()
    assert "/api/v1/problems/" in client.get("/api/schema/", **as_json).json()["paths"]


def test_every_resource_belongs_to_a_group_that_keys_are_made_for():
    assert {view.group for _, view, _ in router.registry} <= set(GROUPS)


# --- who asks -------------------------------------------------------------------------------------


@pytest.mark.parametrize("resource", RESOURCES)
def test_a_key_opens_the_api_and_nothing_does_not(resource, people, client):
    answer = client.get(f"/api/v1/{resource}/")
    assert (answer.status_code, answer["Content-Type"]) == (401, "application/problem+json")
    assert answer["WWW-Authenticate"] == 'Bearer realm="api"'

    answer = program(people.secretary).get(f"/api/v1/{resource}/")

    assert answer.status_code == 200
    assert set(answer.json()) == {"count", "next", "results"}


def test_no_resource_shows_the_south_to_the_north(org, people):
    client = program(people.secretary)

    for resource in RESOURCES:
        assert "南" not in client.get(f"/api/v1/{resource}/").content.decode()


def test_a_key_opens_only_what_it_was_made_for(people):
    client = program(people.secretary, "members:read")

    refused = client.get("/api/v1/problems/")
    writing = client.post("/api/v1/problems/", {}, format="json")

    assert client.get("/api/v1/members/").status_code == 200
    assert refused.status_code == writing.status_code == 403
    assert refused.json()["detail"] == "这个接口密钥没有“体检、问题整改与督办”的只读权限。"


@pytest.mark.parametrize("how", ["withdrawn", "expired", "closed", "reset"])
def test_a_dead_key_opens_nothing(how, people):
    client = program(people.leader)
    token = ApiToken.objects.get()
    if how == "withdrawn":
        tokens.withdraw(token, by=people.leader, now=timezone.now())
    elif how == "expired":
        past = timezone.now() - timedelta(days=1)
        ApiToken.objects.update(made_at=past - timedelta(days=1), expires_at=past)
    elif how == "closed":
        accounts.close_account(people.leader, by=people.security)
        User.objects.filter(pk=people.leader.pk).update(is_active=True)  # the key stays dead
    else:
        accounts.reset_password(people.leader, by=people.security)

    answer = client.get("/api/v1/members/")

    assert answer.status_code == 401


def test_wrong_keys_are_counted_and_then_told_to_wait(people, settings):
    settings.API_WRONG_KEYS = 3
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION="Bearer jcjs_" + "x" * 43)

    statuses = [client.get("/api/v1/members/").status_code for _ in range(4)]

    assert statuses == [401, 401, 401, 429]


def test_only_the_digest_of_a_key_is_kept_and_its_use_is_noted(people):
    key = key_of(people.secretary)
    APIClient().get("/api/v1/members/", HTTP_AUTHORIZATION=f"Bearer {key}")

    token = ApiToken.objects.get()
    assert key.startswith("jcjs_")
    assert key not in str(ApiToken.objects.values().get())
    assert token.last_used_at is not None
    assert Entry.objects.filter(verb="token.issued", thing_id=token.pk).exists()


def test_who_asks_too_often_is_told_when_to_come_again(people, settings, monkeypatch):
    monkeypatch.setattr(
        "branchyear.rest.rates.time.time", lambda: 1_800_000_030.0
    )  # not at a turn of the minute
    settings.API_PER_MINUTE = {"read": 2, "write": 2}
    client = program(people.secretary)

    answers = [client.get("/api/v1/notices/") for _ in range(3)]

    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert 1 <= int(answers[-1]["Retry-After"]) <= 61
    assert "请求过于频繁" in answers[-1].json()["detail"]


# --- pages and filters ----------------------------------------------------------------------------


def test_pages_follow_one_another_while_rows_come_and_go(org, people, problems):
    client = program(people.secretary)
    first = client.get("/api/v1/problems/", {"page_size": 2}).json()
    make_problem(org.north, people.secretary, title="后来的问题")

    second = client.get(first["next"]).json()

    assert first["count"] == 3
    assert [row["number"] for row in first["results"]] == [1, 2]
    assert [row["number"] for row in second["results"]] == [3, 4]
    assert second["next"] is None
    assert "count" not in second


@pytest.mark.parametrize(
    "query",
    [
        {"organization__name": "北"},
        {"_connector": "OR"},
        {"page": "2"},
        {"page_size": "0"},
        {"page_size": "501"},
        {"cursor": "x"},
        {"state": "gone"},
        {"under": "9" * 19},
        {"under": "1.5"},
        {"overdue": "yes"},
        {"due_to": " "},
        {"state": ["open", "open"]},
    ],
)
def test_what_cannot_be_asked_is_told(query, people):
    answer = program(people.secretary).get("/api/v1/problems/", query)

    (name,) = query
    assert answer.status_code == 400
    assert list(answer.json()["errors"]) == [name]


# --- writing --------------------------------------------------------------------------------------

PLAN = {
    "cause": "制度执行不严",
    "measure": "补记并按月检查",
    "responsible": "赵书记",
}


def plan(client, problem, etag, body=PLAN, **headers):
    url = reverse("problem-plan", args=[problem.pk])
    return client.post(url, body, format="json", headers={"If-Match": etag, **headers})


def etag_of(client, problem):
    return client.get(reverse("problem-detail", args=[problem.pk]))["ETag"]


def test_what_is_known_is_not_sent_again_but_only_to_the_same_person(people, problems):
    mine, theirs = program(people.secretary), program(people.reviewer)
    url = reverse("problem-detail", args=[problems[0].pk])
    etag = mine.get(url)["ETag"]

    again = mine.get(url, headers={"If-None-Match": etag})
    other = theirs.get(url, headers={"If-None-Match": etag})

    assert (again.status_code, again.content) == (304, b"")
    assert other.status_code == 200


def test_an_act_says_on_which_version_it_was_meant(people, problems):
    client = program(people.secretary)
    url = reverse("problem-plan", args=[problems[0].pk])

    without = client.post(url, PLAN, format="json")
    done = plan(client, problems[0], etag_of(client, problems[0]))

    assert (without.status_code, done.status_code) == (428, 200)
    assert done.json()["state"] == "fixing"
    assert done["ETag"] == etag_of(client, problems[0])
    assert Entry.objects.filter(verb="problem.planned", actor=people.secretary).count() == 1


def test_the_slower_of_two_keeps_the_words_and_sees_what_is_stored(people, problems):
    client = program(people.secretary)
    etag = etag_of(client, problems[0])
    plan(client, problems[0], etag)

    late = plan(client, problems[0], etag, PLAN | {"measure": "另一措施，也是认真的"})

    body = late.json()
    assert late.status_code == 412
    assert body["typed"]["measure"] == "另一措施，也是认真的"
    assert body["current"]["measure"] == PLAN["measure"]
    assert late["ETag"] == etag_of(client, problems[0])


def test_a_rule_refuses_a_program_with_the_sentence_of_the_page(people, problems):
    client = program(people.secretary)

    answer = plan(client, problems[0], etag_of(client, problems[0]), PLAN | {"cause": "不明"})

    assert answer.status_code == 409
    assert answer["Content-Type"] == "application/problem+json"
    assert answer.json() == {
        "type": "urn:branchyear:problem:refused",
        "title": "现在不能办理",
        "status": 409,
        "detail": "原因请写具体一些（不少于5个字）。",
        "errors": {"cause": ["原因请写具体一些（不少于5个字）。"]},
    }


def test_beyond_ones_rights_is_forbidden_in_sight_and_unknown_out_of_sight(people, problems):
    reviewer, south = program(people.leader), program(people.south_secretary)
    etag = etag_of(reviewer, problems[0])

    assert plan(reviewer, problems[0], etag).status_code == 403
    assert plan(south, problems[0], etag).status_code == 404
    assert Entry.objects.filter(verb="access.denied").count() == 1


def post_problem(client, key, title="没有按时召开会议", **more):
    body = {"title": title, **more}
    headers = {"Idempotency-Key": key}
    return client.post("/api/v1/problems/", body, format="json", headers=headers)


def test_the_same_request_again_is_answered_the_same_and_does_nothing(org, people, problems):
    client, key = program(people.secretary), str(uuid.uuid4())
    first = post_problem(client, key, organization=org.north.pk)

    again = post_problem(client, key, organization=org.north.pk)

    assert first.status_code == again.status_code == 201
    assert first.json() == again.json()
    assert (first["ETag"], first["Location"]) == (again["ETag"], again["Location"])
    assert again["Idempotent-Replayed"] == "true"
    assert Problem.objects.count() == 4
    assert "没有按时" not in str(Posting.objects.values_list("answer").query)


def test_the_same_key_with_other_words_is_told(org, people, problems):
    client, key = program(people.secretary), str(uuid.uuid4())
    post_problem(client, key, organization=org.north.pk)

    other = post_problem(client, key, "另外一个问题", organization=org.north.pk)

    assert other.status_code == 422
    assert Problem.objects.count() == 4


def test_what_was_refused_may_be_sent_again_under_the_same_key(org, people, problems):
    client, key = program(people.secretary), str(uuid.uuid4())

    refused = post_problem(client, key, "", organization=org.north.pk)
    mended = post_problem(client, key, organization=org.north.pk)

    assert (refused.status_code, mended.status_code) == (400, 201)


def test_a_request_still_at_work_is_told_to_wait(org, people, problems, monkeypatch):
    client, key = program(people.secretary), str(uuid.uuid4())
    monkeypatch.setattr(cache, "add", lambda name, *rest: not name.startswith("api-at-work"))

    busy = post_problem(client, key, organization=org.north.pk)

    assert (busy.status_code, busy["Retry-After"]) == (409, "5")
    assert Problem.objects.count() == 3


def test_answers_to_programs_are_kept_for_two_days(org, people, problems):
    post_problem(program(people.secretary), str(uuid.uuid4()), organization=org.north.pk)
    Posting.objects.update(at=timezone.now() - timedelta(hours=47))
    expire_postings()
    assert Posting.objects.count() == 1

    Posting.objects.update(at=timezone.now() - timedelta(hours=49))
    expire_postings()

    assert Posting.objects.count() == 0


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"title": 12345}, "title"),
        ({"organization": "1"}, "organization"),
        ({"found_on": 1}, "found_on"),
    ],
)
def test_what_is_of_another_type_is_told_beside_its_field(wrong, field, org, people, problems):
    body = {"title": "没有按时召开会议", "organization": org.north.pk} | wrong

    answer = program(people.secretary).post("/api/v1/problems/", body, format="json")

    assert (answer.status_code, list(answer.json()["errors"])) == (400, [field])


# --- the page of keys -----------------------------------------------------------------------------


def test_a_key_is_made_on_the_page_shown_once_and_ended_there(people, sign_in):
    client = sign_in(people.secretary)
    typed = {"name": "OA同步", "days": 30, "may_members": "read", "password": "Passw0rd-2022"}

    made = client.post(reverse("branches:tokens"), typed).content.decode()
    token = ApiToken.objects.get()
    later = client.get(reverse("branches:tokens")).content.decode()
    client.post(reverse("branches:withdraw_token", args=[token.pk]))

    assert token.scopes == ["members:read"]
    assert made.count("jcjs_") > later.count("jcjs_") > 0
    token.refresh_from_db()
    assert token.revoked_by == people.secretary


def test_a_key_is_not_made_without_the_password_or_for_more_than_a_year(people, sign_in):
    client = sign_in(people.secretary)
    typed = {"name": "OA同步", "days": 30, "may_members": "read", "password": "wrong"}

    wrong = client.post(reverse("branches:tokens"), typed)
    long = client.post(
        reverse("branches:tokens"), typed | {"days": 366, "password": "Passw0rd-2022"}
    )

    assert wrong.status_code == long.status_code == 422
    assert "密码不正确" in wrong.content.decode()
    assert not ApiToken.objects.exists()


def test_an_organisation_says_who_stands_above(org, people):
    answer = program(people.reviewer).get("/api/v1/organizations/", {"parent": org.north_office.pk})

    rows = answer.json()["results"]
    assert [row["name"] for row in rows] == ["北一支部", "北二支部", "北三总支"]
    assert {row["parent"] for row in rows} == {org.north_office.pk}


@pytest.mark.parametrize("address", ["nowhere/", "members/x/leave/", "members/a%0Ab/leave/", "%0A"])
def test_an_address_that_there_is_not_is_told_in_the_form_of_the_api(people, address):
    answer = program(people.secretary).post(f"/api/v1/{address}")

    assert (answer.status_code, answer["Content-Type"]) == (404, "application/problem+json")
