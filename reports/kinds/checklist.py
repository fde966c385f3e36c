"""八项任务完成情况台账: every checklist item of every branch, one per line."""

from itertools import count

from django.db.models import Count, F, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce

from branches.models import Organization
from branchyear.lib.layout import Column
from reports.kinds.base import Kind
from tasks.models import BranchItem, ItemEvidence, ItemFact, ItemMeeting, ItemStep
from tasks.models.campaign import Source
from tasks.querysets import OPEN_STATES

# Rows are read branch by branch in statements of this many branches (about 2,000 rows): no cursor stays
# open while the progress is written, which SQLite would refuse, and memory stays flat.
BRANCHES_PER_STATEMENT = 50
NOTE_LENGTH = 200  # a ledger line holds a few sentences; the whole note is on the item's page
DIRECT_LENGTH = Organization.steplen * Organization.DIRECT_DEPTH
STATES = dict(BranchItem.State.choices)
RESULTS = dict(BranchItem.Result.choices)
SOURCES = dict(Source.choices)

ON_TIME = {True: "按期", False: "逾期", None: ""}

COLUMNS = (
    Column("number", "序号", 5, "integer", align="center"),
    Column("direct", "直属党组织", 14),
    Column("branch", "党支部", 15),
    Column("task", "任务", 13),
    Column("code", "条目编号", 6.5, align="center"),
    Column("text", "条目内容", 27),
    Column("weight", "分值", 6, "decimal", total="sum"),
    Column("state", "状态", 8.5, "status"),
    Column("result", "落实情况", 8.5, align="center"),
    Column("fact_on", "完成日期", 11, "date"),
    Column("due_on", "期限", 11, "date"),
    Column("overdue", "是否逾期", 5, align="center"),
    Column("on_time", "是否按期", 5, align="center"),
    Column("evidence", "佐证数", 6, "integer", total="sum", align="center"),
    Column("submitted_at", "提交时间", 11, "date"),
    Column("decided_at", "审核时间", 11, "date"),
    Column("reviewer", "审核单位", 14),
    Column("note", "情况说明", 27),
    Column("source", "来源", 5, align="center"),
)


class Checklist(Kind):
    key = "checklist"
    title = "八项任务完成情况台账"
    holds = "每个党支部的每一条检查条目一行：状态、落实情况、完成日期、期限、是否逾期、佐证数、审核情况。"
    splits = True
    sources = (BranchItem, ItemEvidence, ItemMeeting, ItemFact)

    def columns(self, asked):
        """Within one directly affiliated organisation its name stands above the table already."""
        if asked.organization.depth < Organization.DIRECT_DEPTH:
            return COLUMNS
        return tuple(column for column in COLUMNS if column.key != "direct")

    def notes(self, asked):
        return (
            "是否逾期：已过期限仍未提交（退回后未再提交）的为“是”，待审核的时间不计。"
            "是否按期：以首次有效提交为准，退回修改的期限已按审核占用的时间顺延。"
            "来源：“原文”摘自工作方案，“推断”为依据党内法规和惯例拟定。",
        )

    def count(self, asked):
        return _found(asked).count()

    def rows(self, asked):
        numbers = count(1)
        found = _with_facts(asked)
        directs = _direct_names(asked)
        branches = asked.branches()
        for start in range(0, len(branches), BRANCHES_PER_STATEMENT):
            part = branches[start : start + BRANCHES_PER_STATEMENT]
            for facts in list(found.filter(branch__in=part)):
                yield _line(next(numbers), facts, directs)

    def preview(self, asked, size):
        directs = _direct_names(asked)
        first = enumerate(_with_facts(asked)[:size], 1)
        return [_line(number, facts, directs) for number, facts in first]


def _found(asked):
    return asked.part(asked.selection.items(by=asked.by, today=asked.today), "branch__path")


def _with_facts(asked):
    """The rows as plain dictionaries, with what stands in other tables: a city has 17,640 of them, and
    building objects would take most of the time."""
    proofs = ItemEvidence.objects.filter(branch_item=OuterRef("pk")).order_by()
    meetings = ItemMeeting.objects.live().filter(branch_item=OuterRef("pk")).order_by()
    facts = ItemFact.objects.filter(branch_item=OuterRef("pk")).order_by()
    decisions = ItemStep.objects.filter(
        branch_item=OuterRef("pk"), kind__in=[ItemStep.Kind.ACCEPTED, ItemStep.Kind.RETURNED]
    )
    return (
        _found(asked)
        .order_by("branch__path", "item__task__order", "item__order")
        .values(
            "state",
            "result",
            "fact_on",
            "due_on",
            "on_time",
            "submitted_at",
            "decided_at",
            "note",
            path=F("branch__path"),
            branch_name=F("branch__name"),
            task=F("item__task__name"),
            code=F("item__code"),
            text=F("version__text"),
            weight=F("version__weight"),
            source=F("version__source"),
            waits_with=F("with_organization__name"),
            is_overdue=Q(state__in=OPEN_STATES, due_on__lt=asked.today),
            evidence=_number_of(proofs) + _number_of(meetings) + _number_of(facts),
            decided_by=Subquery(decisions.order_by("-pk").values("organization__name")[:1]),
        )
    )


def _number_of(links):
    return Coalesce(Subquery(links.values("branch_item").annotate(n=Count("pk")).values("n")), 0)


def _direct_names(asked):
    """Path → name of the directly affiliated organisations concerned."""
    organization = asked.organization
    directs = Organization.objects.direct()
    if organization.direct_path:
        directs = directs.filter(path=organization.direct_path)
    return dict(directs.values_list("path", "name"))


def _line(number, facts, directs):
    waits = facts["waits_with"]
    return {
        "number": number,
        "direct": directs.get(facts["path"][:DIRECT_LENGTH], ""),
        "branch": facts["branch_name"],
        "task": facts["task"],
        "code": facts["code"],
        "text": facts["text"],
        "weight": facts["weight"],
        "state": STATES[facts["state"]],
        "result": RESULTS.get(facts["result"]),
        "fact_on": facts["fact_on"],
        "due_on": facts["due_on"],
        "overdue": "是" if facts["is_overdue"] else "否",
        "on_time": ON_TIME[facts["on_time"]],
        "evidence": facts["evidence"],
        "submitted_at": facts["submitted_at"],
        "decided_at": facts["decided_at"],
        "reviewer": f"{waits}（待审核）" if waits else facts["decided_by"],
        "note": _cut(facts["note"]),
        "source": SOURCES.get(facts["source"], ""),
    }


def _cut(text):
    return text if len(text) <= NOTE_LENGTH else text[:NOTE_LENGTH] + "……（全文见系统）"
