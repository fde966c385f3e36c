"""问题整改台账 and the three lists: what each line says, who sees it, on paper."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from branchyear.lib.dates import local_day
from reports.kinds import KINDS
from reports.services import exports, making
from tasks.models import Problem
from tasks.services import problems
from tasks.tests.make import make_handed_in, make_problem, make_running_campaign

NOW = timezone.now
LISTS = ("problems", "problem_list", "correction_list", "responsibility_list")


@pytest.fixture
def closed(org, people):
    make_running_campaign()
    problem = make_problem(org.north, people.secretary, now=NOW())
    make_handed_in(problem, people.secretary, now=NOW())
    return problems.close(
        problem, revision=problem.revision, by=people.reviewer, note="同意", now=NOW()
    )


def asked(kind, organization, by=None, **parameters):
    return KINDS[kind].asked(organization, parameters, by=by, at=NOW())


def lines(kind, organization, by=None, **parameters):
    return list(KINDS[kind].rows(asked(kind, organization, by, **parameters)))


def test_a_line_tells_the_whole_way(closed, org):
    (line,) = lines("problems", org.committee)

    assert line["title"] == "会议室没有悬挂入党誓词"
    assert (line["responsible"], line["leader"], line["reviewer"]) == (
        "赵书记", "分管领导", "吴审核",
    )  # fmt: skip
    assert line["evidence"] == "批复.pdf"
    assert (line["done_on"], line["closed_on"], line["state"]) == (
        local_day(), local_day(), "已销号",
    )  # fmt: skip


def test_only_what_is_in_sight_and_asked_for_is_listed(closed, org, people):
    make_problem(org.south, people.south_secretary, now=NOW())

    assert len(lines("problems", org.committee)) == 2
    assert len(lines("problems", org.committee, people.reviewer)) == 1
    assert lines("problems", org.committee, overdue="1") == []


@pytest.mark.parametrize("kind", LISTS)
def test_each_list_is_written_as_a_workbook_and_previews_the_same_lines(kind, closed, org, people):
    ledger = asked(kind, org.north, people.secretary)
    keys = [column.key for column in KINDS[kind].columns(ledger)]
    export = exports.request_export(
        kind, organization=org.north, format="xlsx", parameters={}, by=people.secretary
    )

    making.render(export.pk, now=NOW())

    export.refresh_from_db()
    assert export.file
    assert KINDS[kind].preview(ledger, 10) == lines(kind, org.north)
    assert all(key in lines(kind, org.north)[0] for key in keys)


def test_the_number_of_statements_does_not_grow(closed, org, people):
    def count():
        with CaptureQueriesContext(connection) as statements:
            lines("problems", org.committee)
        return len(statements)

    before = count()
    for number in range(5):
        make_problem(org.north, people.secretary, f"问题{number}", now=NOW())

    assert Problem.objects.count() == 6
    assert count() == before
