"""More time for a monthly report, asked for before it is due and granted by whom it goes to."""

from django.conf import settings
from django.db import models

from reports.models.monthly import MonthlyReport
from reports.querysets import ReportExtensionQuerySet


class ReportExtension(models.Model):
    """A request for a later day (延期申请), or a later day given without one. What came of it stays."""

    class State(models.TextChoices):
        ASKED = "asked", "待审批"
        GRANTED = "granted", "已同意"
        REFUSED = "refused", "未同意"

    report = models.ForeignKey(
        MonthlyReport, models.CASCADE, related_name="extensions", verbose_name="月报"
    )
    until = models.DateField("延至(含当日)")
    reason = models.CharField("理由", max_length=300)
    state = models.CharField("状态", max_length=10, choices=State.choices, default=State.ASKED)
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="申请人",
        help_text="上级直接给予延期的，没有申请人。",
    )
    asked_at = models.DateTimeField("申请时间")
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="审批人",
    )
    decided_at = models.DateTimeField("审批时间", null=True, blank=True)
    answer = models.CharField("审批意见", max_length=300, blank=True)

    objects = ReportExtensionQuerySet.as_manager()

    class Meta:
        verbose_name = "月报延期"
        verbose_name_plural = "月报延期"
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["report"],
                condition=models.Q(state="asked"),
                name="one_open_extension_request_per_report",
            )
        ]

    def __str__(self):
        return f"{self.report}延至{self.until}"
