"""What worked (经验做法), on its way from a report to a bulletin."""

from django.conf import settings
from django.db import models

from branches.models import Organization
from branchyear.lib.routes import path_to
from reports.models.monthly import MonthlyReport
from reports.querysets import GoodPracticeQuerySet


class GoodPractice(models.Model):
    """The words of a report's 经验做法, recommended upwards level by level until a bulletin adopts them or a
    level does not take them. 工作方案五(三): 及时总结上报好经验、好做法."""

    class State(models.TextChoices):
        DIRECT = "direct", "直属党组织推荐"
        COMMITTEE = "committee", "工委选用"
        ADOPTED = "adopted", "简报采用"
        DECLINED = "declined", "未采用"

    MOVES = {
        State.DIRECT: {State.COMMITTEE, State.DECLINED},
        State.COMMITTEE: {State.ADOPTED, State.DECLINED},
        State.ADOPTED: frozenset(),
        State.DECLINED: frozenset(),
    }

    report = models.OneToOneField(
        MonthlyReport, models.PROTECT, related_name="practice", verbose_name="月报"
    )
    organization = models.ForeignKey(
        Organization, models.PROTECT, related_name="practices", verbose_name="党组织"
    )
    text = models.TextField("做法")
    state = models.CharField("进展", max_length=10, choices=State.choices)
    bulletin = models.CharField("简报", max_length=100, blank=True)
    answer = models.CharField("未采用的原因", max_length=300, blank=True)
    recommended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="推荐人"
    )
    recommended_at = models.DateTimeField("推荐时间")
    decided_at = models.DateTimeField("办理时间", null=True, blank=True)

    objects = GoodPracticeQuerySet.as_manager()

    class Meta:
        verbose_name = "经验做法"
        verbose_name_plural = "经验做法"
        ordering = ["-recommended_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(state="adopted") | ~models.Q(bulletin=""),
                name="an_adopted_practice_names_its_bulletin",
            )
        ]

    def __str__(self):
        return f"{self.organization}的经验做法"

    def get_absolute_url(self):
        return f"{path_to('reports:practices')}?state={self.state}#practice-{self.pk}"
