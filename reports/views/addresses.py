"""Cells and addresses of the overview: every figure with its colour, its words and the way to its list."""

from dataclasses import dataclass
from decimal import Decimal
from urllib.parse import urlencode

from django.urls import reverse

from branchyear.lib.routes import path_to
from branchyear.templatetags.ui import percent
from reports.services import overview as services


@dataclass(frozen=True)
class Level:
    """From which share on a cell has which colour (``heat--…`` in static/css/ui/table.css), sign and word."""

    floor: Decimal
    heat: str
    mark: str
    word: str

    @property
    def rule(self):
        return f"{self.floor * 100:.0f}%" if self.heat == "5" else f"≥{self.floor * 100:.0f}%"


LEVELS = (
    Level(Decimal(1), "5", "●", "完成"),
    Level(Decimal("0.8"), "4", "◎", "良好"),
    Level(Decimal("0.6"), "3", "○", "一般"),
    Level(Decimal("0.4"), "2", "△", "偏慢"),
    Level(Decimal("0.2"), "1", "▲", "滞后"),
    Level(Decimal(0), "0", "■", "严重滞后"),
)
NOTHING = Level(Decimal(0), "none", "", "")
MEASURES = {"count": "按条目数", "weight": "按分值"}
SECTIONS = {
    "": "概况",
    "reports": "月报报送",
    "findings": "体检发现",
    "problems": "问题整改",
    "clocks": "审核用时",
    "trends": "逐月趋势",
}


@dataclass(frozen=True)
class HeatCell:
    """A figure with its denominator, its colour and the way to its list."""

    numbers: services.Numbers
    share: Decimal | None
    words: str
    level: Level
    title: str
    url: str

    @property
    def heat(self):
        return self.level.heat


class Address:
    """Addresses that keep what was chosen."""

    def __init__(self, selection, measure="count", sort="", section=""):
        self.selection, self.measure, self.sort, self.section = selection, measure, sort, section

    def board(self, organization=None, **changes):
        """The overview of an organisation (default: this one) under the same conditions."""
        return f"{path_to('reports:overview')}?{self._query(organization, changes)}"

    def meeting(self):
        """The same for the projector."""
        return f"{path_to('reports:meeting')}?{self._query(None, {'section': '', 'sort': ''})}"

    def _query(self, organization, changes):
        chosen = {
            "org": (organization or self.selection.organization).pk,
            "section": self.section,
            "phase": self.selection.phase.code if self.selection.phase else "",
            "task": self.selection.task.code if self.selection.task else "",
            "year": self.selection.parameters.get("year", ""),
            "by": "" if self.measure == "count" else self.measure,
            "sort": self.sort,
            **changes,
        }
        return urlencode({name: value for name, value in chosen.items() if value})

    def list(self, **changes):
        """The list behind a figure."""
        return f"{path_to('reports:items')}?{self.selection.of(**changes).query}"

    def reports(self, reporting, name="reports:reports", **conditions):
        """The month's reports behind a figure."""
        chosen = {"month": reporting.month, "tier": reporting.tier, **conditions}
        chosen["under"] = self.selection.organization.pk
        return f"{reverse(name)}?{urlencode({'tab': 'all', **chosen})}"

    def of_organization(self, name, **conditions):
        """Another page about the same organisation; the chosen task goes with it where there is one."""
        task = {"task": self.selection.task.code} if self.selection.task else {}
        chosen = {"org": self.selection.organization.pk, **task, **conditions}
        return f"{reverse(name)}?{urlencode(chosen)}"

    def cell(self, numbers, selection):
        share = numbers.share(self.measure)
        return HeatCell(
            numbers=numbers,
            share=share,
            words=share_words(share),
            level=level_of(share),
            title=self._title(numbers, share),
            url=f"{path_to('reports:items')}?{selection.query}",
        )

    def row(self, row, board):
        here = self.selection.of(organization=row.organization)
        return {
            "organization": row.organization,
            "url": self.board(row.organization),
            "cells": [self.cell(row.cells[task.pk], here.of(task=task)) for task in board.tasks],
            "total": self.cell(row.total, here),
            "overdue_url": f"{path_to('reports:items')}?{here.of(overdue=True).query}",
        }

    def _title(self, numbers, share):
        if not numbers.total:
            return "没有检查条目"
        words = f"{level_of(share).word}：审核通过 {numbers.accepted}/{numbers.total} 项"
        if self.measure == "weight":
            words += f"，{numbers.weight_accepted.normalize():f}/{numbers.weight.normalize():f} 分"
        return (
            f"{words}；待审核 {numbers.submitted}，退回 {numbers.returned}，逾期 {numbers.overdue}"
        )


def share_words(share):
    """86%; never 100% while something is missing, nor 0% when something is done."""
    return percent(share, 1) if share is not None else "—"


def level_of(share):
    """Colour, sign and word of a share."""
    if share is None:
        return NOTHING
    return next(level for level in LEVELS if share >= level.floor)
