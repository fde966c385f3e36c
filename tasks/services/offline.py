"""A checklist filled in without the network is looked at, confirmed, and saved: all of it, or nothing.

What is confirmed is what was shown: the plan is made again, and where it differs (somebody was faster) it
is shown again instead of saved. Saving goes through ``items.save`` for every row, in one transaction.
"""

import hashlib
from dataclasses import asdict
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from branchyear.audit.services import record
from branchyear.lib.dates import local_day
from branchyear.lib.errors import Conflict, Refused, require
from branchyear.lib.uploads.reading import size_checked
from members.models import Verdict
from tasks import rules
from tasks.models import BranchItem, Campaign, ChecklistUpload
from tasks.offline import workbook
from tasks.offline.plan import Plan, Typed, read
from tasks.services import items, moves

State = ChecklistUpload.State
OVERTAKEN = "核对之后清单又有变化，还没有保存。已按最新内容重新核对，请再看一遍后确认。"
NO_CAMPAIGN = "基本建设年活动还没有启动，没有可以填报的清单。"


def write_workbook(target, branch, *, by, now=None):
    """The branch's checklist to fill in. Whoever fills the branch's items may take it away."""
    now = now or timezone.now()
    require(rules.may_fill(by, branch), moves.OFFICE_OF_BRANCH)
    count = workbook.write_checklist(target, branch, _campaign(now), now=now)
    record("checklist.downloaded", branch, by=by, organization=branch, rows=count)


def take(file, *, branch, by, now=None):
    """Read an uploaded checklist and judge its rows; returns the upload. Nothing else is changed."""
    now = now or timezone.now()
    require(rules.may_fill(by, branch), moves.OFFICE_OF_BRANCH)
    size_checked(file)
    typed = read(file)
    file.seek(0)
    plan = Plan(typed, branch=branch, campaign=_campaign(now), by=by, now=now)
    with transaction.atomic():
        upload = ChecklistUpload.objects.create(
            branch=branch,
            by=by,
            at=now,
            filename=str(getattr(file, "name", "") or "清单.xlsx")[-200:],
            sha256=hashlib.file_digest(file, "sha256").hexdigest(),
            typed=[asdict(each) for each in typed],
            expires_on=local_day(now) + timedelta(days=settings.ROSTER_UPLOAD_KEEP_DAYS),
            **_shown(plan),
        )
        record("checklist.uploaded", upload, by=by, organization=branch, sha256=upload.sha256)
    return upload


def confirm(upload, *, by, skip_conflicts=False, now=None):
    """Save what was shown, all of it or nothing; returns the upload, saved or judged anew.

    Conflicting rows are never written: with ``skip_conflicts`` the rest is saved without them.
    """
    now = now or timezone.now()
    require(upload.by_id == by.pk and rules.may_fill(by, upload.branch), moves.OFFICE_OF_BRANCH)
    if upload.state == State.SAVED:
        raise Refused("这份清单已经保存过了，不需要再次确认。")
    typed = [Typed(**each) for each in upload.typed]
    try:
        with transaction.atomic():
            plan = Plan(typed, branch=upload.branch, campaign=_campaign(now), by=by, now=now)
            if plan.digest != upload.digest:
                raise Conflict(OVERTAKEN)
            _refuse_unless_sound(upload, skip_conflicts)
            taken = ChecklistUpload.objects.filter(
                pk=upload.pk, state=State.READY, digest=upload.digest
            ).update(state=State.SAVED, saved_at=now, notice="", typed=[])
            if not taken:
                raise Refused("这份清单刚刚保存过了，不需要再次确认。")
            _write(plan, by=by, now=now)
            record(
                "checklist.imported",
                upload,
                by=by,
                organization=upload.branch,
                rows={Verdict(key).label: count for key, count in plan.counts.items() if count},
            )
    except Conflict:
        plan = Plan(typed, branch=upload.branch, campaign=_campaign(now), by=by, now=now)
        ChecklistUpload.objects.filter(pk=upload.pk, state=State.READY).update(
            **_shown(plan), notice=OVERTAKEN
        )
    upload.refresh_from_db()
    return upload


def expire(*, today):
    """Remove uploads whose last day is over; the trail stays and says who saved what. Returns how many."""
    return ChecklistUpload.objects.filter(expires_on__lt=today).delete()[0]


def _shown(plan):
    return {
        "rows": [row.shown for row in plan.rows],
        "counts": plan.counts,
        "digest": plan.digest,
    }


def _refuse_unless_sound(upload, skip_conflicts):
    if upload.blocking:
        raise Refused(
            f"还有{upload.blocking}行有错误或不允许，没有保存。请在原表中改好后重新上传。"
        )
    if upload.count(Verdict.CONFLICT) and not skip_conflicts:
        raise Refused("有冲突的行。请勾选“冲突的行以系统中的为准”，或重新下载清单填写。")
    if not upload.to_save:
        raise Refused("没有需要保存的内容，表中各行与系统中一致。")


def _write(plan, *, by, now):
    for row in plan.to_write:
        item = plan.stored[row.item]
        items.save(item, row.answer, revision=row.revision, by=by, now=now)


def _campaign(now):
    campaign = Campaign.objects.running(local_day(now))
    if campaign is None or not BranchItem.objects.of(campaign).exists():
        raise Refused(NO_CAMPAIGN)
    return campaign
