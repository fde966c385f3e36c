"""Papers are given out under a code, and a file in somebody's hand is compared with what was given out.

Comparing needs the file's SHA-256 alone: the browser computes it, and the file stays where it is.
"""

import hashlib
import re
import unicodedata
from dataclasses import dataclass

from django.db import transaction

from branchyear.audit.services import record
from branchyear.lib.errors import Refused
from reports.models import Paper, PaperFile
from reports.models.papers import ALPHABET, CODE_LENGTH
from tasks.models import BranchItem

Role = PaperFile.Role
_HEX = re.compile(r"[0-9a-f]{64}")


@transaction.atomic
def issue(kind, *, organization, version, title, scope="", by, now):
    """The paper for this version of the data; the one given out before, where nothing has changed.

    ``version`` is a digest of everything the paper says. ``by=None`` is the system on its own console.
    """
    paper, is_new = Paper.objects.get_or_create(
        kind=kind,
        organization=organization,
        version=version,
        defaults={
            "title": title,
            "scope": scope[:300],
            "issued_by": by,
            "issued_by_name": str(by) if by else "系统",
            "issued_at": now,
        },
    )
    if is_new:
        record("paper.issued", paper, by=by, organization=organization, kind=kind, code=paper.code)
    return paper


def enter(paper, files):
    """Note the files the paper consists of (unsaved ``PaperFile``); one noted before stays as it is."""
    files = list(files)
    for file in files:
        file.paper = paper
    PaperFile.objects.bulk_create(files, batch_size=500, ignore_conflicts=True)


# --- Looking it up --------------------------------------------------------------------------------


def code_of(text):
    """The code somebody typed or scanned; ``Refused`` with a sentence when it cannot be one."""
    plain = unicodedata.normalize("NFKC", str(text or "")).upper()
    plain = re.sub(r"[\s\-_.·—–]+", "", plain)
    if not plain:
        raise Refused("请输入核验码。", field="code")
    if odd := "".join(dict.fromkeys(c for c in plain if c not in ALPHABET)):
        raise Refused(
            f"核验码中没有“{odd[:8]}”。核验码由数字2至9和字母组成，不含字母I、O，请对照纸上核对。",
            field="code",
        )
    if len(plain) != CODE_LENGTH:
        raise Refused(
            f"核验码是{CODE_LENGTH}位，现有{len(plain)}位，请对照纸上核对。", field="code"
        )
    return plain


def find(code):
    """The paper with this code, for whoever holds it: the code is on the paper. None when there is none."""
    return Paper.objects.select_related("organization").filter(code=code).first()


def checksum_of(text):
    """The SHA-256 somebody pasted; ``Refused`` with a sentence when it cannot be one."""
    plain = re.sub(r"\s+", "", unicodedata.normalize("NFKC", str(text or ""))).lower()
    if not _HEX.fullmatch(plain):
        raise Refused("校验值是64位的数字和字母a至f，请重新复制。", field="sha256")
    return plain


def sum_of(upload):
    """The SHA-256 of an uploaded file, read in pieces; nothing of it is kept."""
    digest = hashlib.sha256()
    for piece in upload.chunks():
        digest.update(piece)
    return digest.hexdigest()


@dataclass(frozen=True)
class Match:
    """A file of the paper that is the same to the last byte, and how its item stands today."""

    file: PaperFile
    has_moved: bool
    state_now: str

    @property
    def is_accepted(self):
        return self.file.accepted_at is not None


def compare(paper, sha256):
    """The files of ``paper`` with this SHA-256; empty means 不一致."""
    files = list(paper.files.filter(sha256=sha256).select_related("branch_item"))
    return [_match(file) for file in files]


def _match(file):
    item = file.branch_item
    if item is None or file.accepted_at is None:
        return Match(file, has_moved=False, state_now="")
    stays = item.state == BranchItem.State.ACCEPTED and item.decided_at == file.accepted_at
    return Match(file, has_moved=not stays, state_now=item.get_state_display())
