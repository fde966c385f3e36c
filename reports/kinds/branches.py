"""党组织设置情况（支部基本情况）: every open organisation with what is known of its set-up, one per line."""

from django.db.models import Count, OuterRef, Subquery
from django.db.models.functions import Coalesce, Length, Substr

from branches.models import BranchType, Organization
from branches.models import Kind as Level
from branchyear.lib.layout import Column
from members.models import COMMITTEE_POSTS, COUNTED, Category, Member, Post, PostHeld
from reports.kinds.base import ByKey

COLUMNS = (
    Column("number", "序号", 5, "integer", align="center"),
    Column("name", "名称", 24),
    Column("kind", "类型", 11, align="center"),
    Column("above", "上级党组织", 20),
    Column("established_on", "成立时间", 11, "date"),
    Column("approval_no", "批复文号", 16),
    Column("units", "覆盖单位", 22),
    Column("formal", "正式党员", 7, "integer", total="sum", align="center"),
    Column("probationary", "预备党员", 7, "integer", total="sum", align="center"),
    Column("groups", "党小组数", 7, "integer", total="sum", align="center"),
    Column("secretary", "书记", 10, align="center"),
    Column("body", "班子人数", 7, "integer", total="sum", align="center"),
    Column("contact", "联系人", 10, align="center"),
    Column("place", "活动场所", 16),
    Column("code", "编码", 10, align="center"),
)


class Branches(ByKey):
    key = "branches"
    title = "党组织设置情况"
    section = "党组织"
    holds = (
        "每个党组织一行：类型、上级、成立和批复、覆盖单位、正式和预备党员、党小组、书记、联系人、活动场所、"
        "编码。"
    )
    everything = "全部党组织"
    conditions = ()
    splits = True
    sources = (Organization, Member, PostHeld)

    def columns(self, asked):
        return COLUMNS

    def notes(self, asked):
        return (
            "党员数为在册党员，列在所在党支部一行，上级党组织不重复计算；书记为现任党内职务。"
            "“—”为未登记或不适用。",
        )

    def layout(self, asked, **more):
        return super().layout(asked, title=self.title, **more)

    def found(self, asked):
        rows = Organization.objects.all()
        if asked.by is not None:
            rows = rows.visible_to(asked.by)
        rows = rows.under(asked.organization).open().exclude(kind__in=[Level.GROUP, *ABOVE])
        return asked.part(rows, "path")

    def lines(self, asked, keys):
        return [_line(row) for row in _with_facts(Organization.objects.filter(pk__in=keys))]


# Not set up by anybody below: they stand above the ledger.
ABOVE = (Level.CITY_DEPARTMENT, Level.WORK_COMMITTEE)


def _with_facts(rows):
    """Everything of a line in one statement; the columns come from five tables."""
    above = Substr(OuterRef("path"), 1, Length(OuterRef("path")) - Organization.steplen)
    people = Member.objects.filter(organization=OuterRef("pk"), standing__in=COUNTED).order_by()
    groups = (
        Organization.objects.filter(kind=Level.GROUP, closed_on=None)
        .order_by()
        .annotate(branch=Substr("path", 1, Length("path") - Organization.steplen))
        .filter(branch=OuterRef("path"))
        .values("branch")
        .annotate(n=Count("pk"))
        .values("n")
    )
    held = PostHeld.objects.filter(organization=OuterRef("pk"), ends_on=None).order_by("pk")
    return rows.order_by("path").values(
        "name", "kind", "depth", "branch_type", "established_on", "approval_no", "covered_units",
        "contact", "place", "code",
        above=Subquery(Organization.objects.order_by().filter(path=above).values("name")[:1]),
        formal=_number_of(people.exclude(category=Category.PROBATIONARY)),
        probationary=_number_of(people.filter(category=Category.PROBATIONARY)),
        groups=Coalesce(Subquery(groups), 0),
        secretary=Subquery(held.filter(post=Post.SECRETARY).values("member__name")[:1]),
        body=_number_of(held.filter(post__in=COMMITTEE_POSTS).order_by()),
    )  # fmt: skip


def _number_of(rows):
    return Coalesce(Subquery(rows.values("organization").annotate(n=Count("pk")).values("n")), 0)


def _line(facts):
    one = Organization(kind=facts["kind"], depth=facts["depth"], branch_type=facts["branch_type"])
    is_branch = one.is_branch
    special = one.branch_type in {BranchType.JOINT, BranchType.TEMPORARY}
    return {
        "name": facts["name"],
        "kind": one.get_branch_type_display() if special else one.kind_label,
        "above": facts["above"],
        "established_on": facts["established_on"],
        "approval_no": facts["approval_no"] or None,
        "units": "、".join(facts["covered_units"].split("\n")) or None,
        "formal": facts["formal"] if is_branch else None,
        "probationary": facts["probationary"] if is_branch else None,
        "groups": facts["groups"] if is_branch else None,
        "secretary": facts["secretary"],
        "body": facts["body"] or None,
        "contact": facts["contact"] or None,
        "place": facts["place"] or None,
        "code": facts["code"],
    }
