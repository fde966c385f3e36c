"""Which member a row of our own roster workbook is about (``uploads.rowkeys``)."""

from branchyear.lib.uploads import rowkeys
from branchyear.lib.uploads.rowkeys import Key, RowKeys, Tampered
from members.importing.cells import Masked, Month

__all__ = ["Key", "Tampered", "digest_of", "read", "write"]

_rows = RowKeys("members.roster.row")
read = _rows.read


def write(member, written):
    """The key of a row in which ``written`` (column → value) stands."""
    return _rows.write(member.pk, member.revision, digest_of(written))


def digest_of(values):
    return rowkeys.digest_of(values, _said)


def _said(value):
    if isinstance(value, Masked):
        return value.shown
    if isinstance(value, Month):
        return value.first.isoformat()
    return rowkeys.said(value)
