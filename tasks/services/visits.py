"""A visit: begun, recorded item by item, signed. What the inspector writes is his alone until he signs.

Saving may come late and twice (a telephone without a network sends again): the form's once-only key does
away with the second, the revision tells whoever was slower.
"""

import logging
from dataclasses import dataclass, field
from datetime import date

from django.core.files.storage import default_storage
from django.db import IntegrityError, transaction
from django.db.models import Count, F

from branches.scope import scope_of
from branchyear.audit.services import record
from branchyear.lib.dates import CHINA, in_words, local_day
from branchyear.lib.errors import BadFile, Conflict, Refused, require
from branchyear.notifications.services import notify
from tasks import files, rules
from tasks.models import BranchItem, Inspection, Visit, VisitPhoto, VisitRecord
from tasks.models.visits import photo_path
from tasks.services.inspections import REASON_MIN, runners_of, tell_below, text

State, Verdict = Visit.State, VisitRecord.Verdict
logger = logging.getLogger(__name__)

OF_INSPECTOR = "检查记录由派往该支部的检查人员本人填写，权限到期后不能再填写。"
PICTURES = ("jpg", "jpeg", "png")
PHOTOS_MAX = 5  # for one item; nobody is asked for any
LIMITS = {
    "companion": ("支部陪同人员", 50),
    "opinion": ("当场意见", 1000),
    "demand": ("整改要求", 500),
}


@dataclass(frozen=True)
class Told:
    """What the inspector wrote: record id → (verdict, words), and about the visit as a whole."""

    records: dict = field(default_factory=dict)
    visited_on: date | None = None
    companion: str = ""
    opinion: str = ""
    demand: str = ""


@transaction.atomic
def start(visit, *, by, now):
    """The inspector is there: what the branch claims is kept as it stands at this moment, and an
    unannounced visit becomes known to the branch and those above."""
    _require_inspector(visit, by, now)
    today = local_day(now)
    if today < visit.inspection.starts_on:
        raise Refused(f"本次检查自{in_words(visit.inspection.starts_on)}开始，现在还不能填写。")
    _move(
        visit, State.RUNNING, {"started_at": now, "visited_on": today},
        revision=visit.revision, before=(State.WAITING,),
    )  # fmt: skip
    VisitRecord.objects.bulk_create(_claims(visit))
    _record("inspection.visit_started", visit, by)
    if not visit.inspection.announced:
        tell_below("inspection.started", visit, key="started", who=str(by))
    return visit


def _claims(visit):
    """A line for each item of the plan, with what the branch says to it now."""
    items = visit.inspection.items.select_related("task", "current").order_by(
        "task__order", "order"
    )
    said = {
        row.item_id: row
        for row in BranchItem.objects.filter(branch=visit.branch, item__in=items)
        .select_related("version")
        .annotate(
            files=Count("evidence_links", distinct=True),
            meetings=Count("meeting_links", distinct=True),
        )
    }
    for item in items:
        row = said.get(item.pk)
        yield VisitRecord(
            visit=visit,
            item=item,
            branch_item=row,
            text=row.version.text if row else item.current.text,
            claimed_state=row.state if row else "",
            claimed=claim_of(row),
        )


def claim_of(row):
    """What a branch claims about an item, as it is kept."""
    if row is None:
        return {}
    return {
        "result": row.get_result_display(),
        "fact_on": row.fact_on.isoformat() if row.fact_on else "",
        "note": row.note[:500],
        "files": row.files,
        "meetings": row.meetings,
    }


@transaction.atomic
def save(visit, told, *, revision, by, now):
    """Keep what is written so far."""
    _require_inspector(visit, by, now)
    values = _values(visit, told, now)
    _move(visit, State.RUNNING, values, revision=revision, before=(State.RUNNING,), by=by, now=now)
    _write(visit, told)
    _record("inspection.visit_saved", visit, by)
    return visit


@transaction.atomic
def sign(visit, told, *, revision, by, now):
    """签字: everything is looked at, what was not as claimed is described; from now on nothing changes, and
    branch, those above and the organiser are told."""
    _require_inspector(visit, by, now)
    values = _values(visit, told, now)
    if not values["companion"]:
        raise Refused("请填写支部陪同人员。", field="companion")
    _move(
        visit, State.SIGNED, values | {"signed_at": now, "signed_by_name": str(by)},
        revision=revision, before=(State.RUNNING,), by=by, now=now,
    )  # fmt: skip
    _write(visit, told)
    records = list(visit.records.select_related("item"))
    missing = [r.item.code for r in records if not r.verdict]
    if missing:
        raise Refused(
            f"还有{len(missing)}项没有检查结论：{'、'.join(missing[:8])}。", field="records"
        )
    mute = [r.item.code for r in records if r.is_discrepancy and len(r.words) < REASON_MIN]
    if mute:
        raise Refused(
            f"结论为“不实”或“未见材料”的，请写明情况（不少于{REASON_MIN}个字）：{'、'.join(mute[:8])}。",
            field="records",
        )
    count = sum(r.is_discrepancy for r in records)
    _record("inspection.visit_signed", visit, by, discrepancies=count)
    tell_below("inspection.signed", visit, key="signed", count=count, total=len(records))
    _tell_runners("inspection.signed", visit, count=count, total=len(records))
    return visit


