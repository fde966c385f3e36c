"""The campaign as data: what the eight tasks are, what each asks, and when.

Loaded from a template file by ``open_campaign`` and edited in the admin site. Nothing of it is code.
"""

import re

from django.conf import settings
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import F, Q

from tasks.querysets import CampaignQuerySet, ChecklistItemQuerySet
from tasks.wording import in_chinese


class Source(models.TextChoices):
    """Whether the plan itself says it, or it was reconstructed (the plan's text is cut)."""

    SEED = "seed", "原文"
    INFERRED = "inferred", "推断"


class Campaign(models.Model):
    """One year of 党支部基本建设年."""

    year = models.PositiveSmallIntegerField("年度", unique=True)
    code = models.CharField("编码", max_length=40)
    name = models.CharField("名称", max_length=60)
    starts_on = models.DateField("开始日期")
    ends_on = models.DateField("结束日期")
    scope = models.CharField("范围", max_length=100, blank=True)
    issued_by = models.CharField("印发单位", max_length=60, blank=True)
    reports_to = models.CharField("报告对象", max_length=60, blank=True)
    parent_document = models.CharField("上级文件", max_length=200, blank=True)
    aims = models.JSONField(
        "目标要求", default=dict, blank=True, help_text="三项要求、三规范、三提升。"
    )
    reporting = models.JSONField("报送要求", default=dict, blank=True)
    grading = models.JSONField("评分等次", default=dict, blank=True)
    template_digest = models.CharField("模板校验值", max_length=64, blank=True, editable=False)
    version = models.PositiveIntegerField("内容版本", default=1, editable=False)
    opened_at = models.DateTimeField("启动时间", auto_now_add=True)

    objects = CampaignQuerySet.as_manager()

    class Meta:
        verbose_name = "年度活动"
        verbose_name_plural = "年度活动"
        ordering = ["-year"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_on__gte=F("starts_on")),
                name="campaign_ends_after_it_starts",
                violation_error_message="结束日期不能早于开始日期。",
            )
        ]

    def __str__(self):
        return f"{self.year}年{self.name}"


class Phase(models.Model):
    """A phase (阶段). Phases may overlap: the second and the third do, in June."""

    campaign = models.ForeignKey(
        Campaign, models.CASCADE, related_name="phases", verbose_name="年度活动"
    )
    code = models.CharField("编码", max_length=10)
    order = models.PositiveSmallIntegerField("顺序")
    name = models.CharField("名称", max_length=60)
    starts_on = models.DateField("开始日期")
    ends_on = models.DateField("结束日期")
    goals = models.JSONField("目标", default=list, blank=True)
    self_check = models.JSONField("自查项", default=list, blank=True)
    source = models.CharField("来源", max_length=10, choices=Source.choices, default=Source.SEED)
    source_note = models.CharField("来源说明", max_length=300, blank=True)

    class Meta:
        verbose_name = "阶段"
        verbose_name_plural = "阶段"
        ordering = ["campaign", "order"]
        constraints = [
            models.UniqueConstraint(fields=["campaign", "code"], name="one_phase_per_code"),
            models.CheckConstraint(
                condition=Q(ends_on__gte=F("starts_on")),
                name="phase_ends_after_it_starts",
                violation_error_message="结束日期不能早于开始日期。",
            ),
        ]

    def __str__(self):
        return f"第{'一二三四五六七八九'[self.order - 1]}阶段 {self.name}"


class Task(models.Model):
    """One of the year's campaign tasks (八项任务)."""

    campaign = models.ForeignKey(
        Campaign, models.CASCADE, related_name="tasks", verbose_name="年度活动"
    )
    code = models.CharField("编码", max_length=10)
    order = models.PositiveSmallIntegerField("顺序")
    name = models.CharField("名称", max_length=60)
    weight = models.DecimalField(
        "分值", max_digits=6, decimal_places=2, validators=[MinValueValidator(0)]
    )
    description = models.CharField("说明", max_length=300, blank=True)
    source = models.CharField("来源", max_length=10, choices=Source.choices)
    source_note = models.CharField("来源说明", max_length=500, blank=True)

    class Meta:
        verbose_name = "任务"
        verbose_name_plural = "任务"
        ordering = ["campaign", "order"]
        constraints = [
            models.UniqueConstraint(fields=["campaign", "code"], name="one_task_per_code")
        ]

    def __str__(self):
        return f"{self.code} {self.name}"


