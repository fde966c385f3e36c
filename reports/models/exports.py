"""A request for a ledger file and its life (导出中心)."""

from django.conf import settings
from django.db import models

from branches.models import Organization
from reports.models.papers import Paper
from reports.querysets import ExportQuerySet


class Export(models.Model):
    """Who asked for which ledger of which organisation, and the file that came of it."""

    class Status(models.TextChoices):
        QUEUED = "queued", "排队中"
        RUNNING = "running", "生成中"
        READY = "ready", "已完成"
        FAILED = "failed", "失败"
        EXPIRED = "expired", "已过期清理"

    class Format(models.TextChoices):
        XLSX = "xlsx", "Excel"
        PDF = "pdf", "PDF"
        ZIP = "zip", "压缩包"

    kind = models.CharField("台账", max_length=40)
    organization = models.ForeignKey(
        Organization, models.PROTECT, related_name="exports", verbose_name="范围"
    )
    parameters = models.JSONField("条件", default=dict, blank=True)
    format = models.CharField("格式", max_length=10, choices=Format.choices)
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="exports", verbose_name="申请人"
    )
    requested_at = models.DateTimeField("申请时间", auto_now_add=True)
    status = models.CharField("状态", max_length=10, choices=Status.choices, default=Status.QUEUED)
    done_units = models.PositiveIntegerField("已完成", default=0)
    total_units = models.PositiveIntegerField("共", default=0)
    started_at = models.DateTimeField("开始时间", null=True, blank=True)
    finished_at = models.DateTimeField("完成时间", null=True, blank=True)
    error = models.CharField("失败原因", max_length=500, blank=True)
    file = models.FileField("文件", upload_to="exports/", max_length=200, blank=True)
    filename = models.CharField("文件名", max_length=200, blank=True)
    rows = models.PositiveIntegerField("行数", default=0)
    size = models.PositiveBigIntegerField("大小(字节)", default=0)
    sha256 = models.CharField("校验值", max_length=64, blank=True)
    expires_on = models.DateField("保留至", null=True, blank=True)
    paper = models.ForeignKey(
        Paper,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="exports",
        verbose_name="签发的文件",
    )

    objects = ExportQuerySet.as_manager()

    class Meta:
        verbose_name = "导出"
        verbose_name_plural = "导出"
        ordering = ["-pk"]

    def __str__(self):
        return f"{self.organization} {self.kind} {self.format}"
