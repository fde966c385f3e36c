"""The pages of 支部体检, explanations, and that a change of facts is looked at again."""

from datetime import date

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection, transaction
from django.utils import timezone

from branchyear.audit.models import Entry
from branchyear.lib.dates import local_day
from branchyear.lib.errors import Refused
from branchyear.outbox.models import Job
from branchyear.outbox.services import enqueue, perform
from members.tests.make import make_member
from tasks.models import Campaign, Explanation, Finding
from tasks.services import findings
from tasks.tests.make import make_running_campaign

NOW = timezone.now


@pytest.fixture
def campaign(org):
    return make_running_campaign()


@pytest.fixture
def finding(campaign, org):
    """The north branch has three members of whom two are formal: a warning."""
    for name in ("甲", "乙"):
        make_member(org.north, name)
    make_member(org.north, "丙", category="probationary", formal_on=None)
    findings.evaluate(day=local_day(), numbers=["R01"])
    return Finding.objects.open().get(organization=org.north, rule__number="R01")


def page(client, org):
    answer = client.get(f"/checkup/?org={org.pk}")
    assert answer.status_code == 200
    return answer.content.decode()


@pytest.mark.engines
def test_an_accepted_explanation_closes_a_warning_for_good(finding, org, people):
    explanation = findings.explain(
        finding, "新入党同志明年转正后即达到三名。", by=people.secretary, now=NOW()
    )
    findings.decide(explanation, accept=True, by=people.reviewer, now=NOW())
    findings.evaluate(day=local_day(), numbers=["R01"])

    assert not Finding.objects.open().filter(organization=org.north).exists()
    assert Finding.objects.get(pk=finding.pk).closing == "explained"
    assert list(
        Entry.objects.filter(verb__startswith="finding.")
        .order_by("pk")
        .values_list("verb", flat=True)
    ) == ["finding.explained", "finding.explanation_accepted"]


@pytest.mark.engines
def test_it_opens_again_when_the_warning_becomes_an_error(finding, org, people):
    explanation = findings.explain(
        finding, "新入党同志明年转正后即达到三名。", by=people.secretary, now=NOW()
    )
    findings.decide(explanation, accept=True, by=people.reviewer, now=NOW())
    org.north.members.filter(name="乙").update(standing="left")

    findings.evaluate(day=local_day(), numbers=["R01"])

    assert Finding.objects.open().get(organization=org.north).severity == "error"


def test_the_same_explanation_of_another_branch_changes_nothing_here(finding, org, people):
    Explanation.objects.create(
        organization=org.south,
        rule=finding.rule,
        text="他处的说明",
        state="accepted",
        given_at=NOW(),
    )

    findings.evaluate(day=local_day(), numbers=["R01"])

    assert Finding.objects.open().filter(organization=org.north).exists()


def test_an_error_cannot_be_explained_away(finding, people):
    Finding.objects.filter(pk=finding.pk).update(severity="error")
    finding.refresh_from_db()

    with pytest.raises(Refused, match="不能以情况说明代替"):
        findings.explain(finding, "人数确实不足，正在研究。", by=people.secretary, now=NOW())


def test_nobody_else_explains_and_nobody_decides_his_own(finding, people):
    with pytest.raises(PermissionDenied):
        findings.explain(finding, "新入党同志明年转正。", by=people.reviewer, now=NOW())
    explanation = findings.explain(
        finding, "新入党同志明年转正后即达到三名。", by=people.secretary, now=NOW()
    )
    for person in (people.secretary, people.south_reviewer, people.leader, people.department):
        with pytest.raises(PermissionDenied):
            findings.decide(explanation, accept=True, by=person, now=NOW())


def test_the_slower_of_two_deciders_is_told(finding, people):
    explanation = findings.explain(
        finding, "新入党同志明年转正后即达到三名。", by=people.secretary, now=NOW()
    )
    findings.decide(explanation, accept=True, by=people.reviewer, now=NOW())

    with pytest.raises(Refused, match="已经办理"):
        findings.decide(
            explanation, accept=False, note="不同意。请整改", by=people.committee, now=NOW()
        )


def test_the_page_says_what_is_wrong_and_where_to_mend_it(finding, org, people, sign_in):
    text = page(sign_in(people.secretary), org.north)

    assert "党支部党员不少于3人" in text
    assert "说明情况" in text
    assert f"/members/?org={org.north.pk}" in text


