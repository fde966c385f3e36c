"""党员名册: every member on the roll of a branch, or of everything below an organisation, one per line.

The columns are those of the usual roster. ID numbers and telephones show first and last signs only,
whoever asks: a file travels further than a page.
"""

from itertools import count

from django.db.models import F

from branchyear.lib.crypto import mask_id_number, mask_phone
from branchyear.lib.layout import Column
from members.models import COUNTED, Category, Member, Sex, Standing
from members.querysets import OFFICE
from reports.kinds.base import Kind

BRANCHES_PER_STATEMENT = 50  # as for the checklist: memory stays flat, no cursor stays open
AWAY = {Standing.FLOATING, Standing.LOST}
SEXES = dict(Sex.choices)
CATEGORIES = dict(Category.choices)
STANDINGS = dict(Standing.choices)
# Plain facts instead of people as objects, which take most of the time in a city's roster.
FACTS = (
    "name", "sex", "ethnicity", "native_place", "birth_date", "id_number", "education", "degree",
    "worked_from", "admitted_on", "formal_on", "category", "unit", "post", "party_post", "phone",
    "joined_branch_on", "joined_from", "standing", "remarks",
)  # fmt: skip

COLUMNS = (
    Column("number", "序号", 5, "integer", align="center"),
    Column("branch", "党支部", 16),
    Column("name", "姓名", 8, align="center"),
    Column("sex", "性别", 4.5, align="center"),
    Column("ethnicity", "民族", 6, align="center"),
    Column("native_place", "籍贯", 9, align="center"),
    Column("born", "出生年月", 8, align="center"),
    Column("id_number", "公民身份号码", 19, align="center"),
    Column("education", "学历学位", 10, align="center"),
    Column("worked_from", "参加工作时间", 11, "date"),
    Column("admitted_on", "入党时间", 11, "date"),
    Column("formal_on", "转正时间", 11, "date"),
    Column("category", "党员类别", 8, align="center"),
    Column("post", "单位及职务", 16),
    Column("party_post", "党内职务", 10, align="center"),
    Column("group", "所在党小组", 10, align="center"),
    Column("phone", "联系电话", 12, align="center"),
    Column("joined", "组织关系转入时间及来源", 16),
    Column("away", "是否流动/失联", 8, align="center"),
    Column("remarks", "备注", 12),
)


class Roster(Kind):
    key = "roster"
    title = "党员名册"
    section = "党员"
    holds = (
        "在册党员每人一行，列与通行的党员名册一致；身份号码和电话只显示首尾。可打印，表末有签章栏。"
    )
    conditions = ()  # the roll as it is now
    everything = "在册党员"
    splits = True
    sources = (Member,)

    def columns(self, asked):
        """A branch's own roster does not repeat the branch."""
        if asked.organization.is_branch:
            return tuple(column for column in COLUMNS if column.key != "branch")
        return COLUMNS

    def notes(self, asked):
        return ("公民身份号码和联系电话只显示首尾。在册党员含转出中、流动、失联党员。",)

    def layout(self, asked, **more):
        return super().layout(asked, title=self.title, **more)

    def count(self, asked):
        return _members(asked).count()

    def rows(self, asked):
        numbers = count(1)
        branches = asked.branches()
        found = _members(asked)
        for start in range(0, len(branches), BRANCHES_PER_STATEMENT):
            part = branches[start : start + BRANCHES_PER_STATEMENT]
            for facts in list(found.filter(organization__in=part)):
                yield _line(next(numbers), facts)

    def preview(self, asked, size):
        return [_line(number, facts) for number, facts in enumerate(_members(asked)[:size], 1)]


def _members(asked):
    """The counted members of open branches, in the order of the paper: officers first in each branch."""
    rows = Member.objects.all() if asked.by is None else Member.objects.visible_to(asked.by)
    rows = rows.under(asked.organization).filter(standing__in=COUNTED, organization__closed_on=None)
    return (
        asked.part(rows)
        .order_by("organization__path", OFFICE, "group__path", "name_key", "pk")
        .values(*FACTS, branch=F("organization__name"), group_name=F("group__name"))
    )


def _line(number, facts):
    joined = facts["joined_branch_on"]
    came = joined.isoformat() if joined else ""
    born = facts["birth_date"]
    return {
        "number": number,
        "branch": facts["branch"],
        "name": facts["name"],
        "sex": SEXES.get(facts["sex"], ""),
        "ethnicity": facts["ethnicity"],
        "native_place": facts["native_place"],
        "born": f"{born:%Y.%m}" if born else None,
        "id_number": mask_id_number(facts["id_number"]),
        "education": "，".join(part for part in (facts["education"], facts["degree"]) if part),
        "worked_from": facts["worked_from"],
        "admitted_on": facts["admitted_on"],
        "formal_on": facts["formal_on"],
        "category": CATEGORIES[facts["category"]],
        "post": " ".join(part for part in (facts["unit"], facts["post"]) if part),
        "party_post": facts["party_post"],
        "group": facts["group_name"] or "",
        "phone": mask_phone(facts["phone"]),
        "joined": " ".join(part for part in (came, facts["joined_from"]) if part),
        "away": STANDINGS[facts["standing"]] if facts["standing"] in AWAY else "否",
        "remarks": facts["remarks"],
    }
