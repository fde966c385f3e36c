"""Many findings onto the list of problems at once (批量列入): each by itself, so that one refusal stops no other."""

from dataclasses import dataclass

from django.db import transaction
from django.db.models import F

from branchyear.audit.services import record
from branchyear.lib.dates import local_day
from branchyear.lib.errors import Refused, require
from tasks import rules
from tasks.models import Finding, Problem
from tasks.services.problems.listing import list_finding
from tasks.services.problems.moves import OF_KEEPERS
from tasks.services.problems.planning import limit_of

MOST = 200  # of one post


@dataclass(frozen=True)
class Listed:
    """What became of one finding: its problem, or why not."""

    finding: Finding
    problem: Problem | None
    refusal: str = ""


def list_findings(organization, found, *, responsible, due_on, by, now):
    """Put ``found`` on the organisation's list, with the responsible person and the limit already named
    (``due_on`` None: each problem's usual limit). Returns a ``Listed`` per finding, in their order."""
    require(rules.may_list_problem(by, organization), OF_KEEPERS)
    if not found:
        raise Refused("请勾选要列入的问题。", field="findings")
    if len(found) > MOST:
        raise Refused(f"一次最多列入{MOST}个，请分次办理。", field="findings")
    responsible = (responsible or "").strip()
    if not 2 <= len(responsible) <= 50:
        raise Refused("请填写责任人姓名（2至50个字）。", field="responsible")
    if due_on is not None and due_on < local_day(now):
        raise Refused("整改时限不能早于今天。", field="due_on")
    return [_list_one(finding, responsible, due_on, by, now) for finding in found]


def _list_one(finding, responsible, due_on, by, now):
    try:
        with transaction.atomic():
            problem = list_finding(finding, by=by, now=now)
            named = {
                "responsible": responsible,
                "due_on": limit_of(problem, due_on, local_day(now)),
            }
            Problem.objects.filter(pk=problem.pk).update(revision=F("revision") + 1, **named)
            problem.refresh_from_db()
            record(
                "problem.assigned", problem, by=by, organization=problem.organization,
                number=problem.number, **{key: str(value) for key, value in named.items()},
            )  # fmt: skip
    except Refused as refusal:
        return Listed(finding, None, refusal.sentence)
    return Listed(finding, problem)
