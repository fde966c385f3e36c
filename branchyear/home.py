"""What a person finds on the home page: what is to be done today, who waits for whom.

Only reads; every number comes from the same querysets the lists behind it use.
"""

from dataclasses import dataclass
from datetime import date

from django.db.models import Q
from django.urls import reverse

from branches import terms
from branches.models import Organization, Term
from branches.roles import BRANCH_ROLES, Role
from branchyear.lib.dates import Month
from members import lifebook
from members.models import DuesExemption
from members.services.dues.lines import unregistered
from members.todos import movement_todos, roster_todos
from reports.models import MonthlyReport, Tier
from tasks import clocks
from tasks.models import BranchItem, Campaign, SelfCheck, Visit
from tasks.services.self_check import phase_of
from tasks.todos import campaign_todos, delegated_todos, filled_todos, upper_todos
from tasks.todos_inspections import running_todos

SOON_DAYS = 30  # what falls due within a month is shown as work of today
SHOWN = 8
COUNTED = ("total", "todo", "draft", "submitted", "returned", "accepted", "overdue")
DUES_FROM = 20  # day of the month from which dues not yet registered are work of today


@dataclass(frozen=True)
class Todo:
    """One thing to do: what, why, by when, and the one button that leads there."""

    what: str
    why: str
    url: str
    button: str
    due: date | None = None
    status: str = ""
    urgent: bool = False


def secretary(scope, today):
    """The home of a secretary or clerk, for the first branch of theirs."""
    branches = scope.organizations(BRANCH_ROLES)
    branch = branches[0]
    campaign = Campaign.objects.prefetch_related("phases").running(today)
    items = BranchItem.objects.filter(branch=branch, item__task__campaign=campaign).with_words()
    to_do = list(
        items.filter(state__in=BranchItem.EDITABLE, opens_on__lte=today).order_by(
            "due_on", "item__task__order", "item__order"
        )
    )
    returned = [item for item in to_do if item.state == BranchItem.State.RETURNED]
    report = current_report(branch, today)
    todos = [_returned(item) for item in returned]
    if report is not None and report.is_editable:
        todos.append(_owed_report(report, today))
    todos += [Todo(**facts) for facts in filled_todos(branch)]
    todos += _self_check(branch, campaign, today)
    todos += [Todo(**facts) for facts in campaign_todos(branch, today)]
    todos += [Todo(**facts) for facts in movement_todos(branch, today)]
    todos += _own_term(branch, today)
    todos += _meetings(branch, today)
    late = [i for i in to_do if i.is_overdue(today) and i not in returned]
    soon = [
        i
        for i in to_do
        if i not in returned and i not in late and (i.due_on - today).days <= SOON_DAYS
    ]
    todos += _dues(branch, today)
    todos += [Todo(**facts) for facts in roster_todos(branch)]
    todos += [_item(item, today) for item in (*late, *soon)]
    by_task = {row["item__task"]: row for row in items.figures(today, "item__task")}
    figures = {name: sum(row[name] for row in by_task.values()) for name in COUNTED}
    return {
        "branch": branch,
        "branches": branches,
        "campaign": campaign,
        "todos": todos[:SHOWN],
        "todo_count": len(todos),
        "more": len(todos) - SHOWN,
        "later_count": len(to_do) - len(returned) - len(late) - len(soon),
        "report": report,
        "figures": figures,
        "tasks": _task_strip(by_task, campaign),
        "waiting": figures["submitted"],
        "today": today,
    }


def _returned(item):
    return Todo(
        what=f"{item.item.code} {item.version.text}",
        why=f"退回原因：{item.return_reason}",
        url=item.get_absolute_url(),
        button="去修改",
        due=item.due_on,
        status="returned",
        urgent=True,
    )


def _self_check(branch, campaign, today):
    """From the beginning of phase 1 until it is signed (R48)."""
    phase = phase_of(campaign)
    if phase is None or today < phase.starts_on:
        return []
    check = SelfCheck.objects.filter(organization=branch, campaign=campaign).first()
    if check is not None and check.is_signed:
        return []
    if check is not None and check.reopen_reason:
        why = f"退回原因：{check.reopen_reason}"
    else:
        why = "系统已按登记的数据逐项作出判断，核对后由支部书记签发"
    return [
        Todo(
            what="完成第一阶段自查",
            why=why,
            url=f"{reverse('tasks:self_check')}?org={branch.pk}",
            button="去自查",
            due=phase.ends_on,
            urgent=phase.ends_on < today,
        )
    ]


def _meetings(branch, today):
    """From the middle of the month on: what of organisation life has not been recorded yet, one line."""
    missing = lifebook.missing_now(branch, today) if today.day >= lifebook.FROM_DAY else []
    if not missing:
        return []
    names = "、".join(name for name, _, _ in missing)
    _, kind, period = missing[0]
    url = lifebook.form_url(branch, kind, period, today)
    return [
        Todo(
            what=f"本月{names}尚未登记",
            why="开过的会请登记，名单已列好；还没开的请在本月内安排",
            url=url if len(missing) == 1 else reverse("members:life") + f"?org={branch.pk}",
            button="去登记",
            due=Month.of(today).last_day,
        )
    ]


