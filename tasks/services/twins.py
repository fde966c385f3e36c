"""Fingerprints of pictures and the pairs they make; reviewers say that a question was looked into.

Nothing here touches an item's state: a twin is a question, what follows from it is a person's to decide.
"""

from datetime import timedelta

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from branchyear.audit.services import record
from branchyear.lib.errors import Refused, require
from branchyear.outbox.services import enqueue
from tasks import pictures, rules
from tasks.models import Evidence, MaterialCheck, PictureBand, PictureHash, Twin

PICTURES = ("jpg", "jpeg", "png")
NOTE_MAX = 200
SWEEP = 500  # pictures a night that have no fingerprint yet: taken over, or their job was lost
CHUNK = 400  # rows a statement names


def ask_for_fingerprint(evidence):
    """In the transaction that keeps a new picture: its fingerprint is made by a job."""
    if evidence.extension in PICTURES:
        enqueue("tasks.fingerprint", f"fingerprint:{evidence.pk}", {"evidence": evidence.pk})


def sweep(*, now=None):
    """Ask again for pictures without one; returns how many."""
    before = (now or timezone.now()) - timedelta(hours=1)
    rows = Evidence.objects.filter(
        extension__in=PICTURES, picture_hash__paired_at=None, uploaded_at__lt=before
    )
    day = f"{before:%Y%m%d}"
    found = list(rows.order_by("pk").values_list("pk", flat=True)[:SWEEP])
    for pk in found:
        enqueue("tasks.fingerprint", f"fingerprint:{pk}:{day}", {"evidence": pk})
    return len(found)


def fingerprint(pk):
    """Make the fingerprint of one picture and find its twins; twice is once, a file gone is no error.

    A picture is decoded, and compared with thousands, outside any transaction, so that neither holds the
    database. The fingerprint is committed before it is compared: of two made at the same time at least the
    later one sees the other. What was broken off in between is taken up again by the next call.
    """
    evidence = Evidence.objects.filter(pk=pk, picture_hash__paired_at=None).first()
    if evidence is None:
        return None
    row = PictureHash.objects.filter(evidence=evidence).first() or _kept(evidence)
    pairs = _pairs(row)
    with transaction.atomic():
        Twin.objects.bulk_create(pairs, ignore_conflicts=True)
        PictureHash.objects.filter(pk=row.pk).update(paired_at=timezone.now())
    return row


def _kept(evidence):
    """The fingerprint of the stored file, kept with its bands; an empty one when there is none."""
    try:
        with evidence.file.storage.open(evidence.file.name, "rb") as file:
            found = pictures.fingerprint_of(file)
    except Exception:  # noqa: BLE001 a picture that breaks the reader has no fingerprint
        found = None
    hashes = found.hashes if found else ()
    with transaction.atomic():
        row, is_new = PictureHash.objects.get_or_create(
            evidence=evidence, defaults={"hashes": [[f"{h.p:x}", f"{h.d:x}"] for h in hashes]}
        )
        if is_new:
            PictureBand.objects.bulk_create(
                PictureBand(picture=row, part=part, band=band, value=value)
                for part, one in enumerate(hashes)
                for band, value in pictures.bands_of(one)
            )
    return row


def _pairs(row):
    """The pairs, unsaved, of a fingerprint with all others."""
    if not row.hashes:
        return []
    found, near = told(row.hashes), Q()
    for part, one in enumerate(found.hashes):
        for band, value in pictures.bands_of(one):
            # The whole may be a trimmed copy of another's, or another whole one of ours.
            same = Q(band=band, value=value)
            near |= same if part == 0 else same & Q(part=0)
    others = PictureBand.objects.filter(near).exclude(picture=row)
    candidates = sorted(set(others.values_list("picture", flat=True)))
    pairs = []
    for start in range(0, len(candidates), CHUNK):
        rows = PictureHash.objects.filter(pk__in=candidates[start : start + CHUNK])
        for pk, hashes in rows.values_list("pk", "hashes"):
            bits = pictures.apart(found, told(hashes))
            if bits is not None:
                newer, older = max(pk, row.pk), min(pk, row.pk)
                pairs.append(Twin(newer_id=newer, older_id=older, bits=bits))
    return pairs


def told(hashes):
    """A stored fingerprint."""
    return pictures.Fingerprint(tuple(pictures.Hashes(int(p, 16), int(d, 16)) for p, d in hashes))


@transaction.atomic
def settle(branch_item, evidence, about, *, by, note=""):
    """已核实: the question stays readable, but asks no more."""
    require(rules.may_see_twins(by, branch_item.branch), "材料核实由上级审核人办理。")
    note = (note or "").strip()
    if len(note) > NOTE_MAX:
        raise Refused(f"核实情况最多{NOTE_MAX}个字，请精简。", field="note")
    check, is_new = MaterialCheck.objects.get_or_create(
        branch_item=branch_item, evidence=evidence, about=about, defaults={"by": by, "note": note}
    )
    if is_new:
        record(
            "evidence.checked",
            evidence,
            by=by,
            organization=branch_item.branch,
            code=branch_item.item.code,
            about=about,
            note=note,
        )
    return check
