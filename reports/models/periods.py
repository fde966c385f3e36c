"""When which tier reports: the rule as data, and each period frozen with the rule that made it."""

from datetime import date

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q

from tasks.models import Campaign


class Tier(models.TextChoices):
    """Who reports to whom. 工作方案 五(二): 逐级建立定期报告工作情况制度."""

    BRANCH = "branch", "党支部"
    DIRECT = "direct", "直属党组织"
    COMMITTEE = "committee", "市直机关工委"


class OnRestDay(models.TextChoices):
    """What becomes of a due day that is no working day."""

    KEEP = "keep", "不变"
    EARLIER = "earlier", "提前到前一个工作日"
    LATER = "later", "顺延到后一个工作日(不出当月)"


class ReportRule(models.Model):
    """By which day of the month a tier reports, for periods not opened yet.

    Source: 工作方案 五(二): 各直属党组织每月25日前, 市直机关工委每月底前.
    """

    campaign = models.ForeignKey(
        Campaign, models.CASCADE, related_name="report_rules", verbose_name="年度活动"
    )
    tier = models.CharField("层级", max_length=10, choices=Tier.choices)
    day = models.PositiveSmallIntegerField(
        "每月几日前(含当日)",
        validators=[MinValueValidator(1), MaxValueValidator(31)],
        help_text="31 表示当月最后一天。",
    )
    opens_day = models.PositiveSmallIntegerField(
        "每月几日起可填报", default=1, validators=[MinValueValidator(1), MaxValueValidator(28)]
    )
    on_rest_day = models.CharField(
        "期限遇休息日", max_length=10, choices=OnRestDay.choices, default=OnRestDay.KEEP
    )

    class Meta:
        verbose_name = "报送期限"
        verbose_name_plural = "报送期限"
        ordering = ["campaign", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["campaign", "tier"], name="one_report_rule_per_tier"),
            models.CheckConstraint(
                condition=Q(opens_day__lte=F("day")),
                name="report_rule_opens_before_it_is_due",
                violation_error_message="开始填报的日期不能晚于报送期限。",
            ),
        ]

    def __str__(self):
        return f"{self.get_tier_display()}{self.text}"

    @property
    def text(self):
        """The rule as people say it: 每月25日前（含当日）."""
        day = f"{self.day}日" if self.day < 31 else "最后一天"
        rest = (
            ""
            if self.on_rest_day == OnRestDay.KEEP
            else f"，遇休息日{self.get_on_rest_day_display()}"
        )
        return f"每月{day}前（含当日）{rest}"


class Period(models.Model):
    """One month of reports of one tier. Its dates never change once it is open."""

    campaign = models.ForeignKey(
        Campaign, models.PROTECT, related_name="periods", verbose_name="年度活动"
    )
    tier = models.CharField("层级", max_length=10, choices=Tier.choices)
    month = models.CharField("月份", max_length=7)
    opens_on = models.DateField("开始填报")
    due_on = models.DateField("报送期限(含当日)")
    due_before = models.DateTimeField(
        "此刻起为逾期", help_text="报送期限次日零时(北京时间)。", editable=False
    )
    rule = models.JSONField("形成本期的规则", default=dict)
    opened_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = "报送期"
        verbose_name_plural = "报送期"
        ordering = ["month", "tier"]
        constraints = [
            models.UniqueConstraint(
                fields=["campaign", "tier", "month"], name="one_period_per_tier_and_month"
            ),
            models.CheckConstraint(
                condition=Q(due_on__gte=F("opens_on")), name="period_due_after_it_opens"
            ),
        ]

    def __str__(self):
        return f"{self.month} {self.get_tier_display()}"

    @property
    def label(self):
        year, month = self.month.split("-")
        return f"{year}年{int(month)}月"

    @property
    def moved_from(self):
        """The day the rule names, where the due day was moved away from it; else None."""
        named = self.rule.get("named_day")
        return date.fromisoformat(named) if named and named != self.due_on.isoformat() else None

    @property
    def lacks_calendar(self):
        """The due day was reckoned by working days of a year whose holidays were not announced yet."""
        return bool(self.rule.get("calendar_missing"))

    @property
    def short(self):
        """The month alone, where the year is said already: 4月."""
        return f"{int(self.month[-2:])}月"
