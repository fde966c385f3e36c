"""The campaign year for other systems."""

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tasks.models import BranchItem
from tasks.tests.make import item_of, make_accepted, make_campaign, make_evidence, make_pdf


@pytest.fixture
def campaign(org, people):
    return make_campaign()


def get(client, name, **query):
    answer = client.get(reverse(name), query)
    assert answer.status_code == 200, answer.content
    return answer.json()


def test_the_campaign_is_told_whole(campaign, people, sign_in):
    (told,) = get(sign_in(people.secretary), "campaign-list")["results"]

    assert told["year"] == campaign.year
    assert [p["code"] for p in told["phases"]] == ["P1", "P2", "P3"]
    assert len(told["tasks"]) == 8
    items = [item for task in told["tasks"] for item in task["items"]]
    assert len(items) == 42
    assert sum(float(item["version"]["weight"]) for item in items) == 100


def test_answers_are_those_in_sight(campaign, org, people, sign_in):
    mine = get(sign_in(people.secretary), "item-list", page_size=500)
    assert {row["branch_code"] for row in mine["results"]} == {"01-01"}
    assert mine["count"] == 42

    all_of_north = get(sign_in(people.reviewer), "item-list")
    assert all_of_north["count"] == 3 * 42


def test_answers_are_filtered(campaign, org, people, sign_in):
    make_accepted(item_of(org.north), people.secretary, people.reviewer)
    BranchItem.objects.filter(branch=org.south).update(
        due_on=date(2020, 1, 1), opens_on=date(2020, 1, 1)
    )
    client = sign_in(people.committee)

    def count(**query):
        return get(client, "item-list", **query)["count"]

    assert count() == 5 * 42
    assert count(under=org.north_office.pk) == 3 * 42
    assert count(branch=org.north.pk, task="T1") == 6
    assert count(item="T1-01") == 5
    assert count(state="accepted") == 1
    assert count(under=org.south_office.pk, overdue="true") == 42
    assert count(under=org.south_office.pk, overdue="false") == 0
    assert count(year=2019) == 0
    assert get(sign_in(people.secretary), "item-list", under=org.south_office.pk)["count"] == 0


@pytest.mark.parametrize("query", [{"branch": "x"}, {"state": "gone"}, {"under": "x"}])
def test_a_senseless_filter_is_told(campaign, people, sign_in, query):
    answer = sign_in(people.committee).get(reverse("item-list"), query)

    assert answer.status_code == 400


def test_files_are_told_without_being_given(campaign, org, people, sign_in):
    item = item_of(org.north, "T1-05")
    paper = make_evidence(item, people.secretary)
    make_evidence(item_of(org.south, "T1-05"), people.south_secretary, make_pdf("南.pdf"))

    (told,) = get(sign_in(people.secretary), "evidence-list")["results"]

    assert (told["id"], told["sha256"], told["items"]) == (paper.pk, paper.sha256, [item.pk])
    assert "file" not in told
    assert get(sign_in(people.secretary), "evidence-list", item=item.pk)["count"] == 1


@pytest.mark.parametrize("name", ["campaign-list", "item-list", "evidence-list"])
def test_queries_do_not_grow_with_the_rows(campaign, org, people, sign_in, name):
    client = sign_in(people.committee)
    get(client, name)  # the first click of a session writes its time
    counts = []
    for code in ("T1-05", "T1-01", "T1-03"):
        make_evidence(item_of(org.north, code), people.secretary, make_pdf(text=code))
        with CaptureQueriesContext(connection) as queries:
            get(client, name)
        counts.append(len(queries))

    assert counts[0] == counts[-1]


def ask(client, row, act="", method="post", **body):
    """Read, then write on the version read."""
    url = reverse("item-detail", args=[row.pk])
    etag = client.get(url)["ETag"]
    headers = {"If-Match": etag}
    return getattr(client, method)(
        f"{url}{act}", body, content_type="application/json", headers=headers
    )


def test_an_item_is_filled_in_handed_in_and_accepted_by_programs(campaign, org, people, sign_in):
    row = item_of(org.north)
    client = sign_in(people.secretary)

    make_evidence(row, people.secretary)

    saved = ask(client, row, method="patch", result="done", fact_on=f"{campaign.year}-04-20")
    more = ask(client, row, method="patch", note="已召开党员大会")
    handed_in = ask(client, row, "submit/")
    accepted = ask(sign_in(people.reviewer), row, "accept/")

    assert [a.status_code for a in (saved, more, handed_in, accepted)] == [200] * 4
    assert more.json()["result"] == "done"
    assert handed_in.json()["state"] == "submitted"
    assert (
        accepted.json()["state"] == "accepted"
    )  # for good: the direct organisation is the last level
    assert accepted.json()["with_organization"] is None


def test_a_file_is_sent_to_an_item(campaign, org, people, sign_in):
    row = item_of(org.north, "T1-05")
    client = sign_in(people.secretary)
    url = reverse("item-detail", args=[row.pk])

    sent = client.post(
        f"{url}upload/", {"file": make_pdf()}, headers={"If-Match": client.get(url)["ETag"]}
    )

    (evidence,) = sent.json()["evidence"]
    taken = ask(client, row, "detach/", evidence=evidence)
    assert taken.json()["evidence"] == []
