"""Rules about lists, proof and signals, about the roster's soundness and the secretary: both sides of each."""

from datetime import date, datetime, timedelta

import pytest

from branches.models import Organization
from branchyear.lib.dates import CHINA
from members.models import Meeting, Member, PostHeld
from members.soundness import id_disagreement, id_number_check_sign
from reports.models import MonthlyReport, Period
from tasks.health import engine
from tasks.health.registry import CHECKS, NOT_COMPUTED, load
from tasks.health.words import sentence
from tasks.models import (
    BranchItem,
    Evidence,
    Finding,
    ItemEvidence,
    Problem,
    ProblemEvidence,
    SelfCheck,
    SelfCheckAnswer,
)
from tasks.tests.make import make_campaign
from tasks.tests.test_health_organization import fill

pytestmark = pytest.mark.engines

DAY = date(2026, 7, 10)
NOW = datetime(2026, 7, 10, 9, tzinfo=CHINA)


@pytest.fixture
def campaign(org):
    return make_campaign(2026)


def found(campaign, number, organization, day=DAY):
    """``{key: (severity, what is said)}``."""
    engine.evaluate(campaign, day=day, organization=organization, numbers=[number])
    rows = Finding.objects.open().filter(rule__number=number, organization=organization)
    return {f.key: (f.severity, f.facts.get("say", "")) for f in rows}


def severities(campaign, number, organization, day=DAY):
    return sorted(found(campaign, number, organization, day).values())


def test_every_rule_of_the_campaign_is_checked_or_says_why_not(campaign):
    numbers = set(campaign.rules.values_list("number", flat=True))

    assert numbers <= set(load()) | set(NOT_COMPUTED)
    assert set(CHECKS) <= numbers


# --- The roster ------------------------------------------------------------------------------------


def id_number(born="19800401", order="001"):
    first = f"350203{born}{order}"
    return first + id_number_check_sign(first)


@pytest.mark.parametrize(
    ("number", "birth", "sex", "problem"),
    [
        (id_number(), date(1980, 4, 1), "male", ""),
        (id_number(), date(1980, 4, 2), "male", "birth"),
        (id_number(), date(1980, 4, 1), "female", "sex"),
        (id_number()[:-1] + ("1" if id_number()[-1] != "1" else "2"), None, "", "digit"),
        ("", date(1980, 4, 1), "male", ""),
        (id_number(), None, "", ""),
    ],
)
def test_what_the_id_number_contradicts_is_kept_beside_it(number, birth, sex, problem, org):
    member = Member.objects.create(
        organization=org.north, name="甲", id_number=number, birth_date=birth, sex=sex
    )

    assert member.id_problem == id_disagreement(number, birth, sex) == problem


@pytest.mark.parametrize(
    ("birth", "admitted", "severity"),
    [
        (date(1990, 6, 1), date(2008, 6, 1), None),
        (date(1990, 6, 1), date(2008, 5, 31), "error"),
        (date(1992, 2, 29), date(2010, 2, 28), None),
        (date(1992, 2, 29), date(2010, 2, 27), "error"),
        (date(1960, 6, 1), date(1978, 5, 31), "warning"),
        (None, date(2008, 5, 31), None),
    ],
)
def test_nobody_is_admitted_before_eighteen(birth, admitted, severity, campaign, org):
    fill(org.north, 1, birth_date=birth, admitted_on=admitted)

    got = severities(campaign, "R10", org.north)

    assert got == ([(severity, "young")] if severity else [])


@pytest.mark.parametrize(
    ("formal", "remarks", "severity"),
    [
        (date(2011, 6, 1), "", None),
        (date(2011, 5, 31), "", "error"),
        (date(2011, 5, 31), "以档案为准：原支部提前讨论", "warning"),
    ],
)
def test_a_year_lies_between_admission_and_becoming_formal(
    formal, remarks, severity, campaign, org
):
    fill(org.north, 1, admitted_on=date(2010, 6, 1), formal_on=formal, remarks=remarks)

    got = severities(campaign, "R10", org.north)

    assert got == ([(severity, "short")] if severity else [])


