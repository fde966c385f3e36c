"""问题整改: the lists of problems, one problem on one page, and each of its verbs."""

from urllib.parse import urlencode

from django.contrib import messages
from django.db.models import Count, Q
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from branchyear.lib.dates import Month, local_day
from branchyear.lib.errors import BadFile, Conflict, Refused, require
from branchyear.lib.paging import page_of
from members.desk import chosen_organization, tree_for
from tasks import rules
from tasks.forms_problems import (
    ExtensionForm,
    NewProblemForm,
    PlanForm,
    ReopenForm,
    ResultForm,
    VerdictForm,
)
from tasks.health.mending import mend_url
from tasks.health.words import sentence
from tasks.models import (
    BranchItem,
    Campaign,
    Evidence,
    Extension,
    Finding,
    Problem,
    ProblemStep,
    SelfCheckAnswer,
    Task,
)
from tasks.services import making_up
from tasks.services import problems as services
from tasks.views.evidence import PREVIEWS
from tasks.views.items import LIBRARY_SHOWN
from tasks.views.uploads import LIMITS

State, Kind = Problem.State, ProblemStep.Kind

# The three lists (三份清单) are three views of the same rows.
LISTS = {
    "problem": ("问题清单", "什么问题、什么原因"),
    "correction": ("整改清单", "怎么改、改到什么程度、什么时候改完"),
    "responsibility": ("责任清单", "谁负责、谁来改"),
}
# The colour of a step on the time line.
CODES = {
    Kind.LISTED: "open",
    Kind.PLANNED: "fixing",
    Kind.CHANGED: "fixing",
    Kind.HANDED_IN: "verify",
    Kind.SENT_BACK: "returned",
    Kind.CLOSED: "closed",
    Kind.REOPENED: "reopened",
    Kind.EXTENDED: "extended",
    Kind.NOT_EXTENDED: "returned",
}


def _rows(request, organization, campaign):
    return Problem.objects.visible_to(request.user).under(organization).filter(campaign=campaign)


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
    campaign = Campaign.objects.running(today)
    everything = _rows(request, organization, campaign)
    rows, chosen = _filtered(request, everything, organization, campaign, today)
    counts = dict(rows.order_by().values_list("state").annotate(n=Count("pk")))
    state = request.GET.get("state", "")
    if state in State.values:
        rows = rows.filter(state=state)
    elif state != "all":
        state, rows = "", rows.unsolved()
    figures = everything.aggregate(
        total=Count("pk"),
        closed=Count("pk", filter=Q(state=State.CLOSED)),
        overdue=Count("pk", filter=~Q(state=State.CLOSED) & Q(due_on__lt=today)),
    )
    rows = rows.select_related("organization", "task", "rule").order_by(
        "organization__path", "number"
    )
    kept = {"org": organization.pk, **chosen}
    context = {
        "organization": organization,
        "campaign": campaign,
        "tree_nodes": tree_for(request.user, organization, "tasks:problems"),
        "tabs": _tabs(counts, state, kept),
        "state": state,
        "chosen": chosen,
        "figures": figures,
        "unsolved": figures["total"] - figures["closed"],
        "tasks": list(campaign.tasks.all()) if campaign else [],
        "origins": Problem.Origin.choices,
        "page": page_of(request.GET, rows),
        "may_list": rules.may_list_problem(request.user, organization),
        "may_urge": rules.may_urge_below(request.user, organization),
        "today": today,
    }
    return render(request, "tasks/problems.html", context)


def _tabs(counts, state, kept):
    unsolved = sum(number for name, number in counts.items() if name != State.CLOSED)
    tabs = [("", "未销号", unsolved)]
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
    campaign = Campaign.objects.running(today)
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
    campaign = Campaign.objects.running(today)
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


# --- One problem ----------------------------------------------------------------------------------


def fetch(request, pk):
    rows = Problem.objects.visible_to(request.user).select_related(
        "organization", "campaign", "task", "rule", "finding", "branch_item__item", "repeats"
    )
    return get_object_or_404(rows, pk=pk)


@require_GET
def problem(request, pk):
    return page(request, fetch(request, pk))


