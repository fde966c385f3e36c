"""批量列入: many findings at once, each with a result of its own."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from branchyear.audit.models import Entry
from branchyear.lib.dates import local_day
from branchyear.lib.errors import Refused
from tasks.models import Problem
from tasks.services.problems import batches as services
from tasks.tests.make import make_running_campaign
from tasks.tests.test_findings_seen import make_finding

TODAY = local_day()


@pytest.fixture
def found(org, people):
    campaign = make_running_campaign()
    return [
        make_finding(campaign, org.north, "R08", key="member:1", name="甲"),
        make_finding(campaign, org.north, "R49", k=1, u=0),
        make_finding(campaign, org.north, "R31", "warning", "meeting:1", date=str(TODAY), type="theme_day"),
    ]  # fmt: skip


def list_them(found, org, by, **changes):
    told = {"responsible": "组织委员", "due_on": TODAY + timedelta(days=9), "now": timezone.now()}
    return services.list_findings(org.north, found, by=by, **(told | changes))


@pytest.mark.engines
def test_each_is_listed_or_says_why_not(found, org, people):
    results = list_them(found, org, people.clerk)

    assert [bool(listed.problem) for listed in results] == [True, False, True]
    assert "不列入问题清单" in results[1].refusal
    rows = Problem.objects.order_by("number").values_list(
        "number", "state", "responsible", "due_on"
    )
    due = TODAY + timedelta(days=9)
    assert list(rows) == [(1, "open", "组织委员", due), (2, "open", "组织委员", due)]
    assert Entry.objects.filter(verb="problem.assigned").count() == 2
    again = list_them(found, org, people.clerk)
    assert "已列入" in again[0].refusal
    assert Problem.objects.count() == 2


@pytest.mark.parametrize(
    ("changes", "field"),
    [({"responsible": " "}, "responsible"), ({"due_on": TODAY - timedelta(days=1)}, "due_on")],
)
def test_what_does_not_hold_for_any_is_refused_for_all(changes, field, found, org, people):
    with pytest.raises(Refused) as refusal:
        list_them(found, org, people.clerk, **changes)

    assert refusal.value.field == field
    assert not Problem.objects.exists()


def test_only_who_keeps_the_list_lists(found, org, people):
    with pytest.raises(PermissionDenied):
        list_them(found, org, people.inspector)


def test_the_page_lists_what_was_ticked_and_tells_each(found, org, people, sign_in):
    client = sign_in(people.secretary)
    page = client.get("/problems/list-many/").content.decode()
    assert page.count('name="findings"') == 2

    empty = client.post("/problems/list-many/", {"responsible": "甲某"})
    assert empty.status_code == 422
    assert "请勾选" in empty.content.decode()
    answer = client.post(
        "/problems/list-many/", {"responsible": "甲某", "findings": [found[0].pk, found[1].pk]}
    ).content.decode()

    assert "已列入 1 个" in answer
    assert "第1号" in answer
    assert client.get("/problems/list-many/").content.decode().count('name="findings"') == 1
