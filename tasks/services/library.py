"""The library (材料库) of a branch: files kept once, replaced by newer revisions, dated, verified.

Rows of files are never changed but for the day of the fact, and that only until a reviewer has it.
"""

import hashlib
from dataclasses import dataclass

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from branchyear.audit.services import record
from branchyear.lib.dates import CHINA
from branchyear.lib.errors import Conflict, Refused, require
from tasks import rules
from tasks.models import BranchItem, Evidence, ItemEvidence, Problem, ProblemEvidence
from tasks.services import evidence as materials
from tasks.services import moves
from tasks.services.problems import WORK
from tasks.signals import evidence_replaced

OF_KEEPERS = "材料库由本支部的党支部书记或党务干部管理。"
SEALED = (BranchItem.State.SUBMITTED, BranchItem.State.ACCEPTED)


def store(organization, upload, *, by, fact_on=None, now=None):
    """Keep a file for later use; returns ``(evidence, is_new)``. What is there already stays as it is."""
    now = now or timezone.now()
    require(rules.may_keep_library(by, organization), OF_KEEPERS)
    materials.refuse_future(fact_on, now=now)
    new = []

    def prove(evidence, is_new):
        if is_new:
            new.append(evidence)
            _record("evidence.stored", evidence, by=by)

    kept = materials.take(
        organization, upload, by=by, fact_on=fact_on, claim=lambda: None, prove=prove
    )
    return kept, bool(new)


def replace(evidence, upload, *, by, fact_on=None, now=None):
    """A new revision takes the place of a file; returns ``(evidence, how many uses moved)``.

    What is still with the branch moves on to the new file. What was handed in or accepted keeps the file
    that was reviewed.
    """
    now = now or timezone.now()
    require(rules.may_keep_library(by, evidence.organization), OF_KEEPERS)
    materials.refuse_future(fact_on, now=now)
    moved = []

    def claim():
        Evidence.objects.select_for_update().get(pk=evidence.pk)
        newer = Evidence.objects.filter(replaces=evidence).select_related("uploaded_by").first()
        if newer is not None:
            at = newer.uploaded_at.astimezone(CHINA)
            raise Conflict(
                f"“{evidence.name}”已由{newer.uploaded_by.name}于{at:%m月%d日%H:%M}换成新版，"
                "您的文件没有保存。请在新版的页面上核对后再上传。",
                who=newer.uploaded_by.name,
                at=newer.uploaded_at,
            )

    def prove(new, is_new):
        if not is_new:
            raise Refused(
                f"这个文件与材料库中的“{new.name}”内容完全相同，不需要再上传。", field="file"
            )
        moved.extend(_move_items(evidence, new, by=by, now=now))
        moved.extend(_move_problems(evidence, new))
        evidence_replaced.send(Evidence, old=evidence, new=new)
        _record("evidence.replaced", new, by=by, replaces=evidence.pk, moved=moved)

    new = materials.take(
        evidence.organization,
        upload,
        by=by,
        fact_on=fact_on or evidence.fact_on,
        replaces=evidence,
        claim=claim,
        prove=prove,
    )
    return new, len(moved)


@transaction.atomic
def use(branch_item, files, *, by, now=None):
    """Let several files prove an item: all of them or none."""
    for file in files:
        materials.attach(branch_item, file, by=by, now=now)


@transaction.atomic
def date_fact(evidence, fact_on, *, by, now=None):
    """Say on which day happened what the file shows; not any more once a reviewer has it."""
    now = now or timezone.now()
    require(rules.may_keep_library(by, evidence.organization), OF_KEEPERS)
    materials.refuse_future(fact_on, now=now)
    uses = BranchItem.objects.select_for_update(of=("self",)).filter(
        evidence_links__evidence=evidence
    )
    sealed = [row.item.code for row in uses.select_related("item") if row.state in SEALED]
    if sealed:
        raise Refused(
            f"该文件已随{'、'.join(sealed)}提交审核，材料日期不能再改。日期填错的，请联系审核人退回。",
            field="fact_on",
        )
    if evidence.fact_on == fact_on:
        return evidence
    Evidence.objects.filter(pk=evidence.pk).update(fact_on=fact_on)
    evidence.fact_on = fact_on
    _record("evidence.dated", evidence, by=by, fact_on=fact_on.isoformat() if fact_on else "")
    return evidence


@dataclass(frozen=True)
class Check:
    """What the stored file says of itself now: its SHA-256, "" when it cannot be read."""

    expected: str
    found: str

    @property
    def is_same(self):
        return self.found == self.expected


def verify(evidence, *, by):
    """Reckon the SHA-256 of the stored file anew; on the trail either way. The caller has asked whether
    ``by`` sees it."""
    digest = hashlib.sha256()
    try:
        with evidence.file.storage.open(evidence.file.name, "rb") as file:
            for piece in file.chunks():
                digest.update(piece)
        found = digest.hexdigest()
    except OSError:
        found = ""
    check = Check(expected=evidence.sha256, found=found)
    _record("evidence.verified", evidence, by=by, found=found, same=check.is_same)
    return check


def _move_items(old, new, *, by, now):
    """Uses in items that can be filled in now go over to the new file; the codes of those items."""
    links = ItemEvidence.objects.filter(
        evidence=old, branch_item__state__in=BranchItem.EDITABLE
    ).select_related("branch_item__item__task__campaign", "branch_item__branch")
    codes = []
    for link in links:
        row = link.branch_item
        try:
            moves.refuse_unless_fillable(row, now=now)
        except Refused:
            continue  # before its time, after the campaign: it stays as it was
        # Takes the row, so that handing in at this moment waits, or is left alone when it was first.
        taken = BranchItem.objects.filter(pk=row.pk, state__in=BranchItem.EDITABLE).update(
            updated_by=by, updated_at=now
        )
        if taken:
            ItemEvidence.objects.filter(pk=link.pk).update(
                evidence=new, attached_by=by, attached_at=now
            )
            codes.append(row.item.code)
    return codes


def _move_problems(old, new):
    """The same for problems that are still being mended; their numbers."""
    numbers = []
    links = ProblemEvidence.objects.filter(evidence=old, problem__state__in=WORK)
    for link in links.select_related("problem"):
        problem = Problem.objects.filter(pk=link.problem_id, state__in=WORK)
        if problem.update(revision=F("revision")):
            ProblemEvidence.objects.filter(pk=link.pk).update(evidence=new)
            numbers.append(f"问题{link.problem.number}")
    return numbers


def _record(verb, evidence, *, by, **detail):
    record(
        verb,
        evidence,
        by=by,
        organization=evidence.organization,
        sha256=evidence.sha256,
        **detail,
    )
