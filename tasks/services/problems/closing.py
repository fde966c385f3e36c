"""销号: handed in by the branch, closed or sent back by another level, and found again (重新整改)."""

from datetime import timedelta

from django.db import IntegrityError, transaction

from branchyear.lib.dates import in_words, local_day
from branchyear.lib.errors import Refused, require
from tasks import rules
from tasks.models import Evidence, Finding, Problem, ProblemStep
from tasks.services import findings, making_up
from tasks.services.problems.moves import OF_CLOSERS, OF_KEEPERS, TEXT_MIN, leave, move, tell, text
from tasks.services.problems.planning import DAYS_TO_MEND

State, Kind = Problem.State, ProblemStep.Kind

STILL_FAILS = "该问题对应的检查项仍不符合，不能销号。请先完成整改，再申请销号。"  # R51's sentence


def still_found(problem, *, day):
    """The finding behind the problem as it is now, or None: the rule is asked afresh."""
    if problem.rule_id is None:
        return None
    findings.evaluate(day=day, organization=problem.organization, numbers=[problem.rule.number])
    return open_finding(problem)


def open_finding(problem):
    """The finding behind the problem that still fails, as it was last looked at, or None: a reminder of
    the next term (six months, 30 days before) does not keep a solved problem open."""
    if problem.rule_id is None:
        return None
    return (
        Finding.objects.failing()
        .filter(
            organization=problem.organization,
            rule__number=problem.rule.number,
            key=problem.rule_key,
        )
        .select_related("rule", "organization")
        .first()
    )


@transaction.atomic
def hand_in(problem, result, *, revision, by, now):
    """申请销号: the written result with a file; or, where a rule found it, the portal's own check that
    the rule is met now. The reviewers above are told."""
    require(rules.may_keep_problems(by, problem.organization), OF_KEEPERS)
    result = text(result, "result", "整改结果", 1000, TEXT_MIN)
    if problem.state == State.OPEN:
        raise Refused("请先填写原因、整改措施、责任人和整改时限，再申请销号。")
    today = local_day(now)
    files = list(
        Evidence.objects.filter(problem_links__problem=problem).order_by("pk").values("pk", "name")
    )
    checked = None
    if problem.rule_id is not None:
        found = still_found(problem, day=today)
        checked = "met" if found is None else "failing"
        if found is not None and making_up.is_made_up(found):
            checked = "made_up"
    if not files and checked not in {"met", "made_up"}:
        raise Refused(
            "请上传至少1份整改佐证材料。" if checked is None else STILL_FAILS, field="evidence"
        )
    move(
        problem, State.VERIFY, {"result": result},
        revision=revision, before=(State.FIXING, State.REOPENED),
    )  # fmt: skip
    leave(
        problem, Kind.HANDED_IN, by=by, now=now, reason=result,
        files=[each["name"] for each in files], check=checked, checked_on=today.isoformat(),
    )  # fmt: skip
    people = [p for p in rules.reviewers_above(problem.organization) if p.pk != by.pk]
    tell("problem.handed_in", people, problem, text=result)
    return problem


def handed_in_by(problem):
    """Whose hand-in it is that waits, by id."""
    steps = problem.steps.filter(kind=Kind.HANDED_IN).order_by("-pk")
    return steps.values_list("by_id", flat=True).first()


@transaction.atomic
def close(problem, *, revision, by, now, note=""):
    """销号, by a reviewer above who is not responsible for it; refused while the rule still fails."""
    _require_closer(problem, by)
    found = still_found(problem, day=local_day(now))
    if found is not None:
        if not making_up.is_made_up(found):
            raise Refused(STILL_FAILS)
        handed = handed_in_by(problem)
        making_up.settle(found, problem.result, given_by=handed, by=by, now=now)
    note = (note or "").strip()[:1000]
    move(
        problem, State.CLOSED, {"closed_on": local_day(now)},
        revision=revision, before=(State.VERIFY,),
    )  # fmt: skip
    leave(problem, Kind.CLOSED, by=by, now=now, reason=note)
    tell("problem.closed", rules.keepers_of(problem.organization), problem, who=str(by), text=note)
    return problem


@transaction.atomic
def send_back(problem, reason, *, revision, by, now):
    """验收不通过: back to the branch, with what is still missing."""
    _require_closer(problem, by)
    reason = text(reason, "reason", "不通过的原因", 500, TEXT_MIN)
    move(problem, State.FIXING, {}, revision=revision, before=(State.VERIFY,))
    leave(problem, Kind.SENT_BACK, by=by, now=now, reason=reason)
    tell("problem.sent_back", rules.keepers_of(problem.organization), problem, text=reason)
    return problem


@transaction.atomic
def reopen(problem, reason, *, revision, by, now, due_on=None):
    """重新整改: those above find it again; its history stays, with a new limit."""
    require(rules.may_oversee_problems(by, problem.organization), OF_CLOSERS)
    reason = text(reason, "reason", "重新整改的原因", 500, TEXT_MIN)
    today = local_day(now)
    due_on = due_on or today + timedelta(days=DAYS_TO_MEND)
    if due_on < today:
        raise Refused("整改时限不能早于今天。", field="due_on")
    try:
        with transaction.atomic():
            move(
                problem, State.REOPENED, {"closed_on": None, "due_on": due_on},
                revision=revision, before=(State.CLOSED,),
            )  # fmt: skip
    except IntegrityError:
        raise Refused("同一问题已另行列入问题清单，请在那一条中整改。") from None
    leave(problem, Kind.REOPENED, by=by, now=now, reason=reason, due_on=due_on.isoformat())
    keepers = rules.keepers_of(problem.organization)
    tell("problem.reopened", keepers, problem, text=reason, due=in_words(due_on))
    return problem


def _require_closer(problem, by):
    allowed = rules.may_close_problem(by, problem, handed_in_by=handed_in_by(problem))
    require(allowed, OF_CLOSERS)