def test_no_day_lies_in_the_future_and_the_number_agrees(campaign, org):
    fill(org.north, 1, worked_from=DAY)
    fill(org.north_two, 1, worked_from=DAY + timedelta(days=1), id_problem="birth")

    assert severities(campaign, "R10", org.north) == []
    assert severities(campaign, "R10", org.north_two) == [("error", ""), ("error", "future")]


@pytest.mark.parametrize(
    ("is_head", "expected"),
    [(True, []), (False, [("warning", "")]), (None, [("unknown", "unknown")])],
)
def test_the_secretary_is_the_head_of_the_unit(is_head, expected, campaign, org):
    fill(org.north, 1, is_unit_head=is_head)
    PostHeld.objects.create(
        member=Member.objects.get(), organization=org.north, post="secretary",
        starts_on=date(2025, 1, 1),
    )  # fmt: skip

    assert severities(campaign, "R15", org.north) == expected


# --- Lists ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("day", "answered", "signed", "founded", "expected"),
    [
        (date(2026, 3, 30), 0, None, None, []),
        (date(2026, 3, 31), 0, None, None, [("notice", "")]),
        (date(2026, 4, 30), 5, None, None, [("notice", "")]),
        (date(2026, 5, 1), 5, None, None, [("error", "")]),
        (date(2026, 5, 1), 6, None, None, [("error", "unsigned")]),
        (date(2026, 5, 1), 6, NOW, None, []),
        (date(2026, 5, 1), 0, None, date(2026, 4, 30), [("error", "")]),
        (date(2026, 5, 1), 0, None, date(2026, 5, 1), []),
    ],
)
def test_the_self_check_is_signed_by_the_end_of_phase_1(
    day, answered, signed, founded, expected, campaign, org
):
    Organization.objects.filter(pk=org.north.pk).update(established_on=founded)
    check = SelfCheck.objects.create(organization=org.north, campaign=campaign, signed_at=signed)
    SelfCheckAnswer.objects.bulk_create(
        SelfCheckAnswer(self_check=check, heading=f"S{n + 1}", result="met", at=NOW)
        for n in range(answered)
    )

    assert severities(campaign, "R48", org.north, day) == expected


def make_problem(campaign, branch, **facts):
    told = {
        "number": 1, "origin": "hand", "title": "名册不全", "cause": "未登记", "measure": "补齐",
        "responsible": "赵书记", "found_on": date(2026, 6, 1), "due_on": date(2026, 8, 1),
        "created_at": NOW,
    } | facts  # fmt: skip
    return Problem.objects.create(campaign=campaign, organization=branch, **told)


def test_every_error_is_on_the_list_with_its_plan(campaign, org):
    fill(org.north, 2)
    engine.evaluate(campaign, day=DAY, organization=org.north, numbers=["R01"])
    finding = Finding.objects.get(rule__number="R01")
    assert found(campaign, "R49", org.north) == {"": ("error", "")}

    problem = make_problem(campaign, org.north, rule=finding.rule, origin="finding", cause="")
    assert found(campaign, "R49", org.north) == {"": ("error", "unplanned")}

    Problem.objects.filter(pk=problem.pk).update(cause="编制少")
    assert found(campaign, "R49", org.north) == {}


def test_a_heading_not_met_is_on_the_list_once_it_is_signed(campaign, org):
    check = SelfCheck.objects.create(organization=org.north, campaign=campaign)
    SelfCheckAnswer.objects.create(self_check=check, heading="S6", result="not_met", at=NOW)
    assert found(campaign, "R49", org.north) == {}

    SelfCheck.objects.filter(pk=check.pk).update(signed_at=NOW)
    assert found(campaign, "R49", org.north) == {"": ("error", "")}

    make_problem(campaign, org.north, heading="S6", origin="self_check")
    assert found(campaign, "R49", org.north) == {}


def test_a_rule_about_findings_sees_those_of_the_same_evening(campaign, org):
    fill(org.north, 2)

    engine.evaluate(campaign, day=DAY, organization=org.north, numbers=["R01", "R49"])

    assert Finding.objects.open().filter(rule__number="R49", organization=org.north).exists()


