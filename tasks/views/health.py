"""支部体检: what the rules found at a branch, and over all branches below an organisation."""

from dataclasses import dataclass

from django.contrib import messages
from django.db.models import Count, Q
from django.db.models.functions import Substr
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from branches.models import Organization
from branchyear.lib.dates import local_day
from branchyear.lib.errors import Refused
from branchyear.lib.paging import page_of
from branchyear.lib.routes import path_to
from members.desk import chosen_organization, tree_for
from tasks import rules, trend
from tasks.health.mending import mend_url
from tasks.health.registry import NOT_COMPUTED, Ask, load
from tasks.health.words import sentence
from tasks.models import Explanation, Finding, Rule, Severity
from tasks.models.health import INSPECTORS_ONLY
from tasks.services import findings as services
from tasks.views.problems import listed_of
from tasks.year import campaign_of

WRONG = (Severity.ERROR, Severity.WARNING, Severity.UNKNOWN)
ORDER = {Severity.ERROR: 0, Severity.WARNING: 1, Severity.UNKNOWN: 2, Severity.NOTICE: 3}
SIGNALS_SHOWN = 100
SHOWN_PER_RULE = 5  # of one rule at one branch; the rest unfolds


@dataclass
class Group:
    """What one rule found at one branch, one line per object."""

    rule: Rule
    lines: list

    @property
    def severity(self):
        return min((line.severity for line in self.lines), key=ORDER.get)

    @property
    def word(self):
        return Severity(self.severity).label

    @property
    def first(self):
        return self.lines[:SHOWN_PER_RULE]

    @property
    def rest(self):
        return self.lines[SHOWN_PER_RULE:]


@require_GET
def checkup(request):
    """The branch's own 体检, or the matrix over the branches below an organisation."""
    organization = chosen_organization(request)
    name = "tasks/checkup.html" if organization.is_branch else "tasks/checkup_board.html"
    return render(request, name, _page(request, organization))


def _page(request, organization):
    campaign = campaign_of(request)
    context = {
        "organization": organization,
        "campaign": campaign,
        "tree_nodes": tree_for(request.user, organization, "tasks:checkup"),
        "waiting": services.is_waiting(organization),
    }
    if organization.is_branch:
        return context | _of_branch(request, organization, campaign)
    return context | _of_all(request, organization) | _trend(request, organization, campaign)


def _trend(request, organization, campaign):
    """How many were found and cleared in each month of the campaign."""
    if campaign is None:
        return {}
    found = (
        Finding.objects.visible_to(request.user)
        .under(organization)
        .for_the_branch()
        .filter(rule__campaign=campaign, severity__in=WRONG)
    )
    today = local_day()
    rows = trend.monthly(found, min(campaign.starts_on, today), min(campaign.ends_on, today))
    return {"trend": trend.chart(rows) if any(came for _, came, _, _ in rows) else None}


def _of_branch(request, branch, campaign):
    today = local_day()
    found = (
        Finding.objects.visible_to(request.user)
        .filter(organization=branch, rule__campaign=campaign)
        .open()
        .for_the_branch()
        .select_related("rule__task", "organization")
        .order_by("rule__number", "pk")
    )
    explained = {
        (e.rule_id, e.key): e
        for e in Explanation.objects.visible_to(request.user).filter(
            organization=branch, rule__campaign=campaign
        )
        if e.state in {Explanation.State.GIVEN, Explanation.State.REFUSED}
    }
    listed = listed_of(request.user, branch)
    wrong, soon = {}, []
    fills = rules.may_fill(request.user, branch)
    for finding in found:
        finding.listed = listed.get((finding.rule.number, finding.key))
        finding.sentence = sentence(finding, today)
        finding.mend = mend_url(finding, fills=fills)
        finding.explanation = explained.get((finding.rule_id, finding.key))
        if finding.severity == Severity.NOTICE:
            soon.append(finding)
        else:
            wrong.setdefault(finding.rule_id, Group(finding.rule, [])).lines.append(finding)
    groups = sorted(wrong.values(), key=lambda g: (ORDER[g.severity], g.rule.number))
    touched = set(wrong) | {f.rule_id for f in soon}
    fine, idle = _in_order(branch, campaign, touched, today)
    return {
        "groups": groups,
        "listable": sum(
            1 for g in groups for line in g.lines if line.may_be_listed and not line.listed
        ),
        "soon": soon,
        "fine": fine,
        "idle": idle,
        "not_computed": [
            (number, reason)
            for number, reason in sorted(NOT_COMPUTED.items())
            if number not in INSPECTORS_ONLY or rules.may_see_signals(request.user, branch)
        ],
        "signals": _signals(request.user, branch, campaign, today),
        "may_explain": fills,
        "accepted": list(
            Explanation.objects.visible_to(request.user)
            .filter(organization=branch, rule__campaign=campaign, state="accepted")
            .select_related("rule", "decided_by")
        ),
    }


def _signals(user, branch, campaign, today):
    """Signs of records made up afterwards, for those who inspect; None for everybody else."""
    if not rules.may_see_signals(user, branch):
        return None
    found = list(
        Finding.objects.visible_to(user)
        .filter(organization=branch, rule__campaign=campaign)
        .open()
        .signals()
        .select_related("rule")[:SIGNALS_SHOWN]
    )
    for finding in found:
        finding.sentence = sentence(finding, today)
        finding.mend = mend_url(finding)
    return found


