"""考核评分: every frozen score of the year, in three columns, with what appeals changed."""

from dataclasses import replace

from django.db.models import F

from branchyear.lib.layout import Column
from reports.kinds.base import ByKey
from tasks.models import Score

COLUMNS = (
    Column("number", "序号", 5, "integer", align="center"),
    Column("round", "考核", 12, align="center"),
    Column("organization", "党组织", 26),
    Column("self_total", "自评", 9, "decimal"),
    Column("checked_total", "审核", 9, "decimal"),
    Column("spot_total", "抽查核减", 9, "decimal"),
    Column("appealed", "申诉调整", 9, "decimal"),
    Column("total", "得分", 9, "decimal"),
    Column("band", "等次", 9, align="center"),
    Column("state", "状态", 9, "status", align="center"),
    Column("digest", "定格校验值（前16位）", 18, align="center"),
)


class Scores(ByKey):
    key = "scores"
    title = "考核评分"
    holds = "每次考核每个党组织一行：自评、审核、抽查核减、申诉调整、得分、等次，按官方顺序。"
    conditions = ("year",)
    everything = "已定格的考核"
    sources = (Score,)

    def columns(self, asked):
        return COLUMNS

    def notes(self, asked):
        return ("得分＝审核＋抽查核减＋申诉调整，在0至满分之间；考核对象是党组织，不是个人。",)

    def layout(self, asked, **more):
        return replace(super().layout(asked, **more), scope_label=self.everything)

    def found(self, asked):
        rows = Score.objects.all() if asked.by is None else Score.objects.visible_to(asked.by)
        return (
            rows.under(asked.organization)
            .filter(round__campaign=asked.selection.campaign, frozen_total__isnull=False)
            .order_by("round__ends_on", "round_id", "organization__path")
        )

    def lines(self, asked, keys):
        rows = (
            self.found(asked)
            .filter(pk__in=keys)
            .values(
                "self_total", "checked_total", "spot_total", "frozen_total", "total", "band",
                "digest", organization_name=F("organization__name"), round_name=F("round__name"),
                state=F("round__state"),
            )
        )  # fmt: skip
        return [_line(row) for row in rows]


STATES = {"frozen": "申诉期", "final": "已公布"}


def _line(row):
    return {
        "round": row["round_name"],
        "organization": row["organization_name"],
        "self_total": row["self_total"],
        "checked_total": row["checked_total"],
        "spot_total": row["spot_total"],
        "appealed": row["total"] - row["frozen_total"],
        "total": row["total"],
        "band": row["band"],
        "state": STATES.get(row["state"], row["state"]),
        "digest": row["digest"][:16],
    }