@pytest.mark.parametrize(
    ("due", "state", "expected"),
    [
        (DAY - timedelta(days=1), "fixing", [("error", "")]),
        (DAY - timedelta(days=1), "closed", []),
        (DAY, "open", [("notice", "soon")]),
        (DAY + timedelta(days=7), "open", [("notice", "soon")]),
        (DAY + timedelta(days=8), "open", []),
    ],
)
def test_a_problem_is_solved_by_its_day(due, state, expected, campaign, org):
    make_problem(campaign, org.north, due_on=due, state=state)

    assert severities(campaign, "R50", org.north) == expected


@pytest.mark.parametrize(
    ("found_on", "expected"),
    [(date(2026, 4, 30), [("warning", "late_plan")]), (date(2026, 5, 1), [])],
)
def test_a_problem_of_phase_1_is_planned_within_phase_2(found_on, expected, campaign, org):
    make_problem(campaign, org.north, found_on=found_on, due_on=date(2026, 9, 1))

    assert severities(campaign, "R50", org.north, date(2026, 5, 20)) == expected


def test_what_was_closed_is_in_order_and_proved(campaign, org, people):
    fill(org.north, 2)
    rule = campaign.rules.get(number="R01")
    problem = make_problem(
        campaign, org.north, rule=rule, state="closed", closed_on=DAY, result="已调整"
    )
    assert severities(campaign, "R51", org.north) == [("error", "unproved")]

    ProblemEvidence.objects.create(problem=problem, evidence=make_file(org.north, people.secretary))
    assert severities(campaign, "R51", org.north) == []

    engine.evaluate(campaign, day=DAY, organization=org.north, numbers=["R01"])
    assert severities(campaign, "R51", org.north) == [("error", "again")]


def make_file(branch, by, *, sha="1", fact_on=None, extension="pdf"):
    return Evidence.objects.create(
        organization=branch, file="x", name=f"批复.{extension}", extension=extension, size=1,
        sha256=sha * 64, uploaded_by=by, fact_on=fact_on,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("result", "state", "dated", "expected"),
    [
        ("done", "accepted", None, [("error", "")]),
        ("ongoing", "accepted", None, []),
        ("done", "draft", None, []),
        ("done", "accepted", date(2026, 1, 1), []),
        ("done", "accepted", date(2025, 12, 31), [("warning", "old")]),
    ],
)
def test_what_is_done_is_proved_by_a_paper_of_the_year(
    result, state, dated, expected, campaign, org, people
):
    item = BranchItem.objects.get(branch=org.north, item__code="T1-05")
    BranchItem.objects.filter(pk=item.pk).update(result=result, state=state)
    if dated:
        ItemEvidence.objects.create(
            branch_item=item, evidence=make_file(org.north, people.secretary, fact_on=dated),
            attached_by=people.secretary,
        )  # fmt: skip

    assert severities(campaign, "R54", org.north) == expected


# --- Signals --------------------------------------------------------------------------------------


def make_meeting(branch, on=date(2026, 5, 8), *, entered=None, **facts):
    at = datetime.combine(entered or on, datetime.min.time(), CHINA)
    told = {"kind": "theme_day", "topic": "学习", "due": 4, "present": 3} | facts
    return Meeting.objects.create(organization=branch, on=on, created_at=at, **told)


@pytest.mark.parametrize(("days", "expected"), [(30, []), (31, [("notice", "")])])
def test_a_record_entered_long_afterwards_is_a_sign(days, expected, campaign, org):
    on = date(2026, 5, 8)
    make_meeting(org.north, on, entered=on + timedelta(days=days))

    assert severities(campaign, "R56", org.north) == expected
    for finding in Finding.objects.open().filter(rule__number="R56"):
        assert "31天后录入" in sentence(finding, DAY)


@pytest.mark.parametrize(
    ("second", "expected"),
    [
        (
            "集中学习了党的二十大精神，\n 大家结合岗位谈了体会，明确了下一步打算。",
            [("notice", "same")],
        ),
        ("集中学习了党的二十大精神，大家结合岗位谈了体会，明确了下一步计划。", []),
    ],
)
def test_the_same_words_of_two_meetings_are_a_sign(second, expected, campaign, org):
    first = "集中学习了党的二十大精神，大家结合岗位谈了体会，明确了下一步打算。"
    make_meeting(org.north, minutes=first)
    make_meeting(org.north, date(2026, 6, 8), minutes=second)

    assert severities(campaign, "R56", org.north) == expected


