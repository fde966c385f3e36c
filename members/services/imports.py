"""An uploaded roster is looked at, confirmed, and saved: all of it, or nothing.

The upload is the row; looking and saving are done at once for a branch's roster and by a job for a large
one, by the same functions. What is confirmed is what was shown: the plan is made again, and where it
differs (somebody was faster) it is shown again instead of saved.
"""

import hashlib
import io
import time
from datetime import timedelta

from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from branchyear.audit.services import record
from branchyear.lib.bulk import insert_many
from branchyear.lib.crypto import seal, unseal
from branchyear.lib.dates import local_day
from branchyear.lib.errors import BadFile, Refused, require
from branchyear.lib.routes import path_to
from branchyear.lib.uploads.reading import size_checked
from branchyear.notifications.services import notify
from branchyear.outbox.models import Job
from branchyear.outbox.services import LostLease, enqueue
from members import rules
from members.importing.plan import Plan
from members.models import RosterUpload, RosterUploadRow, Verdict
from members.services.rosters_written import Overtaken, Prepared, leave_trace

State = RosterUpload.State
AT_ONCE_BYTES = 100 * 1024  # a branch's roster has 10-20 KB; a thousand rows take a second or two
MAX_OPEN = 3  # unfinished uploads of one person
CHANGED_MEANWHILE = "核对之后名册又有变化，还没有保存。已按最新名册重新核对，请再看一遍后确认。"
LOST_RIGHT = "您已不再担任可维护该名册的职责，没有保存。如有疑问请联系系统管理员。"
GIVEN_UP = "多次尝试后仍未完成，没有保存任何内容。请重新上传；仍不成功请联系系统管理员。"


# --- Uploading and looking ------------------------------------------------------------------------


def upload_roster(file, *, organization, by, today=None):
    """Take the file and look at it, at once or by a job; returns the upload.

    The same file once more, while the first is still open, is the same upload.
    """
    require(rules.may_import_roster(by, organization))
    size_checked(file)
    content = file.read()
    file.seek(0)
    sha256 = hashlib.sha256(content).hexdigest()
    mine = RosterUpload.objects.filter(by=by, organization=organization)
    same = mine.filter(sha256=sha256, state__in=(State.CHECKING, State.SAVING)).first()
    if same is not None:
        return same
    if (
        RosterUpload.objects.filter(by=by, state__in=(State.CHECKING, State.SAVING)).count()
        >= MAX_OPEN
    ):
        raise Refused("您有几个文件还在核对，请等其中一个完成后再上传。", field="file")
    today = today or local_day()
    if len(content) <= AT_ONCE_BYTES:
        # Looked into first, so that a file that is no roster leaves nothing but a sentence.
        for _ in Plan(io.BytesIO(content), organization=organization, by=by, today=today).parts():
            pass
    with transaction.atomic():
        upload = RosterUpload.objects.create(
            organization=organization,
            by=by,
            filename=str(getattr(file, "name", "") or "名册.xlsx")[-200:],
            size=len(content),
            sha256=sha256,
            expires_on=today + timedelta(days=settings.ROSTER_UPLOAD_KEEP_DAYS),
        )
        upload.file.name = default_storage.save(
            f"rosters/{upload.pk}.bin", ContentFile(seal(content))
        )
        upload.save(update_fields=["file"])
        record(
            "roster.uploaded",
            upload,
            by=by,
            organization=organization,
            sha256=sha256,
            size=upload.size,
        )
        if len(content) > AT_ONCE_BYTES:
            _queue("members.check_roster", upload)
    if len(content) <= AT_ONCE_BYTES:
        check(upload.pk, today=today)
        upload.refresh_from_db()
    return upload


