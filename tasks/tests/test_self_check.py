"""The self-check of phase 1: suggested from findings, corrected with a reason, signed and given back."""

from datetime import date, datetime

import pytest
from django.core.exceptions import PermissionDenied

from branchyear.audit.models import Entry
from branchyear.lib.dates import CHINA, local_day
from branchyear.lib.errors import Conflict, Refused
from branchyear.notifications.models import Notice
from members.tests.make import make_member
from tasks.health import engine
from tasks.models import Finding, SelfCheck, SelfCheckAnswer
from tasks.services import findings, self_check
from tasks.tests.make import make_campaign, make_running_campaign

TODAY = local_day()
NOW = datetime(TODAY.year, TODAY.month, TODAY.day, 10, tzinfo=CHINA)
CODES = ("S1", "S2", "S3", "S4", "S5", "S6")


@pytest.fixture
def campaign(org):
    campaign = make_running_campaign()
    type(campaign).objects.filter(pk=campaign.pk).update(starts_on=TODAY, ends_on=TODAY)
    campaign.phases.update(starts_on=TODAY, ends_on=TODAY)
    return campaign


def suggestions(campaign, branch):
    return {h.code: h.suggested for h in self_check.headings_of(campaign, branch, today=TODAY)}


def as_suggested(campaign, branch):
    return {code: (result or "met", "") for code, result in suggestions(campaign, branch).items()}


def signed(campaign, branch, by):
    return self_check.sign(branch, as_suggested(campaign, branch), revision=0, by=by, now=NOW)


@pytest.mark.engines
def test_an_error_and_a_missing_fact_suggest_not_met_and_nothing_else_does(campaign, org):
    make_member(org.north, "甲")
    findings.evaluate(day=TODAY, numbers=["R01", "R11"])

    told = suggestions(campaign, org.north)

    assert told["S1"] == "not_met"  # one member makes no branch
    assert told["S4"] == "met"
    assert told["S6"] == ""  # nothing in the portal tells about funds and rooms


def test_the_findings_stand_beside_the_heading_in_words(campaign, org, people, sign_in):
    make_member(org.north, "甲")
    findings.evaluate(day=TODAY, numbers=["R01"])

    text = sign_in(people.secretary).get("/self-check/").content.decode()

    assert "本支部现有党员1人" in text
    assert 'name="result-S1" value="not_met" checked' in text


@pytest.mark.engines
def test_the_signature_keeps_the_findings_of_that_day(campaign, org, people):
    make_member(org.north, "甲")
    findings.evaluate(day=TODAY, numbers=["R01"])

    check = signed(campaign, org.north, people.secretary)
    Finding.objects.all().delete()

    answer = SelfCheckAnswer.objects.get(self_check=check, heading="S1")
    assert (answer.suggested, answer.result) == ("not_met", "not_met")
    assert answer.evidence[0]["sentence"].startswith("本支部现有党员1人")
    assert check.signed_by == people.secretary
    assert Entry.objects.get(verb="self_check.signed").detail["not_met"] == ["S1", "S3"]


@pytest.mark.engines
def test_another_answer_than_suggested_needs_a_reason(campaign, org, people):
    answers = {"S4": ("not_met", "短")}

    with pytest.raises(self_check.Incomplete) as refused:
        self_check.save(org.north, answers, revision=0, by=people.clerk, now=NOW)
    self_check.save(
        org.north,
        {"S4": ("not_met", "四月党小组会没有记录。")},
        revision=0,
        by=people.clerk,
        now=NOW,
    )

    assert set(refused.value.errors) == {"S4"}
    assert SelfCheckAnswer.objects.get().reason == "四月党小组会没有记录。"


def test_only_the_secretary_signs_and_only_when_all_is_answered(campaign, org, people):
    answers = as_suggested(campaign, org.north)
    for person in (people.clerk, people.reviewer, people.committee, people.second_secretary):
        with pytest.raises(PermissionDenied):
            self_check.sign(org.north, answers, revision=0, by=person, now=NOW)
    del answers["S6"]

    with pytest.raises(self_check.Incomplete) as refused:
        self_check.sign(org.north, answers, revision=0, by=people.secretary, now=NOW)

    assert set(refused.value.errors) == {"S6"}
    assert not SelfCheck.objects.exists()


def test_nothing_changes_after_the_signature(campaign, org, people):
    signed(campaign, org.north, people.secretary)

    with pytest.raises(Refused, match="已经签发"):
        self_check.save(org.north, {"S1": ("met", "")}, revision=2, by=people.secretary, now=NOW)