@pytest.mark.parametrize(("count", "expected"), [(2, []), (3, [("notice", "bulk")])])
def test_three_of_a_kind_entered_on_one_day_are_a_sign(count, expected, campaign, org):
    for n in range(count):
        make_meeting(org.north, date(2026, 6, 1 + n), entered=date(2026, 6, 12))

    assert severities(campaign, "R56", org.north) == expected


@pytest.mark.parametrize(
    ("size", "absent", "expected"), [(20, 0, [("notice", "full")]), (19, 0, []), (20, 1, [])]
)
def test_a_large_branch_always_complete_is_a_sign(size, absent, expected, campaign, org):
    fill(org.north, size)
    for month in (4, 5, 6):
        for day in (3, 20):
            make_meeting(org.north, date(2026, month, day), due=size, present=size)
    Meeting.objects.filter(on=date(2026, 6, 20)).update(present=size - absent)

    assert severities(campaign, "R56", org.north) == expected


def test_one_photo_of_two_branches_is_a_sign(campaign, org, people):
    make_file(org.north, people.secretary, extension="jpg")
    make_file(org.south, people.south_secretary, sha="2", extension="jpg")
    assert severities(campaign, "R56", org.north) == []

    Evidence.objects.filter(organization=org.south).update(sha256="1" * 64)

    assert severities(campaign, "R56", org.north) == [("notice", "photo")]


# --- Reports --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        (date(2026, 6, 19), []),
        (date(2026, 6, 20), [("notice", "")]),
        (date(2026, 6, 25), [("notice", "")]),
        (date(2026, 6, 26), [("error", "")]),
    ],
)
def test_a_directly_affiliated_organisation_reports_by_the_25th(day, expected, campaign, org):
    make_report(campaign, org.north_office, org.committee, "2026-06", date(2026, 6, 25))

    assert severities(campaign, "R52", org.north_office, day) == expected


def make_report(campaign, organization, receiver, month, due, tier="direct", **facts):
    period, _ = Period.objects.update_or_create(
        campaign=campaign, tier=tier, month=month,
        defaults={
            "opens_on": due.replace(day=1), "due_on": due,
            "due_before": datetime.combine(due + timedelta(days=1), datetime.min.time(), CHINA),
        },
    )  # fmt: skip
    report, _ = MonthlyReport.objects.update_or_create(
        organization=organization, period=period, defaults={"receiver": receiver, **facts}
    )
    return report


def test_a_report_handed_in_is_not_owed(campaign, org):
    make_report(
        campaign, org.north_office, org.committee, "2026-06", date(2026, 6, 25),
        state="submitted", first_submitted_at=NOW,
    )  # fmt: skip
    make_report(campaign, org.committee, org.city, "2026-06", date(2026, 6, 30), tier="committee")

    assert severities(campaign, "R52", org.north_office) == []
    assert severities(campaign, "R53", org.committee, date(2026, 6, 30)) == [("notice", "")]
    assert severities(campaign, "R53", org.committee, date(2026, 7, 1)) == [("error", "")]


@pytest.mark.parametrize(
    ("words", "month", "day", "expected"),
    [
        ("", "2026-06", date(2026, 10, 31), []),
        ("", "2026-06", date(2026, 11, 1), [("notice", "")]),
        ("  ", "2026-06", date(2026, 11, 1), [("notice", "")]),
        ("一支部一品牌", "2026-06", date(2026, 11, 1), []),
        ("一支部一品牌", "2026-05", date(2026, 11, 1), [("notice", "")]),
    ],
)
def test_what_worked_is_told_in_phase_3(words, month, day, expected, campaign, org):
    make_report(
        campaign, org.north_office, org.committee, month, date(2026, int(month[-2:]), 25),
        state="accepted", first_submitted_at=NOW, texts={"experience": words},
    )  # fmt: skip

    assert severities(campaign, "R55", org.north_office, day) == expected
