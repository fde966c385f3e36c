"""The file of an export is made: small ledgers in one go, large ones in parts (``parts``).

Safe to do again at any point: the rows are read anew or the parts taken up where they lie,
and only one worker can say "ready".
"""

import hashlib
import secrets
import tempfile
import time
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from django.conf import settings
from django.core.files import File
from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models.functions import Coalesce
from django.utils import timezone

from branchyear.audit.services import record
from branchyear.lib import pdf
from branchyear.lib.dates import in_words
from branchyear.lib.errors import Refused
from branchyear.outbox.services import LostLease
from reports import rules
from reports.kinds import kind_of
from reports.models import Export, Paper, PaperFile
from reports.services import exports, papers, parts, versions
from reports.writing import Made, watermark_of, write

Status = Export.Status
Format = Export.Format
LOST_OFFICE = "您已不再担任可查看该范围的职责，台账未生成。如有疑问请联系系统管理员。"
AGAIN = "上次生成中断，系统会自动再试，不需要您操作。"


class Stopped(Exception):
    """Nobody waits for it any more: cancelled, failed or done elsewhere."""


def render(export_id, *, now, alive=lambda: None):
    """Make the file, or split the work. ``alive`` is called about once a second and ends the work by raising.

    What the person may see is asked again here: between asking and making an office may have ended.
    A reason a person can act on ends the request as failed; anything else is raised, so that the
    outbox tries again.
    """
    export = _begin(export_id, now)
    if export is None:
        return
    with _ending(export):
        alive()
        if not parts.go_on(export):
            _start(export, alive)


def _start(export, alive):
    kind, asked = wanted(export)
    if not rules.may_export(export.requested_by, export.organization):
        raise Refused(LOST_OFFICE)
    if before := _look_again(export, kind, asked):
        _take(export, before)
    elif is_split(export, kind, asked):
        parts.split(export, kind, asked, kind.spans(asked), Progress(export, alive))
    else:
        with tempfile.TemporaryDirectory(prefix="export-") as folder:
            path = Path(folder) / f"ledger.{export.format}"
            paper = paper_of(export, kind, asked)
            made = write(kind, asked, export.format, path, Progress(export, alive), paper=paper)
            alive()
            finish(export, kind, asked, path, made)


def part(part_id, *, now, alive=lambda: None):
    """Make one part of a large ledger; who makes the last one sends for the joiner."""
    one = parts.find(part_id)
    if one is None or one.export.status != Status.RUNNING:
        return
    with _ending(one.export):
        alive()
        kind, asked = wanted(one.export)
        parts.make(one, kind.layout(asked), PartProgress(one, alive))


def join(export_id, *, now, alive=lambda: None):
    """All parts are there: one document of them, in their order."""
    export = _find(export_id)
    if export is None or export.status != Status.RUNNING:
        return
    with _ending(export), tempfile.TemporaryDirectory(prefix="export-") as folder:
        alive()
        kind, asked = wanted(export)
        if not rules.may_export(export.requested_by, export.organization):
            raise Refused(LOST_OFFICE)
        files = parts.fetch(export, Path(folder), alive)
        path, paper = Path(folder) / "ledger.pdf", paper_of(export, kind, asked)
        layout = replace(kind.layout(asked), code=paper.shown_code)
        pages = pdf.join(
            path,
            layout,
            files,
            progress=Progress(export, alive, counts=False),
            watermark=watermark_of(asked),
            code=paper.address,
        )
        rows = sum(export.parts.values_list("rows", flat=True))
        alive()
        finish(export, kind, asked, path, Made(rows, pages=pages))


# --- Beginning and ending -------------------------------------------------------------------------


def _find(export_id):
    found = Export.objects.select_related("organization", "requested_by", "paper")
    return found.filter(pk=export_id).first()


def _begin(export_id, now):
    """The export as the one being made now; None when there is nothing to do."""
    Export.objects.filter(pk=export_id, status__in=exports.OPEN).update(
        status=Status.RUNNING,
        started_at=now,
        made_at=Coalesce("made_at", now),
        error="",
    )
    export = _find(export_id)
    return export if export and export.status == Status.RUNNING else None


def wanted(export):
    kind = kind_of(export.kind)
    asked = kind.asked(
        export.organization, export.parameters, by=export.requested_by, at=export.made_at
    )
    return kind, asked


class _ending:  # noqa: N801 -- reads like a statement
    """What becomes of the export when the work inside ends by an exception."""

    def __init__(self, export):
        self.export = export

    def __enter__(self):
        return self

    def __exit__(self, kind, error, trace):
        if isinstance(error, Refused):
            exports.fail(self.export, error.sentence)
            return True
        if isinstance(error, Stopped):
            return True
        # LostLease: somebody else is at it, so not a word.
        if isinstance(error, Exception) and not isinstance(error, LostLease):
            if not self.export.parts.exists():
                Export.objects.filter(pk=self.export.pk, status=Status.RUNNING).update(
                    status=Status.QUEUED, error=AGAIN
                )
        return False


