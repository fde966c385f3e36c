"""A large ledger in parts: read once, printed by as many workers as there are, joined by one.

The rows are read in one go by one worker (a city's in a second or two), so that a person who moves meanwhile stands
neither twice nor nowhere, and lie in the shared storage, one file for each directly affiliated organisation. Each
part is a row with a job of its own: leased, done once, kept when its neighbour's worker is killed.
"""

import secrets
import shutil
import tempfile
import time
from itertools import count
from pathlib import Path

from django.core.files import File
from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import OuterRef, Subquery, Sum
from django.utils import timezone

from branchyear.lib import pdf, spool
from branchyear.lib.layout import values
from branchyear.outbox.services import enqueue, enqueue_many
from reports.models import Export, ExportPart
from reports.services.exports import PARTS

RUNNING = Export.Status.RUNNING


def find(pk):
    found = ExportPart.objects.select_related(
        "export__organization", "export__requested_by", "export__paper"
    )
    return found.filter(pk=pk).first()


# --- Reading and splitting ------------------------------------------------------------------------


def split(export, kind, asked, spans, progress):
    """Read all rows and put them aside part by part; then a job for each part."""
    layout, numbers, made = kind.layout(asked), count(1), []
    with tempfile.TemporaryDirectory(prefix="export-") as folder:
        for number, (name, span) in enumerate(spans, 1):
            part = kind.asked(
                asked.organization, asked.parameters, by=asked.by, at=asked.at, span=span
            )
            path = Path(folder) / "rows"
            rows = spool.put_aside(path, _lines(kind, part, layout, numbers))
            if rows:
                stored = _store(export, number, "rows", path)
                made.append((number, name, rows, stored))
            progress()
    with transaction.atomic():
        still = Export.objects.select_for_update().filter(pk=export.pk, status=RUNNING)
        if not still.update(done_units=0, total_units=sum(rows for _, _, rows, _ in made)):
            return
        ExportPart.objects.bulk_create(
            ExportPart(export=export, number=number, name=name[:120], rows=rows, rows_file=stored)
            for number, name, rows, stored in made
        )
        _send(export)


def _lines(kind, asked, layout, numbers):
    """Plain values with one count through all parts."""
    for row in kind.rows(asked):
        if kind.runs:
            row[kind.runs] = next(numbers)
        yield values(layout, row)


def go_on(export):
    """Whether the parts are there already: a worker was killed after splitting. Their jobs are sent for (those
    that stand in the outbox stand there once)."""
    if not export.parts.exists():
        return False
    with transaction.atomic():
        _send(export)
    return True


def _send(export):
    undone = export.parts.filter(done_at=None).values_list("pk", flat=True)
    enqueue_many([("reports.part", f"exportpart:{pk}", {"part": pk}, "heavy") for pk in undone])
    if not undone:
        _send_joiner(export)


def _send_joiner(export):
    enqueue(
        "reports.join",
        f"exportjoin:{export.pk}:{export.making}",
        {"export": export.pk},
        queue="heavy",
    )


# --- A part ---------------------------------------------------------------------------------------


def make(one, layout, progress):
    """Print one part. Two workers may be at it when one was thought dead: the first to say so counts."""
    if one.done_at is not None:
        return
    began = time.monotonic()
    keys = [column.key for column in layout.columns]
    with tempfile.TemporaryDirectory(prefix="export-") as folder:
        source, target = Path(folder) / "rows", Path(folder) / "part"
        _fetch(one.rows_file, source)
        rows = (dict(zip(keys, row, strict=True)) for row in spool.take_up(source))
        pdf.write_part(target, layout, rows, label=one.name, total=one.rows, progress=progress)
        stored = _store(one.export, one.number, "part", target)
    with transaction.atomic():
        # Whoever makes the last part must see all others done: the row of the export is the lock.
        export = Export.objects.select_for_update().filter(pk=one.export_id, status=RUNNING).first()
        done = export and ExportPart.objects.filter(pk=one.pk, done_at=None).update(
            file=stored,
            done_rows=one.rows,
            seconds=time.monotonic() - began,
            done_at=timezone.now(),
        )
        if done:
            _add_up(export.pk)
            if not export.parts.filter(done_at=None).exists():
                _send_joiner(export)
    default_storage.delete(one.rows_file if done else stored)


def note(one, done):
    """How far a part is; whether anybody still waits for it."""
    ExportPart.objects.filter(pk=one.pk, done_at=None).update(
        done_rows=done, seen_at=timezone.now()
    )
    return _add_up(one.export_id)


def _add_up(export_id):
    done = (
        ExportPart.objects.filter(export=OuterRef("pk"))
        .order_by()
        .values("export")
        .annotate(done=Sum("done_rows"))
        .values("done")
    )
    return Export.objects.filter(pk=export_id, status=RUNNING).update(done_units=Subquery(done))


# --- Files ----------------------------------------------------------------------------------------


def fetch(export, folder, alive):
    """The finished parts as files of this host, in their order."""
    paths = []
    for number, stored in export.parts.order_by("number").values_list("number", "file"):
        paths.append(folder / f"{number}.part")
        _fetch(stored, paths[-1])
        alive()
    return paths


def _fetch(stored, path):
    with default_storage.open(stored, "rb") as source, path.open("wb") as target:
        shutil.copyfileobj(source, target, 1024 * 1024)


def _store(export, number, what, path):
    """Under a name that no other worker can have chosen."""
    name = f"{PARTS}/{export.pk}/{number}.{secrets.token_hex(8)}.{what}"
    with path.open("rb") as file:
        return default_storage.save(name, File(file))
