"""延期: more time is asked for by the branch and granted or refused above."""

from django.db import transaction
from django.db.models import F

from branchyear.lib.dates import in_words, local_day
from branchyear.lib.errors import Refused, require
from tasks import rules
from tasks.models import Extension, Problem, ProblemStep
from tasks.services.problems.moves import (
    OF_CLOSERS,
    OF_KEEPERS,
    TEXT_MIN,
    claim,
    leave,
    tell,
    text,
)

State, Kind = Problem.State, ProblemStep.Kind


@transaction.atomic
def ask_extension(problem, due_wanted, reason, *, by, now):
    """申请延期: one request at a time, decided above."""
    require(rules.may_keep_problems(by, problem.organization), OF_KEEPERS)
    reason = text(reason, "reason", "延期理由", 300, TEXT_MIN)
    if problem.due_on is None or problem.state not in {State.FIXING, State.REOPENED}:
        raise Refused("整改中的问题才能申请延期。")
    if due_wanted is None:
        raise Refused("请填写申请延至的日期。", field="due_wanted")
    if due_wanted <= max(problem.due_on, local_day(now)):
        raise Refused("申请延至的日期应晚于今天和原时限。", field="due_wanted")
    claim(problem)
    if problem.extensions.filter(state=Extension.State.ASKED).exists():
        raise Refused("该问题已有待审批的延期申请。")
    extension = Extension.objects.create(
        problem=problem, due_before=problem.due_on, due_wanted=due_wanted, reason=reason,
        asked_by=by, asked_at=now,
    )  # fmt: skip
    leave(
        problem, Kind.EXTENSION_ASKED, by=by, now=now,
        reason=f"由{in_words(problem.due_on)}延至{in_words(due_wanted)}：{reason}",
        due_on=due_wanted.isoformat(),
    )  # fmt: skip
    tell(
        "problem.extension_asked", rules.reviewers_above(problem.organization), problem,
        text=reason, due=in_words(due_wanted), before=in_words(problem.due_on),
    )  # fmt: skip
    return extension


@transaction.atomic
def decide_extension(extension, *, grant, by, now, note=""):
    """Granted, the limit moves; refused, it stands. The branch is told."""
    problem = extension.problem
    require(rules.may_close_problem(by, problem, handed_in_by=extension.asked_by_id), OF_CLOSERS)
    note = (note or "").strip()[:300]
    if not grant and len(note) < TEXT_MIN:
        raise Refused(f"不同意的，请写明理由（不少于{TEXT_MIN}个字）。", field="note")
    state = Extension.State.GRANTED if grant else Extension.State.REFUSED
    moved = Extension.objects.filter(pk=extension.pk, state=Extension.State.ASKED).update(
        state=state, decided_by=by, decided_at=now, decision_note=note
    )
    if not moved:
        raise Refused("该延期申请已经办理，请刷新页面。")
    extension.refresh_from_db()
    if grant:
        Problem.objects.filter(pk=problem.pk).update(
            due_on=extension.due_wanted, revision=F("revision") + 1
        )
        problem.refresh_from_db()
    leave(
        problem, Kind.EXTENDED if grant else Kind.NOT_EXTENDED, by=by, now=now, reason=note,
        due_on=extension.due_wanted.isoformat(),
    )  # fmt: skip
    tell(
        "problem.extension_decided", rules.keepers_of(problem.organization), problem, text=note,
        due=in_words(extension.due_wanted), verdict=extension.get_state_display(),
    )  # fmt: skip
    return extension
