"""检查报告: an inspection as an office paper (GB/T 9704 habits), given out under a verification code.

Everything that is printed is read once, as plain values, and digested: asked for again while nothing
changed, it is the same paper under the same code, made of the same values with the moments of the first.
"""

import hashlib
import json
from dataclasses import asdict, dataclass, field

from django.utils import timezone

from branchyear.audit.services import record
from branchyear.lib.dates import in_words, local_day
from branchyear.lib.pdf import render_document
from reports.models import PaperFile
from reports.services import papers
from tasks.models import Inspection, Visit, VisitRecord

KIND = "inspection"
DRAFT = "检查尚未结束"


@dataclass(frozen=True)
class Report:
    """Everything that is printed, as plain values."""

    title: str
    unit: str
    kind: str
    period: str
    scope: str
    methods: str
    announced: bool
    summary: str
    is_draft: bool
    items: list
    draws: list
    strata: list
    excluded: list
    visits: list
    discrepancies: list
    team: list
    figures: dict = field(default_factory=dict)

    @property
    def digest(self):
        told = json.dumps(asdict(self), ensure_ascii=False, sort_keys=True)
        return hashlib.sha256(told.encode()).hexdigest()


def report_of(inspection):
    """The paper's content; the draft of one while the inspection runs."""
    draw = inspection.draw
    visits = list(inspection.visits.select_related("branch", "inspector").order_by("branch__path"))
    records = list(
        VisitRecord.objects.filter(visit__inspection=inspection, visit__state=Visit.State.SIGNED)
        .select_related("visit__branch", "item", "problem")
        .order_by("visit__branch__path", "item__task__order", "item__order")
    )
    verdicts = {}
    for entry in records:
        row = verdicts.setdefault(entry.visit_id, dict.fromkeys(VisitRecord.Verdict.values, 0))
        row[entry.verdict] += 1
    wrong = [entry for entry in records if entry.is_discrepancy]
    return Report(
        title=f"{inspection.title}情况报告",
        unit=inspection.organization.name,
        kind=inspection.get_kind_display(),
        period=f"{in_words(inspection.starts_on)}至{in_words(inspection.ends_on)}",
        scope=inspection.scope.name,
        methods=inspection.methods,
        announced=inspection.announced,
        summary=inspection.summary,
        is_draft=inspection.state != Inspection.State.ENDED,
        items=[
            f"{item.code} {item.current.text}"
            for item in inspection.items.select_related("current", "task").order_by(
                "task__order", "order"
            )
        ],
        draws=[_draw(each) for each in inspection.draws.all()],
        strata=[list(row) for row in draw.strata] if draw else [],
        excluded=draw.population["excluded"] if draw else [],
        visits=[_visit(visit, verdicts.get(visit.pk)) for visit in visits],
        discrepancies=[_discrepancy(entry) for entry in wrong],
        team=sorted({str(visit.inspector) for visit in visits if visit.inspector_id}),
        figures={
            "population": len(draw.population["branches"]) if draw else 0,
            "drawn": len(visits),
            "visited": sum(visit.state == Visit.State.SIGNED for visit in visits),
            "missed": sum(visit.state == Visit.State.MISSED for visit in visits),
            "records": len(records),
            "wrong": len(wrong),
            "listed": sum(entry.problem_id is not None for entry in wrong),
        },
    )


def _draw(draw):
    return {
        "number": draw.number,
        "commitment": draw.commitment,
        "population_sha256": draw.population_sha256,
        "seed": draw.seed if draw.is_open else "",
        "algorithm": draw.algorithm,
        "published": _moment(draw.published_at),
        "drawn": _moment(draw.drawn_at),
        "void": draw.void_reason.rstrip("。"),
    }


def _moment(value):
    if value is None:
        return ""
    return f"{timezone.localtime(value):%Y-%m-%d %H:%M:%S}"


def _visit(visit, verdicts):
    return {
        "branch": visit.branch.name,
        "stratum": visit.stratum,
        "inspector": str(visit.inspector or ""),
        "on": visit.visited_on.isoformat() if visit.signed_at else "",
        "companion": visit.companion if visit.signed_at else "",
        "verdicts": verdicts,
        "missed": visit.missed_reason,
        "opinion": visit.opinion if visit.signed_at else "",
    }


def _discrepancy(entry):
    if entry.problem_id:
        handling = f"列入问题清单第{entry.problem.number}号，{entry.decision_note}"
    elif entry.decided_at:
        handling = f"不列入：{entry.decision_note}"
    else:
        handling = "待处理"
    return {
        "branch": entry.visit.branch.name,
        "code": entry.item.code,
        "text": entry.text,
        "claimed": entry.get_claimed_state_display() or "—",
        "verdict": entry.get_verdict_display(),
        "words": entry.words,
        "statement": entry.statement,
        "handling": handling,
    }


def print_report(inspection, target, *, by, now):
    """Write the PDF; an ended inspection's gets a verification code. Returns the paper, or None."""
    report = report_of(inspection)
    paper = None
    if not report.is_draft:
        paper = papers.issue(
            KIND,
            organization=inspection.organization,
            version=hashlib.sha256(f"{inspection.pk}{report.digest}".encode()).hexdigest(),
            title=report.title,
            scope=report.scope,
            by=by,
            now=now,
        )
    render_document(
        target,
        "reports/inspection_report.html",
        {
            "report": report,
            "day": in_words(local_day(paper.issued_at if paper else now)),
            "shown_code": paper.shown_code if paper else "",
        },
        title=report.title,
        author=paper.issued_by_name if paper else str(by),
        watermark=DRAFT if report.is_draft else None,
        code=paper.address if paper else None,
    )
    if paper is not None:
        content = target.getvalue()
        papers.enter(
            paper,
            [
                PaperFile(
                    role=PaperFile.Role.WHOLE,
                    path=f"{report.title}.pdf",
                    sha256=hashlib.sha256(content).hexdigest(),
                    size=len(content),
                )
            ],
        )
    record("inspection.printed", inspection, by=by, organization=inspection.organization)
    return paper
