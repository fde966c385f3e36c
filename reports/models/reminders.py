"""Reminding (提醒, 催办): on which days as data, and the ledger of what was sent to whom about what."""

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q

from branches.models import Organization
from reports.models.monthly import MonthlyReport
from reports.models.periods import Tier
from reports.querysets import ReminderQuerySet
from tasks.models import Campaign, Problem

URGED = "M"  # occasions by hand are M1, M2 …


class Matter(models.TextChoices):
    """What people are reminded of. The checklist's items that fall due on one day are one matter."""

    REPORT = "report", "月报"
    ITEMS = "items", "检查条目"
    PROBLEM = "problem", "问题整改"
    TERM = "term", "换届"
    PROBATION = "probation", "转正"
    REVIEW = "review", "审核时限"


# Done at one moment that is on record; of the others is told how many are still open.
SINGLE = (Matter.REPORT, Matter.PROBLEM)


class ReminderPolicy(models.Model):
    """On which days before (or after) the due day those who owe something are reminded, and when the one
    above is told instead."""

    campaign = models.ForeignKey(
        Campaign, models.CASCADE, related_name="reminder_policies", verbose_name="年度活动"
    )
    matter = models.CharField("事项", max_length=10, choices=Matter.choices, default=Matter.REPORT)
    tier = models.CharField("层级", max_length=10, choices=Tier.choices)
    days_before = models.SmallIntegerField(
        "提前天数",
        help_text="0 为当日，负数为逾期后天数。逢休息日，到期前的提到上一个工作日，逾期后的顺延。",
        validators=[MinValueValidator(-30), MaxValueValidator(200)],
    )
    to_above = models.BooleanField(
        "提醒上级", default=False, help_text="勾选后提醒上一级负责接收、审核的人，用于逾期后上报。"
    )
    is_active = models.BooleanField("启用", default=True)

    class Meta:
        verbose_name = "提醒策略"
        verbose_name_plural = "提醒策略"
        ordering = ["campaign", "matter", "tier", "to_above", "-days_before"]
        constraints = [
            models.UniqueConstraint(
                fields=["campaign", "matter", "tier", "to_above", "days_before"],
                name="one_policy_per_matter_tier_and_day",
                violation_error_message="这个事项、层级和时点的提醒策略已经有了。",
            ),
            models.CheckConstraint(
                condition=Q(to_above=False) | Q(days_before__lt=0),
                name="those_above_are_told_of_what_is_overdue",
                violation_error_message="提醒上级只用于逾期以后，提前天数请填负数。",
            ),
        ]

    def __str__(self):
        return f"{self.get_matter_display()} {self.get_tier_display()} {self.occasion}"

    @property
    def occasion(self):
        """T-3, T (the day itself), T+1; told to the one above U+3."""
        letter = "U" if self.to_above else "T"
        return f"{letter}{-self.days_before:+d}" if self.days_before else letter


def occasion_words(occasion):
    """An occasion as people say it: 提前3天, 到期当日, 逾期1天, 逾期3天报上级, 第2次催办."""
    letter, days = occasion[0], occasion[1:]
    if letter == URGED:
        return f"第{days}次催办"
    if not days:
        return "到期当日"
    words = f"提前{days[1:]}天" if days[0] == "-" else f"逾期{days[1:]}天"
    return f"{words}报上级" if letter == "U" else words


class UrgingRule(models.Model):
    """How soon the same matter may be urged (催办) again: fair and quiet."""

    campaign = models.OneToOneField(
        Campaign, models.CASCADE, related_name="urging_rule", verbose_name="年度活动"
    )
    again_after_hours = models.PositiveSmallIntegerField(
        "再次催办间隔(小时)",
        default=24,
        validators=[MinValueValidator(1), MaxValueValidator(720)],
        help_text="同一事项在此时间内只能催办一次，不论由谁催办。",
    )

    class Meta:
        verbose_name = "催办间隔"
        verbose_name_plural = "催办间隔"

    def __str__(self):
        return f"{self.campaign} {self.again_after_hours}小时"


class Reminder(models.Model):
    """That this person was reminded of this matter on this occasion: written once, for ever.

    What came of it is not stored here but read: ``notice`` (seen), its deliveries (sent, failed), the
    report or problem itself (acted). See ``ReminderQuerySet.with_outcome``.
    """

    matter = models.CharField("事项", max_length=10, choices=Matter.choices, default=Matter.REPORT)
    # report:12, problem:7, term:5; items:34, probation:34, review:3 (the organisation whose items, members
    # or waiting items are due on ``due_on``)
    subject = models.CharField(max_length=40, editable=False)
    organization = models.ForeignKey(
        Organization, models.PROTECT, related_name="reminders", verbose_name="党组织"
    )
    report = models.ForeignKey(
        MonthlyReport, models.CASCADE, null=True, blank=True, related_name="reminders",
        verbose_name="月报",
    )  # fmt: skip
    problem = models.ForeignKey(
        Problem, models.CASCADE, null=True, blank=True, related_name="reminders",
        verbose_name="问题",
    )  # fmt: skip
    due_on = models.DateField("期限")
    recipient = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="收件人"
    )
    occasion = models.CharField("时点", max_length=10)
    sent_at = models.DateTimeField("发送时间")
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+",
        verbose_name="催办人", help_text="平台按策略提醒的，没有催办人。",
    )  # fmt: skip
    notice = models.ForeignKey(
        "notifications.Notice", models.SET_NULL, null=True, blank=True, related_name="reminders",
        verbose_name="通知",
    )  # fmt: skip

    objects = ReminderQuerySet.as_manager()

    class Meta:
        verbose_name = "提醒记录"
        verbose_name_plural = "提醒记录"
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["subject", "due_on", "recipient", "occasion"],
                name="one_reminder_per_occasion",
            )
        ]
        indexes = [models.Index(fields=["sent_at"], name="reminders_by_time")]

    def __str__(self):
        return f"{self.organization} {self.occasion} {self.recipient}"

    @property
    def when(self):
        return occasion_words(self.occasion)