def page(request, row, *, status=200, complaints=(), conflict=None, **forms):
    """The problem with what this person may do now; a form with complaints keeps what was typed."""
    today = local_day()
    organization = row.organization
    keeps = rules.may_keep_problems(request.user, organization)
    asked = row.extensions.filter(state=Extension.State.ASKED).select_related("asked_by").first()
    closes = rules.may_close_problem(request.user, row, handed_in_by=services.handed_in_by(row))
    evidence = list(
        Evidence.objects.filter(problem_links__problem=row)
        .select_related("uploaded_by")
        .order_by("problem_links__pk")
    )
    works = keeps and row.state in services.WORK
    proves = works and row.state != State.OPEN
    found = services.open_finding(row)
    if found:
        found.sentence, found.mend = sentence(found, today), mend_url(found)
        found.is_made_up, found.advice = making_up.is_made_up(found), making_up.advice(found)
    context = {
        "problem": row,
        "organization": organization,
        "today": today,
        "found": found,
        "evidence": evidence,
        "previews": PREVIEWS,
        "limits": LIMITS,
        "library": _library(row, evidence) if proves else [],
        "steps": _steps(row),
        "works": works,
        "proves": proves,
        "closes": closes and row.state == State.VERIFY,
        "reopens": row.state == State.CLOSED
        and rules.may_oversee_problems(request.user, organization),
        "asked": asked,
        "decides": asked is not None
        and rules.may_close_problem(request.user, row, handed_in_by=asked.asked_by_id),
        "may_ask": keeps and row.due_on and row.state in {State.FIXING, State.REOPENED}
        and asked is None,
        "repeated_by": list(row.repeated_by.all()),
        "complaints": complaints,
        "conflict": conflict,
        "plan_form": forms.get("plan_form") or PlanForm(initial=_planned(row, request.user, today)),
        "measure_known": bool(row.rule) and not row.measure and "plan_form" not in forms,
        "result_form": forms.get("result_form") or ResultForm(initial={"result": row.result}),
        "extension_form": forms.get("extension_form") or ExtensionForm(),
        "verdict_form": forms.get("verdict_form") or VerdictForm(),
        "reopen_form": forms.get("reopen_form") or ReopenForm(
            initial={"due_on": services.due_by_default(row, today)}
        ),
        "open_plan": "plan_form" in forms or row.state == State.OPEN,
        "refused_extension": "extension_form" in forms,
    }  # fmt: skip
    return render(request, "tasks/problem.html", context, status=status)


def _planned(row, user, today):
    """What is stored; at first the rule's own fix, the person at the desk and the usual limit."""
    if row.state == State.OPEN and not row.measure:
        return {
            "measure": row.rule.expected_fix if row.rule else "",
            "responsible": row.responsible or user.name,
            "due_on": row.due_on or services.due_by_default(row, today),
        }
    return {
        "cause": row.cause,
        "measure": row.measure,
        "responsible": row.responsible,
        "responsible_leader": row.responsible_leader,
        "due_on": row.due_on or services.due_by_default(row, today),
    }


def _library(row, used):
    """The branch's files that do not prove this yet, newest first."""
    return list(
        Evidence.objects.filter(organization=row.organization)
        .current()
        .exclude(pk__in=[each.pk for each in used])
        .order_by("-pk")[:LIBRARY_SHOWN]
    )


def _steps(row):
    told = []
    for step in row.steps.all():
        detail = step.reason
        if step.kind == Kind.HANDED_IN:
            files = step.data.get("files") or []
            detail += f"\n佐证：{'、'.join(files)}" if files else ""
            if step.data.get("check"):
                said = "已符合" if step.data["check"] == "met" else "仍不符合"
                detail += f"\n系统核对（{step.data.get('checked_on')}）：{said}"
        told.append(
            {
                "at": step.at,
                "who": step.by_name,
                "what": step.get_kind_display(),
                "detail": detail,
                "code": CODES.get(Kind(step.kind), ""),
            }
        )
    return told


def _revision(request, row):
    """The revision the person had before the eyes."""
    typed = request.POST.get("revision", "")
    return int(typed) if typed.isdecimal() else row.revision


def _answer(request, pk, name, form, act, said):
    """Do one verb; a refusal is shown beside its field, a conflict above, all with the text typed."""
    row = fetch(request, pk)
    try:
        done = form.attempt(lambda data: act(row, data))
    except Conflict as conflict:
        return page(request, fetch(request, pk), status=409, conflict=conflict, **{name: form})
    if not done:
        return page(request, fetch(request, pk), status=422, **{name: form})
    messages.success(request, said)
    return redirect(row)


@require_POST
def plan_problem(request, pk):
    row = fetch(request, pk)
    require(rules.may_keep_problems(request.user, row.organization), services.OF_KEEPERS)
    return _answer(
        request, pk, "plan_form", PlanForm(request.POST),
        lambda row, data: services.plan(
            row, services.Plan(**data), revision=_revision(request, row), by=request.user,
            now=timezone.now(),
        ),
        "整改措施已保存。改好以后，在本页上传佐证、申请销号。",
    )  # fmt: skip