def _in_order(branch, campaign, touched, today):
    """``(rules met, rules that do not speak of this branch or are not computed)``."""
    checks = load()
    fine, idle = [], []
    rules_now = Rule.objects.filter(campaign=campaign, retired_at=None).order_by("number")
    for rule in rules_now.exclude(number__in=INSPECTORS_ONLY):
        if rule.pk in touched or rule.number in INSPECTORS_ONLY:
            continue
        check = checks.get(rule.number)
        if check is None:
            continue
        if check.applies is not None:
            ask = Ask(
                today, campaign.starts_on, campaign.ends_on, rule.params,
                lambda path: Q(**{path: branch.path}),
            )  # fmt: skip
            if not check.applies(ask).exists():
                idle.append(rule)
                continue
        fine.append(rule)
    return fine, idle


def _of_all(request, organization):
    """Rule by organisation one level down, the problems many share, and explanations to decide."""
    found = (
        Finding.objects.visible_to(request.user)
        .under(organization)
        .open()
        .for_the_branch()
        .filter(severity__in=WRONG)
    )
    children = list(
        Organization.objects.visible_to(request.user)
        .filter(path__startswith=organization.path, depth=organization.depth + 1)
        .exclude(kind="group")
        .open()
    )
    length = len(organization.path) + Organization.steplen
    cells = {
        (row["rule"], row["child"]): row["branches"]
        for row in found.annotate(child=Substr("organization__path", 1, length))
        .order_by()
        .values("rule", "child")
        .annotate(branches=Count("organization", distinct=True))
    }
    per_rule = {
        row["rule"]: row
        for row in found.order_by()
        .values("rule")
        .annotate(
            branches=Count("organization", distinct=True),
            errors=Count("pk", filter=Q(severity=Severity.ERROR)),
            findings=Count("pk"),
        )
    }
    total = Organization.objects.under(organization).branches().open().count()
    table = [
        {
            "rule": rule,
            "of": per_rule[rule.pk],
            "cells": [(child, cells.get((rule.pk, child.path), 0)) for child in children],
        }
        for rule in Rule.objects.filter(pk__in=per_rule).select_related("task").order_by("number")
    ]
    common = sorted(table, key=lambda row: -row["of"]["branches"])[:5]
    waiting = (
        Explanation.objects.visible_to(request.user)
        .under(organization)
        .filter(state=Explanation.State.GIVEN)
        .select_related("organization", "rule", "given_by")
    )
    page = page_of(request.GET, waiting)
    return {
        "children": children,
        "table": table,
        "common": common,
        "total": total,
        "concerned": found.filter(organization__kind="branch")
        .order_by()
        .values("organization")
        .distinct()
        .count(),
        "explanations": [(e, rules.may_decide_explanation(request.user, e)) for e in page],
        "page": page,
    }


@require_GET
def checkup_list(request):
    """The branches at which one rule is not met: what a cell of the matrix leads to."""
    organization = chosen_organization(request)
    today = local_day()
    rule = get_object_or_404(
        Rule, campaign=campaign_of(request), number=request.GET.get("rule", "")
    )
    found = (
        Finding.objects.visible_to(request.user)
        .under(organization)
        .open()
        .for_the_branch()
        .filter(rule=rule, severity__in=WRONG)
        .select_related("organization", "rule")
        .order_by("organization__path", "pk")
    )
    page = page_of(request.GET, found)
    for finding in page.object_list:
        finding.sentence = sentence(finding, today)
    context = {
        "organization": organization,
        "rule": rule,
        "page": page,
        "tree_nodes": tree_for(request.user, organization, "tasks:checkup"),
    }
    return render(request, "tasks/checkup_list.html", context)


@require_POST
def explain(request, pk):
    finding = get_object_or_404(
        Finding.objects.visible_to(request.user).select_related("organization", "rule"), pk=pk
    )
    text = request.POST.get("text", "")
    try:
        services.explain(finding, text, by=request.user, now=timezone.now())
    except Refused as refusal:
        if refusal.field != "text":
            raise
        context = _page(request, finding.organization) | {
            "refused": finding.pk, "refusal": refusal.sentence, "typed": text
        }  # fmt: skip
        return render(request, "tasks/checkup.html", context, status=422)
    messages.success(request, "情况说明已提交，上级审核后在收件箱通知您。")
    return redirect(f"{path_to('tasks:checkup')}?org={finding.organization_id}")


@require_POST
def decide_explanation(request, pk):
    explanation = get_object_or_404(
        Explanation.objects.visible_to(request.user).select_related("organization", "rule"), pk=pk
    )
    services.decide(
        explanation,
        accept=request.POST.get("decision") == "accept",
        note=request.POST.get("note", ""),
        by=request.user,
        now=timezone.now(),
    )
    back = request.POST.get("org", "")
    org = back if back.isdecimal() else explanation.organization_id
    return redirect(f"{path_to('tasks:checkup')}?org={org}")
