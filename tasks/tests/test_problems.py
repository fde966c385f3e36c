"""Problems: listed once, planned, proved, closed by another level and never while the rule fails."""

from datetime import date, datetime, time, timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from branchyear.audit.models import Entry
from branchyear.lib.dates import CHINA, local_day
from branchyear.lib.errors import Conflict, Refused
from branchyear.notifications.models import Notice
from members.tests.make import make_member
from tasks.models import Finding, Problem, ProblemEvidence, SelfCheck, SelfCheckAnswer
from tasks.services import findings, problems
from tasks.tests.make import (
    item_of,
    make_handed_in,
    make_pdf,
    make_planned,
    make_problem,
    make_returned,
    make_running_campaign,
)

TODAY = local_day()
NOW = timezone.now


@pytest.fixture
def campaign(org):
    return make_running_campaign()


@pytest.fixture
def finding(campaign, org):
    """The north branch has two members: an error of R01."""
    for name in ("甲", "乙"):
        make_member(org.north, name)
    findings.evaluate(day=TODAY, organization=org.north, numbers=["R01"])
    return Finding.objects.open().get(organization=org.north, rule__number="R01")


@pytest.fixture
def problem(campaign, org, people):
    return make_problem(org.north, people.secretary, now=NOW())


def told(person):
    return list(
        Notice.objects.filter(recipient=person).order_by("pk").values_list("kind", flat=True)
    )


def mend(org):
    make_member(org.north, "丙")


@pytest.mark.engines
def test_a_finding_becomes_a_problem_and_is_closed_when_the_rule_is_met(finding, org, people):
    problem = make_problem(org.north, people.secretary, finding=finding, now=NOW())
    make_planned(problem, people.secretary, now=NOW())
    mend(org)
    problems.hand_in(
        problem, "已接收一名同志的组织关系。", revision=problem.revision, by=people.clerk, now=NOW()
    )
    problems.close(problem, revision=problem.revision, by=people.reviewer, now=NOW())

    stored = Problem.objects.get()
    assert (stored.state, stored.closed_on, stored.number) == ("closed", TODAY, 1)
    assert "3" in stored.title
    assert [s.kind for s in stored.steps.all()] == ["listed", "planned", "handed_in", "closed"]
    assert stored.steps.all()[2].data["check"] == "met"
    assert list(
        Entry.objects.filter(verb__startswith="problem.")
        .order_by("pk")
        .values_list("verb", flat=True)
    ) == ["problem.listed", "problem.planned", "problem.handed_in", "problem.closed"]
    assert told(people.reviewer) == ["problem.handed_in"]
    assert told(people.secretary) == ["problem.closed"]


@pytest.mark.engines
def test_it_is_not_closed_while_the_rule_still_fails(finding, org, people):
    problem = make_problem(org.north, people.secretary, finding=finding, now=NOW())
    make_handed_in(problem, people.secretary, now=NOW())

    with pytest.raises(Refused, match="仍不符合，不能销号"):
        problems.close(problem, revision=problem.revision, by=people.reviewer, now=NOW())

    assert Problem.objects.get().state == "verify"


def test_without_a_file_the_rule_itself_must_be_met(finding, org, people):
    problem = make_problem(org.north, people.secretary, finding=finding, now=NOW())
    make_planned(problem, people.secretary, now=NOW())

    with pytest.raises(Refused, match="仍不符合") as refusal:
        problems.hand_in(
            problem,
            "正在办理，很快完成。",
            revision=problem.revision,
            by=people.secretary,
            now=NOW(),
        )

    assert refusal.value.field == "evidence"


def test_a_problem_written_by_hand_needs_a_file(problem, people):
    make_planned(problem, people.secretary, now=NOW())

    with pytest.raises(Refused, match="至少1份"):
        problems.hand_in(
            problem, "已经整改完成。", revision=problem.revision, by=people.secretary, now=NOW()
        )


@pytest.mark.engines
def test_a_finding_is_listed_once_and_recognised_when_it_comes_back(finding, org, people):
    problem = make_problem(org.north, people.secretary, finding=finding, now=NOW())
    with pytest.raises(Refused, match="第1号，待整改"):
        make_problem(org.north, people.secretary, finding=finding, now=NOW())
    Problem.objects.filter(pk=problem.pk).update(state="closed", closed_on=TODAY)

    again = make_problem(org.north, people.secretary, finding=finding, now=NOW())

    assert (again.number, again.repeats) == (2, problem)


