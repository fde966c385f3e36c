"""The pages of 督查抽查: no more questions for more rows, what is typed is kept, one form does its work once."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from branchyear.audit.models import Entry
from branchyear.lib.dates import local_day
from tasks.models import Inspection, Visit
from tasks.services import inspections
from tasks.tests.make import make_running_campaign
from tasks.tests.make_inspections import (
    make_drawn,
    make_inspection,
    make_started,
    make_team,
    make_visits,
    visit_to,
)

HOUR = timedelta(hours=1)


@pytest.fixture
def now(org, people):
    make_running_campaign()
    return timezone.now() - HOUR


@pytest.fixture
def started(now, org, people):
    plan = make_visits(org.committee, people.committee, people.inspector, now=now, scope=org.north)
    return make_started(visit_to(plan, org.north), people.inspector, now=now + HOUR / 2)


def questions(client, address):
    with CaptureQueriesContext(connection) as asked:
        assert client.get(address).status_code == 200
    return len(asked)


def test_no_page_asks_more_for_more_branches(now, org, people, sign_in):
    client = sign_in(people.committee)
    one = make_visits(
        org.committee, people.committee, people.inspector, now=now, scope=org.north, announced=True
    )
    client.get("/inspections/")
    few = questions(client, "/inspections/"), questions(client, "/api/v1/inspections/")
    many = make_visits(org.committee, people.committee, people.inspector, now=now, announced=True)

    more = questions(client, "/inspections/"), questions(client, "/api/v1/inspections/")

    assert more == few
    assert (one.visits.count(), many.visits.count()) == (1, 5)
    for address in (
        lambda plan: plan.get_absolute_url(),
        lambda plan: plan.draw.get_absolute_url(),
    ):
        assert questions(client, address(one)) == questions(client, address(many))


def post(client, visit, once="k" * 20, **changes):
    first, second = visit.records.all()
    values = {
        "once": once,
        "revision": visit.revision,
        "action": "save",
        f"verdict_{first.pk}": "true",
        f"verdict_{second.pk}": "false",
        f"words_{second.pk}": "现场没有看到会议记录",
        "visited_on": local_day().isoformat(),
        "companion": "赵书记",
    }
    return client.post(f"{visit.get_absolute_url()}save/", values | changes)


def test_the_same_record_sent_twice_is_saved_once(started, people, sign_in):
    client = sign_in(people.inspector)

    answers = [post(client, started) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [302, 302]
    assert Entry.objects.filter(verb="inspection.visit_saved").count() == 1


def test_an_older_record_is_told_what_is_stored_and_keeps_what_was_typed(started, people, sign_in):
    client = sign_in(people.inspector)
    post(client, started)

    answer = post(client, started, once="l" * 20, companion="钱干事")

    page = answer.content.decode()
    assert answer.status_code == 409
    assert "已于" in page
    assert 'value="钱干事"' in page
    assert Visit.objects.get().companion == "赵书记"


def test_what_is_missing_is_said_with_everything_kept(started, people, sign_in):
    answer = post(sign_in(people.inspector), started, action="sign", companion="")

    assert answer.status_code == 422
    assert "请填写支部陪同人员" in answer.content.decode()
    assert "现场没有看到会议记录" in answer.content.decode()


def test_the_branch_cannot_read_an_unannounced_sample_before_the_end(now, org, people, sign_in):
    plan = make_visits(org.committee, people.committee, people.inspector, now=now)
    make_started(visit_to(plan, org.north), people.inspector, now=now + HOUR / 2)
    client = sign_in(people.secretary)

    page = client.get(plan.get_absolute_url()).content.decode()
    draw = client.get(plan.draw.get_absolute_url()).content.decode()

    assert plan.draw.commitment in page
    assert plan.draw.seed not in page + draw
    assert "南一支部" not in page + draw
    assert client.get(f"{plan.draw.get_absolute_url()}draw.json").status_code == 404


def test_the_department_inspects_by_itself(now, org, people, sign_in):
    plan = make_inspection(org.city, people.department, now=now, scope=org.south_office)
    make_team(plan, people.department, people.inspector, now=now)

    draw = make_drawn(plan, people.department, now=now)

    assert all(check.ok for check in inspections.check_draw(draw))
    assert not Inspection.objects.visible_to(people.committee).exists()


def test_an_inspector_is_offered_no_ledger_he_may_not_open(started, org, people, sign_in):
    client = sign_in(people.inspector)
    page = client.get(org.north.get_absolute_url()).content.decode()
    problems = client.get(f"/problems/?org={org.north.pk}").content.decode()

    assert "党员名册" not in page
    assert "班子和党小组" not in page
    assert "导出台账" not in problems
    mine = sign_in(people.secretary)
    assert "党员名册" in mine.get(org.north.get_absolute_url()).content.decode()
    assert "导出台账" in mine.get(f"/problems/?org={org.north.pk}").content.decode()
