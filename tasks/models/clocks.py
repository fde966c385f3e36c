"""What the clocks of the review are set by: the reviewers' time limit, and which days are worked."""

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q

LIMITS = [MinValueValidator(1), MaxValueValidator(60)]


class ReviewRule(models.Model):
    """From a day on: after how many working days an item waits too long with its reviewers (反向督办).

    A new rule begins on a new day; what was decided before is judged by the rule of its own day.
    """

    starts_on = models.DateField("自", unique=True, help_text="此日起送达的条目按本规则计算。")
    near_days = models.PositiveSmallIntegerField(
        "临近(工作日)", default=3, validators=LIMITS, help_text="等待满几个工作日标为临近。"
    )
    review_days = models.PositiveSmallIntegerField(
        "期限(工作日)", default=5, validators=LIMITS, help_text="等待超过几个工作日为超期。"
    )

    class Meta:
        verbose_name = "审核时限"
        verbose_name_plural = "审核时限"
        ordering = ["-starts_on"]
        constraints = [
            models.CheckConstraint(
                condition=Q(near_days__lte=F("review_days")),
                name="review_near_before_it_is_late",
                violation_error_message="临近天数不能多于期限。",
            )
        ]

    def __str__(self):
        return f"{self.starts_on}起 {self.review_days}个工作日"


class CalendarDay(models.Model):
    """A day that is not what its weekday says: a holiday, or a weekend day that is worked (调休上班)."""

    day = models.DateField("日期", unique=True)
    is_working = models.BooleanField("上班", default=False)
    why = models.CharField("说明", max_length=40, help_text="如 国庆节、国庆节调休上班。")

    class Meta:
        verbose_name = "工作日历"
        verbose_name_plural = "工作日历"
        ordering = ["day"]

    def __str__(self):
        return f"{self.day} {'上班' if self.is_working else '休息'}({self.why})"
