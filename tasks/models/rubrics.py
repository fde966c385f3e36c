"""The rubric of the scores (评分办法): versioned data, edited in the admin site until it is opened."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from tasks.models.campaign import Campaign, Source


class RubricQuerySet(models.QuerySet):
    def visible_to(self, user):
        """The rules of the scores are everybody's who holds an office; a draft is the administrators'."""
        from branches.scope import scope_of  # scope reads models, which need this module

        return self.opened() if scope_of(user).offices else self.none()

    def opened(self):
        return self.exclude(opened_at=None)

    def in_force(self, campaign):
        """The version that new scores are made with: the latest one opened."""
        return self.opened().filter(campaign=campaign).order_by("-number").first()


class Rubric(models.Model):
    """One version of how scores are made. Once opened it never changes: what was scored with it stays.

    Source: 工作方案 五(二)四 says 量化评分 and gives no table; so each line and band says whether it is the
    plan's (原文) or the portal's proposal (推断).
    """

    campaign = models.ForeignKey(
        Campaign, models.CASCADE, related_name="rubrics", verbose_name="年度活动"
    )
    number = models.PositiveSmallIntegerField("版本")
    name = models.CharField("名称", max_length=60)
    total = models.DecimalField("满分", max_digits=6, decimal_places=2, default=100)
    bands = models.JSONField(
        "等次",
        default=list,
        help_text='由高到低，如 [{"name": "好", "min": 90, "source": "inferred", "note": "依据"}]。',
    )
    appeal_days = models.PositiveSmallIntegerField(
        "申诉期（天）", default=7, help_text="定格次日起算，含末日。"
    )
    note = models.CharField("说明", max_length=500, blank=True)
    opened_at = models.DateTimeField("启用时间", null=True, blank=True, editable=False)
    opened_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+",
        verbose_name="启用人", editable=False,
    )  # fmt: skip

    objects = RubricQuerySet.as_manager()

    class Meta:
        verbose_name = "评分办法"
        verbose_name_plural = "评分办法"
        ordering = ["campaign", "-number"]
        constraints = [
            models.UniqueConstraint(fields=["campaign", "number"], name="one_rubric_of_a_number")
        ]

    def __str__(self):
        return f"{self.name}（第{self.number}版）"

    @property
    def is_open(self):
        """Whether it is in use: no longer to be edited."""
        return self.opened_at is not None


class RubricLine(models.Model):
    """One line of a rubric: which facts, how many points, up to how many."""

    class Kind(models.TextChoices):
        BASE = "base", "基础分"
        ADDED = "added", "加分"
        DEDUCTED = "deducted", "扣分"
        VETO = "veto", "一票否决"

    class Measure(models.TextChoices):
        SHARE = "share", "按比例"
        EACH = "each", "按件"
        JUDGED = "judged", "评议"

    rubric = models.ForeignKey(
        Rubric, models.CASCADE, related_name="lines", verbose_name="评分办法"
    )
    order = models.PositiveSmallIntegerField("顺序")
    code = models.CharField("编号", max_length=10)
    title = models.CharField("评分项", max_length=100)
    standard = models.CharField("评分标准", max_length=300)
    kind = models.CharField("性质", max_length=10, choices=Kind.choices)
    measure = models.CharField("算法", max_length=10, choices=Measure.choices)
    rule = models.CharField(
        "事实来源", max_length=40, blank=True, help_text="由平台提供的事实，评议项不填。"
    )
    params = models.JSONField("参数", default=dict, blank=True)
    points = models.DecimalField(
        "分值",
        max_digits=6,
        decimal_places=2,
        default=0,
        help_text="按比例的为满分（扣完为止），按件的为每件分值，一票否决不填。",
    )
    cap = models.DecimalField(
        "上限",
        max_digits=6,
        decimal_places=2,
        null=True,
        blank=True,
        help_text="按件的最多加、扣几分。",
    )
    at_least = models.PositiveSmallIntegerField(
        "达到几件", default=1, help_text="一票否决：达到几件即生效。"
    )
    band_at_most = models.CharField(
        "最高等次", max_length=20, blank=True, help_text="一票否决生效后，最高评为哪个等次。"
    )
    spot_rule = models.CharField(
        "抽查事实", max_length=40, blank=True, help_text="督查抽查发现不符的，按比例核减本项得分。"
    )
    source = models.CharField(
        "来源", max_length=10, choices=Source.choices, default=Source.INFERRED
    )
    basis = models.CharField("依据", max_length=300, blank=True)

    class Meta:
        verbose_name = "评分项"
        verbose_name_plural = "评分项"
        ordering = ["rubric", "order", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["rubric", "code"], name="one_rubric_line_of_a_code"),
            models.CheckConstraint(
                condition=Q(points__gte=0) & (Q(cap=None) | Q(cap__gte=0)),
                name="points_of_a_rubric_are_not_negative",
                violation_error_message="分值和上限不能是负数，扣分项由“性质”决定。",
            ),
        ]

    def __str__(self):
        return f"{self.code} {self.title}"

    @property
    def is_judged(self):
        return self.measure == self.Measure.JUDGED

    @property
    def most(self):
        """The most it can add, take away or give."""
        return (
            self.cap if self.measure == self.Measure.EACH and self.cap is not None else self.points
        )
