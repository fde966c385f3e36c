"""One problem on one page, and each of its verbs."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from branchyear.lib.dates import local_day
from branchyear.lib.errors import BadFile, Conflict, Refused, require
from branchyear.lib.routes import path_to
from tasks import rules
from tasks.forms_problems import (
    ExtensionForm,
    PlanForm,
    ReopenForm,
    ResultForm,
    VerdictForm,
)
from tasks.health.mending import mend_url
from tasks.health.words import sentence
from tasks.models import (
    Evidence,
    Extension,
    Problem,
    ProblemStep,
)
from tasks.services import making_up
from tasks.services import problems as services
from tasks.views.evidence import PREVIEWS
from tasks.views.item_reading import LIBRARY_SHOWN
from tasks.views.uploads import LIMITS

State, Kind = Problem.State, ProblemStep.Kind

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
    return redirect(f"{path_to('tasks:problem', extension.problem_id)}")
