"""督查抽查: every branch that was drawn, what was looked at, what was not as claimed and what became of it."""

from collections import defaultdict
from dataclasses import replace

from branchyear.lib.layout import Column
from reports.kinds.base import ByKey
from tasks.models import Visit, VisitRecord

Verdict = VisitRecord.Verdict

COLUMNS = (
    Column("number", "序号", 5, "integer", align="center"),
    Column("inspection", "检查", 16),
    Column("kind", "检查类型", 8, align="center"),
    Column("branch", "被查支部", 16),
    Column("inspector", "检查人员", 8, align="center"),
    Column("visited_on", "检查日期", 11, "date"),
    Column("methods", "检查方式", 14),
    Column("true", "属实", 6, "integer", total="sum", group="检查结论（项）"),
    Column("mostly", "基本属实", 6, "integer", total="sum", group="检查结论（项）"),
    Column("false", "不实", 6, "integer", total="sum", group="检查结论（项）"),
    Column("unseen", "未见材料", 6, "integer", total="sum", group="检查结论（项）"),
    Column("found", "发现问题", 26),
    Column("statement", "支部说明", 16),
    Column("handling", "整改要求及时限", 18),
    Column("opinion", "当场意见", 14),
    Column("companion", "支部陪同人员", 8, align="center"),
    Column("state", "状态", 8, "status", align="center"),
)


class Inspections(ByKey):
    key = "inspections"
    title = "督查抽查台账"
    holds = (
        "每个被查支部一行：检查结论、发现问题、支部说明、整改要求及时限、当场意见、检查人员和日期。"
    )
    conditions = ("year",)
    everything = "全部检查"
    sources = (Visit,)

    def columns(self, asked):
        return COLUMNS

    def notes(self, asked):
        return ("支部由系统随机抽取，抽取前已公布校验值，可在“督查抽查”中复算。",)

    def layout(self, asked, **more):
        return replace(super().layout(asked, **more), scope_label=self.everything)

    def found(self, asked):
        rows = Visit.objects.all() if asked.by is None else Visit.objects.visible_to(asked.by)
        return (
            rows.under(asked.organization)
            .filter(inspection__campaign=asked.selection.campaign)
            .order_by("inspection__starts_on", "inspection", "branch__path")
        )

    def lines(self, asked, keys):
        """Two statements for any number of branches."""
        records = VisitRecord.objects.filter(visit__in=keys)
        if asked.by is not None:
            records = records.visible_to(asked.by)
        lines = defaultdict(list)
        for entry in records.filter(visit__state=Visit.State.SIGNED).select_related(
            "item", "problem"
        ):
            lines[entry.visit_id].append(entry)
        visits = Visit.objects.filter(pk__in=keys).select_related(
            "inspection", "branch", "inspector"
        )
        by_key = {visit.pk: visit for visit in visits}
        for key in keys:
            yield _line(by_key[key], lines[key])


def _line(visit, entries):
    signed = visit.is_signed
    wrong = [entry for entry in entries if entry.is_discrepancy]
    tally = {
        verdict.value: sum(entry.verdict == verdict for entry in entries) if signed else None
        for verdict in Verdict
    }
    return {
        "inspection": visit.inspection.title,
        "kind": visit.inspection.get_kind_display(),
        "branch": visit.branch.name,
        "inspector": str(visit.inspector) if visit.inspector_id else None,
        "visited_on": visit.visited_on if signed else None,
        "methods": visit.inspection.methods or None,
        **tally,
        "found": _told(wrong, lambda e: f"{e.item.code}{e.get_verdict_display()}：{e.words}"),
        "statement": _told(wrong, lambda e: e.statement and f"{e.item.code}：{e.statement}"),
        "handling": _told(wrong, _handling) or (visit.demand or None if signed else None),
        "opinion": (visit.opinion or None) if signed else None,
        "companion": (visit.companion or None) if signed else None,
        "state": visit.get_state_display(),
    }


def _told(entries, words):
    return "；".join(said for said in map(words, entries) if said) or None


def _handling(entry):
    if entry.problem_id:
        due = f"，{entry.problem.due_on:%Y年%m月%d日}前" if entry.problem.due_on else ""
        return f"{entry.item.code}列入问题第{entry.problem.number}号{due}"
    if entry.decided_at:
        return f"{entry.item.code}不列入：{entry.decision_note}"
    return ""
