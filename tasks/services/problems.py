"""Problems (问题清单): listed, planned, put right, handed in, closed (销号) or sent back, reopened.

Source: 工作方案 五(一) (项目清单化管理); practice of 台账销号: closed by another level, with a written
result and something that proves it, and never while the rule that found it still fails (R51).

Every verb is one transaction; the row is moved by a conditional update on the state and the revision the
person had before the eyes, then leaves its step, its audit entry and its notices.
"""

from dataclasses import dataclass
from datetime import date, timedelta

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import F, Max

from branches.models import Organization
from branchyear.audit.services import record
from branchyear.lib.dates import CHINA, in_words, local_day
from branchyear.lib.errors import Conflict, Refused, require
from branchyear.notifications.services import notify
from tasks import rules
from tasks.health.words import sentence
from tasks.models import (
    Campaign,
    Evidence,
    Extension,
    Finding,
    Problem,
    ProblemEvidence,
    ProblemStep,
    Severity,
    Task,
)
from tasks.services import evidence as materials
from tasks.services import findings, making_up

State, Kind, Origin = Problem.State, ProblemStep.Kind, Problem.Origin

DAYS_TO_MEND = 30  # 整改时限 unless phase 1 found it: a month is the usual term of a 整改通知
TEXT_MIN = 5
WORK = (State.OPEN, State.FIXING, State.REOPENED)  # with the branch
STILL_FAILS = "该问题对应的检查项仍不符合，不能销号。请先完成整改，再申请销号。"  # R51's sentence
OF_KEEPERS = "由该党组织的书记、党务干部（机关党委为审核人）办理。"
OF_CLOSERS = "由上级党组织审核人办理，责任人、申请人和本支部的人不能验收自己的整改。"


@dataclass(frozen=True)
class Plan:
    """What will be done about it, by whom and by when (整改清单, 责任清单)."""

    cause: str
    measure: str
    responsible: str
    responsible_leader: str = ""
    due_on: date | None = None


# --- 列入 ------------------------------------------------------------------------------------------


def list_finding(finding, *, by, now):
    """One click on 支部体检: the finding becomes a problem."""
    if finding.closed_on is not None:
        raise Refused("该问题已经消除，不需要列入问题清单。")
    if finding.severity not in {Severity.ERROR, Severity.WARNING}:
        raise Refused("提醒和情况不明的事项不列入问题清单，请到相应页面处理。")
    if not finding.may_be_listed:
        raise Refused("自查、清单和报送本身的要求请直接办理，不列入问题清单。")
    return list_problem(
        finding.organization,
        origin=Origin.FINDING,
        title=sentence(finding, local_day(now)),
        finding=finding,
        by=by,
        now=now,
    )


def list_answer(answer, *, by, now):
    """A heading of the self-check answered 不符合, with what stood beside it or the branch's reason."""
    if answer.result != answer.Result.NOT_MET:
        raise Refused("自查结果为“不符合”的才列入问题清单。")
    campaign = answer.self_check.campaign
    named = _heading(campaign, answer.heading)
    told = "；".join(each.get("sentence", "").rstrip("。") for each in answer.evidence[:3])
    said = answer.reason or told
    return list_problem(
        answer.self_check.organization,
        origin=Origin.SELF_CHECK,
        title=f"“{named.get('text', answer.heading)}”自查不符合" + (f"：{said}" if said else ""),
        heading=answer.heading,
        campaign=campaign,
        found_on=local_day(answer.at),
        by=by,
        now=now,
    )


def list_item(branch_item, *, by, now):
    """A checklist item that was returned: what the reviewer wants is the problem."""
    if branch_item.state != branch_item.State.RETURNED:
        raise Refused("只有被退回的检查条目可以列入问题清单。")
    item = branch_item.item
    return list_problem(
        branch_item.branch,
        origin=Origin.ITEM,
        title=f"{item.code} {branch_item.version.text}：{branch_item.return_reason}",
        branch_item=branch_item,
        task=item.task,
        campaign=item.task.campaign,
        by=by,
        now=now,
    )


