"""八项任务完成情况台账: every checklist item of every branch, one per line."""

from itertools import count, islice

from django.db.models import Count, OuterRef, Subquery
from django.db.models.functions import Coalesce

from branches.models import Organization
from branchyear.lib.layout import Column
from reports.kinds.base import Kind
from tasks.models import BranchItem, ItemEvidence, ItemStep
from tasks.models.campaign import Source

# Rows are read branch by branch in statements of this many branches (about 2,000 rows): no cursor stays
# open while the progress is written, which SQLite would refuse, and memory stays flat.
BRANCHES_PER_STATEMENT = 50
NOTE_LENGTH = 200  # a ledger line holds a few sentences; the whole note is on the item's page
ORDER = ("branch__path", "item__task__order", "item__order")
STATES = dict(BranchItem.State.choices)
RESULTS = dict(BranchItem.Result.choices)
SOURCES = dict(Source.choices)

COLUMNS = (
    Column("number", "序号", 5, "integer", align="center"),
    Column("direct", "直属党组织", 16),
    Column("branch", "党支部", 18),
    Column("task", "任务", 16),
    Column("code", "条目编号", 8, align="center"),
    Column("text", "条目内容", 30),
    Column("weight", "分值", 6, "decimal", total="sum"),
    Column("state", "状态", 9, "status"),
    Column("result", "落实情况", 9, align="center"),
    Column("fact_on", "完成日期", 11, "date"),
    Column("due_on", "期限", 11, "date"),
    Column("overdue", "是否逾期", 6, align="center"),
    Column("evidence", "佐证数", 6, "integer", total="sum"),
    Column("submitted_at", "提交时间", 15, "datetime"),
    Column("decided_at", "审核时间", 15, "datetime"),
    Column("reviewer", "审核单位", 16),
    Column("note", "情况说明", 30),
    Column("source", "来源", 6, align="center"),
)


class Checklist(Kind):
    key = "checklist"
    title = "八项任务完成情况台账"
    holds = "每个党支部的每一条检查条目一行:状态、落实情况、完成日期、期限、是否逾期、佐证数、审核情况。"

    def columns(self, asked):
        return COLUMNS

    def notes(self, asked):
        return (
            "是否逾期:已过期限仍未提交(退回后未再提交)的为“是”,待审核的时间不计。"
            "来源:“原文”摘自工作方案,“推断”为依据党内法规和惯例拟定。",
        )

    def count(self, asked):
        return asked.selection.items(by=asked.by, today=asked.today).count()

    def rows(self, asked):
        numbers = count(1)
        found = _with_facts(asked)
        directs = _direct_names(asked)
        branches = list(
            Organization.objects.under(asked.organization).branches().values_list("pk", flat=True)
        )
        for start in range(0, len(branches), BRANCHES_PER_STATEMENT):
            part = branches[start : start + BRANCHES_PER_STATEMENT]
            for item in list(found.filter(branch__in=part)):
                yield _line(next(numbers), item, directs, asked.today)

    def preview(self, asked, size):
        directs = _direct_names(asked)
        first = islice(_with_facts(asked)[:size], size)
        return [_line(n, item, directs, asked.today) for n, item in enumerate(first, 1)]


def _with_facts(asked):
    """The rows with what stands in other tables."""
    proofs = ItemEvidence.objects.filter(branch_item=OuterRef("pk")).order_by()
    decisions = ItemStep.objects.filter(
        branch_item=OuterRef("pk"), kind__in=[ItemStep.Kind.ACCEPTED, ItemStep.Kind.RETURNED]
    )
    return (
        asked.selection.items(by=asked.by, today=asked.today)
        .select_related("branch", "item__task", "version", "with_organization")
        .annotate(
            evidence_=Coalesce(
                Subquery(proofs.values("branch_item").annotate(n=Count("pk")).values("n")), 0
            ),
            decided_by_=Subquery(decisions.order_by("-pk").values("organization__name")[:1]),
        )
        .order_by(*ORDER)
    )


def _direct_names(asked):
    """Path → name of the directly affiliated organisations concerned."""
    organization = asked.organization
    directs = Organization.objects.direct()
    if organization.direct_path:
        directs = directs.filter(path=organization.direct_path)
    return dict(directs.values_list("path", "name"))


def _line(number, item, directs, today):
    waits = item.with_organization
    return {
        "number": number,
        "direct": directs.get(item.branch.direct_path, ""),
        "branch": item.branch.name,
        "task": item.item.task.name,
        "code": item.item.code,
        "text": item.version.text,
        "weight": item.version.weight,
        "state": STATES[item.state],
        "result": RESULTS.get(item.result, ""),
        "fact_on": item.fact_on,
        "due_on": item.due_on,
        "overdue": "是" if item.is_overdue(today) else "否",
        "evidence": item.evidence_,
        "submitted_at": item.submitted_at,
        "decided_at": item.decided_at,
        "reviewer": f"{waits.name}(待审核)" if waits else item.decided_by_ or "",
        "note": _cut(item.note),
        "source": SOURCES.get(item.version.source, ""),
    }


def _cut(text):
    return text if len(text) <= NOTE_LENGTH else text[:NOTE_LENGTH] + "…(全文见系统)"
