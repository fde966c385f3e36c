"""Whoever only looks, or fills in what was given to him: leaders, the organisation department, members of a
committee, inspectors."""

from branches.roles import Role
from branchyear.home.lines import Todo
from branchyear.home.reports import Expected
from members.todos import numbers_todos
from reports.models import MonthlyReport
from tasks.models import BranchItem, Visit
from tasks.todos import delegated_todos
from tasks.todos_inspections import running_todos


def leader(user, scope, campaign, today):
    """Leaders and the organisation department only look: the numbers and who owes; and they may be the second person
    who approves whole numbers."""
    top = scope.organizations({Role.CITY_DEPARTMENT, Role.COMMITTEE_LEADER})[0]
    expected = Expected(top, today)
    below = BranchItem.objects.of(campaign).in_force().under(top)
    received = MonthlyReport.objects.waiting_with([top])
    todos = [Todo(**facts) for facts in numbers_todos(user, top)]
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
        "owing": expected.owing(),
        "today": today,
        "month": expected.month,
    }


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
