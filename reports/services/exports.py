"""A ledger is asked for, waits in line, is fetched, given up or cleared away in time.

The row is the request and its result; the file is made by jobs of its own (``making``), so that a page never
waits. While nothing has changed, the file that was made before is at hand at once.
"""

from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from branchyear.audit.services import record
from branchyear.lib.errors import Refused, require
from branchyear.lib.routes import path_to
from branchyear.notifications.services import notify
from branchyear.outbox.models import Job
from branchyear.outbox.services import enqueue
from reports import rules
from reports.kinds import kind_of
from reports.models import Export, ExportPart, Paper
from reports.services import versions

Status = Export.Status
OPEN = (Status.QUEUED, Status.RUNNING)
# One person's unfinished requests. A whole city's ledger takes a worker a minute or two, and others wait.
MAX_OPEN = 5
PARTS = "exports/parts"
GIVEN_UP = "多次尝试后仍未生成，文件没有做成。请点“重试”；仍不成功请联系系统管理员。"
MOVED_ON = "您的职责与生成时相比已有变化，请重新申请，文件将按现在的职责生成。"


# --- Asking ---------------------------------------------------------------------------------------


@transaction.atomic
def request_export(kind, *, organization, format, parameters, by):
    """Ask for a ledger. The same request still waiting or running is returned instead of a second; while
    nothing has changed, the file made before is the answer (``READY`` at once)."""
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
    export = Export(
        kind=ledger.key,
        organization=organization,
        parameters=parameters,
        format=format,
        requested_by=by,
        offices=versions.offices_of(by),
        version=versions.version_of(ledger, asked),
    )
    if before := at_hand(export):
        return _hand_over(before, export)
    if mine.count() >= MAX_OPEN:
        raise Refused(f"您已有 {MAX_OPEN} 个台账正在生成，请等其中一个完成后再申请。")
    export.save()
    _note("export.requested", export, kind=kind, format=format, parameters=parameters)
    _queue(export)
    return export


def at_hand(export):
    """A finished file of the same version of the data, made for the same person or, where it bears nobody's
    name across its pages (a PDF does, so that a leak can be traced), for one with the same offices."""
    found = Export.objects.filter(
        kind=export.kind,
        organization=export.organization,
        format=export.format,
        version=export.version,
        status=Status.READY,
    )
    if export.format == Export.Format.PDF or kind_of(export.kind).bears_names:
        found = found.filter(requested_by=export.requested_by)
    for before in found.select_related("requested_by").order_by("-pk")[:3]:
        if default_storage.exists(before.file.name):
            return before
    return None


def _hand_over(before, export):
    """The same person gets the row of then; another one a row of his own with the same file."""
    if before.requested_by_id == export.requested_by_id:
        _note("export.requested", before, kind=before.kind, format=before.format, at_hand=True)
        return before
    adopt(export, before)
    export.save()
    _note("export.requested", export, kind=export.kind, format=export.format, at_hand=True)
    return export


RESULT = (
    "file", "filename", "rows", "pages", "size", "sha256", "expires_on", "paper", "made_at",
    "done_units", "total_units", "error",
)  # fmt: skip


def adopt(export, before):
    """Give ``export`` (unsaved) the result of ``before``."""
    for name in RESULT:
        setattr(export, name, getattr(before, name))
    export.status, export.source, export.finished_at = Status.READY, before, timezone.now()


@transaction.atomic
def retry_export(export, *, by):
    """Ask once more for what failed or was given up."""
    require(export.requested_by_id == by.pk and rules.may_export(by, export.organization))
    tried = Export.objects.filter(
        pk=export.pk, status__in=(Status.FAILED, Status.CANCELLED)
    ).update(
        status=Status.QUEUED,
        error="",
        done_units=0,
        total_units=0,
        queued_at=timezone.now(),
        making=F("making") + 1,
        made_at=None,
        started_at=None,
        finished_at=None,
    )
    if not tried:
        raise Refused("这个台账不是失败或已取消的状态，不需要重试。")
    export.refresh_from_db()
    _note("export.requested", export, again=True)
    _queue(export)


@transaction.atomic
def cancel_export(export, *, by):
    """The person does not want it any more. One that waits ends at once; who is making it sees it at the
    next sign of life and stops."""
    require(export.requested_by_id == by.pk)
    ended = Export.objects.filter(pk=export.pk, status__in=OPEN).update(
        status=Status.CANCELLED, finished_at=timezone.now(), error=""
    )
    if not ended:
        raise Refused("这个台账已经不在生成，不需要取消。")
    _note("export.cancelled", export)
    _drop(export)


