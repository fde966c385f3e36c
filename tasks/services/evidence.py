"""Evidence: a file of the branch is stored once, and proves as many items as it is attached to. So does a
recorded meeting, which is not uploaded at all."""

import logging

from django.conf import settings
from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import Case, Value, When
from django.utils import timezone

from branches.scope import scope_of
from branchyear.audit.services import record
from branchyear.lib.bulk import insert_one, insert_unless_there
from branchyear.lib.dates import local_day
from branchyear.lib.errors import Refused, require
from tasks import files, rules
from tasks.meetings import fitting
from tasks.models import BranchItem, Evidence, ItemEvidence, ItemMeeting
from tasks.models.evidence import evidence_path
from tasks.services import items, moves, twins

logger = logging.getLogger(__name__)
State = BranchItem.State


def add(branch_item, upload, *, by, fact_on=None, now=None):
    """Take a file for this item; returns the evidence. A file the branch already has is only linked.

    The file is checked and written before the transaction, so that no slow disk holds the database; when
    the transaction fails, or somebody stored the same file meanwhile, it is removed again.
    """
    now = now or timezone.now()
    require_fillable(branch_item, by=by, now=now)
    refuse_future(fact_on, now=now)

    def prove(evidence, is_new):
        is_linked = _link(branch_item, evidence, by=by, now=now)
        if is_new or is_linked:
            verb = "evidence.added" if is_new else "evidence.attached"
            _record(verb, evidence, branch_item, by=by)

    return take(
        branch_item.branch,
        upload,
        by=by,
        fact_on=fact_on,
        claim=lambda: claim_row(branch_item, by=by, now=now),
        prove=prove,
    )


def take(organization, upload, *, by, claim, prove, fact_on=None, replaces=None):
    """Put a file into the organisation's library, once; returns the evidence.

    ``claim()`` takes the row the file is for, ``prove(evidence, is_new)`` ties the two, both in the
    transaction in which the file gets its own row. The caller has asked whether ``by`` may. A new
    revision says which row it ``replaces``.
    """
    facts = files.examine(upload)
    same = Evidence.objects.filter(organization=organization, sha256=facts.sha256)
    path, is_new = None, False
    try:
        evidence = same.first()
        if evidence is None:
            new = Evidence(
                organization=organization,
                sha256=facts.sha256,
                name=facts.name,
                extension=facts.extension,
                size=facts.size,
                fact_on=fact_on,
                replaces=replaces,
                uploaded_by=by,
            )
            upload.seek(0)
            path = default_storage.save(evidence_path(new, facts.name), upload)
            new.file = path
        with transaction.atomic():
            claim()
            if evidence is None:
                is_new = insert_unless_there(new, "organization", "sha256")
                evidence = new if is_new else same.get()
            if is_new:
                twins.ask_for_fingerprint(evidence)
            prove(evidence, is_new)
    except BaseException:
        _remove(path)
        raise
    if not is_new:
        _remove(path)
    return evidence


@transaction.atomic
def attach(branch_item, evidence, *, by, now=None):
    """Let a file the branch already has prove this item too."""
    now = now or timezone.now()
    require_fillable(branch_item, by=by, now=now)
    if evidence.organization_id != branch_item.branch_id:
        raise Refused("只能关联本支部的佐证材料。")
    claim_row(branch_item, by=by, now=now)
    if _link(branch_item, evidence, by=by, now=now):
        _record("evidence.attached", evidence, branch_item, by=by)
    return evidence


@transaction.atomic
def detach(branch_item, evidence, *, by, now=None):
    """The file no longer proves this item; the branch keeps it among its materials."""
    now = now or timezone.now()
    require_fillable(branch_item, by=by, now=now)
    claim_row(branch_item, by=by, now=now)
    removed, _ = ItemEvidence.objects.filter(branch_item=branch_item, evidence=evidence).delete()
    if removed:
        _record("evidence.detached", evidence, branch_item, by=by)


