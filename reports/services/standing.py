"""How reports, findings, problems and terms stand below an organisation: the numbers beside the items' on the
overview. Each is one statement, whatever the size, and counts what the list behind it shows."""

from django.db.models import Count, Q, Subquery, Value
from django.db.models.functions import Substr

from branches import terms
from branches.models import Organization
from tasks.models import Extension, Finding, Problem, Rule, Severity

STATES = tuple(Problem.State.values)
WRONG = (Severity.ERROR, Severity.WARNING, Severity.UNKNOWN)


def problems_of(organization, *, by, campaign, task=None):
    """The problems below an organisation that the overview counts; ``by=None`` is the system itself."""
    rows = Problem.objects.all() if by is None else Problem.objects.visible_to(by)
    rows = rows.under(organization).filter(campaign=campaign)
    return rows.filter(task=task) if task else rows


def findings_of(organization, *, by, campaign, task=None):
    """What 支部体检 found below an organisation, open or closed, without the inspectors' signals."""
    rows = Finding.objects.all() if by is None else Finding.objects.visible_to(by)
    rows = rows.under(organization).for_the_branch()
    rows = rows.filter(rule__campaign=campaign, severity__in=WRONG)
    return rows.filter(rule__task=task) if task else rows


def _problem_numbers(today):
    numbers = {state: Count("pk", filter=Q(state=state)) for state in STATES}
    late = ~Q(state=Problem.State.CLOSED) & Q(due_on__lt=today)
    return numbers | {"total": Count("pk"), "overdue": Count("pk", filter=late)}


def problems(rows, today):
    """total, overdue and a number for each state."""
    return rows.order_by().aggregate(**_problem_numbers(today))


def problems_by_place(rows, organization, today):
    """``{path: numbers}`` of the directly affiliated organisations, or of what is one level below one."""
    depth = max(organization.depth + 1, Organization.DIRECT_DEPTH)
    place = Substr("organization__path", 1, Organization.steplen * depth)
    rows = rows.annotate(place=place).order_by().values("place").annotate(**_problem_numbers(today))
    return {row["place"]: row for row in rows}


def problems_to_decide(organization):
    """``{"verify": …, "extension": …}``: what waits for the reviewers of this organisation."""
    asked = Q(extensions__state=Extension.State.ASKED)
    return (
        Problem.objects.waiting_at(organization)
        .order_by()
        .aggregate(
            verify=Count("pk", filter=Q(state=Problem.State.VERIFY), distinct=True),
            extension=Count("pk", filter=asked, distinct=True),
        )
    )


def term_states(organization, *, by, today):
    """``{state: how many organisations}``, and under "" all of them."""
    rows = (
        Organization.objects.visible_to(by)
        .under(organization)
        .electing()
        .with_term(today)
        .order_by()
        .values_list("term_state")
        .annotate(n=Count("pk"))
    )
    counted = dict(rows)
    return {state: counted.get(state, 0) for state in terms.State.values} | {
        "": sum(counted.values())
    }


def findings_by_rule(rows):
    """``([(rule, branches concerned, findings, errors), …], how many branches have something open)``, what most
    branches share first."""
    branches = rows.open().filter(organization__kind="branch").order_by()
    concerned = branches.values(all=Value(1)).annotate(n=Count("organization", distinct=True))
    numbers = {
        row["rule"]: row
        for row in rows.open()
        .order_by()
        .values("rule")
        .annotate(
            branches=Count("organization", distinct=True),
            found=Count("pk"),
            errors=Count("pk", filter=Q(severity=Severity.ERROR)),
            concerned=Subquery(concerned.values("n")),
        )
    }
    rules = Rule.objects.filter(pk__in=numbers).select_related("task").order_by("number")
    lines = [
        (rule, numbers[rule.pk]["branches"], numbers[rule.pk]["found"], numbers[rule.pk]["errors"])
        for rule in rules
    ]
    first = next(iter(numbers.values()), {})
    return sorted(lines, key=lambda line: -line[1]), first.get("concerned") or 0
