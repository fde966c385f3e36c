"""What was claimed and not found: the branch answers (情况说明), the organiser decides: onto the list of
problems, with who is responsible and by when, or not, with a reason.
"""

from django.db import transaction

from branchyear.audit.services import record
from branchyear.lib.dates import in_words, local_day
from branchyear.lib.errors import Refused, require
from branchyear.notifications.services import notify
from tasks import rules
from tasks.models import Inspection, Problem, VisitRecord
from tasks.services import problems
from tasks.services.inspections import REASON_MIN, runners_of, text

OF_RUNNERS = "由组织检查的单位处理。"
OF_BRANCH = "情况说明由被查支部的书记、党务干部填写。"


@transaction.atomic
def state(entry, statement, *, by, now):
    """情况说明: what the branch says to it, until it is decided."""
    visit = entry.visit
    require(rules.may_state(by, visit), OF_BRANCH)
    statement = text(statement, "statement", "情况说明", 500, REASON_MIN)
    if not _undecided(entry).update(statement=statement, stated_by_name=str(by), stated_at=now):
        raise Refused("该情况已经处理，不用再说明。")
    record(
        "inspection.stated",
        visit.inspection,
        by=by,
        organization=visit.branch,
        item=entry.item.code,
    )
    notify(
        "inspection.stated",
        runners_of(visit.inspection),
        url=visit.get_absolute_url(),
        key=f"inspection.stated:{entry.pk}:{now.isoformat()}",
        inspection=visit.inspection,
        branch=visit.branch,
        code=entry.item.code,
        text=statement,
    )


@transaction.atomic
def list_as_problem(entry, *, responsible, due_on, by, now):
    """列入问题清单: a problem of the branch with who is responsible and by when; where the item is on the list
    already and not solved, that problem stands for it. Returns the problem."""
    visit = entry.visit
    _require_runner(visit, by)
    responsible = text(responsible, "responsible", "责任人", 50, 2)
    if due_on is None or due_on < local_day(now):
        raise Refused("整改时限不能早于今天。", field="due_on")
    # As it was decided: the problem's own limit may be put off later.
    note = f"责任人{responsible}，整改时限{in_words(due_on)}"
    _decide(entry, by=by, now=now, decision_note=note)
    problem = None
    if entry.branch_item_id:
        problem = Problem.objects.unsolved().filter(branch_item=entry.branch_item_id).first()
    is_new = problem is None
    if is_new:
        problem = problems.enter_problem(
            visit.branch,
            origin=Problem.Origin.INSPECTION,
            title=f"{entry.item.code} {entry.text}：{entry.get_verdict_display()}，{entry.words}",
            branch_item=entry.branch_item,
            task=entry.item.task,
            campaign=visit.inspection.campaign,
            found_on=visit.visited_on,
            responsible=responsible,
            due_on=due_on,
            by=by,
            now=now,
        )
    VisitRecord.objects.filter(pk=entry.pk).update(problem=problem)
    record(
        "inspection.listed", visit.inspection, by=by, organization=visit.branch,
        item=entry.item.code, problem=problem.pk, due_on=due_on.isoformat(),
    )  # fmt: skip
    people = rules.reviewers_above(visit.branch)
    if not is_new:  # of a new one the branch hears by the list itself
        people += rules.keepers_of(visit.branch)
    notify(
        "inspection.listed",
        people,
        url=problem.get_absolute_url(),
        key=f"inspection.listed:{entry.pk}",
        inspection=visit.inspection,
        branch=visit.branch,
        code=entry.item.code,
        number=problem.number,
        due=in_words(due_on),
    )
    entry.problem = problem
    return problem


@transaction.atomic
def drop(entry, note, *, by, now):
    """不列入: the branch's words or the matter itself settle it; the reason stays in the record."""
    visit = entry.visit
    _require_runner(visit, by)
    note = text(note, "note", "不列入的理由", 300, REASON_MIN)
    _decide(entry, by=by, now=now, decision_note=note)
    record(
        "inspection.dropped", visit.inspection, by=by, organization=visit.branch,
        item=entry.item.code, reason=note,
    )  # fmt: skip


def _undecided(entry):
    rows = VisitRecord.objects.undecided().exclude(visit__inspection__state=Inspection.State.ENDED)
    return rows.filter(pk=entry.pk)


def _decide(entry, *, by, now, **values):
    if not _undecided(entry).update(decided_at=now, decided_by_name=str(by), **values):
        raise Refused("该情况已经处理过，或检查记录还没有签字。")
    entry.refresh_from_db()


def _require_runner(visit, by):
    require(rules.may_run_inspection(by, visit.inspection.organization), OF_RUNNERS)
