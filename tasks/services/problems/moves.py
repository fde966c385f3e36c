"""What every verb on a problem does: move the row, leave the step and the audit entry, tell people."""

from django.db.models import F

from branchyear.audit.services import record
from branchyear.lib.dates import CHINA, in_words
from branchyear.lib.errors import Conflict, Refused
from branchyear.notifications.services import notify
from tasks.models import Problem, ProblemStep

State = Problem.State

TEXT_MIN = 5
WORK = (State.OPEN, State.FIXING, State.REOPENED)  # with the branch
OF_KEEPERS = "由该党组织的书记、党务干部（机关党委为审核人）办理。"
OF_CLOSERS = "由上级党组织审核人办理，责任人、申请人和本支部的人不能验收自己的整改。"


def move(problem, to, values, *, revision, before):
    """The conditional update; the caller's instance follows. Whoever is second is told."""
    stays = to == problem.state  # what was written is written anew
    if problem.state not in before or not (stays or problem.can_move_to(to)):
        raise Refused(f"“{problem.get_state_display()}”的问题不能这样办理，请刷新页面。")
    moved = Problem.objects.filter(pk=problem.pk, state=problem.state, revision=revision).update(
        state=to, revision=F("revision") + 1, **values
    )
    if not moved:
        raise _conflict(problem)
    for name, value in values.items():
        setattr(problem, name, value)
    problem.state, problem.revision = to, revision + 1


def claim(problem):
    """Take the row while it is with the branch, so that handing in waits for the file."""
    if not Problem.objects.filter(pk=problem.pk, state__in=WORK).update(revision=F("revision")):
        raise _conflict(problem)


def _conflict(problem):
    """Who was faster, when, and what stands there now."""
    now = Problem.objects.get(pk=problem.pk)
    last = now.steps.order_by("-pk").first()
    who, at = (last.by_name, last.at) if last else ("他人", now.updated_at)
    moment = at.astimezone(CHINA)
    theirs = {
        "状态": now.get_state_display(),
        "原因": now.cause,
        "整改措施": now.measure,
        "责任人": now.responsible,
        "整改时限": in_words(now.due_on) if now.due_on else "",
        "整改结果": now.result,
    }
    return Conflict(
        f"第{now.number}号问题已由{who}于{moment:%m}月{moment:%d}日{moment:%H:%M}办理"
        f"（现为“{now.get_state_display()}”）。您的内容没有覆盖它，请核对后再办理。",
        theirs=theirs, who=who, at=at,
    )  # fmt: skip


def leave(problem, kind, *, by, now, reason="", **data):
    """The step that the page shows and the audit entry, with the same facts."""
    ProblemStep.objects.create(
        problem=problem, kind=kind, by=by, by_name=str(by), at=now, reason=reason[:1000], data=data
    )
    record(
        f"problem.{kind.value}", problem, by=by, organization=problem.organization,
        number=problem.number, **data,
    )  # fmt: skip


def tell(kind, people, problem, **words):
    """A notice about the problem, once for each step."""
    notify(
        kind,
        people,
        url=problem.get_absolute_url(),
        key=f"problem:{problem.pk}:{problem.revision}:{kind}:{problem.steps.count()}",
        branch=problem.organization,
        number=problem.number,
        title=problem.title,
        **words,
    )


def text(value, field, label, most, least=1, *, cut=False):
    """What was typed, clean and of a fit length, or why not; ``cut``: what is too long is shortened."""
    value = (value or "").replace("\r\n", "\n").strip()
    if cut:
        return value if len(value) <= most else value[: most - 1] + "…"
    if not value:
        raise Refused(f"请填写{label}。", field=field)
    if len(value) < least:
        raise Refused(f"{label}请写具体一些（不少于{least}个字）。", field=field)
    if len(value) > most:
        raise Refused(f"{label}最多{most}个字，现有{len(value)}个字，请精简。", field=field)
    return value