@require_POST
def add_problem_evidence(request, pk):
    """上传: the chosen files and the ticked ones of the library; the result typed so far is kept."""
    row = fetch(request, pk)
    require(rules.may_keep_problems(request.user, row.organization), services.OF_KEEPERS)
    complaints, added = _take_files(request, row)
    if not added and not complaints:
        complaints = ["请先选择文件，或在支部材料库中勾选。"]
    typed = ResultForm(initial={"result": request.POST.get("result", "")})
    if complaints or request.POST.get("result", "").strip():
        status = 422 if complaints else 200
        fresh = fetch(request, pk)
        return page(request, fresh, status=status, complaints=complaints, result_form=typed)
    messages.success(request, f"已添加{added}份佐证材料。")
    return redirect(row)


def _take_files(request, row):
    """``(complaints, how many were taken)``."""
    complaints, added, now = [], 0, timezone.now()
    for upload in request.FILES.getlist("files"):
        try:
            services.add_evidence(row, upload, by=request.user, now=now)
            added += 1
        except Refused as error:
            if not isinstance(error, BadFile) and error.field != "file":
                raise
            complaints.append(error.sentence)
    ticked = [pk for pk in request.POST.getlist("attach") if pk.isdecimal()]
    for file in Evidence.objects.visible_to(request.user).filter(
        organization=row.organization, pk__in=ticked
    ):
        services.attach_evidence(row, file, by=request.user, now=now)
        added += 1
    return complaints, added


@require_POST
def detach_problem_evidence(request, pk, evidence_pk):
    row = fetch(request, pk)
    require(rules.may_keep_problems(request.user, row.organization), services.OF_KEEPERS)
    file = get_object_or_404(Evidence.objects.visible_to(request.user), pk=evidence_pk)
    services.detach_evidence(row, file, by=request.user, now=timezone.now())
    typed = ResultForm(initial={"result": request.POST.get("result", "")})
    return page(request, fetch(request, pk), result_form=typed)


@require_POST
def hand_in_problem(request, pk):
    """申请销号: the chosen files first, then the result."""
    row = fetch(request, pk)
    require(rules.may_keep_problems(request.user, row.organization), services.OF_KEEPERS)
    form = ResultForm(request.POST)
    complaints = []
    if row.state in services.WORK:
        complaints, _ = _take_files(request, row)
    if complaints:
        return page(request, row, status=422, complaints=complaints, result_form=form)
    return _answer(
        request, pk, "result_form", form,
        lambda row, data: services.hand_in(
            row, data["result"], revision=_revision(request, row), by=request.user,
            now=timezone.now(),
        ),
        "已申请销号，等待上级验收。验收结果在收件箱通知您。",
    )  # fmt: skip


@require_POST
def verify_problem(request, pk):
    """验收: 销号, or 不通过 with a reason."""
    row = fetch(request, pk)
    closes = rules.may_close_problem(request.user, row, handed_in_by=services.handed_in_by(row))
    require(closes, services.OF_CLOSERS)
    passed = request.POST.get("decision") == "close"

    def act(row, data):
        common = {
            "revision": _revision(request, row), "by": request.user, "now": timezone.now(),
        }  # fmt: skip
        if passed:
            return services.close(row, note=data["reason"], **common)
        return services.send_back(row, data["reason"], **common)

    form = VerdictForm(request.POST)
    said = "已销号，支部已收到通知。" if passed else "已退回支部继续整改。"
    return _answer(request, pk, "verdict_form", form, act, said)


@require_POST
def reopen_problem(request, pk):
    row = fetch(request, pk)
    require(rules.may_oversee_problems(request.user, row.organization), services.OF_CLOSERS)
    return _answer(
        request, pk, "reopen_form", ReopenForm(request.POST),
        lambda row, data: services.reopen(
            row, data["reason"], due_on=data["due_on"], revision=_revision(request, row),
            by=request.user, now=timezone.now(),
        ),
        "已要求重新整改，支部已收到通知。",
    )  # fmt: skip


@require_POST
def ask_problem_extension(request, pk):
    row = fetch(request, pk)
    require(rules.may_keep_problems(request.user, row.organization), services.OF_KEEPERS)
    return _answer(
        request, pk, "extension_form", ExtensionForm(request.POST),
        lambda row, data: services.ask_extension(
            row, data["due_wanted"], data["reason"], by=request.user, now=timezone.now()
        ),
        "延期申请已提交，上级审批后在收件箱通知您。",
    )  # fmt: skip


@require_POST
def decide_problem_extension(request, pk):
    extension = get_object_or_404(
        Extension.objects.visible_to(request.user).select_related("problem__organization"), pk=pk
    )
    services.decide_extension(
        extension,
        grant=request.POST.get("decision") == "grant",
        note=request.POST.get("note", ""),
        by=request.user,
        now=timezone.now(),
    )
    messages.success(request, "已办理，支部已收到通知。")
    return redirect(f"{reverse('tasks:problem', args=[extension.problem_id])}")


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
