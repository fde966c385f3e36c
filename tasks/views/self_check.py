"""The self-check of phase 1: the branch's six headings, or how far the branches below are."""

from django.contrib import messages
from django.db.models import Case, CharField, Count, OuterRef, Q, Subquery, Value, When
from django.db.models.functions import Coalesce
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from branches.models import Organization
from branchyear.lib.dates import local_day
from branchyear.lib.errors import Conflict, Refused
from branchyear.lib.paging import page_of
from branchyear.lib.routes import path_to
from members.desk import chosen_organization, tree_for
from tasks import rules
from tasks.models import Problem, SelfCheck, SelfCheckAnswer
from tasks.services import self_check as services
from tasks.year import campaign_of

Result = SelfCheckAnswer.Result
STATES = (("notyet", "未开始"), ("draft", "填写中"), ("signed", "已签发"))


@require_GET
def self_check(request):
    organization = chosen_organization(request)
    if organization.is_branch:
        return render(request, "tasks/self_check.html", _of_branch(request, organization))
    return render(request, "tasks/self_check_list.html", _of_all(request, organization))


def _of_branch(request, branch, typed=None, errors=None):
    """``typed``: what was sent and refused, ``{heading: (result, reason)}``."""
    today = local_day()
    campaign = campaign_of(request)
    check = (
        SelfCheck.objects.visible_to(request.user)
        .filter(organization=branch, campaign=campaign)
        .select_related("signed_by")
        .first()
    )
    phase = services.phase_of(campaign)
    headings = services.headings_of(campaign, branch, today=today)
    listed = {
        problem.heading: problem
        for problem in Problem.objects.visible_to(request.user)
        .filter(organization=branch, campaign=campaign)
        .exclude(heading="")
        .unsolved()
    }
    for heading in headings:
        heading.listed = listed.get(heading.code)
        answer = heading.answer
        stored = (answer.result, answer.reason) if answer else (heading.suggested, "")
        heading.result, heading.reason = (typed or {}).get(heading.code, stored)
        heading.error = (errors or {}).get(heading.code, "")
        signed = check is not None and check.is_signed
        heading.beside = answer.evidence if signed and answer else heading.evidence
        heading.judged = answer.suggested if signed and answer else heading.suggested
    may_fill = (
        rules.may_fill(request.user, branch)
        and bool(headings)
        and today >= phase.starts_on
        and not (check and check.is_signed)
    )
    return {
        "organization": branch,
        "campaign": campaign,
        "phase": phase,
        "check": check,
        "revision": check.revision if check else 0,
        "headings": headings,
        "answered": sum(heading.answer is not None for heading in headings),
        "not_met": sum(
            heading.answer is not None and heading.answer.result == Result.NOT_MET
            for heading in headings
        ),
        "results": Result.choices,
        "may_fill": may_fill,
        "may_sign": may_fill and rules.may_sign_self_check(request.user, branch),
        "may_list": rules.may_list_problem(request.user, branch),
        "may_reopen": bool(check and check.is_signed)
        and rules.may_reopen_self_check(request.user, branch),
        "is_late": bool(phase) and phase.ends_on < today,
        "tree_nodes": tree_for(request.user, branch, "tasks:self_check"),
    }


def _of_all(request, organization):
    """Every branch below in official order with its state and the headings it does not meet."""
    campaign = campaign_of(request)
    branches = Organization.objects.visible_to(request.user).under(organization).branches().open()
    checks = SelfCheck.objects.filter(organization=OuterRef("pk"), campaign=campaign)
    counted = (
        checks.order_by()
        .values("organization")
        .annotate(
            met=Count("answers", filter=Q(answers__result=Result.MET)),
            not_met=Count("answers", filter=Q(answers__result=Result.NOT_MET)),
        )
    )
    branches = branches.annotate(
        check_pk=Subquery(checks.values("pk")[:1]),
        signed_at=Subquery(checks.values("signed_at")[:1]),
        met=Coalesce(Subquery(counted.values("met")), 0),
        not_met=Coalesce(Subquery(counted.values("not_met")), 0),
        check_state=Case(
            When(check_pk=None, then=Value("notyet")),
            When(signed_at=None, then=Value("draft")),
            default=Value("signed"),
            output_field=CharField(),
        ),
    )
    counts = dict(
        branches.order_by().values_list("check_state").annotate(n=Count("pk", distinct=True))
    )
    asked = request.GET.get("state", "")
    chosen = asked if asked in dict(STATES) else ""
    page = page_of(request.GET, branches.filter(check_state=chosen) if chosen else branches)
    return {
        "organization": organization,
        "campaign": campaign,
        "phase": services.phase_of(campaign),
        "states": [(code, label, counts.get(code, 0)) for code, label in STATES],
        "chosen": chosen,
        "total": sum(counts.values()),
        "signed": counts.get("signed", 0),
        "page": page,
        "tree_nodes": tree_for(request.user, organization, "tasks:self_check"),
    }


@require_POST
def save_self_check(request, pk):
    branch = get_object_or_404(Organization.objects.visible_to(request.user).branches(), pk=pk)
    typed = {
        name.removeprefix("result-"): (value, request.POST.get(f"reason-{name[7:]}", ""))
        for name, value in request.POST.items()
        if name.startswith("result-")
    }
    # A reason typed for a heading without an answer is kept on the page too.
    for name, value in request.POST.items():
        if name.startswith("reason-"):
            typed.setdefault(name[7:], ("", value))
    revision = request.POST.get("revision", "")
    signing = request.POST.get("act") == "sign"
    act = services.sign if signing else services.save
    try:
        act(
            branch,
            typed,
            revision=int(revision) if revision.isdecimal() and len(revision) < 10 else 0,
            by=request.user,
            now=timezone.now(),
        )
    except services.Incomplete as refusal:
        context = _of_branch(request, branch, typed, refusal.errors)
        context["refusal"] = refusal.sentence
        return render(request, "tasks/self_check.html", context, status=422)
    except Conflict as conflict:
        context = _of_branch(request, branch, typed)
        context["refusal"] = conflict.sentence
        return render(request, "tasks/self_check.html", context, status=409)
    messages.success(
        request,
        "自查已签发，当时的体检情况已一并存档。" if signing else "自查已保存，签发前可以随时修改。",
    )
    return redirect(_address(branch))


@require_POST
def reopen_self_check(request, pk):
    check = get_object_or_404(
        SelfCheck.objects.visible_to(request.user).select_related("organization"), pk=pk
    )
    reason = request.POST.get("reason", "")
    try:
        services.reopen(check, reason, by=request.user)
    except Refused as refusal:
        if refusal.field != "reason":
            raise
        context = _of_branch(request, check.organization)
        context |= {"reopen_refusal": refusal.sentence, "reopen_typed": reason}
        return render(request, "tasks/self_check.html", context, status=422)
    messages.success(request, "已退回，支部在收件箱收到通知。")
    return redirect(_address(check.organization))


def _address(branch):
    return f"{path_to('tasks:self_check')}?org={branch.pk}"
