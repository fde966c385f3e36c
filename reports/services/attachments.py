"""Attachments of a monthly report: chosen from the library and from the recorded meetings, sealed with it.

Source: 一份材料传一次 (减负): one file serves items, the report and the dossier.
"""

from django.db import transaction
from django.db.models import F

from branchyear.audit.services import record
from branchyear.lib.dates import Month
from branchyear.lib.errors import Conflict, Refused, require
from members.models import Meeting
from reports import rules
from reports.models import MonthlyReport, ReportAttachment
from reports.services import monthly
from tasks.models import Evidence

MOST = 20  # more than that is a dossier, not a report
OFFERED = 60  # files to choose from on the report's page; the newest are asked for


def offered_files(report):
    """Files of the organisation's library in their latest revision, not attached yet: newest first."""
    rows = Evidence.objects.filter(organization=report.organization_id).current()
    return rows.exclude(report_links__report=report).order_by("-uploaded_at", "-pk")[:OFFERED]


def offered_meetings(report):
    """Meetings held in the month that is reported on, not attached yet."""
    month = Month.parse(report.period.month)
    rows = Meeting.objects.filter(organization=report.organization_id, voided_at=None)
    return (
        rows.between(month.first_day, month.last_day)
        .exclude(report_links__report=report)
        .select_related("group")
        .order_by("on", "pk")
    )


@transaction.atomic
def save_and_attach(report, texts, *, files=(), meetings=(), revision, notes, by, now):
    """The button inside the form: what was typed is kept, and the ticked ones go with the report."""
    report = monthly.save(report, texts, revision=revision, notes=notes, by=by, now=now)
    attach(report, files=files, meetings=meetings, by=by, now=now)
    return report


@transaction.atomic
def attach_and_submit(report, texts, *, files=(), meetings=(), revision, notes, by, now):
    """报送: what is ticked goes with the report without a button of its own."""
    if files or meetings:
        report = save_and_attach(
            report, texts, files=files, meetings=meetings, revision=revision, notes=notes, by=by,
            now=now,
        )  # fmt: skip
        report.refresh_from_db(fields=["revision"])
        revision = report.revision
    return monthly.submit(report, texts, revision=revision, notes=notes, by=by, now=now)


@transaction.atomic
def save_and_detach(report, texts, attachment, *, revision, notes, by, now):
    report = monthly.save(report, texts, revision=revision, notes=notes, by=by, now=now)
    detach(report, attachment, by=by, now=now)
    return report


@transaction.atomic
def attach(report, *, files=(), meetings=(), by, now):
    """Let files and recorded meetings of the organisation go with its report."""
    report = _claim(report, by=by, now=now)
    if any(one.organization_id != report.organization_id for one in (*files, *meetings)):
        raise Refused("只能选用本单位材料库中的文件和本单位的组织生活记录。")
    if any(one.voided_at for one in meetings):
        raise Refused("这条组织生活记录已作废，不能选用。")
    there = set(report.attachments.values_list("evidence", "meeting"))
    rows = [
        ReportAttachment(report=report, attached_by=by, attached_at=now, **link)
        for link in (
            *({"evidence": one} for one in files if (one.pk, None) not in there),
            *({"meeting": one} for one in meetings if (None, one.pk) not in there),
        )
    ]
    if len(there) + len(rows) > MOST:
        raise Refused(f"每份月报最多{MOST}个附件，请只选最能说明情况的。")
    ReportAttachment.objects.bulk_create(rows)
    if rows:
        record(
            "report.attached", report, by=by, organization=report.organization,
            files=[row.evidence.sha256 for row in rows if row.evidence_id],
            meetings=[row.meeting_id for row in rows if row.meeting_id],
        )  # fmt: skip
    return len(rows)


@transaction.atomic
def detach(report, attachment, *, by, now):
    """It no longer goes with the report; file and record stay where they are."""
    report = _claim(report, by=by, now=now)
    removed, _ = ReportAttachment.objects.filter(pk=attachment.pk, report=report).delete()
    if removed:
        record(
            "report.detached", report, by=by, organization=report.organization,
            file=attachment.evidence_id, meeting=attachment.meeting_id,
        )  # fmt: skip


def follow_revision(old, new):
    """A newer revision of a file takes its place in reports that are not handed in; handed in ones keep the
    file that was sealed."""
    rows = ReportAttachment.objects.filter(
        evidence=old, report__state__in=MonthlyReport.EDITABLE
    ).exclude(report__attachments__evidence=new)
    for row in rows:
        claimed = MonthlyReport.objects.filter(
            pk=row.report_id, state__in=MonthlyReport.EDITABLE
        ).update(revision=F("revision"))
        if claimed:
            ReportAttachment.objects.filter(pk=row.pk).update(evidence=new)


def _claim(report, *, by, now):
    """Take the row, so that a hand-in at this moment waits or is told: what it seals is what is there."""
    report = MonthlyReport.objects.select_related("organization", "period").get(pk=report.pk)
    require(rules.may_fill(by, report))
    if not report.is_editable:
        raise Refused(f"{report}已报送，附件不能再改。如需修改，请先撤回，或由上级退回。")
    claimed = MonthlyReport.objects.filter(pk=report.pk, revision=report.revision).update(
        revision=F("revision") + 1, updated_by=by, updated_at=now
    )
    if not claimed:
        raise Conflict("这份月报刚刚有人修改，请刷新后再选附件。")
    return report
