"""Rosters that leave the portal as Excel files; each leaves a trace of who took what."""

import tempfile

from branchyear.audit.services import record
from branchyear.lib.errors import Refused, require
from members import rules
from members.importing import workbooks
from members.models import RosterUpload, Verdict
from members.services import imports

REPORT_IN_FULL = 5000  # rows; a longer report would be minutes of writing what needs no mending


def write_workbook(target, organization, *, by):
    """The roster to fill in and bring back; numbers are masked. Returns how many members it lists."""
    require(rules.may_import_roster(by, organization))
    members = workbooks.roll(organization, by)
    count = members.count()
    if count <= workbooks.MAX_FORM:
        workbooks.write_roster(target, organization, members)
        record("roster.downloaded", by=by, organization=organization, members=count)
    return count


def write_profile(target, profile, organization, *, by):
    """The roster in the layout of another system, numbers masked; whole ones: ``members.services.numbers``."""
    members = workbooks.roll(organization, by)
    count = workbooks.write_profile(target, profile, members, in_full=False)
    record(
        "roster.downloaded", by=by, organization=organization, members=count, layout=profile.name
    )
    return count


def is_in_full(upload):
    """Whether the report of an upload has all its rows, not only those to look at."""
    return sum(upload.count(verdict) for verdict in Verdict.values) <= REPORT_IN_FULL


def open_report(upload, *, by):
    """The uploaded workbook with what was found behind each row, as an open file.

    Of more than ``REPORT_IN_FULL`` rows it has only those of which there is something to say.
    """
    require(upload.by_id == by.pk)
    if upload.state != RosterUpload.State.READY or not upload.file:
        raise Refused("文件保存后或过期后即被清除，不能再下载。核对结果仍可在页面上查看。")
    file = tempfile.TemporaryFile()  # noqa: SIM115 -- the answer closes it
    rows = upload.rows.order_by("number")
    first = rows.values_list("number", flat=True).first()
    in_full = is_in_full(upload)
    if not in_full:
        rows = rows.exclude(verdict__in=(Verdict.NEW, Verdict.CHANGED, Verdict.SAME), warnings=[])
    workbooks.write_report(
        file,
        imports.content_of(upload),
        rows.iterator(2000),
        first_row=first or 0,
        remarked_only=not in_full,
    )
    file.seek(0)
    return file