def test_the_same_finding_elsewhere_is_no_repetition(finding, org, people):
    problem = make_problem(org.north, people.secretary, finding=finding, now=NOW())
    Problem.objects.filter(pk=problem.pk).update(state="closed", closed_on=TODAY)
    make_member(org.south, "甲")
    findings.evaluate(day=TODAY, organization=org.south, numbers=["R01"])
    south = Finding.objects.open().get(organization=org.south)

    there = make_problem(org.south, people.south_secretary, finding=south, now=NOW())

    assert (there.number, there.repeats) == (1, None)


@pytest.mark.parametrize("severity", ["notice", "unknown"])
def test_reminders_are_no_problems(finding, people, org, severity):
    finding.severity = severity

    with pytest.raises(Refused, match="不列入"):
        make_problem(org.north, people.secretary, finding=finding, now=NOW())


def test_a_returned_item_becomes_a_problem_once(campaign, org, people):
    day = campaign.starts_on + timedelta(days=41)
    row = make_returned(
        item_of(org.north), people.secretary, people.reviewer, reason="名册缺少3人。",
        now=datetime.combine(day, time(9, 30), CHINA), fact_on=day - timedelta(days=22),
    )  # fmt: skip

    problem = problems.list_item(row, by=people.secretary, now=NOW())

    assert (problem.origin, problem.task.code) == ("item", "T1")
    assert "名册缺少3人" in problem.title
    with pytest.raises(Refused, match="已列入"):
        problems.list_item(row, by=people.secretary, now=NOW())


def test_a_heading_answered_not_met_becomes_a_problem_of_its_task_once(campaign, org, people):
    check = SelfCheck.objects.create(organization=org.north, campaign=campaign)
    answer = SelfCheckAnswer.objects.create(
        self_check=check, heading="S6", result="not_met", reason="没有固定活动场所", by=people.secretary,
        at=NOW(),
    )  # fmt: skip

    problem = problems.list_answer(answer, by=people.secretary, now=NOW())

    assert (problem.origin, problem.heading, problem.task.code) == ("self_check", "S6", "T8")
    assert "没有固定活动场所" in problem.title
    with pytest.raises(Refused, match="已列入"):
        problems.list_answer(answer, by=people.secretary, now=NOW())


@pytest.mark.engines
def test_those_above_list_a_problem_and_the_branch_is_told(campaign, org, people):
    make_problem(org.north, people.committee, now=NOW())

    assert told(people.secretary) == told(people.clerk) == ["problem.listed"]


def test_nobody_else_lists_or_works_on_it(campaign, org, people, problem):
    for person in (people.second_secretary, people.south_reviewer, people.leader, people.inspector):
        with pytest.raises(PermissionDenied):
            make_problem(org.north, person, now=NOW())
    for person in (people.reviewer, people.committee, people.second_secretary):
        with pytest.raises(PermissionDenied):
            make_planned(problem, person, now=NOW())


def test_what_phase_one_found_is_due_by_the_end_of_phase_two(campaign, org, people):
    day = campaign.starts_on + timedelta(days=19)
    now = datetime.combine(day, time(9), CHINA)
    end = campaign.phases.get(order=2).ends_on
    problem = make_problem(org.north, people.secretary, now=now, found_on=day)

    with pytest.raises(Refused, match="第二阶段结束"):
        make_planned(problem, people.secretary, now=now, due_on=end + timedelta(days=1))
    make_planned(problem, people.secretary, now=now)

    assert problem.due_on == end


def test_what_is_found_later_is_due_within_thirty_days(problem, people):
    Problem.objects.filter(pk=problem.pk).update(found_on=date(TODAY.year, 8, 1))
    problem.refresh_from_db()

    make_planned(problem, people.secretary, now=NOW())

    assert problem.due_on == TODAY + timedelta(days=30)


@pytest.mark.engines
def test_the_limit_moves_back_only_by_an_extension(problem, people):
    make_planned(problem, people.secretary, now=NOW(), due_on=TODAY + timedelta(days=10))
    later = TODAY + timedelta(days=20)
    with pytest.raises(Refused, match="申请延期"):
        make_planned(problem, people.secretary, now=NOW(), due_on=later)
    asked = problems.ask_extension(
        problem, later, "制作单位工期延后", by=people.secretary, now=NOW()
    )
    with pytest.raises(Refused, match="待审批"):
        problems.ask_extension(problem, later, "制作单位工期延后", by=people.secretary, now=NOW())

    problems.decide_extension(asked, grant=True, by=people.reviewer, now=NOW())

    assert Problem.objects.get().due_on == later
    assert told(people.reviewer) == ["problem.extension_asked"]
    assert told(people.secretary) == ["problem.extension_decided"]
    with pytest.raises(Refused, match="已经办理"):
        problems.decide_extension(
            asked, grant=False, note="不同意延期", by=people.committee, now=NOW()
        )