@transaction.atomic
def list_problem(organization, *, by, **facts):
    """列入问题清单. One open problem for each rule and object, heading and item; one that was closed
    before is recognised (``repeats``). The branch is told when it was listed from above."""
    require(rules.may_list_problem(by, organization), OF_KEEPERS)
    return enter_problem(organization, by=by, **facts)


def enter_problem(
    organization,
    *,
    origin,
    title,
    by,
    now,
    finding=None,
    heading="",
    branch_item=None,
    task=None,
    campaign=None,
    found_on=None,
    **plan,
):
    """The row itself, for a verb that has asked who may, inside its transaction; ``plan`` is what is known
    already of responsible and limit."""
    today = local_day(now)
    title = _text(title, "title", "问题表现", 300, cut=origin != Origin.HAND)
    if found_on is not None and found_on > today:
        raise Refused("发现日期不能晚于今天。", field="found_on")
    if finding is not None:
        campaign, task = finding.rule.campaign, finding.rule.task
    campaign = campaign or Campaign.objects.running(today)
    if campaign is None:
        raise Refused("今年的基本建设年活动还没有启动，暂不能登记问题。")
    if task is not None and task.campaign_id != campaign.pk:
        raise Refused("请选择本年度的任务。", field="task")
    # Two at once wait for each other here: they would take the same number.
    Organization.objects.select_for_update().get(pk=organization.pk)
    here = Problem.objects.filter(organization=organization)
    same = _same(here, finding, heading, branch_item)
    if same is not None and (listed := same.unsolved().first()):
        raise Refused(
            f"该问题已列入问题清单（第{listed.number}号，{listed.get_state_display()}）。"
        )
    last = here.filter(campaign=campaign).aggregate(last=Max("number"))["last"] or 0
    problem = Problem.objects.create(
        organization=organization,
        campaign=campaign,
        number=last + 1,
        task=task or _task_of_heading(campaign, heading),
        origin=origin,
        finding=finding,
        rule=finding.rule if finding else None,
        rule_key=finding.key if finding else "",
        heading=heading,
        branch_item=branch_item,
        title=title,
        found_on=found_on or (finding.opened_on if finding else today),
        repeats=same.filter(state=State.CLOSED).order_by("-pk").first() if same else None,
        created_by=by,
        created_at=now,
        **plan,
    )
    _leave(problem, Kind.LISTED, by=by, now=now, origin=problem.origin, repeats=problem.repeats_id)
    if not rules.may_keep_problems(by, organization):
        _tell("problem.listed", rules.keepers_of(organization), problem, who=str(by))
    return problem


def _same(here, finding, heading, branch_item):
    """Problems about the same thing, of whichever year; None for one written by hand."""
    if finding is not None:
        return here.filter(rule__number=finding.rule.number, rule_key=finding.key)
    if heading:
        return here.filter(heading=heading)
    if branch_item is not None:
        return here.filter(branch_item=branch_item)
    return None


def _task_of_heading(campaign, heading):
    """The task a heading of the self-check belongs to, as the campaign's data says."""
    codes = _heading(campaign, heading).get("tasks") if heading else None
    return Task.objects.filter(campaign=campaign, code=codes[0]).first() if codes else None


def _heading(campaign, code):
    """A heading of the self-check as the campaign's data has it ({} when it is gone)."""
    headings = (each for phase in campaign.phases.all() for each in phase.self_check)
    return next((each for each in headings if each.get("code") == code), {})


# --- 整改 ------------------------------------------------------------------------------------------


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
        "cause": _text(wanted.cause, "cause", "原因", 500, TEXT_MIN),
        "measure": _text(wanted.measure, "measure", "整改措施", 500, TEXT_MIN),
        "responsible": _text(wanted.responsible, "responsible", "责任人", 50, 2),
        "responsible_leader": (wanted.responsible_leader or "").strip()[:50],
        "due_on": limit_of(problem, wanted.due_on, today),
    }
    kind = Kind.CHANGED if problem.state == State.FIXING else Kind.PLANNED
    _move(problem, State.FIXING, values, revision=revision, before=WORK)
    told = {name: str(value) for name, value in values.items()}
    _leave(problem, kind, by=by, now=now, reason=values["measure"], **told)
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


