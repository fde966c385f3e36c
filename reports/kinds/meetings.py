"""三会一课台账: every meeting and activity of organisation life, one per line."""

from collections import defaultdict
from dataclasses import replace
from datetime import date
from itertools import count

from branchyear.lib.layout import Column
from members.models import Attendance, Meeting
from reports.kinds.base import Kind
from tasks.models import ItemMeeting

# As in the ledger of the items: no cursor stays open while the progress is written.
BRANCHES_PER_STATEMENT = 40
TEXT_LENGTH = 300

WHYS = dict(Attendance.Status.choices)
BRANCH = Column("branch", "党支部", 18)
COLUMNS = (
    Column("number", "序号", 5, "integer", align="center"),
    Column("kind", "类型", 12),
    Column("on", "时间", 11, "date"),
    Column("place", "地点", 14),
    Column("host", "主持人", 8, align="center"),
    Column("recorder", "记录人", 8, align="center"),
    Column("due", "应到", 5.5, "integer"),
    Column("present", "实到", 5.5, "integer"),
    Column("absent", "缺席及原因", 18),
    Column("topic", "主题", 20),
    Column("minutes", "主要内容", 24),
    Column("resolution", "决议", 16),
    Column("follow_up", "落实情况", 12),
    Column("items", "佐证条目", 9),
)


class OfTheYear(Kind):
    """Ledgers of organisation life: of the campaign's calendar year, or of one month of it."""

    conditions = ("month", "year")
    month_label = "月份"
    splits = True
    path = "organization__path"

    def window(self, asked):
        month = asked.selection.month
        if month:
            return month.first_day, month.last_day
        campaign = asked.selection.campaign
        year = campaign.year if campaign else asked.today.year
        return date(year, 1, 1), date(year, 12, 31)

    def layout(self, asked, **more):
        first, last = self.window(asked)
        whole = (first.month, last.month) == (1, 12)
        label = f"{first.year}年全年" if whole else f"{first.year}年{first.month}月"
        return replace(super().layout(asked, **more), scope_label=label)

    def columns(self, asked):
        """Within one branch its name stands above the table already."""
        own = self.own_columns
        return own if asked.organization.is_branch else (own[0], BRANCH, *own[1:])

    def found(self, asked):
        """The rows asked for, as the person may see them."""
        raise NotImplementedError

    def lines(self, rows):
        """Dictionaries by column key, without number, for rows read in one go."""
        raise NotImplementedError

    def count(self, asked):
        return asked.part(self.found(asked), self.path).count()

    def rows(self, asked):
        numbers = count(1)
        found = self.found(asked)
        branches = asked.branches()
        for start in range(0, len(branches), BRANCHES_PER_STATEMENT):
            part = found.filter(organization__in=branches[start : start + BRANCHES_PER_STATEMENT])
            for line in self.lines(list(part)):
                yield {"number": next(numbers), **line}

    def preview(self, asked, size):
        lines = self.lines(list(self.found(asked)[:size]))
        return [{"number": number, **line} for number, line in enumerate(lines, 1)]


class Meetings(OfTheYear):
    key = "meetings"
    title = "三会一课台账"
    section = "组织生活"
    holds = "每次支部党员大会、支委会、党小组会、党课、主题党日、组织生活会一行：时间、地点、应到实到、缺席及原因、主题、内容、决议。"
    own_columns = COLUMNS
    sources = (Meeting, Attendance, ItemMeeting)

    def notes(self, asked):
        return ("已作废的记录不列入。佐证条目为把该次记录用作佐证的检查条目编号。",)

    def found(self, asked):
        rows = Meeting.objects.all() if asked.by is None else Meeting.objects.visible_to(asked.by)
        return (
            rows.held()
            .under(asked.organization)
            .between(*self.window(asked))
            .select_related("organization", "group")
            .order_by("organization__path", "on", "pk")
        )

    def lines(self, rows):
        absent, items = defaultdict(list), defaultdict(list)
        for part in _in_parts([row.pk for row in rows]):
            away = Attendance.objects.filter(meeting__in=part).exclude(status="present")
            for pk, name, status in away.order_by("pk").values_list(
                "meeting_id", "member__name", "status"
            ):
                absent[pk].append(f"{name}（{WHYS[status]}）")
            links = ItemMeeting.objects.filter(meeting__in=part).order_by("pk")
            for pk, code in links.values_list("meeting_id", "branch_item__item__code"):
                items[pk].append(code)
        return [_line(row, absent[row.pk], items[row.pk]) for row in rows]


def _in_parts(pks, size=900):
    """Ids in pieces that every database takes as parameters."""
    return (pks[start : start + size] for start in range(0, len(pks), size))


def _line(row, absent, items):
    kind = row.get_kind_display()
    if row.group:
        kind = f"{kind}（{row.group.name}）"
    return {
        "branch": row.organization.name,
        "kind": f"{kind}（含党课）" if row.includes_lecture else kind,
        "on": row.on,
        "place": row.place,
        "host": row.host,
        "recorder": row.recorder,
        "due": row.due,
        "present": row.present,
        "absent": "、".join(absent),
        "topic": row.topic,
        "minutes": cut(row.minutes),
        "resolution": cut(row.resolution),
        "follow_up": cut(row.follow_up),
        "items": "、".join(items),
    }


def cut(text):
    return text if len(text) <= TEXT_LENGTH else text[:TEXT_LENGTH] + "……（全文见系统）"
