"""Rules of task 1, 健全组织体系: is every branch set up as it should be (R01-R10)?"""

from django.db.models import Case, Count, F, OuterRef, Q, Subquery, Value, When
from django.db.models.functions import Ceil, Coalesce, Length, Replace

from branches.models import BranchType, Kind, Organization
from members.completeness import REQUIRED, branches_with_groups
from members.models import Category, Member
from tasks.health.registry import ERROR, NOTICE, WARNING, check, found, key
from tasks.health.rows import branch_of_group, branches, heads, inside, members


@check("R01", mend="members:roster")
def branch_min_members(ask):
    """At least 3 members: the work plan counts 党员 and decides; the regulations count 正式党员, which
    is shown as a warning. 工作方案一(一)1；支部工作条例(试行)第四条；机关基层组织工作条例(2019)第七条."""
    least = ask.params["min_members"]
    rows = branches(ask).filter(branch_type__in=[BranchType.STANDING, ""])
    rows = rows.annotate(n=heads(), formal=heads(category=Category.FORMAL)).filter(
        Q(n__lt=least) | Q(formal__lt=least)
    )
    severity = Case(When(n__lt=least, then=Value(ERROR.value)), default=Value(WARNING.value))
    return found(rows, organization="pk", severity=severity, n=F("n"), formal=F("formal"))


@check("R02", mend="members:roster")
def unit_without_branch(ask):
    """A unit with 3 or more members has a branch of its own. 工作方案一(一)1 (一般应成立)."""
    rows = (
        members(ask)
        .filter(organization__branch_type=BranchType.JOINT)
        .exclude(unit="")
        .order_by()
        .values("organization", "unit")
        .annotate(n=Count("pk"))
        .filter(n__gte=ask.params["unit_min_members"])
    )
    return found(rows, about=key("unit", "unit"), severity=WARNING, unit=F("unit"), n=F("n"))


@check("R03", mend="branches:organization")
def joint_branch_scope(ask):
    """A joint branch covers at most 5 units, each with fewer than 3 members.
    工作方案一(一)1；支部工作条例(试行)第二章."""
    units = (
        Member.objects.counted()
        .filter(organization=OuterRef("pk"))
        .exclude(unit="")
        .order_by()
        .values("unit")
        .annotate(heads=Count("pk"))
        .filter(heads__gt=ask.params["unit_max_members"])
        .order_by("-heads", "unit")
    )
    rows = (
        branches(ask)
        .filter(branch_type=BranchType.JOINT)
        .annotate(
            k=Case(
                When(covered_units="", then=Value(0)),
                default=Length("covered_units")
                - Length(Replace("covered_units", Value("\n"), Value("")))
                + Value(1),
            ),
            unit=Subquery(units.values("unit")[:1]),
            n=Subquery(units.values("heads")[:1]),
        )
        .filter(Q(k__gt=ask.params["max_units"]) | Q(unit__isnull=False))
    )
    return found(rows, organization="pk", severity=WARNING, k=F("k"), unit=F("unit"), n=F("n"))


@check("R04", mend="branches:organization")
def branch_to_general_branch(ask):
    """50 members make a general branch: 以上 includes the number itself, and the work plan wins over
    "一般不超过50". 工作方案一(一)1；机关基层组织工作条例(2019)第六条."""
    rows = branches(ask).annotate(n=heads())
    rows = rows.filter(n__gte=ask.params["min"], n__lt=ask.params["max_exclusive"])
    return found(rows, organization="pk", n=F("n"))


@check("R05", mend="branches:organization")
def to_primary_committee(ask):
    """100 members make a primary committee. 机关基层组织工作条例(2019)第五条 (the plan's sentence is cut)."""
    below = (
        Member.objects.counted()
        .filter(**inside("organization__path"), organization__closed_on=None)
        .order_by()
        .annotate(one=Value(1))
        .values("one")
        .annotate(n=Count("pk"))
    )
    rows = (
        Organization.objects.open()
        .filter(ask.under("path"), kind__in=[Kind.BRANCH, Kind.GENERAL_BRANCH])
        .annotate(n=Coalesce(Subquery(below.values("n")), 0))
        .filter(n__gte=ask.params["min"])
    )
    return found(rows, organization="pk", n=F("n"))


@check("R06", mend="members:committee")
def groups_required(ask):
    """20 members are divided into groups. 工作方案一(一)1 (the number is the plan's own)."""
    groups = Organization.objects.open().filter(**inside(), kind=Kind.GROUP).order_by()
    number = groups.values("kind").annotate(n=Count("pk")).values("n")
    rows = branches(ask).annotate(n=heads(), g=Coalesce(Subquery(number), 0))
    rows = rows.filter(n__gte=ask.params["min_members"], g__lt=ask.params["min_groups"])
    wanted = Ceil(F("n") * Value(1.0) / Value(ask.params["recommended_group_max"]))
    return found(rows, organization="pk", n=F("n"), g=F("g"), k=wanted)


@check("R07", mend="members:committee")
def group_size(ask):
    """A group has at most 10 members (工作方案一(一)1, 一般), and by custom 3 of whom one is formal."""
    rows = (
        Organization.objects.open()
        .filter(ask.under("path"), kind=Kind.GROUP)
        .annotate(branch=branch_of_group(), n=_in_group(), formal=_in_group("formal"))
        .filter(branch__isnull=False)
        .filter(Q(n__gt=ask.params["max"]) | Q(n__lt=ask.params["min"]) | Q(formal=0))
    )
    severity = Case(
        When(n__gt=ask.params["max"], then=Value(WARNING.value)), default=Value(NOTICE.value)
    )
    return found(
        rows,
        organization="branch",
        about=key("group", "pk"),
        severity=severity,
        group=F("name"),
        n=F("n"),
        formal=F("formal"),
    )


def _in_group(category=""):
    only = {"category": category} if category else {}
    rows = Member.objects.counted().filter(group=OuterRef("pk"), **only).order_by()
    return Coalesce(Subquery(rows.values("group").annotate(n=Count("pk")).values("n")), 0)


@check("R08", mend="members:grouping")
def member_assignment(ask):
    """Every member is in a group where the branch has groups. 党章第八条；党员教育管理工作条例第二十五条."""
    rows = members(ask).filter(group=None, organization__path__in=branches_with_groups())
    return found(rows, about=key("member", "pk"), name=F("name"))


@check("R09", mend="members:roster")
def roster_complete(ask):
    """All required facts are on the roster; what is required is said in ``members.completeness``.
    工作方案一(一)1 (完整、准确的党员名册)."""
    per_field = {required.name: Count("pk", filter=required.missing) for required in REQUIRED}
    rows = (
        members(ask)
        .order_by()
        .values("organization")
        .annotate(**{f"lacks_{k}": v for k, v in per_field.items()})
    )
    total = sum((F(f"lacks_{name}") for name in per_field), Value(0))
    rows = rows.annotate(k=total).filter(k__gt=0)
    return found(rows, k=F("k"), **{name: F(f"lacks_{name}") for name in per_field})
