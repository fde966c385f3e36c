"""An export as the list of the export centre shows it."""

from urllib.parse import urlencode

from django.utils import timezone

from branchyear.lib.routes import path_to
from reports.kinds import KINDS
from reports.models import Export
from reports.selection import STATES
from reports.services import exports as services


def lines_of(exports):
    """The exports with their place in line, which is asked for once."""
    waiting = any(export.status == Export.Status.QUEUED for export in exports)
    places = services.places_in_line() if waiting else {}
    return [Line(export, places.get(export.pk)) for export in exports]


class Line:
    """An export as the list shows it."""

    def __init__(self, export, before=None):
        self.export, self.before = export, before
        self.is_open = export.status in services.OPEN
        self.is_ready = export.status == Export.Status.READY
        self.is_failed = export.status == Export.Status.FAILED
        self.may_retry = export.status in (Export.Status.FAILED, Export.Status.CANCELLED)
        kind = KINDS.get(export.kind)
        self.title = kind.title if kind else export.kind
        self.again_url = ""
        if kind and export.status == Export.Status.EXPIRED:
            query = urlencode(
                {"kind": kind.key, "org": export.organization_id, **export.parameters}
            )
            self.again_url = f"{path_to('reports:exports')}?{query}"

    @property
    def conditions(self):
        """The conditions as words, read from the request alone: no further question to the database."""
        given = self.export.parameters
        words = [given.get("year", "") and f"{given['year']}年度", given.get("phase", "")]
        words += [given.get("task", ""), given.get("item", "")]
        words += [STATES.get(given.get("state", ""), ""), given.get("overdue") and "逾期"]
        if self.export.kind == "month_end":  # the month itself
            words += [given.get("month", "")]
        else:
            words += [given.get("month") and f"期限在{given['month']}"]
        return "、".join(word for word in words if word) or (
            KINDS[self.export.kind].everything if self.export.kind in KINDS else "全部条目"
        )

    @property
    def counted(self):
        """How much is in it."""
        export = self.export
        if export.format == Export.Format.ZIP:
            return f"{export.rows} 个文件"
        return f"{export.rows} 行" + (f" {export.pages} 页" if export.pages else "")

    @property
    def waits(self):
        """Where it stands in line."""
        if self.before is None:
            return ""
        return f"前面还有 {self.before} 个" if self.before else "马上开始"

    @property
    def step(self):
        """What is being done, where that is not one thing only."""
        export = self.export
        if export.status != Export.Status.RUNNING or not getattr(export, "parts_all", 0):
            return ""
        if export.parts_done < export.parts_all:
            return f"已排好 {export.parts_done}/{export.parts_all} 个单位"
        return "各单位已排好，正在合并成一个文件"

    @property
    def origin(self):
        """Whose file it is that is used again."""
        source = self.export.source
        if source is None or source.requested_by_id == self.export.requested_by_id:
            return ""
        at = timezone.localtime(self.export.made_at)
        return f"数据没有变化，沿用{source.requested_by}{at:%H:%M}生成的文件"

    @property
    def time_left(self):
        """About how much longer, once there is something to judge by."""
        export = self.export
        if export.status != Export.Status.RUNNING or not export.started_at or not export.done_units:
            return ""
        spent = (timezone.now() - export.started_at).total_seconds()
        seconds = spent * (export.total_units - export.done_units) / export.done_units
        # The first moments go into fonts and set-up and would frighten people.
        if export.done_units * 50 < export.total_units or seconds < 0:
            return ""
        return f"约剩{round(seconds)}秒" if seconds < 90 else f"约剩{round(seconds / 60)}分钟"