def test_who_does_not_fill_in_is_led_to_where_it_can_be_seen(finding, org, people, sign_in):
    rule = finding.rule.campaign.rules.get(number="R24")
    Finding.objects.create(
        organization=org.north, rule=rule, severity="warning", opened_on=date(2026, 1, 1),
        changed_on=date(2026, 1, 1), key="month:2026-01",
    )  # fmt: skip
    form = f"/life/meetings/new/?org={org.north.pk}"

    assert form in page(sign_in(people.secretary), org.north)
    client = sign_in(people.reviewer)
    text = page(client, org.north)
    assert form not in text
    assert f"/life/?org={org.north.pk}" in text
    assert client.get(f"/life/?org={org.north.pk}").status_code == 200


def test_signals_for_inspectors_are_not_shown_to_the_branch(finding, org, people, sign_in):
    rule = finding.rule.campaign.rules.get(number="R56")
    Finding.objects.create(
        organization=org.north, rule=rule, severity="notice", opened_on=date(2026, 1, 1),
        changed_on=date(2026, 1, 1),
    )  # fmt: skip

    for person in (people.secretary, people.clerk, people.reviewer, people.department):
        text = page(sign_in(person), org.north)
        assert "疑似补造记录" not in text
        assert "R56" not in text
    for person in (people.inspector, people.committee, people.leader):
        assert "疑似补造记录（1 处" in page(sign_in(person), org.north)


def test_a_short_explanation_is_refused_beside_the_field_and_kept(finding, people, sign_in):
    answer = sign_in(people.secretary).post(
        f"/checkup/findings/{finding.pk}/explain/", {"text": "短"}
    )

    text = answer.content.decode()
    assert answer.status_code == 422
    assert "请写清楚情况和原因" in text
    assert ">短</textarea>" in text


def test_the_board_counts_units_and_leads_to_them(finding, org, people, sign_in):
    client = sign_in(people.reviewer)
    text = page(client, org.north_office)

    assert "共性问题" in text
    listed = client.get(f"/checkup/rule/?org={org.north_office.pk}&rule=R01").content.decode()
    assert "北一支部" in listed
    assert "南一支部" not in listed


@pytest.mark.parametrize("count", [1, 20])
def test_the_page_asks_the_same_number_of_questions(
    count, campaign, org, people, sign_in, django_assert_max_num_queries
):
    for n in range(count):
        make_member(org.north, f"党员{n}", birth_date=None)
    findings.evaluate(day=local_day())
    client = sign_in(people.secretary)
    client.get("/checkup/")

    with django_assert_max_num_queries(22):
        client.get("/checkup/")


@pytest.mark.parametrize("count", [1, 4])
def test_the_board_asks_the_same_number_of_questions(
    count, campaign, org, people, sign_in, django_assert_max_num_queries
):
    for branch in (org.north, org.north_two, org.north_four, org.south)[:count]:
        make_member(branch, "党员")
    findings.evaluate(day=local_day())
    client = sign_in(people.committee)
    client.get("/checkup/")

    with django_assert_max_num_queries(20):
        client.get("/checkup/")


@pytest.mark.engines
def test_a_change_of_facts_is_looked_at_again_at_once(
    finding, org, people, django_capture_on_commit_callbacks
):
    connection.run_on_commit.clear()  # what the fixture left waiting for a commit that never comes
    with django_capture_on_commit_callbacks() as callbacks, transaction.atomic():
        make_member(org.north, "丁")
        make_member(org.north, "戊")
    for callback in callbacks:
        callback()
    (job,) = Job.objects.filter(kind="tasks.recheck")

    assert findings.is_waiting(org.north)
    assert perform(job.pk, now=NOW())
    assert not findings.is_waiting(org.north)
    assert not Finding.objects.open().filter(rule__number="R01", organization=org.north).exists()
    assert not perform(job.pk, now=NOW())


def test_of_many_that_wait_for_one_branch_the_last_one_looks(org, campaign, monkeypatch):
    looked = []
    monkeypatch.setattr(findings, "recheck", lambda pk, day, about: looked.append(pk))
    jobs = [
        Job.objects.create(
            kind="tasks.recheck",
            key=f"recheck:{place.pk}::{turn}",
            payload={"organization": place.pk},
        )
        for turn, place in enumerate([org.north, org.south, org.north])
    ]

    assert [perform(job.pk, now=timezone.now()) for job in jobs] == [True] * 3
    assert looked == [org.south.pk, org.north.pk]


def test_the_page_says_that_a_change_is_still_to_be_looked_at(finding, org, people, sign_in):
    enqueue("tasks.recheck", f"recheck:{org.north.pk}::1", {"organization": org.north.pk})

    assert "正在重新核对" in page(sign_in(people.secretary), org.north)


def test_an_organisation_that_is_gone_is_let_be(campaign):
    assert findings.recheck(10**9, day=local_day()) == 0


def test_without_a_campaign_nothing_is_found(org):
    Campaign.objects.all().delete()

    assert findings.evaluate(day=local_day()) == 0
