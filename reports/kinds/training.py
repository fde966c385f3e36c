"""党员教育培训登记: every course of every member, one per line, with the hours so far."""

from collections import defaultdict
from decimal import Decimal
from itertools import count

from django.db.models import F, Sum

from branchyear.lib.layout import Column
from members.models import Training, TrainingRecord
from reports.kinds.meetings import BRANCHES_PER_STATEMENT, OfTheYear

KINDS = dict(Training.Kind.choices)
COLUMNS = (
    Column("number", "序号", 6, "integer", align="center"),
    Column("name", "姓名", 10, align="center"),
    Column("on", "时间", 11, "date"),
    Column("title", "内容", 40),
    Column("kind", "形式", 14, align="center"),
    Column("hours", "学时", 7, "decimal", total="sum"),
    Column("organiser", "组织单位", 26),
    Column("so_far", "累计学时", 9, "decimal"),
)


class TrainingRegister(OfTheYear):
    key = "training"
    title = "党员教育培训登记"
    section = "党员"
    holds = "每名党员的每次培训一行：时间、内容、形式、学时、组织单位、累计学时。"
    own_columns = COLUMNS
    path = "training__organization__path"
    sources = (Training, TrainingRecord)

    def notes(self, asked):
        return (
            "累计学时为本表所列时间内的培训学时；党课、主题党日等会议的学时见三会一课台账，"
            "两项合计见“教育培训”页面。已作废的记录不列入。",
        )

    def found(self, asked):
        first, last = self.window(asked)
        rows = TrainingRecord.objects
        rows = rows.all() if asked.by is None else rows.visible_to(asked.by)
        return (
            rows.under(asked.organization)
            .filter(
                training__voided_at=None,
                training__starts_on__gte=first,
                training__starts_on__lte=last,
            )
            .order_by(
                "training__organization__path",
                "member__name_key",
                "member",
                "training__starts_on",
                "pk",
            )
            .values(
                "hours",
                "member",
                name=F("member__name"),
                on=F("training__starts_on"),
                title=F("training__title"),
                kind=F("training__kind"),
                organiser=F("training__organiser"),
                branch=F("training__organization__name"),
            )
        )

    def rows(self, asked):
        numbers, so_far = count(1), self._before(asked)
        found = self.found(asked)
        branches = asked.branches()
        for start in range(0, len(branches), BRANCHES_PER_STATEMENT):
            part = branches[start : start + BRANCHES_PER_STATEMENT]
            for facts in list(found.filter(training__organization__in=part)):
                yield _line(next(numbers), facts, so_far)

    def _before(self, asked):
        """The hours so far of those who trained in a part read elsewhere, before they came here."""
        so_far = defaultdict(Decimal)
        if asked.span:
            earlier = self.found(asked).filter(training__organization__path__lt=asked.span[0])
            hours = earlier.order_by().values("member").annotate(so_far=Sum("hours"))
            so_far.update(hours.values_list("member", "so_far"))
        return so_far

    def preview(self, asked, size):
        so_far = defaultdict(Decimal)
        first = enumerate(self.found(asked)[:size], 1)
        return [_line(number, facts, so_far) for number, facts in first]


def _line(number, facts, so_far):
    so_far[facts["member"]] += facts["hours"]
    return {
        "number": number,
        "branch": facts["branch"],
        "name": facts["name"],
        "on": facts["on"],
        "title": facts["title"],
        "kind": KINDS[facts["kind"]],
        "hours": facts["hours"],
        "organiser": facts["organiser"],
        "so_far": so_far[facts["member"]],
    }
