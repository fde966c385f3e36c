"""What the problems on the lists ask of the branch, and of those above, today."""

from datetime import timedelta

from django.db.models import BigAutoField, Count, Exists, F, Q

from branches.models import Organization
from branchyear.lib.composed import composed
from branchyear.lib.routes import path_to
from branchyear.lib.tellers import told
from tasks.models import BranchItem, Delegation, Extension, Problem
from tasks.todos_inspections import answer_todos, not_found, running_todos
from tasks.todos_scores import running, score_oversight_todos, score_todos
from tasks.todos_supervision import supervision_oversight_todos, supervision_todos, to_answer

State = Problem.State
SOON = timedelta(days=30)  # as the checklist's items
SHOWN = 3  # the home page has room for eight things of every kind


@composed(branch=BigAutoField())
def _with_the_branch(branch):
    return Problem.objects.filter(
        organization=branch, state__in=[State.OPEN, State.FIXING, State.REOPENED]
    ).order_by("due_on", "number")


def problem_todos(branch, today):
    """What the branch must do: say how, put right again, finish in time. One statement."""
    due = [
        row
        for row in _with_the_branch(branch=branch.pk)
        if row.state != State.FIXING or (row.due_on is not None and row.due_on - today <= SOON)
    ]
    for row in due[:SHOWN]:
        late = row.due_on is not None and row.due_on < today
        yield {
            "what": f"整改：{row.title}",
            "why": WHY[row.state],
            "url": row.get_absolute_url(),
            "button": "去填写" if row.state == State.OPEN else "去整改",
            "due": row.due_on,
            "urgent": late or row.state == State.REOPENED,
        }
    if len(due) > SHOWN:
        yield {
            "what": f"另有{len(due) - SHOWN}个问题要整改",
            "why": "在问题整改中查看全部",
            "url": f"{path_to('tasks:problems')}?org={branch.pk}",
            "button": "去查看",
        }


WHY = {
    State.OPEN: "已列入问题清单，还没有填写原因、措施、责任人和时限",
    State.FIXING: "改好后写明结果、上传佐证，申请销号",
    State.REOPENED: "上级要求重新整改",
}


def oversight_todos(top):
    """What waits for the reviewers above: problems to be closed, extensions to be decided."""
    asked = Extension.objects.filter(state=Extension.State.ASKED)
    found = Problem.objects.waiting_at(top).aggregate(
        waiting=Count("pk", filter=Q(state=State.VERIFY)),
        wanted=Count("pk", filter=Q(pk__in=asked.values("problem"))),
    )
    if found["waiting"]:
        yield {
            "what": f"验收{found['waiting']}个问题",
            "why": "支部已整改并申请销号，等待您的意见",
            "url": f"{path_to('tasks:problems')}?org={top.pk}&state={State.VERIFY}&own=1",
            "button": "去验收",
        }
    if found["wanted"]:
        yield {
            "what": f"审批{found['wanted']}项整改延期申请",
            "why": "审批前原时限不变",
            "url": f"{path_to('tasks:problems')}?org={top.pk}&extension=1&own=1",
            "button": "去审批",
        }


def delegated_todos(user):
    """What was given to this member of a committee and is not done, the first due first."""
    rows = (
        Delegation.objects.open()
        .filter(to=user, branch_item__state__in=BranchItem.EDITABLE)
        .select_related("branch_item__item", "branch_item__version", "by")
        .order_by(F("due_on").asc(nulls_last=True), "pk")
    )
    for row in rows:
        item = row.branch_item
        yield {
            "what": f"{item.item.code} {item.version.text}",
            "why": f"{row.by.name}委托" + (f"：{row.note}" if row.note else ""),
            "url": item.get_absolute_url(),
            "button": "去填报",
            "due": row.due_on or item.due_on,
        }


def filled_todos(branch, filled):
    """What the committee's members have filled in (``with_filled``) and the secretary has not handed in yet, in the
    order of their days: one line."""
    count = len(filled)
    if count:
        yield {
            "what": f"审定{count}项支部委员已填好的条目",
            "why": "核对后由您提交",
            "url": filled[0].get_absolute_url()
            if count == 1
            else path_to("tasks:branch_checklist", branch.pk) + "?state=draft",
            "button": "去审定",
        }


def campaign_todos(branch, today, there=None):
    """What an inspector did not find, what the committee wants, problems, then the branch's own scores.

    ``there``: the names in ``campaign_there`` of which there is anything; None: each is asked.
    """
    return told(TELLERS, there, branch, today)


def campaign_there(branch):
    """Conditions by name, as ``members.todos.movement_there``."""
    return {
        "has_answers": Exists(not_found.build(branch)),
        "has_supervisions": Exists(to_answer.build(branch)),
        "has_problems": Exists(_with_the_branch.build(branch)),
        "has_scores": Exists(running.build(branch)),
    }


def upper_todos(top, user, today):
    """What waits for a reviewer: of those below, and of the organisation's own."""
    yield from running_todos(top, today)
    yield from oversight_todos(top)
    if not top.is_branch:
        yield from supervision_todos(top, today)
        if top.depth >= Organization.DIRECT_DEPTH:  # whoever is scored at all
            yield from score_todos(top, today)
    yield from supervision_oversight_todos(top, user, today)
    yield from score_oversight_todos(top, user)


TELLERS = {
    "has_answers": answer_todos,
    "has_supervisions": supervision_todos,
    "has_problems": problem_todos,
    "has_scores": score_todos,
}
