"""全市汇总: one line per directly affiliated organisation (or branch), eight tasks side by side."""

from django.db.models import Count, F
from django.db.models.functions import Substr

from branches.models import Organization
from branchyear.lib.layout import Column
from reports.kinds.base import Kind
from tasks.models import BranchItem


class Summary(Kind):
    key = "summary"
    title = "八项任务完成情况汇总表"
    holds = "每个单位一行：八项任务各自审核通过的条目数和通过率、合计、逾期，最后一行为合计。"
    sources = (BranchItem,)
    conditions = ("phase", "month", "year")  # a share of what was chosen by its state says nothing

    def columns(self, asked):
        columns = [
            Column("number", "序号", 4.5, "integer", align="center"),
            Column("unit", "单位", 26),
            Column("branches", "党支部数", 6, "integer", total="sum", align="center"),
        ]
        for task in asked.selection.content.tasks:
            group = f"{task.code} {task.name.removeprefix('进一步')}"
            columns += [
                Column(f"accepted_{task.pk}", "通过", 6.5, "integer", total="sum", group=group),
                Column(f"share_{task.pk}", "通过率", 7.5, "percent", total="given", group=group),
            ]
        return tuple(columns) + (
            Column("total", "应办", 7, "integer", total="sum", group="合计"),
            Column("accepted", "通过", 7, "integer", total="sum", group="合计"),
            Column("share", "通过率", 7.5, "percent", total="given", group="合计"),
            Column("overdue", "逾期", 6.5, "integer", total="sum", group="合计"),
        )

    def notes(self, asked):
        return (
            "通过率为审核通过的条目数占应办条目数的比例；逾期指已过期限仍在支部、尚未提交的条目，"
            "待审核的时间不计。",
        )

    def layout(self, asked):
        board = asked.board
        totals = {f"share_{task.pk}": board.totals[task.pk].share() for task in board.tasks}
        return super().layout(asked, totals={**totals, "share": board.total.share()})

    def count(self, asked):
        return len(asked.board.rows)

    def rows(self, asked):
        branches = _branches_per_row(asked)
        for number, row in enumerate(asked.board.rows, 1):
            line = {
                "number": number,
                "unit": row.organization.name,
                "branches": branches.get(row.organization.path, 0),
                "total": row.total.total,
                "accepted": row.total.accepted,
                "share": row.total.share(),
                "overdue": row.total.overdue,
            }
            for task in asked.board.tasks:
                line[f"accepted_{task.pk}"] = row.cells[task.pk].accepted
                line[f"share_{task.pk}"] = row.cells[task.pk].share()
            yield line

    def preview(self, asked, size):
        return list(self.rows(asked))[:size]


def _branches_per_row(asked):
    """Path of a row → how many open branches it stands for."""
    row = F("path")
    if not asked.board.by_branch:
        row = Substr("path", 1, Organization.steplen * Organization.DIRECT_DEPTH)
    counted = (
        Organization.objects.under(asked.organization)
        .branches()
        .open()
        .annotate(row_path=row)
        .order_by("row_path")
        .values("row_path")
        .annotate(n=Count("pk"))
    )
    return {row["row_path"]: row["n"] for row in counted}
