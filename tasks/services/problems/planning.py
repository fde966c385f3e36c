"""整改: what will be done about it, by whom and by when (整改清单, 责任清单)."""

from dataclasses import dataclass
from datetime import date, timedelta

from django.db import transaction

from branchyear.lib.dates import in_words, local_day
from branchyear.lib.errors import Refused, require
from tasks import rules
from tasks.models import Problem, ProblemStep
from tasks.services.problems.moves import OF_KEEPERS, TEXT_MIN, WORK, leave, move, text

State, Kind = Problem.State, ProblemStep.Kind

DAYS_TO_MEND = 30  # 整改时限 unless phase 1 found it: a month is the usual term of a 整改通知


@dataclass(frozen=True)
class Plan:
    """What will be done about it, by whom and by when (整改清单, 责任清单)."""

    cause: str
    measure: str
    responsible: str
    responsible_leader: str = ""
    due_on: date | None = None


def due_by_default(problem, today):
    """Found in phase 1: by the end of phase 2 (工作方案: 第二阶段落实整改); else within 30 days."""
    end = _end_of_mending(problem)
    if end is not None and end >= today:
        return end
    return today + timedelta(days=DAYS_TO_MEND)


def _end_of_mending(problem):
    """The end of phase 2 for what phase 1 found, else None."""
    phases = {phase.order: phase for phase in problem.campaign.phases.all()}
    first, second = phases.get(1), phases.get(2)
    if first and second and first.starts_on <= problem.found_on <= first.ends_on:
        return second.ends_on
    return None


@transaction.atomic
def plan(problem, wanted, *, revision, by, now):
    """原因, 措施, 责任人, 时限: the problem is being put right from now on. While it is, they may be
    written anew, but the limit is moved back only by an extension."""
    require(rules.may_keep_problems(by, problem.organization), OF_KEEPERS)
    today = local_day(now)
    values = {
        "cause": text(wanted.cause, "cause", "原因", 500, TEXT_MIN),
        "measure": text(wanted.measure, "measure", "整改措施", 500, TEXT_MIN),
        "responsible": text(wanted.responsible, "responsible", "责任人", 50, 2),
        "responsible_leader": (wanted.responsible_leader or "").strip()[:50],
        "due_on": limit_of(problem, wanted.due_on, today),
    }
    kind = Kind.CHANGED if problem.state == State.FIXING else Kind.PLANNED
    move(problem, State.FIXING, values, revision=revision, before=WORK)
    told = {name: str(value) for name, value in values.items()}
    leave(problem, kind, by=by, now=now, reason=values["measure"], **told)
    return problem


def limit_of(problem, wanted, today):
    """The limit that holds when ``wanted`` is asked for (None: the usual one), or why it cannot be."""
    # Only an inspection sets one before there is a plan.
    kept = problem.due_on if problem.state in {State.OPEN, State.FIXING} else None
    due_on = wanted or kept or due_by_default(problem, today)
    if kept is not None and due_on > kept:
        raise Refused(
            f"整改时限已定为{in_words(kept)}，需要延后的，请申请延期，由上级同意。", field="due_on"
        )
    if due_on != kept and due_on < today:
        raise Refused("整改时限不能早于今天。", field="due_on")
    end = _end_of_mending(problem)
    if problem.state == State.OPEN and end is not None and today <= end < due_on:
        raise Refused(
            f"第一阶段发现的问题应在第二阶段结束（{in_words(end)}）前整改到位，确需延后的，先按此填写再申请延期。",
            field="due_on",
        )
    return due_on
