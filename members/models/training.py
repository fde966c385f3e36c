"""Training hours (学时). What a meeting counts for is with the meeting; courses stand here."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from branches.models import Organization
from branches.querysets import ledger_through
from branchyear.lib.routes import path_to
from members.models.member import Member
from members.querysets import TrainingQuerySet


class Training(models.Model):
    """A course or a study that members took part in: one record for all of them."""

    class Kind(models.TextChoices):
        COURSE = "course", "集中培训"
        STUDY = "study", "集中学习"
        INDUCTION = "induction", "新任支部书记培训"
        ONLINE = "online", "网络学习"

    # What counts as concentrated (集中培训) for the secretary and the committee.
    CONCENTRATED = frozenset({Kind.COURSE, Kind.INDUCTION})

    organization = models.ForeignKey(
        Organization, models.PROTECT, related_name="trainings", verbose_name="登记的党支部"
    )
    title = models.CharField("内容", max_length=200)
    kind = models.CharField("形式", max_length=10, choices=Kind.choices)
    starts_on = models.DateField("开始日期")
    ends_on = models.DateField("结束日期")
    organiser = models.CharField("组织单位", max_length=100, blank=True)
    hours = models.DecimalField("学时", max_digits=5, decimal_places=1)
    voided_at = models.DateTimeField("作废时间", null=True, blank=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name="登记人"
    )
    at = models.DateTimeField("登记时间", auto_now_add=True)
    revision = models.PositiveIntegerField(default=1, editable=False)

    objects = TrainingQuerySet.as_manager()

    class Meta:
        verbose_name = "教育培训"
        verbose_name_plural = "教育培训"
        ordering = ["-starts_on", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_on__gte=F("starts_on")),
                name="training_ends_after_it_starts",
                violation_error_message="结束日期不能早于开始日期。",
            ),
            models.CheckConstraint(
                condition=Q(hours__gt=0),
                name="training_has_hours",
                violation_error_message="学时应大于0。",
            ),
        ]

    def __str__(self):
        return self.title

    def get_absolute_url(self):
        return path_to("members:one_training", self.pk)


class TrainingRecord(models.Model):
    """A member took part in a training, for so many hours (default: all of it)."""

    training = models.ForeignKey(Training, models.CASCADE, related_name="records")
    member = models.ForeignKey(Member, models.PROTECT, related_name="training_records")
    hours = models.DecimalField("学时", max_digits=5, decimal_places=1)

    objects = ledger_through("training__organization")

    class Meta:
        verbose_name = "学时记录"
        verbose_name_plural = "学时记录"
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["training", "member"], name="a_member_counts_a_training_once"
            )
        ]

    def __str__(self):
        return f"{self.member} {self.hours}"
