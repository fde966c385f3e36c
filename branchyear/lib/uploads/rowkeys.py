"""The hidden column by which a row of our own workbook is known again when it comes back.

It names the stored row, the revision that was written out, and a digest of what was written; signed, so
that nobody turns one row into another. With the revision a row that is older than the database is told
from one that is current; with the digest a row nobody touched is told from one that was edited.
"""

import datetime as dt
import hashlib
from dataclasses import dataclass

from django.core.signing import BadSignature, Signer


class Tampered(ValueError):
    """The key was changed by hand."""


@dataclass(frozen=True)
class Key:
    """What a key says."""

    pk: int
    revision: int
    digest: str


class RowKeys:
    """Keys of one kind of workbook; ``purpose`` keeps those of another kind out."""

    def __init__(self, purpose):
        self._signer = Signer(salt=purpose, sep=".")

    def write(self, pk, revision, digest):
        return self._signer.sign(f"{pk}-{revision}-{digest}")

    def read(self, text):
        try:
            pk, revision, digest = self._signer.unsign(text).split("-")
            return Key(int(pk), int(revision), digest)
        except (BadSignature, ValueError) as error:
            raise Tampered from error


def said(value):
    """A value as text, however its cell came to be typed; what is blank says nothing."""
    if value is None or value == "" or value is False:
        return ""
    if value is True:
        return "1"
    if isinstance(value, dt.date):
        return value.isoformat()
    return " ".join(str(value).split())


def digest_of(values, said=said):
    """Equal for equal rows: blank cells do not count."""
    lines = sorted((key, said(value)) for key, value in values.items())
    plain = "\n".join(f"{key}={value}" for key, value in lines if value)
    return hashlib.sha256(plain.encode()).hexdigest()[:16]