class Rule(models.Model):
    """A rule of 支部体检 as data: its words and thresholds. The check itself is code, under ``code``."""

    campaign = models.ForeignKey(
        Campaign, models.CASCADE, related_name="rules", verbose_name="年度活动"
    )
    task = models.ForeignKey(Task, models.CASCADE, related_name="rules", verbose_name="任务")
    number = models.CharField("编号", max_length=10)
    code = models.CharField("代码", max_length=60)
    name = models.CharField("名称", max_length=60)
    statement = models.TextField("规则")
    params = models.JSONField("参数(阈值)", default=dict, blank=True)
    inputs = models.JSONField("依据数据", default=list, blank=True)
    evaluated = models.CharField("检查时机", max_length=100, blank=True)
    severity = models.CharField("等级", max_length=100)
    basis = models.CharField("依据", max_length=300)
    basis_status = models.CharField("依据可靠程度", max_length=40, blank=True)
    difference = models.TextField("原文与条例的差异", blank=True)
    message = models.CharField("提示语", max_length=300)
    expected_fix = models.CharField("整改要求", max_length=300, blank=True)
    retired_at = models.DateTimeField("停用时间", null=True, blank=True, editable=False)

    class Meta:
        verbose_name = "体检规则"
        verbose_name_plural = "体检规则"
        ordering = ["campaign", "number"]
        constraints = [
            models.UniqueConstraint(fields=["campaign", "number"], name="one_rule_per_number")
        ]

    def __str__(self):
        return f"{self.number} {self.name}"

    @property
    def basis_words(self):
        """The basis as people read it (a template of one's own may hold English working words)."""
        return in_chinese(self.basis)

    @property
    def marks(self):
        """How far the basis carries, for the marks beside it: 原文 or 推断 first, then how it was read."""
        told = re.findall(r"[a-z]+", self.basis_status)
        first = Source.SEED if Source.SEED in told else Source.INFERRED
        read = [word for word in dict.fromkeys(told) if word not in {Source.SEED, "cut"}]
        return [first, *read]

    @property
    def plan_wins(self):
        """The work plan's number differs from the regulations' and holds: said in plain sight."""
        return "以工作方案为准" in self.difference


class ChecklistItem(models.Model):
    """A checklist item (检查条目): the lasting identity; what it says is in its versions.

    An item that a newer template no longer holds is *retired*, never deleted: what branches said to it
    stays readable, but it leaves every figure and nobody is asked for it any more.
    """

    task = models.ForeignKey(Task, models.CASCADE, related_name="items", verbose_name="任务")
    code = models.CharField("编码", max_length=20)
    order = models.PositiveSmallIntegerField("顺序")
    current = models.ForeignKey(
        "ItemVersion",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="现行版本",
    )
    retired_at = models.DateTimeField("停用时间", null=True, blank=True, editable=False)

    objects = ChecklistItemQuerySet.as_manager()

    class Meta:
        verbose_name = "检查条目"
        verbose_name_plural = "检查条目"
        ordering = ["task", "order"]
        constraints = [models.UniqueConstraint(fields=["task", "code"], name="one_item_per_code")]

    def __str__(self):
        return f"{self.code} {self.current.text}" if self.current_id else self.code


class ItemVersion(models.Model):
    """What an item says from a moment on. Never edited: a change makes the next version, and a
    verdict keeps the version it was given under."""

    item = models.ForeignKey(
        ChecklistItem, models.CASCADE, related_name="versions", verbose_name="检查条目"
    )
    number = models.PositiveSmallIntegerField("版本")
    text = models.CharField("内容", max_length=200)
    evidence = models.JSONField("应交材料", default=list, blank=True)
    verify = models.JSONField("核验方式", default=list, blank=True)
    rules = models.JSONField("关联规则", default=list, blank=True)
    asks = models.JSONField(
        "填报数字",
        default=list,
        blank=True,
        help_text='如 [{"key": "posts", "label": "示范岗数", "unit": "个"}]',
    )
    weight = models.DecimalField(
        "分值", max_digits=6, decimal_places=2, validators=[MinValueValidator(0)]
    )
    phases = models.JSONField("阶段", default=list, help_text="阶段编码,如 P1、P2。")
    opens_on = models.DateField("开始填报")
    due_on = models.DateField("完成期限")
    applies_to = models.JSONField(
        "适用支部类型", default=list, blank=True, help_text="空为全部支部。"
    )
    source = models.CharField("来源", max_length=10, choices=Source.choices)
    basis = models.CharField("依据", max_length=300, blank=True)
    created_at = models.DateTimeField("修订时间", auto_now_add=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="修订人",
    )

    class Meta:
        verbose_name = "条目版本"
        verbose_name_plural = "条目版本"
        ordering = ["item", "-number"]
        constraints = [
            models.UniqueConstraint(fields=["item", "number"], name="one_version_per_number"),
            models.CheckConstraint(
                condition=Q(due_on__gte=F("opens_on")),
                name="item_due_after_it_opens",
                violation_error_message="完成期限不能早于开始填报日期。",
            ),
        ]

    def __str__(self):
        return f"{self.item.code} 第{self.number}版"

    @property
    def basis_words(self):
        """The basis as people read it: seed and inferred in Chinese (the stored text is untouched)."""
        return in_chinese(self.basis)

    @property
    def asks_for_evidence(self):
        """Whether handing in needs a file: when it is verified by evidence."""
        return "evidence" in self.verify
