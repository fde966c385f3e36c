"""述职评议: once a year each organisation sums up, the level above says what it thinks."""

from django.conf import settings
from django.db import models

from branches.models import Organization
from branches.querysets import OrganizationOwnedQuerySet
from branchyear.lib.routes import path_to
from tasks.models import Campaign


class DutyReport(models.Model):
    """The organisation's words about its year. The facts beside them are the portal's; handed in, they are
    kept as they were that day.

    Source: 工作方案 五(二)三 (党建述职评议考核); organisations, not persons.
    """

    class State(models.TextChoices):
        DRAFT = "draft", "填写中"
        SUBMITTED = "submitted", "已提交"
        REVIEWED = "reviewed", "已评议"

    MOVES = {
        State.DRAFT: {State.SUBMITTED},
        State.SUBMITTED: {State.DRAFT, State.REVIEWED},
        State.REVIEWED: {State.DRAFT},
    }
    PARTS = (
        ("done", "主要工作和成效"),
        ("problems", "存在问题和原因"),
        ("next", "下一步打算"),
    )

    organization = models.ForeignKey(
        Organization, models.PROTECT, related_name="duty_reports", verbose_name="党组织"
    )
    campaign = models.ForeignKey(Campaign, models.PROTECT, related_name="duty_reports")
    texts = models.JSONField("内容", default=dict, blank=True)
    facts = models.JSONField("提交时的事实", default=list, blank=True)
    state = models.CharField("状态", max_length=10, choices=State.choices, default=State.DRAFT)
    submitted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+",
        verbose_name="提交人",
    )  # fmt: skip
    submitted_at = models.DateTimeField("提交时间", null=True, blank=True)
    comment = models.CharField("上级点评", max_length=500, blank=True)
    comment_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+",
        verbose_name="点评人",
    )  # fmt: skip
    comment_at = models.DateTimeField("点评时间", null=True, blank=True)
    revision = models.PositiveIntegerField(default=1, editable=False)

    objects = OrganizationOwnedQuerySet.as_manager()

    class Meta:
        verbose_name = "述职报告"
        verbose_name_plural = "述职报告"
        ordering = ["organization__path"]
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "campaign"], name="one_duty_report_a_year"
            )
        ]

    def __str__(self):
        return f"{self.organization}{self.campaign.year}年述职报告"

    def get_absolute_url(self):
        return f"{path_to('reports:duty')}?org={self.organization_id}"