@transaction.atomic
def attach_meetings(branch_item, meetings, *, by, now=None):
    """Let recorded meetings of the branch prove this item; returns how many were new."""
    now = now or timezone.now()
    require_fillable(branch_item, by=by, now=now)
    wanted = {meeting.pk for meeting in meetings}
    found = {m.pk: m for m in fitting(branch_item, now=now).filter(pk__in=wanted)}
    if set(found) != wanted:
        raise Refused("只能关联本支部在本条目期限内、类型相符且没有作废的组织生活记录。")
    claim_row(branch_item, by=by, now=now)
    there = branch_item.meeting_links.filter(meeting__in=wanted)
    for pk in there.values_list("meeting_id", flat=True):
        del found[pk]
    ItemMeeting.objects.bulk_create(
        ItemMeeting(branch_item=branch_item, meeting=meeting, attached_by=by, attached_at=now)
        for _, meeting in sorted(found.items())
    )
    for meeting in found.values():
        _record_meeting("meeting.attached", meeting, branch_item, by=by)
    return len(found)


@transaction.atomic
def detach_meeting(branch_item, meeting, *, by, now=None):
    """The meeting no longer proves this item; its record stays with the branch."""
    now = now or timezone.now()
    require_fillable(branch_item, by=by, now=now)
    claim_row(branch_item, by=by, now=now)
    removed, _ = ItemMeeting.objects.filter(branch_item=branch_item, meeting=meeting).delete()
    if removed:
        _record_meeting("meeting.detached", meeting, branch_item, by=by)


def refuse_future(fact_on, *, now):
    """A material cannot show what has not happened yet."""
    if fact_on is not None and fact_on > local_day(now):
        raise Refused("材料日期不能晚于今天。", field="fact_on")


def _record_meeting(verb, meeting, branch_item, *, by):
    record(
        verb,
        meeting,
        by=by,
        organization=branch_item.branch,
        item=branch_item.pk,
        code=branch_item.item.code,
    )


def require_fillable(branch_item, *, by, now):
    """The item is with the branch, and ``by`` fills it."""
    moves.refuse_unless_fillable(branch_item, now=now)
    scope = scope_of(by, local_day(now))
    require(rules.may_fill_item(by, branch_item, scope=scope), moves.OFFICE_OF_BRANCH)


def claim_row(branch_item, *, by, now):
    """Take the item's row, so that handing in waits for the files; an untouched item becomes a draft.

    Without a new revision: who types while uploading has no conflict with himself.
    """
    touched = BranchItem.objects.filter(pk=branch_item.pk, state__in=BranchItem.EDITABLE).update(
        state=Case(
            When(state=State.RETURNED, then=Value(State.RETURNED)), default=Value(State.DRAFT)
        ),
        updated_by=by,
        updated_at=now,
    )
    if not touched:
        raise items.conflict(branch_item)
    if branch_item.state == State.TODO:
        branch_item.state = State.DRAFT
    branch_item.updated_by, branch_item.updated_at = by, now


def _link(branch_item, evidence, *, by, now):
    """True when the link is new. The item's row is taken (``claim_row``): nobody else links to it meanwhile."""
    links = ItemEvidence.objects.filter(branch_item=branch_item)
    there = set(links.values_list("evidence_id", flat=True))
    if evidence.pk in there:
        return False
    if len(there) >= settings.EVIDENCE_MAX_PER_ITEM:
        raise Refused(
            f"每个条目最多{settings.EVIDENCE_MAX_PER_ITEM}份佐证材料，请合并后再上传。",
            field="file",
        )
    insert_one(
        ItemEvidence(branch_item=branch_item, evidence=evidence, attached_by=by, attached_at=now)
    )
    return True


def _record(verb, evidence, branch_item, *, by):
    record(
        verb,
        evidence,
        by=by,
        organization=branch_item.branch,
        item=branch_item.pk,
        code=branch_item.item.code,
        sha256=evidence.sha256,
    )


def _remove(path):
    if path is None:
        return
    try:
        default_storage.delete(path)
    except OSError:
        logger.exception("A file without a row could not be removed: %s", path)
