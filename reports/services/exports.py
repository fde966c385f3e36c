"""A ledger is asked for, made in the background, fetched, and cleared away in time.

The row is the request and its result; the file is made by a job of its own, so that a page never waits.
Safe to do again at any point: the rows are read anew, the file has one name, and only one worker can
say "ready".
"""

import hashlib
import tempfile
import time
from datetime import timedelta
from pathlib import Path

from django.core.files import File
from django.core.files.storage import default_storage
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from branchyear.audit.services import record
from branchyear.lib import pdf, xlsx
from branchyear.lib.dates import in_words, local_day
from branchyear.lib.errors import Refused, require
from branchyear.lib.layout import moment
from branchyear.notifications.services import notify
from branchyear.outbox.models import Job
from branchyear.outbox.services import LostLease, enqueue
from reports import rules
from reports.dossier.package import Made
from reports.kinds import kind_of
from reports.models import Export, Paper

Status = Export.Status
OPEN = (Status.QUEUED, Status.RUNNING)
# One person's unfinished requests. A whole city's ledger takes a worker a minute or two, and others wait.
MAX_OPEN = 5
LOST_OFFICE = "您已不再担任可查看该范围的职责，台账未生成。如有疑问请联系系统管理员。"

AGAIN = "上次生成中断，系统会自动再试，不需要您操作。"
GIVEN_UP = "多次尝试后仍未生成，文件没有做成。请点“重试”；仍不成功请联系系统管理员。"


# --- Asking ---------------------------------------------------------------------------------------


@transaction.atomic
def request_export(kind, *, organization, format, parameters, by):
    """Ask for a ledger; the same request still waiting or running is returned instead of a second."""
    require(rules.may_export(by, organization))
    ledger = kind_of(kind)
    asked = ledger.asked(organization, parameters, by=by, at=timezone.now())
    if format not in ledger.formats:
        labels = "或 ".join(f"{Export.Format(each).label} " for each in ledger.formats).strip()
        raise Refused(f"请选择 {labels}。", field="format")
    ledger.check(asked)
    parameters = asked.selection.parameters
    mine = Export.objects.filter(requested_by=by, status__in=OPEN)
    same = mine.filter(kind=kind, organization=organization, format=format)
    for export in same:
        if export.parameters == parameters:
            return export
    if mine.count() >= MAX_OPEN:
        raise Refused(f"您已有 {MAX_OPEN} 个台账正在生成，请等其中一个完成后再申请。")
    export = Export.objects.create(
        kind=ledger.key,
        organization=organization,
        parameters=parameters,
        format=format,
        requested_by=by,
    )
    record(
        "export.requested",
        export,
        by=by,
        organization=organization,
        kind=kind,
        format=format,
        parameters=parameters,
    )
    _queue(export)
    return export


@transaction.atomic
def retry_export(export, *, by):
    """Ask once more for what failed."""
    require(export.requested_by_id == by.pk and rules.may_export(by, export.organization))
    tried = Export.objects.filter(pk=export.pk, status=Status.FAILED).update(
        status=Status.QUEUED,
        error="",
        done_units=0,
        total_units=0,
        started_at=None,
        finished_at=None,
    )
    if not tried:
        raise Refused("这个台账不是失败状态，不需要重试。")
    record("export.requested", export, by=by, organization=export.organization, again=True)
    _queue(export)


def _queue(export):
    """A job of its own for every attempt a person asks for."""
    before = Job.objects.filter(key__startswith=f"export:{export.pk}:").count()
    enqueue(
        "reports.render", f"export:{export.pk}:{before + 1}", {"export": export.pk}, queue="heavy"
    )


# --- Making ---------------------------------------------------------------------------------------


def render(export_id, *, now, alive=lambda: None):
    """Make the file. ``alive`` is called about once a second and ends the work by raising.

    What the person may see is asked again here: between asking and making an office may have ended.
    A reason a person can act on ends the request as failed; anything else is raised, so that the
    outbox tries again.
    """
    export = (
        Export.objects.select_related("organization", "requested_by").filter(pk=export_id).first()
    )
    if export is None or export.status not in OPEN:
        return
    Export.objects.filter(pk=export.pk, status__in=OPEN).update(
        status=Status.RUNNING, started_at=now, done_units=0, error=""
    )
    if not rules.may_export(export.requested_by, export.organization):
        fail(export, LOST_OFFICE)
        return
    try:
        kind = kind_of(export.kind)
        asked = kind.asked(export.organization, export.parameters, by=export.requested_by, at=now)
        with tempfile.TemporaryDirectory(prefix="export-") as folder:
            path = Path(folder) / f"ledger.{export.format}"
            made = write(kind, asked, export.format, path, _Progress(export, alive))
            alive()
            _finish(export, path, made, kind, kind.filename(asked, export.format), now)
    except Refused as refusal:
        fail(export, refusal.sentence)
    except LostLease:
        raise  # somebody else is at it: not a word
    except Exception:
        Export.objects.filter(pk=export.pk, status=Status.RUNNING).update(
            status=Status.QUEUED, error=AGAIN
        )
        raise