def _look_again(export, kind, asked):
    """What the file rests on is noted before the first row is read: a change in between makes it older than
    it is, never newer. Meanwhile somebody else's request may have made the very file."""
    export.version, export.offices = (
        versions.version_of(kind, asked),
        versions.offices_of(asked.by),
    )
    Export.objects.filter(pk=export.pk).update(version=export.version, offices=export.offices)
    return exports.at_hand(export)


def _take(export, before):
    """The file is there already; the person is told as if it had been made now."""
    exports.adopt(export, before)
    values = {name: getattr(export, name) for name in (*exports.RESULT, "source")}
    with transaction.atomic():
        _ready(export, values, before.made_at)


def finish(export, kind, asked, path, made):
    """Store the file and say so. The row names the file before it is there, so that what a killed worker left
    is found and goes; of two workers, the one whose file is named last counts."""
    with path.open("rb") as file:
        sha256 = hashlib.file_digest(file, "sha256").hexdigest()
    name = _claim(export)
    with path.open("rb") as file:
        default_storage.save(name, File(file))
    filename, size = kind.filename(asked, export.format), path.stat().st_size
    values = {
        "file": name,
        "filename": filename,
        "error": made.remark,
        "rows": made.rows,
        "pages": made.pages,
        "done_units": made.rows,
        "total_units": made.rows,
        "size": size,
        "sha256": sha256,
        "expires_on": asked.today + timedelta(days=kind.keep_days),
    }
    if export.paper is None:
        values["paper"] = Paper.objects.filter(files__sha256=sha256, files__role="whole").first()
    try:
        with transaction.atomic():
            _ready(export, values, asked.at, file=name)
            if export.paper is not None:
                role = PaperFile.Role.WHOLE
                whole = PaperFile(role=role, path=filename, sha256=sha256, size=size)
                papers.enter(export.paper, [whole])
    except Stopped:
        default_storage.delete(name)
        raise
    exports.clear_parts(export.pk)


def _claim(export):
    """A name for the file, that no other worker has chosen; the one chosen before goes."""
    name = f"exports/{export.pk}.{secrets.token_hex(8)}.{export.format}"
    with transaction.atomic():
        row = Export.objects.select_for_update().filter(pk=export.pk, status=Status.RUNNING)
        before = row.values_list("file", flat=True).first()
        if not row.update(file=name):
            raise Stopped
    if before:
        default_storage.delete(before)
    return name


def _ready(export, values, made_at, **still):
    ready = Export.objects.filter(pk=export.pk, status=Status.RUNNING, **still).update(
        status=Status.READY, finished_at=timezone.now(), **values
    )
    if not ready:
        raise Stopped
    record(
        "export.finished",
        export,
        by=export.requested_by,
        organization=export.organization,
        rows=values["rows"],
        sha256=values["sha256"],
        made_at=made_at,
    )
    exports.tell(
        export,
        "export.ready",
        filename=values["filename"],
        expires=in_words(values["expires_on"]),
    )
    export.parts.all().delete()


# --- Writing --------------------------------------------------------------------------------------


def is_split(export, kind, asked):
    """Printing a large ledger takes minutes, and many can print. A workbook of a whole city takes seconds,
    which jobs for its parts would only make longer."""
    return (
        export.format == Format.PDF
        and len(kind.spans(asked)) > 1
        and kind.count(asked) >= settings.EXPORT_SPLIT_ROWS
    )


def paper_of(export, kind, asked):
    """The code under which this making is given out; the kinds that are archives bring their own."""
    if export.format == Format.ZIP:
        return None
    if export.paper is None or export.paper.issued_at != asked.at:
        layout = kind.layout(asked)
        export.paper = papers.issue(
            kind.key,
            organization=export.organization,
            version=f"export {export.pk}.{export.making}",
            title=layout.title,
            scope=layout.scope_label,
            by=asked.by,
            now=asked.at,
        )
        Export.objects.filter(pk=export.pk).update(paper=export.paper)
    return export.paper


class Progress:
    """Writes how far it is, and that the worker lives, once a second at most; ends the work that nobody
    waits for."""

    def __init__(self, export, alive, *, counts=True):
        self.export, self.alive, self.counts, self.last = export, alive, counts, 0.0

    def __call__(self, done=0, total=0):
        if time.monotonic() - self.last < 1:
            return
        self.last = time.monotonic()
        self.alive()
        if not self.save(done, total):
            raise Stopped

    def save(self, done, total):
        row = Export.objects.filter(pk=self.export.pk, status=Status.RUNNING)
        if not self.counts:
            return row.exists()
        return row.update(done_units=done, total_units=max(total or 0, done))


class PartProgress(Progress):
    """The same for one part; the whole is the sum of its parts."""

    def __init__(self, one, alive):
        super().__init__(one.export, alive)
        self.part = one

    def save(self, done, total):
        return parts.note(self.part, done)
