"""Items counted beforehand for the overview of a large city, and the figures of every month as they were at its
end."""

import hashlib
import json

from django.db import models

from branches.models import Organization
from branches.querysets import OrganizationOwnedQuerySet, owned_through
from branchyear.lib.dates import Month
from tasks.models import Campaign, Task


class CountedPlace(models.Model):
    """A directly affiliated organisation whose items are counted beforehand (``services.rollups``)."""

    organization = models.ForeignKey(Organization, models.CASCADE, related_name="+")
    campaign = models.ForeignKey(Campaign, models.CASCADE, related_name="+")
    counted_at = models.DateTimeField("统计时间", null=True)

    objects = OrganizationOwnedQuerySet.as_manager()

    class Meta:
        verbose_name = "预先统计的单位"
        verbose_name_plural = "预先统计的单位"
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "campaign"], name="a_place_is_counted_once"
            )
        ]

    def __str__(self):
        return f"{self.organization} {self.campaign}"


class ItemCount(models.Model):
    """How many items of one place, task, set of phases and due day stand where.

    By due day, so that what is overdue follows from the rows on any day without counting again.
    """

    place = models.ForeignKey(CountedPlace, models.CASCADE, related_name="counts")
    task = models.ForeignKey(Task, models.CASCADE, related_name="+")
    phases = models.CharField(max_length=100, blank=True)
    due_on = models.DateField()
    total = models.PositiveIntegerField()
    todo = models.PositiveIntegerField()
    draft = models.PositiveIntegerField()
    submitted = models.PositiveIntegerField()
    returned = models.PositiveIntegerField()
    accepted = models.PositiveIntegerField()
    # In hundredths of a point: whole numbers add up exactly on every database.
    weight = models.BigIntegerField()
    weight_accepted = models.BigIntegerField()

    objects = owned_through("place__organization")

    class Meta:
        verbose_name = "条目统计"
        verbose_name_plural = "条目统计"
        constraints = [
            models.UniqueConstraint(
                fields=["place", "task", "phases", "due_on"], name="one_count_of_each_kind"
            )
        ]

    def __str__(self):
        return f"{self.place} {self.task_id} {self.due_on}"


class MonthEndQuerySet(OrganizationOwnedQuerySet):
    def update(self, **changes):
        raise TypeError("月末数据定格后不再修改。")

    def delete(self):
        raise TypeError("月末数据定格后不再删除。")


class MonthEnd(models.Model):
    """The figures of an organisation and everything below it at the end of a month, frozen with the rule that
    made them. Written once; ``digest`` says whether anybody has changed them past the portal."""

    organization = models.ForeignKey(
        Organization, models.PROTECT, related_name="+", verbose_name="党组织"
    )
    campaign = models.ForeignKey(
        Campaign, models.PROTECT, related_name="+", verbose_name="年度活动"
    )
    month = models.CharField("月份", max_length=7)
    figures = models.JSONField("数据")
    rule = models.JSONField("口径")
    taken_at = models.DateTimeField("统计时间")
    digest = models.CharField("校验值", max_length=64)

    objects = MonthEndQuerySet.as_manager()

    class Meta:
        verbose_name = "月末数据"
        verbose_name_plural = "月末数据"
        ordering = ["month", "organization__path"]
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "campaign", "month"], name="one_month_end_per_organization"
            )
        ]

    def __str__(self):
        return f"{self.organization} {self.month}"

    def save(self, *args, **kwargs):
        if self.pk is not None:
            raise TypeError("月末数据定格后不再修改。")
        self.digest = self.computed_digest()
        super().save(*args, **kwargs)

    def delete(self, *args, **kwargs):
        raise TypeError("月末数据定格后不再删除。")

    def computed_digest(self):
        told = [self.organization_id, self.month, self.figures, self.rule]
        text = json.dumps(told, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()

    @property
    def is_intact(self):
        return self.digest == self.computed_digest()

    @property
    def label(self):
        return Month.parse(self.month).label
