"""督办单: the working committee tells an organisation to do something by a day; replied to, closed."""

from django.conf import settings
from django.db import models

from branches.models import Organization
from branches.querysets import OrganizationOwnedQuerySet, owned_through
from branchyear.lib.dates import local_day
from branchyear.lib.routes import path_to
from tasks.models.campaign import Campaign


class SupervisionQuerySet(OrganizationOwnedQuerySet):
    def running(self):
        """Neither closed nor taken back."""
        return self.exclude(state__in=[Supervision.State.CLOSED, Supervision.State.WITHDRAWN])

    def to_answer(self):
        """With the organisation."""
        return self.filter(state__in=[Supervision.State.ISSUED, Supervision.State.REOPENED])


class Supervision(models.Model):
    """One 督办单 to one organisation. Its colour follows from state and day: ``tasks.supervision``."""

    class State(models.TextChoices):
        ISSUED = "issued", "待办理"
        REPLIED = "replied", "已回复"
        CLOSED = "closed", "已办结"
        REOPENED = "reopened", "重新办理"
        WITHDRAWN = "withdrawn", "已撤销"

    MOVES = {
        State.ISSUED: {State.REPLIED, State.WITHDRAWN},
        State.REPLIED: {State.CLOSED, State.REOPENED},
        State.CLOSED: {State.REOPENED},
        State.REOPENED: {State.REPLIED, State.WITHDRAWN},
        State.WITHDRAWN: set(),
    }

    organization = models.ForeignKey(
        Organization, models.PROTECT, related_name="supervisions", verbose_name="承办单位"
    )
    campaign = models.ForeignKey(Campaign, models.PROTECT, related_name="supervisions")
    number = models.PositiveIntegerField("编号")
    title = models.CharField("事项", max_length=100)
    content = models.CharField("督办要求", max_length=1000)
    basis = models.CharField("督办依据", max_length=300)
    source = models.CharField("由来", max_length=10, blank=True)
    source_id = models.PositiveBigIntegerField(null=True, blank=True, editable=False)
    due_on = models.DateField("办理时限")
    state = models.CharField("状态", max_length=10, choices=State.choices, default=State.ISSUED)
    reply = models.CharField("办理情况", max_length=1000, blank=True)
    replied_at = models.DateTimeField("回复时间", null=True, blank=True)
    closed_on = models.DateField("办结日期", null=True, blank=True)
    issued_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="签发人"
    )
    issued_at = models.DateTimeField("签发时间")
    revision = models.PositiveIntegerField(default=1, editable=False)

    objects = SupervisionQuerySet.as_manager()

    class Meta:
        verbose_name = "督办单"
        verbose_name_plural = "督办单"
        ordering = ["-number"]
        constraints = [
            models.UniqueConstraint(
                fields=["campaign", "number"], name="one_supervision_of_a_number"
            )
        ]
        indexes = [
            models.Index(fields=["organization", "state"], name="supervisions_of_a_branch"),
            models.Index(fields=["source", "source_id"], name="supervisions_of_a_source"),
        ]

    def __str__(self):
        return f"督办〔{self.campaign.year}〕{self.number}号"

    def get_absolute_url(self):
        return path_to("tasks:supervision", self.pk)

    @property
    def replied_on(self):
        """The day of the last reply, in China."""
        return local_day(self.replied_at) if self.replied_at else None


class SupervisionStep(models.Model):
    """One step of a 督办单."""

    class Kind(models.TextChoices):
        ISSUED = "issued", "签发"
        REPLIED = "replied", "回复"
        RETURNED = "returned", "退回重办"
        CLOSED = "closed", "办结"
        REOPENED = "reopened", "重新办理"
        WITHDRAWN = "withdrawn", "撤销"

    supervision = models.ForeignKey(Supervision, models.CASCADE, related_name="steps")
    kind = models.CharField("步骤", max_length=10, choices=Kind.choices)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name="办理人"
    )
    by_name = models.CharField("办理人", max_length=100)
    at = models.DateTimeField("时间")
    text = models.CharField("内容", max_length=1000, blank=True)

    objects = owned_through("supervision__organization")

    class Meta:
        verbose_name = "督办过程"
        verbose_name_plural = "督办过程"
        ordering = ["pk"]

    def __str__(self):
        return f"{self.supervision} {self.get_kind_display()}"