def test_a_refused_extension_says_why_and_moves_nothing(problem, people):
    make_planned(problem, people.secretary, now=NOW(), due_on=TODAY + timedelta(days=10))
    asked = problems.ask_extension(
        problem, TODAY + timedelta(days=20), "制作单位工期延后", by=people.secretary, now=NOW()
    )
    with pytest.raises(Refused, match="写明理由"):
        problems.decide_extension(asked, grant=False, by=people.reviewer, now=NOW())

    problems.decide_extension(asked, grant=False, note="请按期完成", by=people.reviewer, now=NOW())

    assert Problem.objects.get().due_on == TODAY + timedelta(days=10)


def test_nobody_closes_what_he_is_responsible_for_or_keeps(problem, people):
    make_handed_in(problem, people.secretary, now=NOW())
    Problem.objects.filter(pk=problem.pk).update(responsible=people.reviewer.name)
    problem.refresh_from_db()
    others = (
        people.secretary,
        people.clerk,
        people.south_reviewer,
        people.leader,
        people.department,
    )

    for person in (people.reviewer, *others):
        with pytest.raises(PermissionDenied):
            problems.close(problem, revision=problem.revision, by=person, now=NOW())

    problems.close(problem, revision=problem.revision, by=people.committee, now=NOW())
    assert problem.state == "closed"


@pytest.mark.engines
def test_a_reopened_problem_keeps_its_history(problem, people):
    make_handed_in(problem, people.secretary, now=NOW())
    problems.send_back(
        problem, "照片看不清，请重拍", revision=problem.revision, by=people.reviewer, now=NOW()
    )
    problems.hand_in(
        problem, "照片已重新拍摄。", revision=problem.revision, by=people.clerk, now=NOW()
    )
    problems.close(problem, revision=problem.revision, by=people.reviewer, now=NOW())
    problems.reopen(
        problem, "回头看发现又被取下", revision=problem.revision, by=people.committee, now=NOW()
    )

    stored = Problem.objects.get()
    assert (stored.state, stored.closed_on) == ("reopened", None)
    assert [s.kind for s in stored.steps.all()] == [
        "listed", "planned", "handed_in", "sent_back", "handed_in", "closed", "reopened",
    ]  # fmt: skip
    assert told(people.secretary) == ["problem.sent_back", "problem.closed", "problem.reopened"]


def test_it_is_not_reopened_beside_another_open_one_of_the_same(finding, org, people):
    first = make_problem(org.north, people.secretary, finding=finding, now=NOW())
    Problem.objects.filter(pk=first.pk).update(state="closed")
    make_problem(org.north, people.secretary, finding=finding, now=NOW())
    first.refresh_from_db()

    with pytest.raises(Refused, match="另行列入"):
        problems.reopen(
            first, "问题再次出现", revision=first.revision, by=people.reviewer, now=NOW()
        )


@pytest.mark.engines
def test_the_slower_of_two_reviewers_is_told(problem, people):
    make_handed_in(problem, people.secretary, now=NOW())
    mine, theirs = Problem.objects.get(), Problem.objects.get()
    problems.close(theirs, revision=theirs.revision, by=people.reviewer, now=NOW())

    with pytest.raises(Conflict, match="吴审核"):
        problems.send_back(
            mine, "材料不够清楚", revision=mine.revision, by=people.committee, now=NOW()
        )

    assert Problem.objects.get().state == "closed"


def test_a_file_handed_in_is_not_taken_away_any_more(problem, people):
    make_handed_in(problem, people.secretary, now=NOW())
    link = ProblemEvidence.objects.get()

    with pytest.raises(Conflict):
        problems.detach_evidence(problem, link.evidence, by=people.secretary, now=NOW())


def test_a_file_of_the_library_proves_it_too(problem, org, people):
    make_planned(problem, people.secretary, now=NOW())
    file = problems.add_evidence(problem, make_pdf(), by=people.secretary, now=NOW())
    problems.detach_evidence(problem, file, by=people.secretary, now=NOW())
    problems.attach_evidence(problem, file, by=people.secretary, now=NOW())

    assert ProblemEvidence.objects.get().evidence == file


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"cause": ""}, "cause"),
        ({"measure": "改"}, "measure"),
        ({"responsible": " "}, "responsible"),
        ({"due_on": date(2020, 1, 1)}, "due_on"),
        ({"cause": "长" * 501}, "cause"),
    ],
)
def test_a_plan_that_says_too_little_is_refused_beside_its_field(problem, people, changes, field):
    with pytest.raises(Refused) as refusal:
        make_planned(problem, people.secretary, now=NOW(), **changes)

    assert refusal.value.field == field