def check(upload_id, *, today, alive=lambda: None, notice=""):
    """Make the plan and keep it row by row. Safe to do again; ``alive`` ends it by raising."""
    upload = _open_upload(upload_id, State.CHECKING)
    if upload is None:
        return
    if not rules.may_import_roster(upload.by, upload.organization):
        fail(upload, LOST_RIGHT)
        return
    upload.rows.all().delete()
    progress = _Progress(upload, alive)
    try:
        plan = Plan(content_of(upload), organization=upload.organization, by=upload.by, today=today)
        for part in plan.parts():
            insert_many(RosterUploadRow, (_report(upload, row) for row in part))
            progress(plan.total, plan.expected)
    except (BadFile, FileNotFoundError) as problem:
        upload.rows.all().delete()
        fail(upload, getattr(problem, "sentence", "文件已不在服务器上，请重新上传。"))
        return
    with transaction.atomic():
        ready = RosterUpload.objects.filter(pk=upload.pk, state=State.CHECKING).update(
            state=State.READY,
            counts={**plan.counts, "warned": plan.warned},
            notes=plan.notes,
            digest=plan.digest,
            done_rows=plan.total,
            total_rows=plan.total,
            notice=notice or F("notice"),
        )
        if ready and upload.size > AT_ONCE_BYTES:
            _tell(upload, "roster.checked", summary=plan.summary)


def _report(upload, row):
    return RosterUploadRow(
        upload=upload,
        number=row.number,
        verdict=row.verdict,
        name=row.name,
        branch=row.branch_name,
        told=row.told,
        problems=row.problems,
        warnings=row.warnings,
    )


# --- Confirming and saving ------------------------------------------------------------------------


def confirm(upload, *, by, skip_conflicts=False, today=None):
    """Save what was shown, all of it or nothing; a large one by a job.

    Conflicting rows are never written: with ``skip_conflicts`` the rest is saved without them.
    """
    require(upload.by_id == by.pk and rules.may_import_roster(by, upload.organization))
    today = today or local_day()
    upload.refresh_from_db()
    if upload.state == State.SAVED:
        raise Refused("这份名册已经保存过了，不需要再次确认。")
    if upload.state in {State.SAVING, State.CHECKING}:
        raise Refused(f"这份名册正在{upload.get_state_display()[:2]}，请稍候。")
    if upload.state != State.READY:
        raise Refused("这份名册已不能保存，请重新上传。")
    if upload.blocking:
        raise Refused(
            f"还有{upload.blocking}行有错误或不允许，没有保存。请在原表中改好后重新上传。"
        )
    if upload.count(Verdict.CONFLICT) and not skip_conflicts:
        raise Refused("有冲突的行。请勾选“冲突的行以系统中的为准”，或重新下载名册填写。")
    if not upload.to_save:
        raise Refused("没有需要保存的内容，表中各行与系统中一致。")
    with transaction.atomic():
        taken = RosterUpload.objects.filter(
            pk=upload.pk, state=State.READY, digest=upload.digest
        ).update(
            state=State.SAVING, skips_conflicts=skip_conflicts, done_rows=0, notice="", error=""
        )
        if not taken:
            raise Refused("这份名册正在保存，请稍候。")
        if upload.size > AT_ONCE_BYTES:
            _queue("members.save_roster", upload)
    if upload.size <= AT_ONCE_BYTES:
        try:
            save(upload.pk, today=today)
        except Exception:
            # Nothing was written; the person can confirm again.
            RosterUpload.objects.filter(pk=upload.pk, state=State.SAVING).update(state=State.READY)
            raise
    upload.refresh_from_db()
    return upload


def save(upload_id, *, today, alive=lambda: None):
    """Make the plan again and write it in one transaction together with the mark "saved"."""
    upload = _open_upload(upload_id, State.SAVING)
    if upload is None:
        return
    if not rules.may_import_roster(upload.by, upload.organization):
        fail(upload, LOST_RIGHT)
        return
    try:
        plan = Plan(content_of(upload), organization=upload.organization, by=upload.by, today=today)
        with Prepared() as prepared:
            prepared.take(plan, _Progress(upload, alive))
            if plan.digest != upload.digest:
                raise Overtaken
            alive()
            with transaction.atomic():
                saved = RosterUpload.objects.filter(pk=upload.pk, state=State.SAVING).update(
                    state=State.SAVED, saved_at=timezone.now(), done_rows=plan.total
                )
                if not saved:
                    raise LostLease(f"Roster upload {upload.pk} was finished by somebody else.")
                prepared.write(by=upload.by, today=today)
                leave_trace(plan, upload.organization, by=upload.by, upload=upload)
                if upload.size > AT_ONCE_BYTES:
                    _tell(upload, "roster.saved", summary=plan.summary)
                transaction.on_commit(lambda: default_storage.delete(upload.file.name))
                RosterUpload.objects.filter(pk=upload.pk).update(file="")
    except Overtaken:
        _look_again(upload, today, alive)
    except (BadFile, FileNotFoundError) as problem:
        fail(upload, getattr(problem, "sentence", "文件已不在服务器上，请重新上传。"))


