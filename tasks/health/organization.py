"""Rules of task 1, 健全组织体系: is every branch set up as it should be (R01-R10)?"""

from django.db.models import Case, Count, F, OuterRef, Q, Subquery, TextField, Value, When
from django.db.models.functions import Ceil, Coalesce, Concat, Length, Replace
from django.db.models.lookups import Exact

from branches.models import BranchType, Kind, Organization
from members.completeness import REQUIRED, branches_with_groups
from members.models import Category, Member
from members.soundness import FILE_HOLDS, PAST_DAYS, PRESENT_RULES_FROM
from tasks.health.days import number_of
from tasks.health.registry import ERROR, NOTICE, WARNING, as_text, check, found, key
from tasks.health.rows import branch_of_group, branches, heads, inside, members

LEAP_DAY = 229  # month and day in one number


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


@check("R08", mend="members:groups")
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


@check(
    "R10",
    mend="members:roster",
    words={
        "digit": "党员{name}的公民身份号码不正确（位数、校验位或其中的日期），请核对。",
        "young": "党员{name}入党时（{admitted}）未满{age}岁（出生日期{birth}），请核对档案。",
        "short": "党员{name}转正时间{formal}距入党时间{admitted}不满1年，请核对档案。",
        "future": "党员{name}的{field}晚于今天，请核对。",
    },
)
def roster_accurate(ask):
    """ID number, birth date and sex agree; admitted at 18 or over; formal a year later or more; no day in the
    future. Old admissions may have followed other rules, and "以档案为准" in the remarks says that the
    file was looked at: both are warnings. That a number is registered once, the database keeps.
    工作方案一(一)1；党章第一、七条."""
    people = members(ask)
    holds = When(remarks__contains=FILE_HOLDS, then=Value(WARNING.value))
    old = When(admitted_on__lt=PRESENT_RULES_FROM, then=Value(WARNING.value))
    severity = Case(holds, default=Value(ERROR.value))
    of_dates = Case(holds, old, default=Value(ERROR.value))
    name = F("name")
    told = [
        found(
            people.filter(id_problem="digit"), about=_member("id"), severity=ERROR, say="digit",
            name=name,
        )
    ]  # fmt: skip
    for problem, label in (("birth", "出生日期"), ("sex", "性别")):
        told.append(
            found(
                people.filter(id_problem=problem), about=_member("id"), severity=severity,
                name=name, field=Value(label), other=Value("公民身份号码"),
            )
        )  # fmt: skip
    young = people.annotate(
        grown=_years_later("birth_date", ask.params["min_age"]), joined=number_of("admitted_on")
    ).filter(joined__lt=F("grown"))
    short = people.filter(category=Category.FORMAL).annotate(
        ready=_years_later("admitted_on", ask.params["probation_years"]), on=number_of("formal_on")
    ).filter(on__lt=F("ready"))  # fmt: skip
    told += [
        found(
            young, about=_member("young"), severity=of_dates, say="young", name=name,
            admitted=as_text("admitted_on"), birth=as_text("birth_date"),
            age=Value(ask.params["min_age"]),
        ),
        found(
            short, about=_member("short"), severity=of_dates, say="short", name=name,
            admitted=as_text("admitted_on"), formal=as_text("formal_on"),
        ),
    ]  # fmt: skip
    told += [
        found(
            people.filter(**{f"{column}__gt": ask.day}), about=_member(column), severity=ERROR,
            say="future", name=name, field=Value(label),
        )
        for column, label in PAST_DAYS
    ]  # fmt: skip
    return told


def _member(what):
    return Concat(key("member", "pk"), Value(f":{what}"), output_field=TextField())


def _years_later(column, years):
    """The day so many years later, as a number; of 29 February the 28th (18 and 1 years later is no
    leap year)."""
    number = number_of(column)
    leap = Case(When(Exact(number % 10000, LEAP_DAY), then=Value(1)), default=Value(0))
    return number + 10000 * years - leap