def _queue(export):
    """A job of its own for every attempt a person asks for."""
    before = Job.objects.filter(key__startswith=f"export:{export.pk}:").count()
    enqueue(
        "reports.render", f"export:{export.pk}:{before + 1}", {"export": export.pk}, queue="heavy"
    )


def places_in_line():
    """``{id: how many stand before it}`` of all that wait; those being made come first."""
    rows = Export.objects.filter(status__in=OPEN).order_by("queued_at", "pk")
    running, waiting = [], []
    for pk, status in rows.values_list("pk", "status"):
        (running if status == Status.RUNNING else waiting).append(pk)
    return {pk: len(running) + at for at, pk in enumerate(waiting)}


# --- Coming to an end -----------------------------------------------------------------------------


@transaction.atomic
def fail(export, sentence):
    """The request ends without a file; the person is told why."""
    failed = Export.objects.filter(pk=export.pk, status__in=OPEN).update(
        status=Status.FAILED, finished_at=timezone.now(), error=sentence[:500]
    )
    if failed:
        _note("export.failed", export, error=sentence[:500])
        tell(export, "export.failed", error=sentence)
        _drop(export)


def tell(export, kind, **words):
    """A notice to the person who asked, once for every making."""
    notify(
        kind,
        [export.requested_by],
        url=path_to("reports:exports"),
        key=f"{kind}:{export.pk}:{export.making}",
        ledger=f"{export.organization.label} {kind_of(export.kind).title}",
        **words,
    )


def _note(verb, export, **detail):
    record(verb, export, by=export.requested_by, organization=export.organization, **detail)


def _drop(export):
    """What was made so far goes; a paper that was never given out confirms nothing."""
    Paper.objects.filter(exports=export.pk, files=None).delete()
    ExportPart.objects.filter(export=export).delete()
    left = Export.objects.filter(pk=export.pk).values_list("file", flat=True).first()
    Export.objects.filter(pk=export.pk).update(file="")

    def clear():
        clear_parts(export.pk)
        if left:
            default_storage.delete(left)

    transaction.on_commit(clear, robust=True)


def clear_parts(pk):
    """Remove the files of the parts: they hold what the person asked for, and serve nobody any more."""
    folder = f"{PARTS}/{pk}"
    try:
        _, names = default_storage.listdir(folder)
    except FileNotFoundError:
        return
    for name in names:
        default_storage.delete(f"{folder}/{name}")
    default_storage.delete(folder)


# --- Fetching and clearing away -------------------------------------------------------------------


def download(export, *, by):
    """The open file for its requester; who took it away is noted.

    What the person may see is asked again: the organisation, and whether every office is still held that
    he held when it was made.
    """
    require(export.requested_by_id == by.pk and rules.may_export(by, export.organization))
    if export.status != Status.READY:
        raise Refused("文件还没有生成，或已过保留期被清理。请在导出中心重新申请。")
    held = versions.offices_of(by)
    if any(office not in held for office in export.offices):
        raise Refused(MOVED_ON)
    try:
        file = export.file.open("rb")
    except FileNotFoundError:
        raise Refused("文件已不在服务器上，请在导出中心重新申请。") from None
    record(
        "export.downloaded", export, by=by, organization=export.organization, sha256=export.sha256
    )
    return file


def expire(*, today):
    """Remove the files whose last day is over, and parts that nobody works on; the rows stay and say who had
    what. Returns how many exports expired."""
    count = 0
    for export in list(Export.objects.filter(status=Status.READY, expires_on__lt=today)):
        others = Export.objects.filter(file=export.file.name, status=Status.READY)
        if not others.exclude(pk=export.pk).exists():
            export.file.delete(save=False)
        count += Export.objects.filter(pk=export.pk, status=Status.READY).update(
            status=Status.EXPIRED, file=""
        )
    _clear_orphans()
    return count


def _clear_orphans():
    try:
        folders, _ = default_storage.listdir(PARTS)
    except FileNotFoundError:
        return
    at_work = set(Export.objects.filter(status__in=OPEN).values_list("pk", flat=True))
    for name in folders:
        if name.isdecimal() and int(name) not in at_work:
            clear_parts(int(name))
