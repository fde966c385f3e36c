"""列入: a finding, an answer of the self-check, a returned item or something seen becomes a problem."""

from django.db import transaction
from django.db.models import Max

from branches.models import Organization
from branchyear.lib.dates import local_day
from branchyear.lib.errors import Refused, require
from tasks import rules
from tasks.health.words import sentence
from tasks.models import Campaign, Problem, ProblemStep, Severity, Task
from tasks.services.problems.moves import OF_KEEPERS, leave, tell, text

State, Kind, Origin = Problem.State, ProblemStep.Kind, Problem.Origin


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
def list_problem(organization, *, by, now, **facts):
    """列入问题清单. One open problem for each rule and object, heading and item; one that was closed
    before is recognised (``repeats``). The branch is told when it was listed from above."""
    require(rules.may_list_problem(by, organization), OF_KEEPERS)
    return enter_problem(organization, by=by, now=now, **facts)


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
    title = text(title, "title", "问题表现", 300, cut=origin != Origin.HAND)
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
    leave(problem, Kind.LISTED, by=by, now=now, origin=problem.origin, repeats=problem.repeats_id)
    if not rules.may_keep_problems(by, organization):
        tell("problem.listed", rules.keepers_of(organization), problem, who=str(by))
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
