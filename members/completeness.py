"""Which facts a complete roster has, and where they are missing (rule R09).

The seed asks for a complete and accurate roster (完整、准确的党员名册) without naming columns; the list below
is the usual roster form (``党员名册`` among the ledgers) less what may rightly be empty: degree, Party post,
where a member came from, remarks. It is asked of everybody who counts as a member of the branch.
"""

from dataclasses import dataclass, field

from django.db.models import BigAutoField, Case, Count, IntegerField, Q, Value, When
from django.db.models.functions import Length, Substr

from branches.models import Kind, Organization
from branchyear.lib.composed import composed, totals
from members.querysets import HEADS


def branches_with_groups():
    """The paths of branches that have Party groups, as a sub-select."""
    above = Substr("path", 1, Length("path") - Organization.steplen)
    groups = Organization.objects.open().filter(kind=Kind.GROUP).order_by()
    return groups.annotate(above=above).values("above")


def _text(name):
    return Q(**{name: ""})


def _row(name):
    return Q(**{name: None})


@dataclass(frozen=True)
class Required:
    """A fact that everybody (or everybody of a kind) must have on the roster."""

    name: str
    label: str
    empty: Q
    asked_of: object = None  # a function that gives the condition; None for everybody

    @property
    def condition(self):
        return self.asked_of() if self.asked_of else Q()

    @property
    def missing(self):
        """The condition: asked of this member, and empty."""
        return self.condition & self.empty


def _formal():
    return Q(category="formal")


def _at_work():
    return Q(is_retired=False)


def _in_a_grouped_branch():
    # 党章 第八条: every member belongs to a group where there are groups (R08).
    return Q(organization__path__in=branches_with_groups())


# The one list, in the order of the roster.
REQUIRED = (
    Required("sex", "性别", _text("sex")),
    Required("ethnicity", "民族", _text("ethnicity")),
    Required("native_place", "籍贯", _text("native_place")),
    Required("birth_date", "出生日期", _row("birth_date")),
    Required("id_number", "公民身份号码", _row("id_number_index")),
    Required("education", "学历", _text("education")),
    Required("worked_from", "参加工作时间", _row("worked_from")),
    Required("admitted_on", "入党时间", _row("admitted_on")),
    Required("formal_on", "转正时间", _row("formal_on"), _formal),
    Required("unit", "处(科)室", _text("unit"), _at_work),
    Required("post", "行政职务", _text("post"), _at_work),
    Required("group", "党小组", _row("group"), _in_a_grouped_branch),
    Required("phone", "联系电话", _text("phone")),
    Required("joined_branch_on", "组织关系转入时间", _row("joined_branch_on")),
)
BY_NAME = {required.name: required for required in REQUIRED}


def lacks_something():
    """The condition: at least one required fact is empty."""
    condition = Q(pk__in=[])
    for required in REQUIRED:
        condition |= required.missing
    return condition


def number_missing():
    """An expression: how many required facts of a member are empty."""
    total = Value(0)
    for required in REQUIRED:
        total = total + Case(When(required.missing, then=1), default=0, output_field=IntegerField())
    return total


def missing_of(member, *, has_groups):
    """The required facts a member lacks, from the row at hand; ``has_groups``: the branch has groups."""
    asked = {
        "formal_on": member.category == "formal",
        "unit": not member.is_retired,
        "post": not member.is_retired,
        "group": has_groups,
    }
    return [
        required
        for required in REQUIRED
        if asked.get(required.name, True)
        and getattr(member, "group_id" if required.name == "group" else required.name) in (None, "")
    ]


@dataclass(frozen=True)
class Completeness:
    """How complete a roster is: facts asked for, facts missing, and which."""

    members: int = 0
    required: int = 0
    lacking: dict = field(default_factory=dict)  # name → how many members lack it, none with zero

    @property
    def missing(self):
        return sum(self.lacking.values())

    @property
    def filled(self):
        return self.required - self.missing

    @property
    def is_complete(self):
        return not self.missing

    @property
    def lacks(self):
        """``[(Required, how many)]`` in the order of the roster."""
        return [(BY_NAME[name], number) for name, number in self.lacking.items()]

    @property
    def sentence(self):
        """The words of rule R09."""
        fields = "、".join(f"缺{required.label}{number}人" for required, number in self.lacks)
        return f"党员名册有{self.missing}项信息缺失：{fields}。" if fields else "党员名册要素完整。"


def completeness(members):
    """The completeness of the counted members among ``members``: one statement."""
    return _read(members.counted().order_by().aggregate(**_counts()))


@composed(branch=BigAutoField())
def _counts_of(branch):
    from members.models import Member  # the models need this module

    return totals(Member.objects.filter(organization=branch).counted(), **_counts())


def completeness_of(branch):
    """The completeness of a branch's roster, without the Party groups below it: one statement."""
    return _read(*_counts_of(branch=branch.pk))


def with_head_count(members):
    """``(head count, Completeness)`` of the counted members among ``members``: one statement."""
    row = members.counted().order_by().aggregate(**_counts(), **HEADS)
    return {name: row[name] for name in HEADS}, _read(row)


def completeness_by_branch(members):
    """``{branch pk: Completeness}`` of the counted members among ``members``: one statement."""
    rows = members.counted().order_by().values("organization").annotate(**_counts())
    return {row["organization"]: _read(row) for row in rows}


def _counts():
    counts = {"members_": Count("pk")}
    for required in REQUIRED:
        counts[f"lacking_{required.name}"] = Count("pk", filter=required.missing)
        if required.asked_of:
            counts[f"asked_{required.name}"] = Count("pk", filter=required.condition)
    return counts


def _read(row):
    members = row["members_"]
    asked = sum(row.get(f"asked_{required.name}", members) for required in REQUIRED)
    lacking = {r.name: row[f"lacking_{r.name}"] for r in REQUIRED if row[f"lacking_{r.name}"]}
    return Completeness(members, asked, lacking)
