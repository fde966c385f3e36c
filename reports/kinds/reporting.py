"""月度报送情况: one line per organisation that reports, its months side by side, the counts at the end."""

from dataclasses import replace

from branches.models import Organization
from reports.kinds.base import Kind
from reports.models import MonthlyReport, Period, ReportExtension, Tier
from reports.services import matrix


class Reporting(Kind):
    key = "reporting"
    title = "月度报送情况"
    holds = "每个填报单位一行：各月按期、经批准延期、逾期、未报，应报和按期的次数、按期率；最后按月合计。"
    conditions = ("year",)
    everything = "全部月份"
    sources = (MonthlyReport, Period, ReportExtension)

    def columns(self, asked):
        return self._sheet(asked)[0].columns

    def layout(self, asked):
        sheet = self._sheet(asked)[0]
        return replace(
            super().layout(asked),
            title=sheet.title,
            notes=sheet.notes,
            scope_label=self.everything,
        )

    def count(self, asked):
        return len(self.rows(asked))

    def rows(self, asked):
        return list(self._sheet(asked)[1])

    def preview(self, asked, size):
        return self.rows(asked)[:size]

    def _sheet(self, asked):
        board = matrix.board_of(
            asked.organization,
            _tier(asked.organization),
            campaign=asked.selection.campaign,
            by=asked.by,
            now=asked.at,
        )
        return matrix.sheet_of(board, by=asked.by)


def _tier(organization):
    """The next level down reports; a branch has no other than its own."""
    if organization.depth < Organization.DIRECT_DEPTH:
        return Tier.DIRECT
    if organization.is_direct and organization.is_branch:
        return Tier.DIRECT
    return Tier.BRANCH
