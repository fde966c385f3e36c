"""The desk (工作台) of whoever reviews: a direct organisation, or the committee."""

from django.db.models import Count, Min, Q

from branches import terms
from branches.models import Organization
from branches.roles import BRANCH_ROLES, Role
from branchyear.home.lines import Todo
from branchyear.home.reports import Expected, current_report, owed_report
from branchyear.home.secretary import secretary
from branchyear.lib.dates import local_day
from branchyear.lib.routes import path_to
from members.models import DuesExemption
from members.todos import numbers_todos
from reports.models import MonthlyReport
from tasks import clocks
from tasks.models import BranchItem
from tasks.todos import upper_todos


def reviewer(user, scope, campaign, today, *, whole=False):
    """The desk (工作台) of whoever reviews: a direct organisation, or the committee."""
    organizations = scope.organizations({Role.ORG_REVIEWER, Role.COMMITTEE_REVIEWER})
    top = organizations[0]
    below = BranchItem.objects.of(campaign).in_force().under(top)
    queue = BranchItem.objects.of(campaign).to_review_by(user)
    received = MonthlyReport.objects.waiting_with(organizations)
    own = current_report(top, today)
    expected = Expected(top, today)
    figures = below.figures(today)
    todos = [*_to_review(queue, today)]
    if arrived := received.count():
        todos.append(
            Todo(
                what=f"接收{arrived}份月报",
                why="下级已报送，核对后接收或退回",
                url=path_to("reports:reports") + "?tab=queue",
                button="去接收",
            )
        )
    if own is not None and own.is_editable:
        todos.append(owed_report(own, today))
    if asked := DuesExemption.objects.to_decide_at(top).count():
        todos.append(
            Todo(
                what=f"审批{asked}项党费减免申请",
                why="支部已研究同意，等待您的意见",
                url=path_to("members:dues_exemptions") + f"?org={top.pk}",
                button="去审批",
            )
        )
    todos += [Todo(**facts) for facts in numbers_todos(user, top)]
    todos += [Todo(**facts) for facts in upper_todos(top, user, today)]
    if figures["overdue"]:
        todos.append(
            Todo(
                what=f"{figures['overdue']}项检查条目已逾期",
                why=f"共{figures['total']}项，查看是哪些支部",
                url=path_to("reports:items") + f"?org={top.pk}&overdue=1",
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
                url=f"{path_to('members:terms')}?org={top.pk}&state={terms.State.OVERDUE}",
                button="去提醒",
            )
        )
    mine = secretary(scope, campaign, today, whole=whole) if scope.has(BRANCH_ROLES) else None
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
        "owing": expected.owing(),
        "today": today,
        "month": expected.month,
    }


def _to_review(queue, today):
    rule = clocks.rule_on(today)
    since = clocks.overdue_since(today, rule)
    found = queue.with_waiting().aggregate(
        waiting=Count("pk"),
        oldest=Min("submitted_at"),
        late=Count("pk", filter=Q(waiting_since__lt=since)),
    )
    if not found["waiting"]:
        return
    why = "下级已提交，等待您的意见"
    if found["oldest"] is not None:
        why = f"最早一项提交于{local_day(found['oldest']):%m月%d日}"
    if found["late"]:
        why += f"，其中{found['late']}项已超过{rule.review_days}个工作日"
    yield Todo(
        what=f"审核{found['waiting']}项检查条目",
        why=why,
        url=path_to("tasks:review"),
        button="去审核",
        urgent=True,
    )
