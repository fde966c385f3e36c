"""批量列入: tick what 支部体检 found, one form, a result for each."""

from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from branchyear.lib.dates import local_day
from branchyear.lib.errors import require
from members.desk import chosen_organization, tree_for
from tasks import rules
from tasks.forms_problems import ListManyForm
from tasks.health.words import sentence
from tasks.models import Campaign, Finding, Severity
from tasks.services.problems import OF_KEEPERS
from tasks.services.problems import batches as services
from tasks.views.problems import listed_of


@require_http_methods(["GET", "POST"])
def list_many(request):
    """What may be listed and is not yet; errors are ticked to begin with."""
    organization = chosen_organization(request)
    require(rules.may_list_problem(request.user, organization), OF_KEEPERS)
    today = local_day()
    found = _unlisted(request.user, organization, today)
    form = ListManyForm(request.POST or None, initial={"responsible": request.user.name})
    ticked = set(request.POST.getlist("findings"))
    results = None
    if request.method == "POST" and form.attempt(
        lambda data: services.list_findings(
            organization,
            [finding for finding in found if str(finding.pk) in ticked],
            by=request.user,
            now=timezone.now(),
            **data,
        )
    ):
        results = form.result
        for listed in results:
            listed.finding.sentence = sentence(listed.finding, today)
    for finding in found:
        grave = finding.severity == Severity.ERROR
        finding.is_ticked = str(finding.pk) in ticked if form.is_bound else grave
    context = {
        "organization": organization,
        "form": form,
        "found": found,
        "most": services.MOST,
        "results": results,
        "done": sum(1 for listed in results or () if listed.problem),
        "tree_nodes": tree_for(request.user, organization, "tasks:list_many_findings"),
    }
    status = 422 if form.is_bound and results is None else 200
    return render(request, "tasks/problem_many.html", context, status=status)


def _unlisted(user, organization, today):
    rows = (
        Finding.objects.visible_to(user)
        .filter(organization=organization, rule__campaign=Campaign.objects.running(today))
        .failing()
        .for_the_branch()
        .select_related("rule__task", "rule__campaign", "organization")
        .order_by("rule__number", "pk")
    )
    listed = listed_of(user, organization)
    found = [row for row in rows if row.may_be_listed and (row.rule.number, row.key) not in listed]
    for row in found:
        row.sentence = sentence(row, today)
    return found
