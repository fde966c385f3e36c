"""Two people at one item in the same moment: one wins, the other is told, nothing breaks."""

import threading
from datetime import date, timedelta
from functools import partial

import pytest
from django.db import connection

from branches.roles import Role
from branchyear.audit.models import Entry
from branchyear.lib.errors import Refused
from conftest import build_people, build_tree, make_office, make_user
from members.services import meetings
from members.tests.make import make_member
from tasks.models import BranchItem, Finding, Problem, Rule
from tasks.services import evidence, items, problems
from tasks.tests.make import (
    NOW,
    item_of,
    make_answer,
    make_campaign,
    make_draft,
    make_evidence,
    make_handed_in,
    make_problem,
    make_submitted,
)

pytestmark = [pytest.mark.engines, pytest.mark.django_db(transaction=True)]

ROUNDS = 30


def together(*acts):
    """Run the acts in threads of their own, at one signal; their results or refusals, in order."""
    barrier = threading.Barrier(len(acts))
    results = [None] * len(acts)

    def run(position, act):
        try:
            barrier.wait(timeout=30)
            act()
            results[position] = "won"
        except Exception as error:  # noqa: BLE001 whatever it is, the test wants to see it
            results[position] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    return results


def check_one_winner(results):
    losers = [r for r in results if r != "won"]
    assert len(losers) == len(results) - 1, results
    assert all(isinstance(r, Refused) for r in losers), losers


@pytest.fixture
def world():
    org = build_tree()
    people = build_people(org)
    make_campaign()
    people.second_reviewer = make_office(
        make_user("shenhe2", "尤审核"), Role.ORG_REVIEWER, org.north_office
    )
    return org, people


def fresh(item):
    return BranchItem.objects.get(pk=item.pk)


def test_accepting_and_returning_have_one_winner(world):
    org, people = world
    item = item_of(org.north)
    for number in range(ROUNDS):
        make_submitted(fresh(item), people.secretary, note=f"第{number}次提交，材料齐全。")
        mine, theirs = fresh(item), fresh(item)

        results = together(
            partial(items.accept, mine, by=people.reviewer, now=NOW),
            partial(
                items.send_back,
                theirs,
                reason="请补充会议记录。",
                by=people.second_reviewer,
                now=NOW,
            ),
        )

        check_one_winner(results)
        row = fresh(item)
        assert row.state == ("accepted" if results[0] == "won" else "returned")
        if row.state == "accepted":
            items.send_back(row, reason="再来一次。", by=people.committee, now=NOW)
    assert Entry.objects.filter(verb="item.submitted").count() == ROUNDS


def test_of_two_who_save_one_is_told(world):
    org, people = world
    item = make_draft(item_of(org.north), people.secretary)
    for number in range(ROUNDS):
        mine, theirs = fresh(item), fresh(item)
        revision = mine.revision

        results = together(
            partial(
                items.save,
                mine,
                make_answer(note=f"书记第{number}稿"),
                revision=revision,
                by=people.secretary,
                now=NOW,
            ),
            partial(
                items.save,
                theirs,
                make_answer(note=f"干事第{number}稿"),
                revision=revision,
                by=people.clerk,
                now=NOW,
            ),
        )

        check_one_winner(results)
        row = fresh(item)
        winner = "书记" if results[0] == "won" else "干事"
        loser = next(r for r in results if r != "won")
        assert row.note == f"{winner}第{number}稿"
        assert row.revision == revision + 1
        assert loser.theirs["情况说明"] == row.note


def test_a_file_taken_away_while_handing_in_leaves_no_submission_without_it(world):
    org, people = world
    item = item_of(org.north, "T1-05")
    for _ in range(ROUNDS):
        paper = make_evidence(fresh(item), people.secretary)
        mine, theirs = fresh(item), fresh(item)

        results = together(
            partial(items.submit, mine, make_answer(), by=people.secretary, now=NOW),
            partial(evidence.detach, theirs, paper, by=people.clerk, now=NOW),
        )

        check_one_winner(results)
        row = fresh(item)
        assert (row.state == "submitted") == row.evidence_links.exists()
        if row.state == "submitted":
            items.withdraw(row, by=people.secretary, now=NOW)
            evidence.detach(row, paper, by=people.secretary, now=NOW)


def test_the_same_file_from_two_desks_is_stored_once(world):
    from tasks.models import Evidence
    from tasks.tests.make import make_pdf

    org, people = world
    for number in range(10):
        first, second = item_of(org.north, "T1-05"), item_of(org.north, "T1-01")

        results = together(
            partial(evidence.add, first, make_pdf(text=str(number)), by=people.secretary, now=NOW),
            partial(evidence.add, second, make_pdf(text=str(number)), by=people.clerk, now=NOW),
        )

        assert results == ["won", "won"]
        assert Evidence.objects.count() == number + 1
        assert first.evidence_links.count() == second.evidence_links.count() == number + 1


def test_a_problem_is_closed_or_sent_back_but_never_both(world):
    org, people = world
    for _ in range(5):
        problem = make_problem(org.north, people.secretary)
        make_handed_in(problem, people.secretary)
        one, other = Problem.objects.get(pk=problem.pk), Problem.objects.get(pk=problem.pk)

        results = together(
            partial(
                problems.close, one, revision=one.revision, by=people.reviewer, now=NOW
            ),
            partial(
                problems.send_back, other, "材料不够清楚", revision=other.revision,
                by=people.committee, now=NOW,
            ),
        )  # fmt: skip

        check_one_winner(results)
        assert problem.steps.count() == 4


def test_a_finding_listed_by_two_at_once_is_one_problem(world):
    org, people = world
    for number in range(5):
        finding = Finding.objects.create(
            organization=org.north, rule=Rule.objects.get(number="R08"), key=f"member:{number}",
            severity="error", opened_on=NOW.date(), changed_on=NOW.date(),
        )  # fmt: skip

        results = together(
            partial(problems.list_finding, finding, by=people.secretary, now=NOW),
            partial(problems.list_finding, finding, by=people.clerk, now=NOW),
        )

        check_one_winner(results)
    assert list(Problem.objects.values_list("number", flat=True)) == [1, 2, 3, 4, 5]


def test_an_acceptance_and_the_meeting_it_rests_on_never_part_ways(world):
    """Voided first: it cannot be accepted. Accepted first: the acceptance is voided with the meeting."""
    org, people = world
    later = NOW.replace(month=11)
    soon = later + timedelta(hours=1)
    make_member(org.north)
    for number in range(5):
        facts = {"kind": "org_life_meeting", "on": date(2026, 10, 20), "topic": f"第{number}次"}
        meeting = meetings.record_meeting(org.north, facts=facts, by=people.secretary, now=later)
        row = item_of(org.north, "T3-06")
        evidence.attach_meetings(row, [meeting], by=people.secretary, now=later)
        items.submit(row, make_answer(fact_on=date(2026, 10, 20)), by=people.secretary, now=later)

        results = together(
            partial(items.accept, fresh(row), by=people.reviewer, now=soon),
            partial(
                meetings.void_meeting, meeting, reason="登记重复了", by=people.secretary, now=soon
            ),
        )

        row = fresh(row)
        assert results[1] == "won"
        if results[0] == "won":
            assert (row.state, row.steps.last().kind) == ("returned", "voided")
        else:
            assert isinstance(results[0], Refused)
            assert row.state == "submitted"
            items.send_back(row, reason="请更换佐证。", by=people.reviewer, now=later)
        row = fresh(row)
        evidence.detach_meeting(row, meeting, by=people.secretary, now=later)
