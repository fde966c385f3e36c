"""What every ledger kind has in common: what was asked, and the frame of the page."""

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from itertools import count

from django.conf import settings

from branches.models import Organization
from branchyear.lib.dates import Month, local_day
from branchyear.lib.layout import Layout
from branchyear.lib.xlsx import filename
from reports.selection import NAMES, read
from reports.services import overview


@dataclass(frozen=True)
class Asked:
    """A ledger as somebody asked for it: of which organisation, under which conditions, at which
    moment, in whose name. ``by=None`` is the system on its own console; it sees every row."""

    organization: object
    parameters: dict
    by: object
    at: datetime
    span: tuple = ()  # of a large ledger the part between two paths: (from, up to or "" for the end)

    @property
    def today(self):
        return local_day(self.at)

    @cached_property
    def selection(self):
        return read(self.parameters, organization=self.organization, today=self.today)

    def part(self, rows, path="organization__path"):
        """``rows`` of the part that is being read; all of them when nothing is split."""
        if not self.span:
            return rows
        first, following = self.span
        rows = rows.filter(**{f"{path}__gte": first})
        return rows.filter(**{f"{path}__lt": following}) if following else rows

    def branches(self):
        """The ids of the branches concerned, in official order, to be read some at a time."""
        found = Organization.objects.under(self.organization).branches()
        return list(self.part(found, "path").values_list("pk", flat=True))

    @cached_property
    def board(self):
        """The figures of the overview under the same conditions."""
        return overview.board(self.selection, by=self.by, today=self.today)


class Kind:
    """One ledger. ``rows`` streams: memory does not grow with the number of rows."""

    key = ""
    title = ""
    holds = ""  # what is in it, for the card in the export centre
    section = "基本建设年"  # under which heading its card stands
    everything = "全部条目"  # what is in it when no condition is given
    conditions = NAMES  # which of the selection's conditions make sense for it
    month_label = "期限月份"  # what its month is the month of
    formats = ("xlsx", "pdf")  # what can be made of it
    runs = (
        "number"  # the column that counts the lines; "" where the lines bring numbers of their own
    )
    is_for_few = False  # its card is shown only to those who can make it
    bears_names = (
        False  # an archive whose files bear the name of the one who asked across their pages
    )
    splits = False  # whether ``rows`` and ``count`` heed ``asked.span``: read in parts by several workers
    sources = ()  # the models whose rows become lines: their numbers are part of the data's version

    @property
    def keep_days(self):
        """How long the file lies in the export centre."""
        return settings.EXPORT_KEEP_DAYS

    def fits(self, organization):
        """Whether it can be made of this organisation."""
        return True

    def check(self, asked):
        """``Refused`` with a sentence where it cannot be made as it was asked for."""

    def asked(self, organization, parameters, *, by, at, span=()):
        """What is asked, without conditions that make no sense for this ledger."""
        kept = {name: parameters.get(name, "") for name in self.conditions}
        return Asked(organization, kept, by, at, span)

    def columns(self, asked):
        raise NotImplementedError

    def count(self, asked):
        """How many rows there will be: the denominator of the progress bar."""
        raise NotImplementedError

    def rows(self, asked):
        """Dictionaries by column key, in the order of the paper."""
        raise NotImplementedError

    def preview(self, asked, size):
        """The first rows, in a number of statements that does not depend on what is found."""
        raise NotImplementedError

    def spans(self, asked):
        """The parts of a large ledger: ``[(name, (from, up to))]``, one for each directly affiliated
        organisation. What stands above the first belongs to it, so that no row is lost."""
        if not self.splits:
            return []
        directs = list(Organization.objects.under(asked.organization).direct())
        edges = [asked.organization.path, *(one.path for one in directs[1:]), ""]
        return [
            (one.label, (edges[at], edges[at + 1]))
            for at, one in enumerate(directs)
            if len(directs) > 1
        ]

    def notes(self, asked):
        return ()

    def layout(self, asked, **more):
        """Title, unit, scope, period, who made it and when."""
        campaign = asked.selection.campaign
        year = f"{campaign.year}年" if campaign else ""
        more.setdefault("title", f"{year}{self.title}")
        return Layout(
            columns=self.columns(asked),
            unit=asked.organization.name,
            scope_label=asked.selection.label or self.everything,
            period=f"{asked.today.year}年{asked.today.month}月{asked.today.day}日",
            made_by=str(asked.by) if asked.by else "系统",
            made_at=asked.at,
            notes=self.notes(asked),
            sheet=self.title,
            **more,
        )

    def filename(self, asked, extension):
        """单位_台账名_2022年5月_20220525.xlsx"""
        month = asked.selection.month or Month.of(asked.today)
        return filename(asked.organization.name, self.title, month.label, asked.today, extension)


class ByKey(Kind):
    """A ledger of the rows of one query: their keys are read first and then some at a time, so that no
    cursor stays open while the progress is written."""

    per_statement = 300

    def found(self, asked):
        """The rows in the order of the paper."""
        raise NotImplementedError

    def lines(self, asked, keys):
        """The lines of these keys, in their order, in a number of statements that does not depend on them."""
        raise NotImplementedError

    def count(self, asked):
        return self.found(asked).count()

    def rows(self, asked):
        keys = list(self.found(asked).values_list("pk", flat=True))
        numbers = count(1)
        for start in range(0, len(keys), self.per_statement):
            for line in self.lines(asked, keys[start : start + self.per_statement]):
                yield {"number": next(numbers), **line}

    def preview(self, asked, size):
        keys = list(self.found(asked).values_list("pk", flat=True)[:size])
        return [
            {"number": number, **line} for number, line in enumerate(self.lines(asked, keys), 1)
        ]