def _item(item, today):
    done = "已填写一部分，还没有提交" if item.state == BranchItem.State.DRAFT else "还没有填报"
    asked = "、".join(item.version.evidence) if item.version.asks_for_evidence else ""
    return Todo(
        what=f"{item.item.code} {item.version.text}",
        why=f"{done}" + (f";应交材料：{asked}" if asked else ""),
        url=item.get_absolute_url(),
        button="去填报",
        due=item.due_on,
        urgent=item.is_overdue(today),
    )


def _owed_report(report, today):
    if report.state == MonthlyReport.State.RETURNED:
        why, button = f"退回原因：{report.return_reason}", "去修改"
    else:
        why, button = "数据已由平台填好，核对后补充文字即可", "去填写"
    return Todo(
        what=f"报送{report.period.label}月报",
        why=why,
        url=report.get_absolute_url(),
        button=button,
        due=report.due_on,
        urgent=report.due_on < today,
    )


def _dues(branch, today):
    """From the 20th on: who has nothing registered of the running month (R43, monthly and in full)."""
    if today.day < DUES_FROM:
        return []
    month = Month.of(today)
    count, unknown = unregistered(branch, month)
    if not count:
        return []
    why = "核对后一次登记；没有交的提醒本人主动交纳"
    return [
        Todo(
            what=f"本月党费还有{count}人未登记",
            why=why + (f"。其中{unknown}人还没有核定基数" if unknown else ""),
            url=reverse("members:dues") + f"?org={branch.pk}&month={month}",
            button="去登记",
            due=month.last_day,
        )
    ]


def _own_term(branch, today):
    """The branch's own election: due within half a year, overdue, or never registered (R17, R18)."""
    if not terms.elects(branch):
        return []
    term = Term.objects.filter(organization=branch, ended_on=None).first()
    url = f"{reverse('members:committee')}?org={branch.pk}"
    if term is None:
        why = "还没有登记本届班子的选举日期，不能判断任期是否届满"
        return [Todo(what="登记本届班子", why=why, url=url, button="去登记")]
    if not terms.is_near(term.due_on, today):
        return []
    if term.due_on < today:
        what, why = "换届已逾期", "请启动换届；确需延期的，报上级党组织批准后登记"
    else:
        what, why = "准备换届", f"第{term.number}届班子即将届满，请提前做好准备，提交换届请示"
    return [
        Todo(
            what=what,
            why=why,
            url=url,
            button="去查看",
            due=term.due_on,
            urgent=term.due_on < today,
        )
    ]


def current_report(organization, today):
    """The organisation's own report of the latest period that is open."""
    return (
        MonthlyReport.objects.with_words()
        .filter(organization=organization, period__opens_on__lte=today)
        .order_by("-period__month")
        .first()
    )


def _task_strip(numbers, campaign):
    """The eight tasks as thin bars: accepted of all."""
    strip = []
    for task in campaign.tasks.all() if campaign else ():
        row = numbers.get(task.pk)
        if row:
            strip.append(
                {
                    "task": task,
                    "done": row["accepted"],
                    "total": row["total"],
                    "overdue": row["overdue"],
                }
            )
    return strip


