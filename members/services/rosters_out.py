"""Rosters that leave the portal as Excel files; each leaves a trace of who took what."""

import tempfile

from branchyear.audit.services import record
from branchyear.lib.errors import Refused, require
from members import rules
from members.importing import workbooks
from members.models import RosterUpload
from members.services import imports


def write_workbook(target, organization, *, by):
    """The roster to fill in and bring back; numbers are masked. Returns how many members it lists."""
    require(rules.may_import_roster(by, organization))
    members = workbooks.roll(organization, by)
    count = members.count()
    if count <= workbooks.MAX_FORM:
        workbooks.write_roster(target, organization, members)
        record("roster.downloaded", by=by, organization=organization, members=count)
    return count


def write_profile(target, profile, organization, *, in_full, reason, by):
    """The roster in the layout of another system. Whole numbers are an act of their own: for those who
    may, with a reason, and written into the trail."""
    if in_full:
        require(rules.may_take_numbers(by, organization))
        if not reason:
            raise Refused("导出完整号码要写明事由，以便日后查对。", field="reason")
    members = workbooks.roll(organization, by)
    count = workbooks.write_profile(target, profile, members, in_full=in_full)
    verb = "roster.downloaded_in_full" if in_full else "roster.downloaded"
    record(
        verb,
        by=by,
        organization=organization,
        members=count,
        layout=profile.name,
        reason=reason[:300],
    )
    return count


def open_report(upload, *, by):
    """The uploaded workbook with what was found behind each row, as an open file."""
    require(upload.by_id == by.pk)
    if upload.state != RosterUpload.State.READY or not upload.file:
        raise Refused("文件保存后或过期后即被清除，不能再下载。核对结果仍可在页面上查看。")
    file = tempfile.TemporaryFile()  # noqa: SIM115 -- the answer closes it
    workbooks.write_report(file, imports.content_of(upload), upload.rows.iterator(2000))
    file.seek(0)
    return file
