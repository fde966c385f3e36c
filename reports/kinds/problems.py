"""问题整改台账, and the three lists (问题清单, 整改清单, 责任清单): four views of the same problems."""

from collections import defaultdict
from dataclasses import replace

from branchyear.lib.dates import local_day
from branchyear.lib.layout import Column
from reports.kinds.base import ByKey
from tasks.models import Problem, ProblemEvidence, ProblemStep

BRANCH = Column("branch", "党组织", 16)
NUMBER = Column("number", "编号", 5, "integer", align="center")
TASK = Column("task", "任务/自查项", 14)
TITLE = Column("title", "问题表现", 26)
CAUSE = Column("cause", "原因", 18)
MEASURE = Column("measure", "整改措施", 20)
LEADER = Column("leader", "责任领导", 9, align="center")
RESPONSIBLE = Column("responsible", "责任人", 9, align="center")
DUE = Column("due_on", "整改时限", 11, "date")
STATE = Column("state", "状态", 9, "status", align="center")
CLOSED = Column("closed_on", "销号日期", 11, "date")


class _Problems(ByKey):
    """``own_columns`` say which view it is."""

    own_columns = ()
    conditions = ("task", "overdue", "year")
    everything = "全部问题"
    runs = ""  # the problem's own number
    splits = True
    sources = (Problem, ProblemEvidence, ProblemStep)

    def columns(self, asked):
        """Within one branch its name stands above the table already."""
        own = self.own_columns
        return own if asked.organization.is_branch else (BRANCH, *own)

    def layout(self, asked, **more):
        """The selection's own words speak of checklist items."""
        chosen = asked.selection
        said = [str(chosen.task)] if chosen.task else []
        said += ["仅逾期"] if chosen.overdue else []
        label = "，".join(said) or self.everything
        return replace(super().layout(asked, **more), scope_label=label)

    def found(self, asked):
        rows = Problem.objects.all() if asked.by is None else Problem.objects.visible_to(asked.by)
        chosen = asked.selection
        rows = rows.under(asked.organization).filter(campaign=chosen.campaign)
        if chosen.task:
            rows = rows.filter(task=chosen.task)
        if chosen.overdue:
            rows = rows.overdue(asked.today)
        return asked.part(rows).order_by("organization__path", "number")

    def lines(self, asked, keys):
        """Three statements for any number of problems."""
        found = Problem.objects.filter(pk__in=keys).select_related(
            "organization", "task", "repeats"
        )
        files, acts = defaultdict(list), defaultdict(dict)
        links = ProblemEvidence.objects.filter(problem__in=keys).order_by("pk")
        for pk, name in links.values_list("problem_id", "evidence__name"):
            files[pk].append(name)
        steps = ProblemStep.objects.filter(
            problem__in=keys, kind__in=[ProblemStep.Kind.HANDED_IN, ProblemStep.Kind.CLOSED]
        ).order_by("pk")
        for step in steps:
            acts[step.problem_id][step.kind] = step
        rows = found.order_by("organization__path", "number")
        return [_line(row, files[row.pk], acts[row.pk], asked.today) for row in rows]


def _line(row, files, acts, today):
    handed_in = acts.get(ProblemStep.Kind.HANDED_IN)
    closed = acts.get(ProblemStep.Kind.CLOSED) if row.state == Problem.State.CLOSED else None
    late = row.state != Problem.State.CLOSED and row.due_on is not None and row.due_on < today
    proof = list(files)
    if handed_in is not None and handed_in.data.get("check") == "met":
        proof.append("系统核对已符合")
    done = handed_in is not None and row.state in {Problem.State.VERIFY, Problem.State.CLOSED}
    return {
        "branch": row.organization.name,
        "number": row.number,
        "task": "/".join(part for part in (str(row.task or ""), row.heading) if part) or None,
        "title": row.title,
        "origin": row.get_origin_display(),
        "found_on": row.found_on,
        "cause": row.cause or None,
        "measure": row.measure or None,
        "leader": row.responsible_leader or None,
        "responsible": row.responsible or None,
        "due_on": row.due_on,
        "progress": row.result or ("整改中" if row.measure else "尚未制定措施"),
        "done_on": local_day(handed_in.at) if done else None,
        "evidence": "、".join(proof) or None,
        "reviewer": closed.by_name if closed else None,
        "closed_on": row.closed_on,
        "state": f"{row.get_state_display()}（逾期）" if late else row.get_state_display(),
        "repeats": f"与第{row.repeats.number}号相同" if row.repeats_id else None,
    }


class Problems(_Problems):
    key = "problems"
    title = "问题整改台账"
    holds = "每个问题一行：问题表现、原因、整改措施、责任领导、责任人、时限、进展、佐证、审核人、销号日期。"
    own_columns = (
        NUMBER, TASK, TITLE, CAUSE, MEASURE, LEADER, RESPONSIBLE, DUE,
        Column("progress", "进展", 18), Column("done_on", "完成日期", 11, "date"),
        Column("evidence", "佐证", 16), Column("reviewer", "审核人", 8, align="center"),
        CLOSED, STATE,
    )  # fmt: skip


class ProblemList(_Problems):
    key = "problem_list"
    title = "问题清单"
    holds = "什么问题、从哪里发现、什么原因。"
    own_columns = (
        NUMBER, TASK, TITLE, Column("origin", "来源", 11, align="center"), CAUSE,
        Column("found_on", "发现日期", 11, "date"), Column("repeats", "重复出现", 12), STATE,
    )  # fmt: skip


class CorrectionList(_Problems):
    key = "correction_list"
    title = "整改清单"
    holds = "怎么改、改到什么程度、什么时候改完、改得怎么样。"
    own_columns = (
        NUMBER, TITLE, MEASURE, DUE, Column("progress", "整改结果", 22), CLOSED, STATE,
    )  # fmt: skip


class ResponsibilityList(_Problems):
    key = "responsibility_list"
    title = "责任清单"
    holds = "每个问题由谁负责、谁来整改、什么时限。"
    own_columns = (NUMBER, TITLE, MEASURE, LEADER, RESPONSIBLE, DUE, STATE)
