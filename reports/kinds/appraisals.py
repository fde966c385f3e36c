"""民主评议党员登记: every member of every appraisal of the year, with votes and grade."""

from dataclasses import replace
from itertools import count

from django.db.models import F

from branchyear.lib.layout import Column
from members.models import Appraisal, AppraisalResult, Grade
from reports.kinds.base import Kind
from reports.kinds.meetings import BRANCH, BRANCHES_PER_STATEMENT

GRADES = dict(Grade.choices)
COLUMNS = (
    Column("number", "序号", 5, "integer", align="center"),
    Column("name", "姓名", 10, align="center"),
    Column("on", "评议日期", 11, "date"),
    Column("took_part", "参加评议", 7, align="center"),
    Column("self_grade", "自评", 10, align="center"),
    Column("votes_excellent", "优秀", 6, "integer", group="民主测评票", align="center"),
    Column("votes_qualified", "合格", 6, "integer", group="民主测评票", align="center"),
    Column("votes_barely", "基本合格", 8, "integer", group="民主测评票", align="center"),
    Column("votes_unqualified", "不合格", 7, "integer", group="民主测评票", align="center"),
    Column("opinion", "支部意见", 34),
    Column("grade", "等次", 10, align="center"),
    Column("signed", "本人签字", 10),
)


class Appraisals(Kind):
    key = "appraisals"
    title = "民主评议党员登记"
    section = "组织生活"
    holds = "每名参评党员一行：自评、测评票、支部意见、等次，留有本人签字栏。"
    conditions = ("year",)
    splits = True
    sources = (Appraisal, AppraisalResult)

    def columns(self, asked):
        """Within one branch its name stands above the table already."""
        if asked.organization.is_branch:
            return COLUMNS
        return (COLUMNS[0], BRANCH, *COLUMNS[1:])

    def notes(self, asked):
        return ("预备党员参加评议，不评定等次。“—”为未登记或不适用。",)

    def layout(self, asked, **more):
        return replace(super().layout(asked, **more), scope_label="全体党员")

    def count(self, asked):
        return self._found(asked).count()

    def rows(self, asked):
        numbers = count(1)
        found, branches = self._found(asked), asked.branches()
        for start in range(0, len(branches), BRANCHES_PER_STATEMENT):
            part = branches[start : start + BRANCHES_PER_STATEMENT]
            for facts in list(found.filter(appraisal__organization__in=part)):
                yield _line(next(numbers), facts)

    def preview(self, asked, size):
        first = enumerate(self._found(asked)[:size], 1)
        return [_line(number, facts) for number, facts in first]

    def _found(self, asked):
        rows = AppraisalResult.objects
        rows = rows.all() if asked.by is None else rows.visible_to(asked.by)
        campaign = asked.selection.campaign
        rows = rows.under(asked.organization).filter(
            appraisal__year=campaign.year if campaign else asked.today.year
        )
        return (
            asked.part(rows, "appraisal__organization__path")
            .order_by("appraisal__organization__path", "member__name_key", "pk")
            .values(
                "took_part", "self_grade", "votes_excellent", "votes_qualified", "votes_barely",
                "votes_unqualified", "opinion", "grade",
                name=F("member__name"), on=F("appraisal__on"),
                branch=F("appraisal__organization__name"),
            )
        )  # fmt: skip


def _line(number, facts):
    return {
        **facts,
        "number": number,
        "self_grade": GRADES.get(facts["self_grade"]),
        "grade": GRADES.get(facts["grade"]),
        "opinion": facts["opinion"] or None,
        "signed": "",
    }
