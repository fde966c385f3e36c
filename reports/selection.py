"""From an address to rows: which checklist items a figure counts, said once.

The overview, the list behind a figure, the ledger and the export all begin here, so a number on the
screen, its list and its file cannot differ. The same words travel in the address of a page and in
``Export.parameters``: ``task``, ``item``, ``state``, ``overdue``, ``phase``, ``month`` (due in), ``passed`` (accepted in),
``year``.
"""

from dataclasses import dataclass, field, replace
from functools import cached_property
from urllib.parse import urlencode

from branchyear.lib.dates import Month
from tasks.models import BranchItem, Campaign, ItemVersion

STATES = dict(BranchItem.State.choices)
NAMES = ("task", "item", "state", "overdue", "phase", "month", "passed", "year")


class Content:
    """A campaign year with its tasks and phases: the words and choices of every filter."""

    def __init__(self, today, year=""):
        everything = list(Campaign.objects.order_by("-year").prefetch_related("tasks", "phases"))
        self.today = today
        self.years = [campaign.year for campaign in everything]
        self.running = next(
            (campaign for campaign in everything if campaign.starts_on <= today),
            everything[-1] if everything else None,
        )
        chosen = [campaign for campaign in everything if str(campaign.year) == year]
        self.campaign = chosen[0] if chosen else self.running

    @cached_property
    def tasks(self):
        return list(self.campaign.tasks.all()) if self.campaign else []

    @cached_property
    def phases(self):
        return list(self.campaign.phases.all()) if self.campaign else []

    @cached_property
    def versions(self):
        """``{id: (task, phases, weight)}`` of every version of the campaign's items."""
        rows = ItemVersion.objects.filter(item__task__campaign=self.campaign)
        return {
            pk: (task, tuple(phases), weight)
            for pk, task, phases, weight in rows.values_list(
                "pk", "item__task_id", "phases", "weight"
            )
        }

    def task(self, code):
        return next((task for task in self.tasks if task.code == code), None)

    def phase(self, code):
        return next((phase for phase in self.phases if phase.code == code), None)


@dataclass(frozen=True)
class Selection:
    """The items of ``organization`` and everything below it that meet every condition."""

    content: Content = field(compare=False)
    organization: object
    task: object = None
    item: str = ""
    state: str = ""
    overdue: bool = False
    phase: object = None
    month: Month | None = None
    passed: Month | None = None
    ignored: tuple = field(default=(), compare=False)

    @property
    def campaign(self):
        return self.content.campaign

    def of(self, **changes):
        """The same selection with other conditions."""
        return replace(self, **changes)

    # --- rows ---------------------------------------------------------------------------------

    def items(self, *, by, today):
        """The rows, as ``by`` may see them; ``by=None`` is the system on its own console."""
        rows = BranchItem.objects.all() if by is None else BranchItem.objects.visible_to(by)
        if self.campaign is None:
            return rows.none()
        rows = rows.in_force().of(self.campaign).under(self.organization)
        if self.task:
            rows = rows.filter(item__task=self.task)
        if self.item:
            rows = rows.filter(item__code=self.item)
        if self.state:
            rows = rows.filter(state=self.state)
        if self.phase:
            rows = rows.filter(version__in=self._versions_of_phase)
        if self.month:
            rows = rows.due_in(self.month)
        if self.passed:
            rows = rows.accepted_in(self.passed)
        if self.overdue:
            rows = rows.overdue(today)
        return rows

    @property
    def _versions_of_phase(self):
        """Ids, because SQLite cannot ask whether a JSON list contains a word."""
        versions = self.content.versions
        return [pk for pk, (_, phases, _) in versions.items() if self.phase.code in phases]

    # --- words --------------------------------------------------------------------------------

    @property
    def parameters(self):
        """What travels in an address or an export: plain text, without the organisation."""
        content = self.content
        given = {
            "task": self.task.code if self.task else "",
            "item": self.item,
            "state": self.state,
            "overdue": "1" if self.overdue else "",
            "phase": self.phase.code if self.phase else "",
            "month": str(self.month or ""),
            "passed": str(self.passed or ""),
            "year": str(content.campaign.year) if content.campaign != content.running else "",
        }
        return {name: value for name, value in given.items() if value}

    @property
    def query(self):
        """The address's part after the question mark."""
        return urlencode({"org": self.organization.pk, **self.parameters})

    @property
    def label(self):
        """The conditions as a person would say them; empty when there are none."""
        words = []
        if self.content.campaign != self.content.running:
            words.append(f"{self.content.campaign.year}年度")
        if self.phase:
            words.append(str(self.phase))
        if self.task:
            words.append(str(self.task))
        if self.item:
            words.append(f"条目{self.item}")
        if self.state:
            words.append(STATES[self.state])
        if self.overdue:
            words.append("逾期")
        if self.month:
            words.append(f"期限在{self.month.label}")
        if self.passed:
            words.append(f"{self.passed.label}审核通过")
        return "、".join(words)


def read(query, *, organization, today):
    """The selection that ``query`` (an address's parameters or an export's) asks for.

    A value that names nothing is not applied, and the page says so (``ignored``): a list that is
    longer than asked must not pass for the right one.
    """
    get = {name: str(query.get(name) or "").strip()[:60] for name in NAMES}
    content = Content(today, get["year"])
    ignored = []

    def known(name, label, value):
        if get[name] and not value:
            ignored.append(f"没有“{get[name]}”这个{label}，此条件未生效。")
        return value

    if get["year"] and (content.campaign is None or str(content.campaign.year) != get["year"]):
        known("year", "年度", None)

    def month_in(name):
        try:
            return Month.parse(get[name]) if get[name] else None
        except ValueError:
            return known(name, "月份", None)

    return Selection(
        content=content,
        organization=organization,
        task=known("task", "任务", content.task(get["task"]) if get["task"] else None),
        item=get["item"],
        state=known("state", "状态", get["state"] if get["state"] in STATES else ""),
        overdue=get["overdue"] in {"1", "on", "true"},
        phase=known("phase", "阶段", content.phase(get["phase"]) if get["phase"] else None),
        month=month_in("month"),
        passed=month_in("passed"),
        ignored=tuple(ignored),
    )
