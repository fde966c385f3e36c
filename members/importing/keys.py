"""The hidden column that says which member a row of our own workbook is about.

It names the member, the revision that was written out, and a digest of what was written; signed, so that
nobody turns one member's row into another's. With the revision a row that is older than the database is
told from one that is current; with the digest a row nobody touched is told from one that was edited.
"""

import datetime as dt
import hashlib
from dataclasses import dataclass

from django.core.signing import BadSignature, Signer

from members.importing.cells import Masked, Month

_signer = Signer(salt="members.roster.row", sep=".")


class Tampered(ValueError):
    """The key was changed by hand."""


@dataclass(frozen=True)
class Key:
    member: int
    revision: int
    digest: str


def write(member, written):
    """The key of a row in which ``written`` (column → value) stands."""
    return _signer.sign(f"{member.pk}-{member.revision}-{digest_of(written)}")


def read(text):
    try:
        member, revision, digest = _signer.unsign(text).split("-")
        return Key(int(member), int(revision), digest)
    except (BadSignature, ValueError) as error:
        raise Tampered from error


def digest_of(values):
    """Equal for equal rows, however the cells came to be typed: blank cells do not count."""
    said = sorted((key, _said(value)) for key, value in values.items())
    plain = "\n".join(f"{key}={value}" for key, value in said if value)
    return hashlib.sha256(plain.encode()).hexdigest()[:16]


def _said(value):
    if value is None or value == "" or value is False:
        return ""
    if value is True:
        return "1"
    if isinstance(value, Masked):
        return value.shown
    if isinstance(value, Month):
        return value.first.isoformat()
    if isinstance(value, dt.date):
        return value.isoformat()
    return " ".join(str(value).split())
