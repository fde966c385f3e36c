"""佐证材料 of a problem: files that prove it is put right, kept in the branch's library."""

from django.conf import settings
from django.db import transaction

from branchyear.audit.services import record
from branchyear.lib.errors import Refused, require
from tasks import rules
from tasks.models import ProblemEvidence
from tasks.services import evidence as materials
from tasks.services.problems.moves import OF_KEEPERS, claim


def add_evidence(problem, upload, *, by, now):
    """A file that proves it, kept in the branch's library like those of the checklist."""
    require(rules.may_keep_problems(by, problem.organization), OF_KEEPERS)
    return materials.take(
        problem.organization,
        upload,
        by=by,
        claim=lambda: claim(problem),
        prove=lambda evidence, is_new: _link(problem, evidence, is_new, by=by),
    )


@transaction.atomic
def attach_evidence(problem, evidence, *, by, now):
    """A file the branch has already proves this too."""
    require(rules.may_keep_problems(by, problem.organization), OF_KEEPERS)
    if evidence.organization_id != problem.organization_id:
        raise Refused("只能选用本支部的材料。")
    claim(problem)
    _link(problem, evidence, False, by=by)


@transaction.atomic
def detach_evidence(problem, evidence, *, by, now):
    """The file no longer proves it; the branch keeps it."""
    require(rules.may_keep_problems(by, problem.organization), OF_KEEPERS)
    claim(problem)
    removed, _ = ProblemEvidence.objects.filter(problem=problem, evidence=evidence).delete()
    if removed:
        _record_file("evidence.detached", problem, evidence, by)


def _link(problem, evidence, is_new, *, by):
    links = ProblemEvidence.objects.filter(problem=problem)
    if links.filter(evidence=evidence).exists():
        return
    if links.count() >= settings.EVIDENCE_MAX_PER_ITEM:
        most = settings.EVIDENCE_MAX_PER_ITEM
        raise Refused(f"每个问题最多{most}份佐证材料，请合并后再上传。", field="file")
    ProblemEvidence.objects.create(problem=problem, evidence=evidence, attached_by=by)
    _record_file("evidence.added" if is_new else "evidence.attached", problem, evidence, by)


def _record_file(verb, problem, evidence, by):
    record(
        verb, evidence, by=by, organization=problem.organization, problem=problem.pk,
        sha256=evidence.sha256,
    )  # fmt: skip
