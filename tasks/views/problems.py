"""问题整改: the lists of problems, and what puts one on them."""

from urllib.parse import urlencode

from django.contrib import messages
from django.db.models import BigAutoField, CharField, Count, Q
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from branches.roles import BRANCH_ROLES, EXPORTERS
from branches.scope import scope_of
from branchyear.lib.composed import composed
from branchyear.lib.dates import Month, local_day
from branchyear.lib.errors import require
from branchyear.lib.paging import page_of
from members.desk import chosen_organization, tree_for
from tasks import rules
from tasks.forms_problems import (
    NewProblemForm,
)
from tasks.models import (
    BranchItem,
    Extension,
    Finding,
    Problem,
    SelfCheckAnswer,
    Task,
)
from tasks.services import problems as services
from tasks.year import campaign_of

State = Problem.State

# The three lists (三份清单) are three views of the same rows.
LISTS = {
    "problem": ("问题清单", "什么问题、什么原因"),
    "correction": ("整改清单", "怎么改、改到什么程度、什么时候改完"),
    "responsibility": ("责任清单", "谁负责、谁来改"),
}


# What may stand in the address without choosing among the rows.
OTHERS = {"org", "state", "page", "size"}


def _rows(request, organization, campaign):
    return Problem.objects.visible_to(request.user).under(organization).of(campaign)


def _filtered(request, rows, organization, campaign, today):
    """The rows under the conditions in the address; conditions that make no sense count as none."""
    chosen = {}
    task = request.GET.get("task", "")
    if task and Task.objects.filter(campaign=campaign, code=task).exists():
        rows, chosen["task"] = rows.filter(task__code=task), task
    origin = request.GET.get("origin", "")
    if origin in Problem.Origin.values:
        rows, chosen["origin"] = rows.filter(origin=origin), origin
    if request.GET.get("overdue"):
        rows, chosen["overdue"] = rows.overdue(today), "1"
    if request.GET.get("repeated"):
        rows, chosen["repeated"] = rows.exclude(repeats=None), "1"
    if request.GET.get("extension"):
        asked = Extension.objects.filter(state=Extension.State.ASKED)
        rows, chosen["extension"] = rows.filter(pk__in=asked.values("problem")), "1"
    if month := _month(request.GET.get("found")):
        rows, chosen["found"] = rows.found_in(month), str(month)
    if month := _month(request.GET.get("closed")):
        rows, chosen["closed"] = rows.closed_in(month), str(month)
    if request.GET.get("own"):
        rows, chosen["own"] = rows.waiting_at(organization), "1"
    return rows, chosen


def _month(text):
    try:
        return Month.parse(text)
    except ValueError:
        return None


@require_GET
def problems(request):
    """The problems of a branch, or of all branches below an organisation, in official order."""
    organization = chosen_organization(request)
    today = local_day()
    campaign = campaign_of(request)
    state = request.GET.get("state", "")
    state = state if state in {*State.values, "all"} else ""
    asked, chosen = None, {}
    if campaign and request.GET.keys() <= OTHERS:
        asked = _own(request.user, organization, campaign)
    if asked:
        standing = _standing_of(**asked, today=today)
    else:
        everything = _rows(request, organization, campaign)
        rows, chosen = _filtered(request, everything, organization, campaign, today)
        standing = list(_standing(rows, today))
    figures = _figures(list(_standing(everything, today)) if chosen else standing)
    counts = {state: number for state, number, _ in standing}
    count = {"": _unsolved(counts), "all": sum(counts.values())}.get(state, counts.get(state, 0))
    rows = _listed_of(**asked, state=state) if asked else _in_order(_in_state(rows, state))
    kept = {"org": organization.pk, **chosen}
    context = {
        "organization": organization,
        "campaign": campaign,
        "tree_nodes": tree_for(request.user, organization, "tasks:problems"),
        "tabs": _tabs(counts, state, kept),
        "state": state,
        "chosen": chosen,
        "figures": figures,
        "tasks": _tasks(campaign=campaign.pk) if campaign else [],
        "origins": Problem.Origin.choices,
        "page": page_of(request.GET, rows, count=count),
        "may_list": rules.may_list_problem(request.user, organization),
        "may_urge": rules.may_urge_below(request.user, organization),
        "may_export": scope_of(request.user).holds_over(EXPORTERS, organization),
        "today": today,
    }
    return render(request, "tasks/problems.html", context)


def _own(user, organization, campaign):
    """What to ask of the branch this person fills in for; None for any other place."""
    scope = scope_of(user)
    own = organization.is_branch and scope.holds(BRANCH_ROLES, organization)
    if not own or scope.only_top is None:
        return None
    return {"branch": organization.pk, "top": scope.only_top, "campaign": campaign.pk}


def _standing(rows, today):
    """``(state, how many, how many of them past their day)``, as a queryset."""
    late = Count("pk", filter=Q(due_on__lt=today))
    return rows.order_by().values_list("state").annotate(n=Count("pk"), late=late)


# What a branch's own page asks without conditions, composed once: everybody opens it.


@composed(branch=BigAutoField(), top=CharField())
def _standing_of(branch, top, campaign, today):
    return _standing(_of_branch(branch, top, campaign), today)


@composed(branch=BigAutoField(), top=CharField())
def _listed_of(branch, top, campaign, state):
    return _in_order(_in_state(_of_branch(branch, top, campaign), state))


@composed(campaign=BigAutoField())
def _tasks(campaign):
    return Task.objects.filter(campaign=campaign)


def _of_branch(branch, top, campaign):
    return Problem.objects.filter(organization=branch).seen_from([top]).of_year(campaign)


