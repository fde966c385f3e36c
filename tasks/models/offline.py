"""A checklist that came back as an Excel file: what was in it, row by row, and what became of it."""

from django.conf import settings
from django.db import models

from branches.models import Organization
from branchyear.lib.routes import path_to
from members.models import Verdict
from members.querysets import OwnUploadQuerySet


class ChecklistUpload(models.Model):
    """Looked at, shown row by row, and saved only when its uploader says so; only he sees it.

    The file itself is not kept: ``typed`` holds what its rows say, from which the plan is made again.
    """

    class State(models.TextChoices):
        READY = "ready", "待确认"
        SAVED = "saved", "已保存"

    branch = models.ForeignKey(
        Organization, models.PROTECT, related_name="checklist_uploads", verbose_name="党支部"
    )
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="上传人"
    )
    at = models.DateTimeField("上传时间")
    filename = models.CharField("文件名", max_length=200)
    sha256 = models.CharField("校验值", max_length=64)
    state = models.CharField("状态", max_length=10, choices=State.choices, default=State.READY)
    typed = models.JSONField("表中内容", default=list, blank=True)
    rows = models.JSONField("核对结果", default=list, blank=True)
    counts = models.JSONField("各类行数", default=dict, blank=True)
    # Of the plan that was shown: what is confirmed must be what was seen.
    digest = models.CharField(max_length=64, blank=True, editable=False)
    notice = models.CharField("提示", max_length=300, blank=True)
    saved_at = models.DateTimeField("保存时间", null=True, blank=True)
    expires_on = models.DateField("保留至")

    objects = OwnUploadQuerySet.as_manager()

    class Meta:
        verbose_name = "清单上传"
        verbose_name_plural = "清单上传"
        ordering = ["-pk"]

    def __str__(self):
        return self.filename

    def get_absolute_url(self):
        return path_to("tasks:checklist_report", self.pk)

    def count(self, verdict):
        return self.counts.get(verdict, 0)

    @property
    def blocking(self):
        """Rows that must be mended before anything can be saved."""
        return self.count(Verdict.ERROR) + self.count(Verdict.DENIED)

    @property
    def to_save(self):
        return self.count(Verdict.NEW) + self.count(Verdict.CHANGED)