@transaction.atomic
def miss(visit, reason, *, by, now):
    """The branch was drawn but not visited; the organiser says why."""
    require(rules.may_run_inspection(by, visit.inspection.organization), "由组织检查的单位办理。")
    reason = text(reason, "reason", "未检查的原因", 300, REASON_MIN)
    _move(
        visit, State.MISSED, {"missed_reason": reason},
        revision=visit.revision, before=(State.WAITING,),
    )  # fmt: skip
    _record("inspection.visit_missed", visit, by, reason=reason)
    return visit


def add_photo(entry, upload, *, by, now):
    """A picture to one line, checked by content; the same one again is only one."""
    visit = entry.visit
    _require_inspector(visit, by, now)
    facts = files.examine(upload)
    if facts.extension not in PICTURES:
        raise BadFile("照片请上传 jpg 或 png 图片。", field="photo")
    photo = VisitPhoto(
        record=entry, name=facts.name, extension=facts.extension, size=facts.size,
        sha256=facts.sha256, added_by=by, added_at=now,
    )  # fmt: skip
    upload.seek(0)
    photo.file.name = default_storage.save(photo_path(photo, facts.name), upload)
    try:
        with transaction.atomic():
            if not Visit.objects.filter(pk=visit.pk, state=State.RUNNING).update(
                revision=F("revision")
            ):
                raise Refused("检查记录已签字，不能再加照片。")
            if entry.photos.count() >= PHOTOS_MAX:
                raise BadFile(f"每项最多{PHOTOS_MAX}张照片。", field="photo")
            photo.save()
            _record("inspection.photo_added", visit, by, item=entry.item.code, sha256=facts.sha256)
    except IntegrityError:
        default_storage.delete(photo.file.name)
        return entry.photos.get(sha256=facts.sha256)
    except BaseException:
        default_storage.delete(photo.file.name)
        raise
    return photo


# --- Small things ---------------------------------------------------------------------------------


def _values(visit, told, now):
    values = {}
    for name, (label, most) in LIMITS.items():
        value = (getattr(told, name) or "").replace("\r\n", "\n").strip()
        if len(value) > most:
            raise Refused(f"{label}最多{most}个字，现有{len(value)}个字，请精简。", field=name)
        values[name] = value
    day = told.visited_on or visit.visited_on
    if day > local_day(now):
        raise Refused("检查日期不能晚于今天。", field="visited_on")
    if day < visit.inspection.starts_on:
        raise Refused("检查日期不能早于检查开始日期。", field="visited_on")
    return values | {"visited_on": day}


def _write(visit, told):
    """The lines that were told; others stay."""
    rows = []
    for row in visit.records.select_related("item").filter(pk__in=told.records):
        verdict, words = told.records[row.pk]
        words = (words or "").replace("\r\n", "\n").strip()
        if verdict and verdict not in Verdict.values:
            raise Refused("请从属实、基本属实、不实、未见材料中选择。", field="records")
        if len(words) > 500:
            raise Refused(f"{row.item.code}的情况最多500个字，请精简。", field="records")
        row.verdict, row.words = verdict or "", words
        rows.append(row)
    VisitRecord.objects.bulk_update(rows, ["verdict", "words"])


def _require_inspector(visit, by, now):
    scope = scope_of(by, local_day(now))
    require(rules.may_record_visit(by, visit, scope=scope), OF_INSPECTOR)
    if visit.inspection.state != Inspection.State.RUNNING:
        raise Refused("本次检查不在进行中，不能填写。")


def _move(visit, to, values, *, revision, before, by=None, now=None):
    if by is not None:
        values = values | {"saved_by": by, "saved_at": now}
    moved = all(to in Visit.MOVES[state] for state in before) and Visit.objects.filter(
        pk=visit.pk, state__in=before, revision=revision
    ).update(state=to, revision=F("revision") + 1, **values)
    if not moved:
        raise _conflict(visit)
    for name, value in values.items():
        setattr(visit, name, value)
    visit.state, visit.revision = to, revision + 1


def _conflict(visit):
    now = Visit.objects.select_related("saved_by").get(pk=visit.pk)
    lines = now.records.exclude(verdict="").select_related("item")
    theirs = {"状态": now.get_state_display(), "当场意见": now.opinion, "整改要求": now.demand}
    theirs |= {r.item.code: f"{r.get_verdict_display()} {r.words}".strip() for r in lines}
    at = now.signed_at or now.saved_at
    told = f"{at.astimezone(CHINA):%m月%d日%H:%M}" if at else "此前"
    return Conflict(
        f"“{visit.branch}”的检查记录已于{told}在别处保存（现为“{now.get_state_display()}”）。"
        "您这次填写的没有覆盖它，请核对后再保存。",
        theirs=theirs, who=str(now.saved_by or ""), at=at,
    )  # fmt: skip


def _tell_runners(kind, visit, **words):
    notify(
        kind,
        runners_of(visit.inspection),
        url=visit.get_absolute_url(),
        key=f"{kind}:{visit.pk}:runner",
        inspection=visit.inspection,
        organizer=visit.inspection.organization,
        branch=visit.branch,
        **words,
    )


def _record(verb, visit, by, **detail):
    record(
        verb, visit.inspection, by=by, organization=visit.branch, visit=visit.pk,
        branch=visit.branch.code, **detail,
    )  # fmt: skip