def reviewer(user, scope, today):
    """The desk (工作台) of whoever reviews: a direct organisation, or the committee."""
    organizations = scope.organizations({Role.ORG_REVIEWER, Role.COMMITTEE_REVIEWER})
    top = organizations[0]
    campaign = Campaign.objects.running(today)
    below = BranchItem.objects.of(campaign).in_force().under(top)
    queue = BranchItem.objects.of(campaign).to_review_by(user)
    oldest = queue.order_by("submitted_at").values_list("submitted_at", flat=True).first()
    received = MonthlyReport.objects.waiting_with(organizations)
    own = current_report(top, today)
    figures = below.figures(today)
    todos = []
    if waiting := queue.count():
        late = queue.with_waiting().filter(waiting_since__lt=clocks.overdue_since(today)).count()
        why = "下级已提交，等待您的意见" if oldest is None else f"最早一项提交于{oldest:%m月%d日}"
        if late:
            why += f"，其中{late}项已超过{clocks.rule_on(today).review_days}个工作日"
        todos.append(
            Todo(
                what=f"审核{waiting}项检查条目",
                why=why,
                url=reverse("tasks:review"),
                button="去审核",
                urgent=True,
            )
        )
    if arrived := received.count():
        todos.append(
            Todo(
                what=f"接收{arrived}份月报",
                why="下级已报送，核对后接收或退回",
                url=reverse("reports:reports") + "?tab=receive",
                button="去接收",
            )
        )
    if own is not None and own.is_editable:
        todos.append(_owed_report(own, today))
    if asked := DuesExemption.objects.to_decide_at(top).count():
        todos.append(
            Todo(
                what=f"审批{asked}项党费减免申请",
                why="支部已研究同意，等待您的意见",
                url=reverse("members:dues_exemptions") + f"?org={top.pk}",
                button="去审批",
            )
        )
    todos += [Todo(**facts) for facts in upper_todos(top, user, today)]
    if figures["overdue"]:
        todos.append(
            Todo(
                what=f"{figures['overdue']}项检查条目已逾期",
                why=f"共{figures['total']}项，查看是哪些支部",
                url=reverse("reports:items") + f"?org={top.pk}&overdue=1",
                button="去查看",
            )
        )
    if (
        overdue := Organization.objects.under(top)
        .electing()
        .with_term(today)
        .filter(term_state=terms.State.OVERDUE)
        .count()
    ):
        todos.append(
            Todo(
                what=f"{overdue}个党组织逾期未换届",
                why="查看是哪些党组织，可一键提醒",
                url=f"{reverse('members:terms')}?org={top.pk}&state={terms.State.OVERDUE}",
                button="去提醒",
            )
        )
    mine = secretary(scope, today) if scope.has(BRANCH_ROLES) else None
    if mine:  # who also keeps a branch finds its work here too
        todos = [*mine["todos"], *todos]
    return {
        "top": top,
        "campaign": campaign,
        "todos": todos,
        "todo_count": len(todos) + (max(mine["more"], 0) if mine else 0),
        "branch": mine["branch"] if mine else None,
        "more": mine["more"] if mine else 0,
        "later_count": mine["later_count"] if mine else 0,
        "own": own,
        "figures": figures,
        "owing": _owing(top, today),
        "today": today,
        "month": _month_figures(top, today),
    }


def leader(scope, today):
    """Leaders and the organisation department only look: the numbers and who owes."""
    top = scope.organizations({Role.CITY_DEPARTMENT, Role.COMMITTEE_LEADER})[0]
    campaign = Campaign.objects.running(today)
    below = BranchItem.objects.of(campaign).in_force().under(top)
    received = MonthlyReport.objects.waiting_with([top])
    todos = []
    if Role.CITY_DEPARTMENT in scope.roles:
        todos += [Todo(**facts) for facts in running_todos(top, today)]
    if Role.CITY_DEPARTMENT in scope.roles and received.exists():
        report = received.with_words().first()
        todos.append(
            Todo(
                what=f"接收{report}",
                why=f"{report.organization}已报送",
                url=report.get_absolute_url(),
                button="去接收",
            )
        )
    return {
        "top": top,
        "campaign": campaign,
        "todos": todos,
        "todo_count": len(todos),
        "own": None,
        "figures": below.figures(today),
        "owing": _owing(top, today),
        "today": today,
        "month": _month_figures(top, today),
    }


def _tier_below(top):
    return Tier.BRANCH if top.depth >= Organization.DIRECT_DEPTH else Tier.DIRECT


def _reports_of_month(top, today):
    """The reports expected from below ``top`` in the latest open period."""
    reports = MonthlyReport.objects.under(top).filter(
        period__tier=_tier_below(top), period__opens_on__lte=today, organization__closed_on=None
    )
    month = reports.order_by("-period__month").values_list("period__month", flat=True).first()
    return reports.filter(period__month=month), month


def _month_figures(top, today):
    """Expected and received reports of the month (应报, 已报)."""
    reports, month = _reports_of_month(top, today)
    if month is None:
        return None
    expected = reports.count()
    received = reports.exclude(first_submitted_at=None).count()
    due_on = reports.values_list("period__due_on", flat=True).first()
    year, number = month.split("-")
    return {
        "label": f"{year}年{int(number)}月",
        "month": month,
        "expected": expected,
        "received": received,
        "missing": expected - received,
        "due_on": due_on,
        "tier": _tier_below(top),
    }


def _owing(top, today):
    """Who has not reported this month, in official order (the first rows)."""
    reports, _ = _reports_of_month(top, today)
    return list(
        reports.filter(Q(first_submitted_at=None) | Q(state=MonthlyReport.State.RETURNED))
        .with_words()
        .order_by("organization__path")[:SHOWN]
    )


def member(user, scope, today):
    """What the secretary gave a member of the committee to fill in."""
    todos = [Todo(**facts) for facts in delegated_todos(user)]
    branch = scope.organizations({Role.BRANCH_MEMBER})[0]
    return {"branch": branch, "todos": todos, "todo_count": len(todos), "today": today}


def inspector(user, scope, today):
    """The visits that wait for an inspector, and the branches he may look at."""
    mine = list(Visit.objects.waiting_for(user))
    waiting = {visit.branch_id for visit in mine}
    seen = scope.organizations({Role.INSPECTOR})
    return {
        "organizations": [place for place in seen if place.pk not in waiting],
        "mine": mine,
        "today": today,
    }
