"""一次填报 meter: what a branch had to type in a month, and what the portal filled in by itself.

Counted from the forms' own definitions, so that a form that asks for more shows at once:

- checklist item handed in: every visible field of its form and the numbers its version asks for are typed;
  linked records of meetings (evidence not uploaded a second time) are filled in;
- meeting recorded: what the form demands or rule R31 wants and the portal does not know, and each absent
  member, is typed; the prefilled fields and each present member are filled in;
- monthly report: the written parts that are demanded are typed; the figures are filled in;
- dues: an amount that differs from what is due is typed; what is due, and an amount as it is due, are filled in.

减负: 同一数据一次填报、多处使用 (《关于防治“指尖上的形式主义”的若干意见》).
"""

from collections import Counter, defaultdict
from dataclasses import dataclass, field

from django.db.models import Count, F, Q, Sum
from django.db.models.functions import TruncMonth

from branchyear.lib.dates import CHINA, Month, day_end, day_start
from members.forms_life import MeetingForm, first_words
from members.models import DuesMonth, Meeting, MeetingKind
from reports.models import MonthlyReport, ReportSection
from tasks.forms import ItemForm
from tasks.health.life import PARTS
from tasks.models import BranchItem, ItemMeeting

KINDS = (
    ("items", "检查条目"),
    ("meetings", "组织生活"),
    ("reports", "月报"),
    ("dues", "党费"),
)


def _visible(form):
    return {name for name, one in form.base_fields.items() if not one.widget.is_hidden}


class _Nowhere:
    place = ""


ITEM_FIELDS = len(_visible(ItemForm))
PREFILLED = set(first_words(_Nowhere, MeetingKind.MEMBERS, None)) & _visible(MeetingForm)
# R31 calls the minutes a summary. Not every kind of meeting has a resolution: it is counted, at most too much.
_PARTS = {"minutes" if name == "summary" else name for name in PARTS}
WANTED = {
    name
    for name, one in MeetingForm.base_fields.items()
    if (one.required or name in _PARTS) and name not in PREFILLED
}


@dataclass
class Burden:
    """Of one branch in one month: fields typed and filled in, by kind of record."""

    typed: Counter = field(default_factory=Counter)
    filled: Counter = field(default_factory=Counter)

    def add(self, kind, typed, filled):
        self.typed[kind] += typed
        self.filled[kind] += filled

    @property
    def cells(self):
        return [(label, self.typed[kind], self.filled[kind]) for kind, label in KINDS]

    @property
    def all_typed(self):
        return self.typed.total()

    @property
    def all_filled(self):
        return self.filled.total()

    @property
    def total(self):
        return self.all_typed + self.all_filled


def _wanted_sections():
    """``{(campaign, tier): n}``: the parts of a report in which words are demanded, drafted or not."""
    rows = ReportSection.objects.filter(is_active=True, is_wanted=True)
    return Counter(rows.order_by().values_list("campaign", "tier"))


def burden_of(branches, first, last):
    """``{(branch pk, "2026-05"): Burden}`` for these branches, from month to month; six statements."""
    branches = [branch.pk for branch in branches]
    found = defaultdict(Burden)
    since, until = day_start(first.first_day), day_end(last.last_day)
    for branch, at, asks in BranchItem.objects.filter(
        branch__in=branches, first_submitted_at__gte=since, first_submitted_at__lt=until
    ).values_list("branch", "first_submitted_at", "version__asks"):
        month = str(Month.of(at.astimezone(CHINA).date()))
        found[branch, month].add("items", ITEM_FIELDS + len(asks), 0)
    links = ItemMeeting.objects.filter(
        branch_item__branch__in=branches, attached_at__gte=since, attached_at__lt=until
    ).order_by()
    for branch, day, number in (
        links.annotate(in_month=TruncMonth("attached_at", tzinfo=CHINA))
        .values_list("branch_item__branch", "in_month")
        .annotate(n=Count("pk"))
    ):
        found[branch, str(Month.of(day.date()))].add("items", 0, number)
    meetings = Meeting.objects.filter(
        organization__in=branches, voided_at=None, on__gte=first.first_day, on__lte=last.last_day
    ).order_by()
    for branch, day, number, due, present in (
        meetings.annotate(in_month=TruncMonth("on"))
        .values_list("organization", "in_month")
        .annotate(n=Count("pk"), due_=Sum("due"), present_=Sum("present"))
    ):
        found[branch, str(Month.of(day))].add(
            "meetings", number * len(WANTED) + due - present, number * len(PREFILLED) + present
        )
    written = _wanted_sections()
    for branch, month, campaign, tier, figures in MonthlyReport.objects.filter(
        organization__in=branches,
        first_submitted_at__isnull=False,
        period__month__gte=str(first),
        period__month__lte=str(last),
    ).values_list("organization", "period__month", "period__campaign", "period__tier", "figures"):
        filled = len((figures or {}).get("rows", ()))
        found[branch, month].add("reports", written[campaign, tier], filled)
    for branch, month, number, usual in (
        DuesMonth.objects.filter(
            Q(paid__gt=0) | Q(updated_at__isnull=False),
            organization__in=branches,
            month__gte=str(first),
            month__lte=str(last),
        )
        .order_by()
        .values_list("organization", "month")
        .annotate(n=Count("pk"), usual=Count("pk", filter=Q(paid=F("due"))))
    ):
        found[branch, month].add("dues", number - usual, number + usual)
    return found
