"""At the branch: what is kept when a visit begins, saved in between, signed; what becomes of what was not so."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied

from branches.models import Appointment
from branches.scope import forget_scope
from branchyear.audit.models import Entry
from branchyear.lib.errors import BadFile, Conflict, Refused
from branchyear.notifications.models import Notice
from tasks.models import BranchItem, Evidence, Problem, Visit, VisitRecord
from tasks.services import discrepancies, inspections, problems, visits
from tasks.tests.make import (
    item_of,
    make_campaign,
    make_evidence,
    make_pdf,
    make_planned,
    make_png,
    make_submitted,
)
from tasks.tests.make_inspections import (
    NOW,
    SOON,
    make_signed,
    make_started,
    make_visits,
    told,
    visit_to,
)

LATER = NOW + 3 * SOON


@pytest.fixture
def drawn(org, people, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    make_campaign()
    make_submitted(item_of(org.north), people.secretary)
    return make_visits(org.committee, people.committee, people.inspector)


@pytest.fixture
def visit(drawn, org):
    return visit_to(drawn, org.north)


@pytest.fixture
def wrong(visit, people):
    """The line that was not as claimed, of a signed visit."""
    make_signed(visit, people.inspector)
    return VisitRecord.objects.discrepancies().select_related(
        "visit__branch", "visit__inspection__organization", "visit__inspection__campaign",
        "item__task", "branch_item",
    ).get()  # fmt: skip


def test_what_the_branch_claims_is_kept_from_the_beginning_of_the_visit(visit, org, people):
    make_started(visit, people.inspector)

    first, second = visit.records.all()

    assert (first.claimed_state, first.claimed["result"]) == ("submitted", "已落实")
    assert second.claimed_state == "todo"
    told_now = Notice.objects.filter(kind="inspection.started")
    assert told_now.filter(recipient=people.secretary).exists()
    assert told_now.filter(recipient=people.reviewer).exists()
    assert Visit.objects.visible_to(people.secretary).get() == visit
    assert not VisitRecord.objects.visible_to(people.secretary).exists()


@pytest.mark.parametrize("who", ["secretary", "committee", "leader", "reviewer"])
def test_nobody_else_writes_in_an_inspectors_record(who, visit, people):
    with pytest.raises(PermissionDenied):
        visits.start(visit, by=getattr(people, who), now=NOW + SOON)


def test_after_his_last_day_the_inspector_writes_and_sees_nothing(visit, people):
    make_started(visit, people.inspector)
    yesterday = NOW.date() - timedelta(days=1)
    Appointment.objects.filter(user=people.inspector).update(starts_on=yesterday, ends_on=yesterday)
    forget_scope(people.inspector)

    with pytest.raises(PermissionDenied):
        visits.save(
            visit,
            told(visit, "true", "true"),
            revision=visit.revision,
            by=people.inspector,
            now=LATER,
        )
    assert not Visit.objects.visible_to(people.inspector).exists()
    assert not VisitRecord.objects.visible_to(people.inspector).exists()


def test_saving_keeps_what_was_written_and_the_slower_is_told(visit, people):
    make_started(visit, people.inspector)
    seen = visit.revision
    visits.save(visit, told(visit, "true", ""), revision=seen, by=people.inspector, now=LATER)

    with pytest.raises(Conflict) as conflict:
        visits.save(visit, told(visit, "false", ""), revision=seen, by=people.inspector, now=LATER)

    assert conflict.value.theirs["T1-01"] == "属实"
    assert [r.verdict for r in visit.records.all()] == ["true", ""]
    assert Entry.objects.filter(verb="inspection.visit_saved").count() == 1


@pytest.mark.parametrize(
    ("verdicts", "words", "facts", "sentence"),
    [
        (("true", ""), "没有会议记录", {}, "1项没有检查结论"),
        (("true", "false"), "无", {}, "请写明情况"),
        (("true", "true"), "", {"companion": ""}, "陪同人员"),
        (("true", "maybe"), "没有会议记录", {}, "请从属实"),
        (("true", "true"), "", {"visited_on": NOW.date() + timedelta(days=9)}, "不能晚于今天"),
        (("true", "true"), "", {"opinion": "长" * 1001}, "最多1000个字"),
    ],
)
def test_an_unfinished_record_is_not_signed(verdicts, words, facts, sentence, visit, people):
    make_started(visit, people.inspector)

    with pytest.raises(Refused, match=sentence):
        visits.sign(
            visit, told(visit, *verdicts, words=words, **facts), revision=visit.revision,
            by=people.inspector, now=LATER,
        )  # fmt: skip

    assert Visit.objects.get(pk=visit.pk).state == "running"


def test_signing_ends_the_writing_and_tells_everybody_concerned(visit, people):
    make_signed(visit, people.inspector)

    with pytest.raises(Conflict):
        visits.save(
            visit,
            told(visit, "true", "true"),
            revision=visit.revision,
            by=people.inspector,
            now=LATER,
        )
    told_people = set(
        Notice.objects.filter(kind="inspection.signed").values_list(
            "recipient__username", flat=True
        )
    )
    assert {"shuji", "shenhe", "gongwei"} <= told_people
    assert VisitRecord.objects.visible_to(people.secretary).count() == 2


def test_a_photo_is_a_picture_and_stands_once(visit, people):
    make_started(visit, people.inspector)
    entry = visit.records.first()

    first = visits.add_photo(entry, make_png(), by=people.inspector, now=LATER)
    again = visits.add_photo(entry, make_png(), by=people.inspector, now=LATER)

    assert first == again
    with pytest.raises(BadFile, match="jpg"):
        visits.add_photo(entry, make_pdf(), by=people.inspector, now=LATER)


def test_what_was_not_as_claimed_becomes_a_problem_with_its_limit(wrong, org, people):
    due = LATER.date() + timedelta(days=15)

    problem = discrepancies.list_as_problem(
        wrong, responsible="赵书记", due_on=due, by=people.committee, now=LATER
    )

    assert (problem.origin, problem.responsible, problem.due_on) == ("inspection", "赵书记", due)
    assert problem.title.endswith("：不实，现场没有看到相应的会议记录")
    assert problem in Problem.objects.visible_to(people.secretary)
    assert problem in Problem.objects.visible_to(people.reviewer)
    assert Notice.objects.filter(kind="problem.listed", recipient=people.secretary).exists()
    with pytest.raises(Refused, match="时限已定"):
        make_planned(problem, people.secretary, now=LATER, due_on=due + timedelta(days=1))
    with pytest.raises(Refused, match="已经处理过"):
        discrepancies.drop(wrong, "支部已说明情况", by=people.committee, now=LATER)


def test_an_item_on_the_list_already_is_not_listed_again(wrong, people):
    listed = problems.enter_problem(
        wrong.visit.branch, origin="hand", title="会议记录缺失", branch_item=wrong.branch_item,
        campaign=wrong.visit.inspection.campaign, by=people.secretary, now=NOW,
    )  # fmt: skip

    problem = discrepancies.list_as_problem(
        wrong, responsible="赵书记", due_on=LATER.date(), by=people.committee, now=LATER
    )

    assert problem == listed
    assert Problem.objects.count() == 1


def test_the_branch_answers_and_the_organiser_may_let_it_rest(wrong, people):
    discrepancies.state(wrong, "记录在档案室，当天未能取出。", by=people.secretary, now=LATER)
    discrepancies.drop(wrong, "次日已补看，情况属实", by=people.committee, now=LATER)

    wrong.refresh_from_db()

    assert wrong.statement == "记录在档案室，当天未能取出。"
    assert wrong.decision_note == "次日已补看，情况属实"
    assert Notice.objects.filter(kind="inspection.stated", recipient=people.committee).exists()
    with pytest.raises(Refused, match="已经处理"):
        discrepancies.state(wrong, "还想补充几句说明。", by=people.secretary, now=LATER)


@pytest.mark.parametrize("who", ["inspector", "secretary", "reviewer", "leader"])
def test_only_who_inspects_decides(who, wrong, people):
    with pytest.raises(PermissionDenied):
        discrepancies.drop(wrong, "支部已说明情况", by=getattr(people, who), now=LATER)


def test_an_inspection_ends_when_everything_is_decided_and_the_sight_ends_with_it(
    drawn, wrong, people
):
    def end():
        inspections.end(
            drawn, "总体较好。", revision=drawn.revision, by=people.committee, now=LATER
        )

    with pytest.raises(Refused, match="没有检查完"):
        end()
    for visit in drawn.visits.filter(state="waiting").select_related("inspection__organization"):
        visits.miss(visit, "支部外出参加培训", by=people.committee, now=LATER)
    with pytest.raises(Refused, match="1处不符"):
        end()
    discrepancies.drop(wrong, "支部已说明情况", by=people.committee, now=LATER)

    end()

    held = Appointment.objects.in_force(NOW.date() + timedelta(days=1)).filter(
        user=people.inspector
    )
    assert drawn.state == "ended"
    assert not held.exists()


def test_an_inspector_sees_just_the_items_and_files_his_inspection_looks_at(drawn, org, people):
    looked_at = item_of(org.north, "T1-05")
    other = item_of(org.north, "T2-01")
    proof = make_evidence(looked_at, people.secretary, now=NOW)
    unasked = make_evidence(other, people.secretary, make_pdf(text="2"), now=NOW)

    items = BranchItem.objects.visible_to(people.inspector)
    files = Evidence.objects.visible_to(people.inspector)

    codes = items.filter(branch=org.north).values_list("item__code", flat=True)
    assert set(codes) == {"T1-01", "T1-05"}
    assert (proof in files, unasked in files) == (True, False)
    assert other in BranchItem.objects.visible_to(people.secretary)