def add_evidence(problem, upload, *, by, now):
    """A file that proves it, kept in the branch's library like those of the checklist."""
    require(rules.may_keep_problems(by, problem.organization), OF_KEEPERS)
    return materials.take(
        problem.organization,
        upload,
        by=by,
        claim=lambda: _claim(problem),
        prove=lambda evidence, is_new: _link(problem, evidence, is_new, by=by),
    )


@transaction.atomic
def attach_evidence(problem, evidence, *, by, now):
    """A file the branch has already proves this too."""
    require(rules.may_keep_problems(by, problem.organization), OF_KEEPERS)
    if evidence.organization_id != problem.organization_id:
        raise Refused("只能选用本支部的材料。")
    _claim(problem)
    _link(problem, evidence, False, by=by)


@transaction.atomic
def detach_evidence(problem, evidence, *, by, now):
    """The file no longer proves it; the branch keeps it."""
    require(rules.may_keep_problems(by, problem.organization), OF_KEEPERS)
    _claim(problem)
    removed, _ = ProblemEvidence.objects.filter(problem=problem, evidence=evidence).delete()
    if removed:
        _record_file("evidence.detached", problem, evidence, by)


def _claim(problem):
    """Take the row while it is with the branch, so that handing in waits for the file."""
    if not Problem.objects.filter(pk=problem.pk, state__in=WORK).update(revision=F("revision")):
        raise _conflict(problem)


def _link(problem, evidence, is_new, *, by):
    links = ProblemEvidence.objects.filter(problem=problem)
    if links.filter(evidence=evidence).exists():
        return
    if links.count() >= settings.EVIDENCE_MAX_PER_ITEM:
        most = settings.EVIDENCE_MAX_PER_ITEM
        raise Refused(f"每个问题最多{most}份佐证材料，请合并后再上传。", field="file")
    ProblemEvidence.objects.create(problem=problem, evidence=evidence, attached_by=by)
    _record_file("evidence.added" if is_new else "evidence.attached", problem, evidence, by)


def _record_file(verb, problem, evidence, by):
    record(
        verb, evidence, by=by, organization=problem.organization, problem=problem.pk,
        sha256=evidence.sha256,
    )  # fmt: skip


# --- 销号 ------------------------------------------------------------------------------------------


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
    result = _text(result, "result", "整改结果", 1000, TEXT_MIN)
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
    _move(
        problem, State.VERIFY, {"result": result},
        revision=revision, before=(State.FIXING, State.REOPENED),
    )  # fmt: skip
    _leave(
        problem, Kind.HANDED_IN, by=by, now=now, reason=result,
        files=[each["name"] for each in files], check=checked, checked_on=today.isoformat(),
    )  # fmt: skip
    people = [p for p in rules.reviewers_above(problem.organization) if p.pk != by.pk]
    _tell("problem.handed_in", people, problem, text=result)
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
    _move(
        problem, State.CLOSED, {"closed_on": local_day(now)},
        revision=revision, before=(State.VERIFY,),
    )  # fmt: skip
    _leave(problem, Kind.CLOSED, by=by, now=now, reason=note)
    _tell("problem.closed", rules.keepers_of(problem.organization), problem, who=str(by), text=note)
    return problem


@transaction.atomic
def send_back(problem, reason, *, revision, by, now):
    """验收不通过: back to the branch, with what is still missing."""
    _require_closer(problem, by)
    reason = _text(reason, "reason", "不通过的原因", 500, TEXT_MIN)
    _move(problem, State.FIXING, {}, revision=revision, before=(State.VERIFY,))
    _leave(problem, Kind.SENT_BACK, by=by, now=now, reason=reason)
    _tell("problem.sent_back", rules.keepers_of(problem.organization), problem, text=reason)
    return problem


