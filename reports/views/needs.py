"""需要我办理: what the numbers below an organisation ask of the person who looks at them, each with one button."""

from dataclasses import dataclass

from branches import terms
from branches.scope import scope_of
from branchyear.lib.routes import path_to
from reports import rules
from reports.services import overview as services
from reports.services import standing
from tasks.models import Problem


@dataclass(frozen=True)
class Need:
    """How many of how many, why it matters, where to go."""

    what: str
    count: int
    of: int | None
    why: str
    url: str
    button: str
    late: bool = False


def needs(organization, *, by, today, address, reporting, board, problems):
    """In the order in which they press: reports, reviews, problems, terms, items."""
    found = [*_reports(organization, by, address, reporting), *_queues(by)]
    found += _problems(organization, by, address, problems)
    found += _terms(organization, by, today)
    if late := board.total.overdue:
        found.append(
            Need("逾期条目", late, board.total.total, "已过期限，仍在支部没有提交",
                 f"{path_to('reports:urge')}?items_of={organization.pk}", "一键催办", late=True)
        )  # fmt: skip
    return found


def _reports(organization, by, address, reporting):
    if reporting.missing:
        may = rules.may_urge(by, organization) or scope_of(by).holds(rules.OVERSEERS, organization)
        name = "reports:urge" if may else "reports:reports"
        yield Need(
            "逾期未报的月报", reporting.missing, reporting.expected,
            f"{reporting.month.label}月报期限已过",
            address.reports(reporting, name, verdict="unreported" if may else "missing"),
            "一键催办" if may else "去查看", late=True,
        )  # fmt: skip


def _queues(by):
    """What lies with the person wherever he looks."""
    items, reports = services.waiting_with(by)
    if items:
        yield Need("待审核条目", items, None, "下级已提交，等待您的意见",
                   path_to("tasks:review"), "去审核")  # fmt: skip
    if reports:
        yield Need("待接收月报", reports, None, "下级已报送，核对后接收或退回",
                   f"{path_to('reports:reports')}?tab=queue", "去接收")  # fmt: skip


def _problems(organization, by, address, problems):
    unsolved = problems["total"] - problems[Problem.State.CLOSED]
    if problems["overdue"]:
        yield Need("超过整改时限的问题", problems["overdue"], unsolved, "未销号的问题中已过时限的",
                   address.of_organization("tasks:problems", overdue=1), "去查看",
                   late=True)  # fmt: skip
    if not scope_of(by).holds(services.REVIEWERS, organization):
        return
    waiting = standing.problems_to_decide(organization)
    url = f"{path_to('tasks:problems')}?org={organization.pk}&own=1"
    if waiting["verify"]:
        yield Need("待验收问题", waiting["verify"], unsolved, "已整改并申请销号，等待您的意见",
                   f"{url}&state={Problem.State.VERIFY}", "去验收")  # fmt: skip
    if waiting["extension"]:
        yield Need("待审批整改延期", waiting["extension"], unsolved, "审批前原时限不变",
                   f"{url}&extension=1", "去审批")  # fmt: skip


def _terms(organization, by, today):
    states = standing.term_states(organization, by=by, today=today)
    url = f"{path_to('members:terms')}?org={organization.pk}&state="
    if late := states[terms.State.OVERDUE]:
        yield Need("逾期未换届", late, states[""], "任期已届满，没有换届也没有批准延期",
                   url + terms.State.OVERDUE, "去提醒", late=True)  # fmt: skip
    if near := states[terms.State.NEAR]:
        yield Need("6个月内届满", near, states[""], "提前六个月提醒做好换届准备",
                   url + terms.State.NEAR, "去查看")  # fmt: skip
