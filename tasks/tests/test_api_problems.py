"""Findings and problems for other systems."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from branchyear.lib.dates import local_day
from tasks.models import Problem
from tasks.tests.make import make_running_campaign
from tasks.tests.test_api import get
from tasks.tests.test_findings_seen import make_finding

TODAY = local_day()


@pytest.fixture
def campaign(org, people):
    return make_running_campaign()


def make_problem(campaign, branch, number=1, **facts):
    told = {
        "origin": "hand", "title": "名册不全", "found_on": TODAY, "due_on": TODAY,
        "created_at": f"{TODAY}T09:00+08:00",
    } | facts  # fmt: skip
    return Problem.objects.create(campaign=campaign, organization=branch, number=number, **told)


def test_a_finding_is_told_with_its_sentence_and_basis(campaign, org, people, sign_in):
    make_finding(campaign, org.north, "R01", n=2, formal=2)

    (told,) = get(sign_in(people.secretary), "finding-list")["results"]

    assert (told["rule"], told["task"], told["severity"]) == ("R01", "T1", "error")
    assert told["sentence"].startswith("本支部现有党员2人")
    assert "支部工作条例" in told["basis"]


def test_signals_are_told_to_inspectors_and_the_committee_alone(campaign, org, people, sign_in):
    make_finding(campaign, org.north, "R56", "notice", "full", say="full", n=20, k=6)

    counts = {
        person: get(sign_in(getattr(people, person)), "finding-list", rule="R56")["count"]
        for person in ("secretary", "reviewer", "department", "inspector", "committee")
    }

    assert counts == {
        "secretary": 0, "reviewer": 0, "department": 0, "inspector": 1, "committee": 1
    }  # fmt: skip


def test_findings_and_problems_are_filtered(campaign, org, people, sign_in):
    make_finding(campaign, org.north, "R01")
    mended = make_finding(campaign, org.south, "R13", "unknown")
    mended.closed_on = TODAY
    mended.save()
    make_problem(campaign, org.north, due_on=TODAY - timedelta(days=1))
    make_problem(campaign, org.south, state="closed", closed_on=TODAY)
    client = sign_in(people.committee)

    def count(name, **query):
        return get(client, name, **query)["count"]

    assert count("finding-list") == count("problem-list") == 2
    assert count("finding-list", open="true") == count("finding-list", rule="R01") == 1
    assert count("finding-list", open="false", severity="unknown", task="T2") == 1
    assert count("finding-list", under=org.south_office.pk) == 1
    assert count("problem-list", overdue="true", state="open") == 1
    assert count("problem-list", organization=org.south.pk, due_from=TODAY.isoformat()) == 1
    assert count("problem-list", year=2019) == 0
    assert client.get("/api/v1/problems/?state=gone").status_code == 400


@pytest.mark.parametrize("name", ["finding-list", "problem-list"])
def test_queries_do_not_grow_with_the_rows(campaign, org, people, sign_in, name):
    client = sign_in(people.committee)
    get(client, name)  # the first click of a session writes its time
    counts = []
    for number in (1, 2, 3):
        make_finding(campaign, org.north, "R08", key=f"member:{number}", name="甲")
        make_problem(campaign, org.north, number)
        with CaptureQueriesContext(connection) as queries:
            get(client, name)
        counts.append(len(queries))

    assert counts[0] == counts[-1]