@pytest.mark.engines
def test_the_slower_of_two_is_told(campaign, org, people):
    self_check.save(org.north, {"S6": ("met", "")}, revision=0, by=people.clerk, now=NOW)

    with pytest.raises(Conflict, match="已被他人修改"):
        self_check.save(org.north, {"S6": ("met", "")}, revision=1, by=people.secretary, now=NOW)


@pytest.mark.engines
def test_those_above_give_it_back_with_a_reason_and_the_branch_is_told(campaign, org, people):
    check = signed(campaign, org.north, people.secretary)
    for person in (people.secretary, people.leader, people.south_reviewer):
        with pytest.raises(PermissionDenied):
            self_check.reopen(check, "请核实名册情况。", by=person)
    with pytest.raises(Refused, match="写明退回原因"):
        self_check.reopen(check, "不行", by=people.reviewer)

    self_check.reopen(check, "请核实名册情况。", by=people.reviewer)

    check.refresh_from_db()
    assert not check.is_signed
    assert check.reopen_reason == "请核实名册情况。"
    assert Entry.objects.filter(verb="self_check.reopened").count() == 1
    told = Notice.objects.filter(kind="self_check.reopened")
    assert {n.recipient for n in told} == {people.secretary, people.clerk}
    with pytest.raises(Refused, match="刷新页面"):
        self_check.reopen(check, "请核实名册情况。", by=people.committee)


def test_what_was_typed_stays_beside_its_refusal(campaign, org, people, sign_in):
    answer = sign_in(people.secretary).post(
        f"/self-check/{org.north.pk}/save/",
        {"revision": "0", "result-S4": "not_met", "reason-S4": "不足", "act": "save"},
    )

    text = answer.content.decode()
    assert answer.status_code == 422
    assert ">不足</textarea>" in text
    assert 'id="error-S4"' in text


def test_the_page_walks_from_answers_to_the_signature(campaign, org, people, sign_in):
    client = sign_in(people.secretary)
    sent = {
        f"result-{code}": result or "met"
        for code, result in suggestions(campaign, org.north).items()
    }

    client.post(f"/self-check/{org.north.pk}/save/", sent | {"revision": "0", "act": "sign"})
    text = client.get("/self-check/").content.decode()

    assert SelfCheck.objects.get().is_signed
    assert "已签发" in text
    assert 'type="radio"' not in text


@pytest.mark.parametrize("size", [1, 4])
def test_the_list_shows_own_branches_only_with_equal_questions(
    size, campaign, org, people, sign_in, django_assert_max_num_queries
):
    branches = (org.north, org.north_two, org.north_four)[:size]
    for branch in branches:
        SelfCheck.objects.create(organization=branch, campaign=campaign)
    client = sign_in(people.reviewer)
    client.get("/self-check/")

    with django_assert_max_num_queries(14):
        text = client.get(f"/self-check/?org={org.north_office.pk}").content.decode()

    assert "北一支部" in text
    assert "南一支部" not in text
    assert "填写中" in text


@pytest.mark.parametrize("count", [1, 12])
def test_the_page_asks_the_same_number_of_questions(
    count, campaign, org, people, sign_in, django_assert_max_num_queries
):
    for n in range(count):
        make_member(org.north, f"党员{n}", birth_date=None)
    findings.evaluate(day=TODAY)
    client = sign_in(people.secretary)
    client.get("/self-check/")

    with django_assert_max_num_queries(15):
        client.get("/self-check/")


@pytest.mark.engines
@pytest.mark.parametrize(
    ("day", "severity"),
    [(date(2026, 3, 30), None), (date(2026, 4, 30), "notice"), (date(2026, 5, 1), "error")],
)
def test_a_self_check_is_due_at_the_end_of_phase_1(day, severity, org):
    campaign = make_campaign(2026)

    engine.evaluate(campaign, day=day, numbers=["R48"])

    found = Finding.objects.open().filter(organization=org.north)
    assert [(f.severity, f.facts) for f in found] == ([(severity, {"k": 6})] if severity else [])


@pytest.mark.engines
def test_it_is_finished_with_the_signature_and_not_before(org):
    campaign = make_campaign(2026)
    check = SelfCheck.objects.create(organization=org.north, campaign=campaign)
    SelfCheckAnswer.objects.bulk_create(
        SelfCheckAnswer(self_check=check, heading=code, result="met", at=NOW) for code in CODES
    )
    engine.evaluate(campaign, day=date(2026, 5, 1), numbers=["R48"])
    before = Finding.objects.open().filter(organization=org.north).values_list("facts", flat=True)
    assert list(before) == [{"say": "unsigned"}]

    SelfCheck.objects.filter(pk=check.pk).update(signed_at=NOW)
    engine.evaluate(campaign, day=date(2026, 5, 1), numbers=["R48"])

    assert not Finding.objects.open().filter(organization=org.north).exists()
