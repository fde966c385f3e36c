"""督办单: issued, answered, closed, given back; its colour by rule and date; where it begins."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from branchyear.audit.models import Entry
from branchyear.lib.dates import local_day
from branchyear.lib.errors import Conflict, Refused
from branchyear.notifications.models import Notice
from tasks import supervision as colours
from tasks.models import Problem, Supervision
from tasks.services import supervision as services
from tasks.tests.make import make_problem, make_running_campaign
from tasks.todos import campaign_todos, upper_todos

TODAY = local_day()
NOW = timezone.now()
WORDS = {"title": "补报月报", "content": "四月月报至今没有收到，请抓紧报送。", "basis": "月报制度"}


@pytest.fixture
def campaign(people):
    return make_running_campaign()


@pytest.fixture
def row(campaign, org, people):
    return services.issue(
        org.north, due_on=TODAY + timedelta(days=3), by=people.committee, now=NOW, **WORDS
    )


def reply(row, by):
    return services.reply(row, "已报送，并已说明原因。", revision=row.revision, by=by, now=NOW)


def test_it_is_issued_answered_closed_and_reopened_with_a_trail(row, org, people):
    assert str(row) == f"督办〔{TODAY.year}〕1号"
    told = Notice.objects.filter(kind="supervision.issued")
    assert set(told.values_list("recipient__username", flat=True)) == {"shuji", "ganshi", "shenhe"}

    reply(row, people.secretary)
    services.close(row, revision=row.revision, by=people.committee, now=NOW)
    assert (row.state, row.closed_on) == ("closed", TODAY)
    services.send_back(
        row,
        "回头看发现仍未报送。",
        due_on=TODAY,
        revision=row.revision,
        by=people.committee,
        now=NOW,
    )

    row.refresh_from_db()
    assert (row.state, row.closed_on, row.due_on) == ("reopened", None, TODAY)
    kinds = ["issued", "replied", "closed", "reopened"]
    assert list(row.steps.values_list("kind", flat=True)) == kinds
    verbs = Entry.objects.filter(verb__startswith="supervision.").values_list("verb", flat=True)
    assert sorted(verbs) == sorted(f"supervision.{kind}" for kind in kinds)


def test_only_the_committee_issues_and_handles_and_only_the_organisation_answers(row, org, people):
    for person in (people.secretary, people.reviewer, people.leader, people.department):
        with pytest.raises(PermissionDenied):
            services.issue(org.north, due_on=TODAY, by=person, now=NOW, **WORDS)
    for person in (people.reviewer, people.committee, people.second_secretary):
        with pytest.raises(PermissionDenied):
            reply(row, person)
    with pytest.raises(Refused, match="不能这样办理"):
        services.close(row, revision=row.revision, by=people.committee, now=NOW)
    reply(row, people.clerk)
    with pytest.raises(PermissionDenied):
        services.close(row, revision=row.revision, by=people.secretary, now=NOW)


def test_the_slower_of_two_is_told(row, people):
    mine = Supervision.objects.get()
    reply(row, people.secretary)

    with pytest.raises(Conflict, match="已由赵书记"):
        reply(mine, people.clerk)


@pytest.mark.parametrize(
    ("left", "colour"), [(6, "blue"), (5, "yellow"), (0, "yellow"), (-1, "red")]
)
def test_its_colour_follows_from_the_day_in_words_and_in_the_list(left, colour, row):
    day = row.due_on - timedelta(days=left)

    assert colours.colour_of(row, day).key == colour
    listed = [key for key in colours.BY_KEY
              if Supervision.objects.filter(colours.colour_is(key, day)).exists()]  # fmt: skip
    assert listed == [colour]


def test_what_was_answered_in_time_does_not_turn_red_while_the_committee_reads(row, people):
    reply(row, people.secretary)

    assert colours.colour_of(row, row.due_on + timedelta(days=9)).key == "yellow"


def test_it_begins_from_an_overdue_problem_once(campaign, org, people, sign_in):
    problem = make_problem(org.north, people.secretary, now=NOW)
    Problem.objects.filter(pk=problem.pk).update(due_on=date(2026, 1, 1), state="fixing")
    client = sign_in(people.committee)
    address = f"/supervision/new/?org={org.north.pk}&source=problem&id={problem.pk}"
    assert "签发督办单" in client.get(f"/problems/{problem.pk}/").content.decode()
    page = client.get(address)
    assert "没有悬挂入党誓词" in page.content.decode()

    values = {**page.context["form"].initial, "due_on": TODAY.isoformat()}
    answer = client.post(address, values)
    again = client.post(address, values)

    row = Supervision.objects.get()
    assert (row.source, row.source_id, answer.url) == (
        "problem",
        problem.pk,
        f"/supervision/{row.pk}/",
    )
    assert again.status_code == 422
    assert "不重复督办" in again.content.decode()


def test_those_concerned_find_it_on_their_home_page(row, org, people):
    assert [each["button"] for each in campaign_todos(org.north, TODAY)] == ["去回复"]
    reply(row, people.secretary)

    todos = list(upper_todos(org.committee, people.committee, TODAY))
    assert [each["what"] for each in todos] == ["核办1件督办回复"]
    assert list(campaign_todos(org.north, TODAY)) == []


def test_a_foreign_one_is_out_of_sight_and_the_list_does_not_grow_its_questions(
    row, org, people, sign_in, django_assert_max_num_queries
):
    assert sign_in(people.south_secretary).get(row.get_absolute_url()).status_code == 404
    client = sign_in(people.committee)
    client.get("/supervision/")
    counted = []
    for _ in range(2):
        with django_assert_max_num_queries(60) as asked:
            assert client.get("/supervision/?state=all").status_code == 200
        counted.append(len(asked))
        for number in range(4):
            services.issue(
                org.south, due_on=TODAY, by=people.committee, now=NOW,
                **{**WORDS, "title": f"事项{number}"},
            )  # fmt: skip
    assert counted[0] == counted[1]
