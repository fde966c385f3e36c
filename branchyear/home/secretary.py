"""The home of a secretary or clerk: the branch's own work."""

from datetime import timedelta

from django.db.models import BigAutoField, CharField, F, OuterRef, Subquery

from branches import terms
from branches.models import Organization
from branches.roles import BRANCH_ROLES
from branchyear.home.lines import SHOWN, Todo
from branchyear.home.reports import current_report, owed_report
from branchyear.lib.composed import composed
from branchyear.lib.dates import Month
from branchyear.lib.routes import path_to
from members import lifebook
from members.services.dues.lines import unregistered
from members.todos import movement_there, movement_todos, roster_todos
from tasks.models import BranchItem, SelfCheck
from tasks.services.self_check import phase_of
from tasks.todos import campaign_there, campaign_todos, filled_todos

SOON_DAYS = 30  # what falls due within a month is shown as work of today
COUNTED = ("total", "todo", "draft", "submitted", "returned", "accepted", "overdue")
DUES_FROM = 20  # day of the month from which dues not yet registered are work of today


def secretary(scope, campaign, today, *, whole=False):
    """The home of a secretary or clerk, for the first branch of theirs; ``whole``: every line, not the first few."""
    branches = scope.organizations(BRANCH_ROLES)
    branch = branches[0]
    year = campaign.pk if campaign else None  # before the first
    editable = _editable(branch=branch.pk, campaign=year)
    to_do = [item for item in editable if item.opens_on <= today]
    returned = [item for item in to_do if item.state == BranchItem.State.RETURNED]
    report = current_report(branch, today)
    places = _told(branch=branch.pk, path=branch.path, campaign=year, today=today)
    facts = lifebook.facts_from(branch, places)
    todos = [_returned(item) for item in returned]
    if report is not None and report.is_editable:
        todos.append(owed_report(report, today))
    filled = [item for item in editable if item.is_filled]
    todos += [Todo(**words) for words in filled_todos(branch, filled)]
    todos += _self_check(facts.branch, campaign, today)
    there = {name for name, value in vars(facts.branch).items() if value is True}
    todos += [Todo(**words) for words in campaign_todos(branch, today, there)]
    todos += [Todo(**words) for words in movement_todos(branch, today, there)]
    todos += _own_term(facts.branch, today)
    todos += _meetings(branch, facts, today)
    others = [item for item in to_do if item.state != BranchItem.State.RETURNED]
    late = [item for item in others if item.is_overdue(today)]
    soon_until = today + timedelta(days=SOON_DAYS)
    soon = [item for item in others if not item.is_overdue(today) and item.due_on <= soon_until]
    todos += _dues(branch, today)
    todos += [Todo(**words) for words in roster_todos(branch)]
    lines = [*late, *soon]
    todo_count = len(todos) + len(lines)
    if not whole:
        lines = lines[: max(0, SHOWN - len(todos))]
    todos += [_item(item, today) for item in lines]
    strip = _strip(branch=branch.pk, campaign=year, today=today)
    figures = {name: sum(row[name] for row in strip) for name in COUNTED}
    return {
        "branch": branch,
        "branches": branches,
        "campaign": campaign,
        "todos": todos if whole else todos[:SHOWN],
        "todo_count": todo_count,
        "more": 0 if whole else todo_count - SHOWN,
        "later_count": len(others) - len(late) - len(soon),
        "report": report,
        "figures": figures,
        "tasks": [_bar(row) for row in strip],
        "waiting": figures["submitted"],
        "today": today,
    }


def _items(branch, campaign):
    return BranchItem.objects.filter(branch=branch, item__task__campaign=campaign)


SHOWN_OF_AN_ITEM = (
    "state", "due_on", "opens_on", "return_reason",
    "item__code", "version__text", "version__evidence", "version__verify",
)  # fmt: skip


@composed(branch=BigAutoField())
def _editable(branch, campaign):
    return (
        _items(branch, campaign)
        .filter(state__in=BranchItem.EDITABLE)
        .select_related("item", "version")
        .only(*SHOWN_OF_AN_ITEM)
        .with_filled()
        .order_by("due_on", "item__task__order", "item__order")
    )


