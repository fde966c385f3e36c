"""Rosters that come and go as Excel files: what was uploaded, row by row, and the layouts of others."""

from django.conf import settings
from django.db import models

from branches.models import Organization
from branchyear.lib.crypto import SealedFile
from members.querysets import OwnUploadQuerySet, ProfileQuerySet


class Verdict(models.TextChoices):
    """What would become of one row of an uploaded roster."""

    ERROR = "error", "错误"
    DENIED = "denied", "不允许"
    CONFLICT = "conflict", "冲突"
    NEW = "new", "新增"
    CHANGED = "changed", "修改"
    SAME = "same", "不变"


class RosterUpload(models.Model):
    """An uploaded roster: looked at, shown row by row, and saved only when its uploader says so.

    The file is kept encrypted until it is saved or has expired; the rows stay a while longer as the
    report. Only the uploader sees it.
    """

    class State(models.TextChoices):
        CHECKING = "checking", "核对中"
        READY = "ready", "待确认"
        SAVING = "saving", "保存中"
        SAVED = "saved", "已保存"
        FAILED = "failed", "未成功"
        EXPIRED = "expired", "已过期清理"

    MOVES = {
        State.CHECKING: {State.READY, State.FAILED},
        State.READY: {State.CHECKING, State.SAVING, State.EXPIRED},
        State.SAVING: {State.CHECKING, State.SAVED, State.FAILED},
        State.SAVED: {State.EXPIRED},
        State.FAILED: {State.EXPIRED},
        State.EXPIRED: set(),
    }

    organization = models.ForeignKey(
        Organization, models.PROTECT, related_name="roster_uploads", verbose_name="党组织"
    )
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="上传人"
    )
    at = models.DateTimeField("上传时间", auto_now_add=True)
    filename = models.CharField("文件名", max_length=200)
    size = models.PositiveBigIntegerField("大小(字节)", default=0)
    sha256 = models.CharField("校验值", max_length=64)
    file = SealedFile("文件", upload_to="rosters/", max_length=200, blank=True)
    state = models.CharField("状态", max_length=10, choices=State.choices, default=State.CHECKING)
    done_rows = models.PositiveIntegerField("已处理行数", default=0)
    total_rows = models.PositiveIntegerField("约共行数", default=0)
    counts = models.JSONField("各类行数", default=dict, blank=True)
    notes = models.JSONField("说明", default=list, blank=True)
    # Of the plan that was shown: what is confirmed must be what was seen.
    digest = models.CharField(max_length=64, blank=True, editable=False)
    skips_conflicts = models.BooleanField("冲突的行以系统为准", default=False)
    error = models.CharField("原因", max_length=500, blank=True)
    notice = models.CharField("提示", max_length=300, blank=True)
    saved_at = models.DateTimeField("保存时间", null=True, blank=True)
    expires_on = models.DateField("保留至")

    objects = OwnUploadQuerySet.as_manager()

    class Meta:
        verbose_name = "名册上传"
        verbose_name_plural = "名册上传"
        ordering = ["-pk"]
        indexes = [models.Index(fields=["by", "-id"], name="uploads_of_a_person")]

    def __str__(self):
        return self.filename

    def count(self, verdict):
        return self.counts.get(verdict, 0)

    @property
    def blocking(self):
        """Rows that must be mended before anything can be saved."""
        return self.count(Verdict.ERROR) + self.count(Verdict.DENIED)

    @property
    def to_save(self):
        """Rows that would be written."""
        return self.count(Verdict.NEW) + self.count(Verdict.CHANGED)

    @property
    def is_open(self):
        return self.state in {self.State.CHECKING, self.State.SAVING}


class RosterUploadRow(models.Model):
    """One row of an uploaded roster and what would become of it; numbers only masked."""

    upload = models.ForeignKey(RosterUpload, models.CASCADE, related_name="rows")
    number = models.PositiveIntegerField("行号")
    verdict = models.CharField("结论", max_length=10, choices=Verdict.choices)
    name = models.CharField("姓名", max_length=60, blank=True)
    branch = models.CharField("党支部", max_length=100, blank=True)
    told = models.JSONField("内容", default=list)  # [label, old, new]
    problems = models.JSONField("问题", default=list)  # [cell, sentence]
    warnings = models.JSONField("提醒", default=list)  # [cell, sentence]

    objects = OwnUploadQuerySet.owned_by("upload__by")

    class Meta:
        verbose_name = "名册上传行"
        verbose_name_plural = "名册上传行"
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["upload", "number"], name="one_report_per_row")
        ]
        indexes = [models.Index(fields=["upload", "verdict", "number"], name="rows_by_verdict")]

    def __str__(self):
        return f"第{self.number}行 {self.name}"


class RosterProfile(models.Model):
    """A layout of roster columns that another system wants or gives, for download and upload."""

    name = models.CharField("名称", max_length=50, unique=True)
    source = models.CharField(
        "依据",
        max_length=20,
        default="inferred",
        choices=[("text", "对方系统的正式模板"), ("inferred", "推断，未经对方确认")],
    )
    note = models.CharField("说明", max_length=300, blank=True)
    is_active = models.BooleanField("启用", default=True)

    objects = ProfileQuerySet.as_manager()

    class Meta:
        verbose_name = "名册版式"
        verbose_name_plural = "名册版式"
        ordering = ["name"]

    def __str__(self):
        return self.name


class RosterProfileColumn(models.Model):
    """One column of a layout: which of our facts, under what heading, written how."""

    class Form(models.TextChoices):
        PLAIN = "", "默认"
        DAY = "day", "日期：2022-04-25"
        DAY_DOTS = "day_dots", "日期：2022.04.25"
        DAY_DIGITS = "day_digits", "日期：20220425"
        DAY_WORDS = "day_words", "日期：2022年4月25日"
        MONTH_DOTS = "month_dots", "年月：2022.04"

    profile = models.ForeignKey(RosterProfile, models.CASCADE, related_name="columns")
    order = models.PositiveSmallIntegerField("次序", default=0)
    field = models.CharField("本系统的内容", max_length=30)
    title = models.CharField("对方的列标题", max_length=50)
    form = models.CharField("写法", max_length=12, choices=Form.choices, blank=True)

    objects = ProfileQuerySet.as_manager()

    class Meta:
        verbose_name = "列"
        verbose_name_plural = "列"
        ordering = ["order", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["profile", "title"],
                name="a_heading_stands_once",
                violation_error_message="列标题重复。",
            ),
            models.UniqueConstraint(
                fields=["profile", "field"],
                name="a_fact_stands_once",
                violation_error_message="同一内容只能占一列。",
            ),
        ]

    def __str__(self):
        return self.title