def _look_again(upload, today, alive):
    RosterUpload.objects.filter(pk=upload.pk, state=State.SAVING).update(
        state=State.CHECKING, notice=CHANGED_MEANWHILE
    )
    check(upload.pk, today=today, alive=alive, notice=CHANGED_MEANWHILE)


def carry_out(file, *, organization, by, today, report=lambda row: None):
    """Import ``file`` without an upload (the console); returns the plan.

    Every row is reported as it is judged. With one row wrong, not allowed or in conflict nothing is
    saved: ``Refused``.
    """
    if by is not None:
        require(rules.may_import_roster(by, organization))
    plan = Plan(file, organization=organization, by=by, today=today)
    with Prepared() as prepared:
        prepared.take(plan, report=report)
        if not plan.is_sound or plan.counts[Verdict.CONFLICT]:
            raise Refused(f"表中有问题，没有导入。{plan.summary}。")
        try:
            with transaction.atomic():
                prepared.write(by=by, today=today)
                leave_trace(plan, organization, by=by)
        except Overtaken:
            raise Refused("导入期间有人修改了名册，没有导入。请再试一次。") from None
    return plan


def dry_run(file, *, organization, by, today, report=lambda row: None):
    """The plan alone, row by row."""
    plan = Plan(file, organization=organization, by=by, today=today)
    for part in plan.parts():
        for row in part:
            report(row)
    return plan


# --- Ending and clearing away ---------------------------------------------------------------------


@transaction.atomic
def fail(upload, sentence):
    """Nothing was saved; the person is told why."""
    failed = RosterUpload.objects.filter(
        pk=upload.pk, state__in=(State.CHECKING, State.SAVING)
    ).update(state=State.FAILED, error=sentence[:500])
    if failed:
        record(
            "roster.failed",
            upload,
            by=upload.by,
            organization=upload.organization,
            error=sentence[:500],
        )
        if upload.size > AT_ONCE_BYTES:
            _tell(upload, "roster.failed", error=sentence)
    return failed


def expire(*, today):
    """Remove files and reports whose last day is over; the upload itself stays and says who had what."""
    over = RosterUpload.objects.filter(expires_on__lt=today).exclude(
        state__in=(State.EXPIRED, State.CHECKING, State.SAVING)
    )
    count = 0
    for upload in list(over):
        if upload.file:
            default_storage.delete(upload.file.name)
        upload.rows.all().delete()
        count += RosterUpload.objects.filter(pk=upload.pk).update(state=State.EXPIRED, file="")
    return count


# --- Helpers --------------------------------------------------------------------------------------


def _open_upload(pk, state):
    return (
        RosterUpload.objects.select_related("organization", "by").filter(pk=pk, state=state).first()
    )


def content_of(upload):
    """The uploaded workbook, decrypted."""
    if not upload.file:
        raise FileNotFoundError
    with default_storage.open(upload.file.name, "rb") as file:
        return io.BytesIO(unseal(file.read()))


def _queue(kind, upload):
    """A job of its own for every time a person asks."""
    before = Job.objects.filter(key__startswith=f"{kind}:{upload.pk}:").count()
    enqueue(kind, f"{kind}:{upload.pk}:{before + 1}", {"roster_upload": upload.pk}, queue="heavy")


def _tell(upload, kind, **words):
    notify(
        kind,
        [upload.by],
        url=path_to("members:roster_report", upload.pk),
        upload=upload,
        **words,
    )


class _Progress:
    """Writes how far it is, and that the worker lives, once a second at most."""

    def __init__(self, upload, alive):
        self.upload, self.alive, self.last = upload, alive, 0.0

    def __call__(self, done, total):
        if time.monotonic() - self.last < 1:
            return
        self.last = time.monotonic()
        self.alive()
        RosterUpload.objects.filter(pk=self.upload.pk).update(done_rows=done, total_rows=total)
