"""The way into the Party: steps in order, in time, and onto the roll once."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied

from branches.services import organizations
from branchyear.audit.models import Entry
from branchyear.lib.dates import add_months, local_day
from branchyear.lib.errors import Conflict, Refused
from members import admission
from members.models import AdmissionStep, Applicant, Member
from members.services import admissions, probation
from members.services.admissions import Taken
from members.tests.make import id_number, make_member

pytestmark = pytest.mark.engines

TODAY = local_day()


@pytest.fixture(autouse=True)
def _steps(db):
    """A transactional test empties the tables, the migrated steps with them."""
    admissions.load_steps()


def applicant(org, months_ago=30, by=None, **facts):
    given = {"name": "申请人", "id_number": id_number(8), **facts}
    return admissions.register_applicant(
        org.north, facts=given, applied_on=add_months(TODAY, -months_ago), by=by
    )


def codes(first, last):
    steps = AdmissionStep.objects.filter(number__gte=first, number__lte=last)
    return list(steps.values_list("code", flat=True))


def take(person, first, last, day, by=None, **more):
    reported = {code: Taken(day) for code in codes(first, last)}
    if "short_course" in reported:
        reported["short_course"] = Taken(day, days=3)
    return admissions.register_steps(person, {**reported, **more}, by=by)


def ago(months):
    return add_months(TODAY, -months)


def test_there_are_25_steps_in_five_stages():
    steps = admission.seed_steps()

    assert [s["number"] for s in steps] == list(range(1, 26))
    assert len({s["stage"] for s in steps}) == 5
    assert len({s["code"] for s in steps}) == 25


def test_an_application_is_the_first_step_and_the_talk_is_due_within_a_month(org, people):
    person = applicant(org, by=people.secretary)

    due = admission.next_due(admissions.steps_in_force(), admissions.taken_by(person))

    assert (due.step.code, due.latest) == ("first_talk", add_months(ago(30), 1))
    assert due.is_late(TODAY)
    assert (person.sex, person.birth_date.year) == ("male", 1980)
    assert Entry.objects.filter(verb="applicant.registered").count() == 1


def test_a_step_out_of_order_is_refused(org):
    with pytest.raises(Refused, match="请先登记“党组织派人谈话”"):
        take(applicant(org), 3, 3, ago(20))


def test_a_step_before_an_earlier_one_is_refused(org):
    person = applicant(org)

    with pytest.raises(Refused, match="不能早于“递交入党申请书”"):
        take(person, 2, 2, ago(31))


def test_an_activist_is_trained_for_a_year_at_least(org):
    person = applicant(org)
    take(person, 2, 6, ago(20))

    with pytest.raises(Refused, match="早于规定时间.*满12个月"):
        take(person, 7, 7, ago(8) - timedelta(days=1))
    take(person, 7, 7, ago(8))


def test_the_short_course_lasts_three_days_or_24_hours(org):
    person = applicant(org)
    take(person, 2, 6, ago(20))
    take(person, 7, 10, ago(8))

    for short in (Taken(ago(7)), Taken(ago(7), days=2), Taken(ago(7), hours=23)):
        with pytest.raises(Refused, match="不少于3天（或24学时）"):
            admissions.register_steps(person, {"short_course": short}, by=None)
    admissions.register_steps(person, {"short_course": Taken(ago(7), hours=24)}, by=None)


def admitted(org, meeting=14, **facts):
    person = applicant(org, 40, **facts)
    take(person, 2, 6, ago(38))
    take(person, 7, 15, ago(meeting))
    take(person, 16, 17, ago(meeting - 1))
    return person


def test_the_approval_puts_the_person_on_the_roll_once_from_the_day_of_the_meeting(org, people):
    person = admitted(org)

    person.refresh_from_db()
    member = person.member
    assert person.state == "admitted"
    assert (member.organization, member.category, member.admitted_on) == (
        org.north,
        "probationary",
        ago(14),
    )
    assert member.id_number == person.id_number
    with pytest.raises(Conflict, match="登记过"):
        take(person, 17, 17, ago(13))
    assert Member.objects.count() == 1


def test_nobody_is_admitted_without_his_id_number(org):
    with pytest.raises(Refused, match="请先补填性别、出生日期、公民身份号码"):
        admitted(org, id_number="")

    assert Member.objects.count() == 0
    assert Applicant.objects.get().state == "running"


def test_an_id_number_on_the_roll_already_is_refused_and_nothing_is_kept(org):
    make_member(org.south, id_number=id_number(8))

    with pytest.raises(Refused, match="身份号码"):
        admitted(org)

    assert 17 not in admissions.taken_by(Applicant.objects.get())


def test_late_steps_are_taken_and_shown(org):
    person = admitted(org, meeting=20)
    take(person, 18, 22, ago(8))
    steps = {s.code: s for s in admissions.steps_in_force()}
    taken = admissions.taken_by(person)

    assert "超过规定时限" in admission.lateness(steps["first_talk"], taken, TODAY)
    assert admission.lateness(steps["admission_approval"], taken, TODAY) == ""
    assert "超过规定时限" in admission.lateness(steps["conversion_meeting"], taken, TODAY)
    taken[17] = ago(13)
    assert "超过最长时限" in admission.lateness(steps["admission_approval"], taken, TODAY)


def test_the_end_of_the_way_makes_a_formal_member(org):
    person = admitted(org)
    take(person, 18, 22, ago(2))

    take(person, 23, 25, ago(1))

    person.refresh_from_db()
    assert person.state == "finished"
    assert (person.member.category, person.member.formal_on) == ("formal", ago(2))


def test_a_conversion_registered_on_the_members_page_ends_the_way_too(org):
    person = admitted(org)
    person.refresh_from_db()

    probation.convert(person.member, formal_on=ago(2), by=None)

    person.refresh_from_db()
    assert person.state == "finished"
    take(person, 18, 25, TODAY)


def test_training_is_stopped_with_a_reason_and_resumed(org, people):
    person = applicant(org)

    with pytest.raises(Refused, match="原因"):
        admissions.stop(person, reason=" ", by=people.secretary)
    admissions.stop(person, reason="本人撤回申请", by=people.secretary)
    with pytest.raises(Refused, match="已终止"):
        take(person, 2, 2, ago(29))
    admissions.resume(person, by=people.secretary)

    assert take(person, 2, 2, ago(29))


def test_only_the_branch_registers(org, people):
    person = applicant(org)

    for who in (people.second_secretary, people.reviewer, people.inspector):
        with pytest.raises(PermissionDenied):
            take(person, 2, 2, ago(29), by=who)


def test_after_a_merger_the_branch_that_stays_goes_on(org):
    person = admissions.register_applicant(
        org.north_two, facts={"name": "甲"}, applied_on=TODAY, by=None
    )

    organizations.merge(org.north_two, into=org.north, on=TODAY, by=None)

    person.refresh_from_db()
    assert person.organization == org.north


def test_an_administrator_edits_a_step_but_not_its_number(org):
    step = AdmissionStep.objects.get(code="target")

    admissions.revise_step(step, not_before=18, by=None)

    assert AdmissionStep.objects.get(code="target").not_before == 18
    for changes in ({"number": 3}, {"counted_from": 9}):
        with pytest.raises(Refused):
            admissions.revise_step(step, by=None, **changes)
    approval = AdmissionStep.objects.get(code="admission_approval")
    with pytest.raises(Refused, match="不能停用"):
        admissions.revise_step(approval, is_active=False, by=None)
