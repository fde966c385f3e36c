"""A request for a ledger file and its life (导出中心)."""

from django.conf import settings
from django.db import models
from django.utils import timezone

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
        CANCELLED = "cancelled", "已取消"
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
    # Its place in line; asked for once more, it goes to the end.
    queued_at = models.DateTimeField("排队时间", default=timezone.now)
    making = models.PositiveSmallIntegerField("第几次生成", default=1)
    # The moment the file speaks of (统计截止): the same for every worker and every attempt of one making.
    made_at = models.DateTimeField("统计时间", null=True, blank=True)
    # What the rows rest on, and the offices of its requester: see reports.services.versions.
    version = models.CharField("数据版本", max_length=64, blank=True, db_index=True)
    offices = models.JSONField("申请时职责", default=list, blank=True)
    source = models.ForeignKey(
        "self",
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="沿用的导出",
        help_text="数据没有变化，沿用已经生成的文件。",
    )
    done_units = models.PositiveIntegerField("已完成", default=0)
    total_units = models.PositiveIntegerField("共", default=0)
    started_at = models.DateTimeField("开始时间", null=True, blank=True)
    finished_at = models.DateTimeField("完成时间", null=True, blank=True)
    error = models.CharField("失败原因", max_length=500, blank=True)
    file = models.FileField("文件", upload_to="exports/", max_length=200, blank=True)
    filename = models.CharField("文件名", max_length=200, blank=True)
    rows = models.PositiveIntegerField("行数", default=0)
    pages = models.PositiveIntegerField("页数", default=0)
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


class ExportPart(models.Model):
    """One directly affiliated organisation's part of a large ledger (or one file of a package), made by a job
    of its own.

    ``rows_file`` holds its lines as they were read, ``file`` the part as it was made; both lie in the
    storage that all workers share, under ``exports/parts/``, and go when the whole is done.
    """

    export = models.ForeignKey(Export, models.CASCADE, related_name="parts", verbose_name="导出")
    number = models.PositiveSmallIntegerField("第几部分")
    name = models.CharField("名称", max_length=120)
    rows = models.PositiveIntegerField("行数", default=0)
    done_rows = models.PositiveIntegerField("已完成", default=0)
    rows_file = models.CharField("行文件", max_length=200, blank=True)
    file = models.CharField("文件", max_length=200, blank=True)
    seconds = models.FloatField("用时(秒)", default=0)
    seen_at = models.DateTimeField("最近进展", null=True, blank=True)
    done_at = models.DateTimeField("完成时间", null=True, blank=True)

    class Meta:
        verbose_name = "导出的部分"
        verbose_name_plural = "导出的部分"
        ordering = ["export", "number"]
        constraints = [
            models.UniqueConstraint(fields=["export", "number"], name="a_part_has_its_place")
        ]

    def __str__(self):
        return f"{self.export_id} {self.number} {self.name}"
