"""The parts of a monthly report, as data: what is asked in which order, and how its draft is worded."""

from django.core.validators import MaxValueValidator
from django.db import models

from reports.models.periods import Tier
from tasks.models import Campaign


class ReportSection(models.Model):
    """One part of one tier's report. Reports handed in keep the headings they were sealed with."""

    class Kind(models.TextChoices):
        FIGURES = "figures", "基本数据"
        TEXT = "text", "文字"

    campaign = models.ForeignKey(
        Campaign, models.CASCADE, related_name="report_sections", verbose_name="年度活动"
    )
    tier = models.CharField("层级", max_length=10, choices=Tier.choices)
    key = models.SlugField("代码", max_length=20)
    kind = models.CharField("内容", max_length=10, choices=Kind.choices, default=Kind.TEXT)
    heading = models.CharField("标题", max_length=30)
    order = models.PositiveSmallIntegerField("顺序", default=10)
    is_wanted = models.BooleanField("必填", default=False)
    min_words = models.PositiveSmallIntegerField(
        "至少字数",
        default=10,
        validators=[MaxValueValidator(500)],
        help_text="空格和标点不算。选填的部分写了才核对。",
    )
    hint = models.CharField("填写提示", max_length=200, blank=True)
    draft = models.TextField(
        "起草用语",
        blank=True,
        help_text="一行一句，空行分段。{名称} 填入本月数据；数据为零的句子不写，改写下一行以“否则：”开头的句子。",
    )
    is_active = models.BooleanField("启用", default=True)

    class Meta:
        verbose_name = "月报内容"
        verbose_name_plural = "月报内容"
        ordering = ["campaign", "tier", "order", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["campaign", "tier", "key"], name="one_report_section_of_a_key"
            )
        ]

    def __str__(self):
        return f"{self.get_tier_display()}“{self.heading}”"


class FigureCheck(models.Model):
    """A figure that must be there before a report is handed in, and what to do when it is not: a number nobody
    can compute is not reported as nought."""

    class Fails(models.TextChoices):
        NONE = "none", "数据为零"
        NO_WHOLE = "no_whole", "总数为零"
        ALL = "all", "等于总数"

    campaign = models.ForeignKey(
        Campaign, models.CASCADE, related_name="figure_checks", verbose_name="年度活动"
    )
    key = models.SlugField("数据代码", max_length=30)
    fails = models.CharField("何时不能报送", max_length=10, choices=Fails.choices)
    sentence = models.CharField("提示", max_length=200, help_text="说明缺什么、到哪里去办。")
    is_active = models.BooleanField("启用", default=True)

    class Meta:
        verbose_name = "月报数据核对"
        verbose_name_plural = "月报数据核对"
        ordering = ["campaign", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["campaign", "key", "fails"], name="one_check_of_a_figure"
            )
        ]

    def __str__(self):
        return f"{self.key}：{self.sentence}"

    def finds(self, figure):
        """Whether this figure (``services.figures``) cannot be reported."""
        if self.fails == self.Fails.NONE:
            return not figure["value"]
        if self.fails == self.Fails.NO_WHOLE:
            return not figure["of"]
        return bool(figure["of"]) and figure["value"] == figure["of"]
