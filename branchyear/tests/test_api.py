"""What all resources of the API share."""

from io import StringIO

import pytest
from django.core.management import call_command
from rest_framework.authtoken.models import Token

RESOURCES = (
    "organizations",
    "members",
    "notices",
    "exports",
    "monthly-reports",
    "campaigns",
    "items",
    "evidence",
    "findings",
    "problems",
)


def test_the_schema_is_complete_and_without_warnings(db):
    out = StringIO()

    call_command("spectacular", "--validate", "--fail-on-warn", stdout=out)

    for resource in RESOURCES:
        assert f"/api/v1/{resource}/" in out.getvalue()


@pytest.mark.parametrize("resource", RESOURCES)
def test_a_token_opens_the_api_and_nothing_does_not(resource, people, client):
    token = Token.objects.create(user=people.secretary)

    assert client.get(f"/api/v1/{resource}/").status_code in (401, 403)
    answer = client.get(f"/api/v1/{resource}/", headers={"Authorization": f"Token {token.key}"})
    assert answer.status_code == 200
    assert {"count", "results"} <= set(answer.json())


@pytest.mark.parametrize("resource", RESOURCES)
def test_the_api_does_not_write_yet(resource, people, sign_in):
    assert sign_in(people.secretary).post(f"/api/v1/{resource}/", {}).status_code in (403, 405)


def test_an_organisation_says_who_stands_above(org, people, sign_in):
    answer = (
        sign_in(people.reviewer).get(f"/api/v1/organizations/?parent={org.north_office.pk}").json()
    )

    assert [row["name"] for row in answer["results"]] == ["北一支部", "北二支部", "北三总支"]
    assert {row["parent"] for row in answer["results"]} == {org.north_office.pk}


def test_no_page_and_no_resource_shows_the_south_to_the_north(org, people, sign_in):
    client = sign_in(people.secretary)

    for resource in RESOURCES:
        assert "南" not in client.get(f"/api/v1/{resource}/").content.decode()
