"""What is attached to a monthly report: files of the library and recorded meetings, nothing uploaded again."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from members.models import Meeting
from reports.models.monthly import MonthlyReport
from reports.querysets import ReportAttachmentQuerySet
from tasks.models import Evidence


class ReportAttachment(models.Model):
    """A file or a meeting of the reporting organisation goes with its report. What was handed in is listed
    in the sealed copy; these rows are what goes with the next hand-in."""

    report = models.ForeignKey(MonthlyReport, models.CASCADE, related_name="attachments")
    evidence = models.ForeignKey(
        Evidence, models.PROTECT, null=True, related_name="report_links", verbose_name="文件"
    )
    meeting = models.ForeignKey(
        Meeting, models.PROTECT, null=True, related_name="report_links", verbose_name="组织生活记录"
    )
    attached_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="选用人"
    )
    attached_at = models.DateTimeField("选用时间", default=timezone.now, editable=False)

    objects = ReportAttachmentQuerySet.as_manager()

    class Meta:
        verbose_name = "月报附件"
        verbose_name_plural = "月报附件"
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["report", "evidence"], name="a_file_goes_with_a_report_once"
            ),
            models.UniqueConstraint(
                fields=["report", "meeting"], name="a_meeting_goes_with_a_report_once"
            ),
            models.CheckConstraint(
                condition=Q(evidence__isnull=False, meeting=None)
                | Q(evidence=None, meeting__isnull=False),
                name="an_attachment_is_a_file_or_a_meeting",
                violation_error_message="附件是一个文件或一条组织生活记录。",
            ),
        ]

    def __str__(self):
        return f"{self.report} {self.evidence or self.meeting}"