@transaction.atomic
def reopen(problem, reason, *, revision, by, now, due_on=None):
    """重新整改: those above find it again; its history stays, with a new limit."""
    require(rules.may_oversee_problems(by, problem.organization), OF_CLOSERS)
    reason = _text(reason, "reason", "重新整改的原因", 500, TEXT_MIN)
    today = local_day(now)
    due_on = due_on or today + timedelta(days=DAYS_TO_MEND)
    if due_on < today:
        raise Refused("整改时限不能早于今天。", field="due_on")
    try:
        with transaction.atomic():
            _move(
                problem, State.REOPENED, {"closed_on": None, "due_on": due_on},
                revision=revision, before=(State.CLOSED,),
            )  # fmt: skip
    except IntegrityError:
        raise Refused("同一问题已另行列入问题清单，请在那一条中整改。") from None
    _leave(problem, Kind.REOPENED, by=by, now=now, reason=reason, due_on=due_on.isoformat())
    keepers = rules.keepers_of(problem.organization)
    _tell("problem.reopened", keepers, problem, text=reason, due=in_words(due_on))
    return problem


def _require_closer(problem, by):
    allowed = rules.may_close_problem(by, problem, handed_in_by=handed_in_by(problem))
    require(allowed, OF_CLOSERS)


# --- 延期 ------------------------------------------------------------------------------------------


@transaction.atomic
def ask_extension(problem, due_wanted, reason, *, by, now):
    """申请延期: one request at a time, decided above."""
    require(rules.may_keep_problems(by, problem.organization), OF_KEEPERS)
    reason = _text(reason, "reason", "延期理由", 300, TEXT_MIN)
    if problem.due_on is None or problem.state not in {State.FIXING, State.REOPENED}:
        raise Refused("整改中的问题才能申请延期。")
    if due_wanted is None:
        raise Refused("请填写申请延至的日期。", field="due_wanted")
    if due_wanted <= max(problem.due_on, local_day(now)):
        raise Refused("申请延至的日期应晚于今天和原时限。", field="due_wanted")
    _claim(problem)
    if problem.extensions.filter(state=Extension.State.ASKED).exists():
        raise Refused("该问题已有待审批的延期申请。")
    extension = Extension.objects.create(
        problem=problem, due_before=problem.due_on, due_wanted=due_wanted, reason=reason,
        asked_by=by, asked_at=now,
    )  # fmt: skip
    _leave(
        problem, Kind.EXTENSION_ASKED, by=by, now=now,
        reason=f"由{in_words(problem.due_on)}延至{in_words(due_wanted)}：{reason}",
        due_on=due_wanted.isoformat(),
    )  # fmt: skip
    _tell(
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
    _leave(
        problem, Kind.EXTENDED if grant else Kind.NOT_EXTENDED, by=by, now=now, reason=note,
        due_on=extension.due_wanted.isoformat(),
    )  # fmt: skip
    _tell(
        "problem.extension_decided", rules.keepers_of(problem.organization), problem, text=note,
        due=in_words(extension.due_wanted), verdict=extension.get_state_display(),
    )  # fmt: skip
    return extension


# --- Behind the verbs -----------------------------------------------------------------------------


def _move(problem, to, values, *, revision, before):
    """The conditional update; the caller's instance follows. Whoever is second is told."""
    if problem.state not in before:
        raise Refused(f"“{problem.get_state_display()}”的问题不能这样办理，请刷新页面。")
    moved = Problem.objects.filter(pk=problem.pk, state=problem.state, revision=revision).update(
        state=to, revision=F("revision") + 1, **values
    )
    if not moved:
        raise _conflict(problem)
    for name, value in values.items():
        setattr(problem, name, value)
    problem.state, problem.revision = to, revision + 1


def _conflict(problem):
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


def _leave(problem, kind, *, by, now, reason="", **data):
    ProblemStep.objects.create(
        problem=problem, kind=kind, by=by, by_name=str(by), at=now, reason=reason[:1000], data=data
    )
    record(
        f"problem.{kind.value}", problem, by=by, organization=problem.organization,
        number=problem.number, **data,
    )  # fmt: skip


def _tell(kind, people, problem, **words):
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


def _text(value, field, label, most, least=1, *, cut=False):
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