def write(kind, asked, format, target, progress=None):
    """Write the ledger of ``kind`` to ``target``; says how many rows it has. Also the console's door."""
    if format == Export.Format.ZIP:
        return kind.write(asked, target, progress)
    layout = kind.layout(asked)
    total = kind.count(asked)
    counted = _Counted(kind.rows(asked))
    if format == Export.Format.XLSX:
        xlsx.write_workbook(target, layout, counted, total=total, progress=progress)
    else:
        watermark = f"{asked.by or '系统'} {moment(asked.at)}"
        pdf.render_ledger(
            target, layout, counted, total=total, progress=progress, watermark=watermark
        )
    return Made(counted.count)


class _Counted:
    """Rows that know how many of them went past."""

    def __init__(self, rows):
        self.rows, self.count = rows, 0

    def __iter__(self):
        for row in self.rows:
            self.count += 1
            yield row


class _Progress:
    """Writes how far it is, and that the worker lives, once a second at most."""

    def __init__(self, export, alive):
        self.export, self.alive, self.last = export, alive, 0.0

    def __call__(self, done, total):
        if time.monotonic() - self.last < 1:
            return
        self.last = time.monotonic()
        self.alive()
        Export.objects.filter(pk=self.export.pk, status=Status.RUNNING).update(
            done_units=done, total_units=max(total or 0, done)
        )


def _finish(export, path, made, kind, filename, now):
    """Store the file under its one name, replacing what a killed worker left there, and say so."""
    with path.open("rb") as file:
        sha256 = hashlib.file_digest(file, "sha256").hexdigest()
    name = f"exports/{export.pk}.{export.format}"
    default_storage.delete(name)
    with path.open("rb") as file:
        name = default_storage.save(name, File(file))
    expires_on = local_day(now) + timedelta(days=kind.keep_days)
    with transaction.atomic():
        ready = Export.objects.filter(pk=export.pk, status=Status.RUNNING).update(
            status=Status.READY,
            finished_at=timezone.now(),
            file=name,
            filename=filename,
            error=made.remark,
            rows=made.rows,
            done_units=made.rows,
            total_units=made.rows,
            size=path.stat().st_size,
            sha256=sha256,
            expires_on=expires_on,
            paper=Paper.objects.filter(files__sha256=sha256, files__role="whole").first(),
        )
        if not ready:
            return
        record(
            "export.finished",
            export,
            by=export.requested_by,
            organization=export.organization,
            rows=made.rows,
            sha256=sha256,
        )
        _tell(export, "export.ready", filename=filename, expires=in_words(expires_on))


@transaction.atomic
def fail(export, sentence):
    """The request ends without a file; the person is told why."""
    failed = Export.objects.filter(pk=export.pk, status__in=OPEN).update(
        status=Status.FAILED, finished_at=timezone.now(), error=sentence[:500]
    )
    if failed:
        record(
            "export.failed",
            export,
            by=export.requested_by,
            organization=export.organization,
            error=sentence[:500],
        )
        _tell(export, "export.failed", error=sentence)


def _tell(export, kind, **words):
    attempt = Job.objects.filter(key__startswith=f"export:{export.pk}:").count()
    ledger = f"{export.organization.label} {kind_of(export.kind).title}"
    notify(
        kind,
        [export.requested_by],
        url=reverse("reports:exports"),
        key=f"{kind}:{export.pk}:{attempt}",
        ledger=ledger,
        **words,
    )


# --- Fetching and clearing away -------------------------------------------------------------------


def download(export, *, by):
    """The open file for its requester; who took it away is noted."""
    require(export.requested_by_id == by.pk and rules.may_export(by, export.organization))
    if export.status != Status.READY:
        raise Refused("文件还没有生成，或已过保留期被清理。请在导出中心重新申请。")
    try:
        file = export.file.open("rb")
    except FileNotFoundError:
        raise Refused("文件已不在服务器上，请在导出中心重新申请。") from None
    record(
        "export.downloaded", export, by=by, organization=export.organization, sha256=export.sha256
    )
    return file


def expire(*, today):
    """Remove the files whose last day is over; the rows stay and say who had what. Returns how many."""
    count = 0
    for export in list(Export.objects.filter(status=Status.READY, expires_on__lt=today)):
        export.file.delete(save=False)
        count += Export.objects.filter(pk=export.pk, status=Status.READY).update(
            status=Status.EXPIRED, file=""
        )
    return count