@composed(branch=BigAutoField())
def _strip(branch, campaign, today):
    return _items(branch, campaign).figures(
        today, "item__task__order", "item__task__code", "item__task__name"
    )


@composed(branch=BigAutoField(), path=CharField())
def _told(branch, path, campaign, today):
    """The branch's row with its running term and its self-check, and of what there is anything to be done: what the
    lines below ask of it."""
    check = SelfCheck.objects.filter(organization=OuterRef("pk"), campaign=campaign)
    rows = Organization.objects.with_term(today).annotate(
        term_number=F("running_term__number"),
        signed_at_=Subquery(check.values("signed_at")),
        reopened_=Subquery(check.values("reopen_reason")),
        **campaign_there(branch),
        **movement_there(branch, today),
    )
    return lifebook.places_of(branch, path, today, rows)


def _bar(row):
    """One of the eight tasks as a thin bar: accepted of all."""
    return {
        "code": row["item__task__code"],
        "name": row["item__task__name"],
        "done": row["accepted"],
        "total": row["total"],
        "overdue": row["overdue"],
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


def _self_check(told, campaign, today):
    """From the beginning of phase 1 until it is signed (R48)."""
    phase = phase_of(campaign)
    if phase is None or today < phase.starts_on or told.signed_at_ is not None:
        return []
    if told.reopened_:
        why = f"退回原因：{told.reopened_}"
    else:
        why = "系统已按登记的数据逐项作出判断，核对后由支部书记签发"
    return [
        Todo(
            what="完成第一阶段自查",
            why=why,
            url=f"{path_to('tasks:self_check')}?org={told.pk}",
            button="去自查",
            due=phase.ends_on,
            urgent=phase.ends_on < today,
        )
    ]


def _meetings(branch, facts, today):
    """From the middle of the month on: what of organisation life has not been recorded yet, one line."""
    if today.day < lifebook.FROM_DAY:
        return []
    missing = lifebook.missing_now(branch, today, facts)
    if not missing:
        return []
    names = "、".join(name for name, _, _ in missing)
    _, kind, period = missing[0]
    url = lifebook.form_url(branch, kind, period, today)
    return [
        Todo(
            what=f"本月{names}尚未登记",
            why="开过的会请登记，名单已列好；还没开的请在本月内安排",
            url=url if len(missing) == 1 else path_to("members:life") + f"?org={branch.pk}",
            button="去登记",
            due=Month.of(today).last_day,
        )
    ]


def _item(item, today):
    done = "已填写一部分，还没有提交" if item.state == BranchItem.State.DRAFT else "还没有填报"
    asked = "、".join(item.version.evidence) if item.version.asks_for_evidence else ""
    return Todo(
        what=f"{item.item.code} {item.version.text}",
        why=f"{done}" + (f"；应交材料：{asked}" if asked else ""),
        url=item.get_absolute_url(),
        button="去填报",
        due=item.due_on,
        urgent=item.is_overdue(today),
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
            url=path_to("members:dues") + f"?org={branch.pk}&month={month}",
            button="去登记",
            due=month.last_day,
        )
    ]


def _own_term(told, today):
    """The branch's own election: due within half a year, overdue, or never registered (R17, R18)."""
    if not terms.elects(told):
        return []
    url = f"{path_to('members:committee')}?org={told.pk}"
    if told.term_pk is None:
        why = "还没有登记本届班子的选举日期，不能判断任期是否届满"
        return [Todo(what="登记本届班子", why=why, url=url, button="去登记")]
    if not terms.is_near(told.term_due_on, today):
        return []
    if told.term_due_on < today:
        what, why = "换届已逾期", "请启动换届；确需延期的，报上级党组织批准后登记"
    else:
        what = "准备换届"
        why = f"第{told.term_number}届班子即将届满，请提前做好准备，提交换届请示"
    return [
        Todo(
            what=what,
            why=why,
            url=url,
            button="去查看",
            due=told.term_due_on,
            urgent=told.term_due_on < today,
        )
    ]