def _in_state(rows, state):
    """Of the tab: a state, ``all``, or what is not closed yet."""
    if state in State.values:
        return rows.filter(state=state)
    return rows if state == "all" else rows.unsolved()


def _in_order(rows):
    return rows.select_related("organization", "task", "rule").order_by(
        "organization__path", "number"
    )


def _figures(standing):
    counts = {state: number for state, number, _ in standing}
    return {
        "total": sum(counts.values()),
        "closed": counts.get(State.CLOSED, 0),
        "unsolved": _unsolved(counts),
        "overdue": sum(late for state, _, late in standing if state != State.CLOSED),
    }


def _unsolved(counts):
    return sum(number for state, number in counts.items() if state != State.CLOSED)


def _tabs(counts, state, kept):
    tabs = [("", "未销号", _unsolved(counts))]
    order = (State.OPEN, State.FIXING, State.VERIFY, State.REOPENED, State.CLOSED)
    tabs += [(each.value, each.label, counts.get(each.value, 0)) for each in order]
    tabs.append(("all", "全部", sum(counts.values())))
    return [
        {
            "label": label,
            "url": "?" + urlencode({**kept, **({"state": name} if name else {})}),
            "count": number,
            "active": name == state,
        }
        for name, label, number in tabs
    ]


@require_GET
def problem_lists(request):
    """One of the three lists as an office paper, to be printed as it stands."""
    organization = chosen_organization(request)
    today = local_day()
    campaign = campaign_of(request)
    chosen = request.GET.get("list", "")
    chosen = chosen if chosen in LISTS else "problem"
    rows = (
        _rows(request, organization, campaign)
        .select_related("organization", "task")
        .order_by("organization__path", "number")
    )
    here = {"org": organization.pk}
    context = {
        "organization": organization,
        "campaign": campaign,
        "chosen": chosen,
        "title": LISTS[chosen][0],
        "about": LISTS[chosen][1],
        "tabs": [
            {"label": words[0], "url": "?" + urlencode({**here, "list": name}),
             "active": name == chosen, "count": None}
            for name, words in LISTS.items()
        ],
        "tree_nodes": tree_for(request.user, organization, "tasks:problem_lists"),
        "page": page_of(request.GET, rows, 100),
        "today": today,
    }  # fmt: skip
    return render(request, "tasks/problem_lists.html", context)


@require_http_methods(["GET", "POST"])
def new_problem(request):
    """自行登记."""
    organization = chosen_organization(request)
    require(rules.may_list_problem(request.user, organization), services.OF_KEEPERS)
    today = local_day()
    campaign = campaign_of(request)
    form = NewProblemForm(request.POST or None, campaign=campaign, initial={"found_on": today})
    if request.method == "POST" and form.attempt(
        lambda data: services.list_problem(
            organization,
            origin=Problem.Origin.HAND,
            by=request.user,
            now=timezone.now(),
            **data,
        )
    ):
        messages.success(request, "已列入问题清单。请填写原因、整改措施、责任人和时限。")
        return redirect(form.result)
    context = {
        "organization": organization,
        "form": form,
        "tree_nodes": tree_for(request.user, organization, "tasks:new_problem"),
    }
    status = 422 if form.is_bound else 200
    return render(request, "tasks/problem_new.html", context, status=status)


@require_POST
def list_finding(request, pk):
    """列入问题清单, from 支部体检. A second click leads to the problem there is."""
    finding = get_object_or_404(
        Finding.objects.visible_to(request.user).select_related("organization", "rule__task"), pk=pk
    )
    require(rules.may_list_problem(request.user, finding.organization), services.OF_KEEPERS)
    listed = Problem.objects.unsolved().filter(
        organization=finding.organization, rule__number=finding.rule.number, rule_key=finding.key
    )
    problem = listed.first()
    if problem is None:
        problem = services.list_finding(finding, by=request.user, now=timezone.now())
        messages.success(request, "已列入问题清单。请填写原因、整改措施、责任人和时限。")
    return redirect(problem)


@require_POST
def list_item(request, pk):
    """列入问题清单, from a returned item."""
    row = get_object_or_404(BranchItem.objects.visible_to(request.user).with_words(), pk=pk)
    require(rules.may_list_problem(request.user, row.branch), services.OF_KEEPERS)
    problem = Problem.objects.unsolved().filter(branch_item=row).first()
    if problem is None:
        problem = services.list_item(row, by=request.user, now=timezone.now())
        messages.success(request, "已列入问题清单。请填写原因、整改措施、责任人和时限。")
    return redirect(problem)


@require_POST
def list_answer(request, pk):
    """列入问题清单, from a heading of the self-check answered 不符合."""
    answer = get_object_or_404(
        SelfCheckAnswer.objects.visible_to(request.user).select_related(
            "self_check__organization", "self_check__campaign"
        ),
        pk=pk,
    )
    organization = answer.self_check.organization
    require(rules.may_list_problem(request.user, organization), services.OF_KEEPERS)
    listed = Problem.objects.unsolved().filter(organization=organization, heading=answer.heading)
    problem = listed.first()
    if problem is None:
        problem = services.list_answer(answer, by=request.user, now=timezone.now())
        messages.success(request, "已列入问题清单。请填写原因、整改措施、责任人和时限。")
    return redirect(problem)


def listed_of(user, organization):
    """(rule number, object) → the problem that is open about it: what 支部体检 shows as 已列入."""
    rows = (
        Problem.objects.visible_to(user)
        .filter(organization=organization)
        .exclude(rule=None)
        .unsolved()
        .select_related("rule")
    )
    return {(row.rule.number, row.rule_key): row for row in rows}
