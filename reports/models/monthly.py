"""A monthly report (月报): figures from facts, words from people, sealed when handed in."""

from django.conf import settings
from django.db import models

from branches.models import Organization
from branchyear.lib.routes import path_to
from reports.models.periods import Period
from reports.querysets import MonthlyReportQuerySet, ReportStepQuerySet


class MonthlyReport(models.Model):
    """What one organisation reports for one month. The row exists from the day the period opens,
    so "not reported" is a state, not an absence."""

    class State(models.TextChoices):
        TODO = "todo", "未报"
        DRAFT = "draft", "草稿"
        SUBMITTED = "submitted", "已提交"
        RETURNED = "returned", "退回修改"
        ACCEPTED = "accepted", "已接收"

    MOVES = {
        State.TODO: {State.DRAFT, State.SUBMITTED},
        State.DRAFT: {State.DRAFT, State.SUBMITTED},
        State.SUBMITTED: {State.DRAFT, State.RETURNED, State.ACCEPTED},
        State.RETURNED: {State.RETURNED, State.SUBMITTED},
        State.ACCEPTED: {State.RETURNED},
    }
    EDITABLE = frozenset({State.TODO, State.DRAFT, State.RETURNED})

    organization = models.ForeignKey(
        Organization, models.PROTECT, related_name="monthly_reports", verbose_name="填报单位"
    )
    period = models.ForeignKey(
        Period, models.PROTECT, related_name="reports", verbose_name="报送期"
    )
    receiver = models.ForeignKey(
        Organization, models.PROTECT, related_name="+", verbose_name="报送至"
    )
    state = models.CharField("状态", max_length=10, choices=State.choices, default=State.TODO)
    figures = models.JSONField("基本数据", default=dict, blank=True)
    texts = models.JSONField("文字内容", default=dict, blank=True)
    notes = models.JSONField("情况说明", default=dict, blank=True)
    round = models.PositiveSmallIntegerField("第几次报送", default=0)
    first_submitted_at = models.DateTimeField("首次报送", null=True, blank=True)
    extended_to = models.DateField("经批准延至(含当日)", null=True, blank=True)
    extended_before = models.DateTimeField(null=True, blank=True, editable=False)
    submitted_at = models.DateTimeField("报送时间", null=True, blank=True)
    submitted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="报送人",
    )
    decided_at = models.DateTimeField("接收时间", null=True, blank=True)
    return_reason = models.CharField("退回原因", max_length=500, blank=True)
    seal = models.CharField("封存校验值", max_length=64, blank=True)
    revision = models.PositiveIntegerField(default=1)
    updated_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="最后修改人",
    )
    updated_at = models.DateTimeField("最后修改", auto_now=True)

    objects = MonthlyReportQuerySet.as_manager()

    class Meta:
        verbose_name = "月报"
        verbose_name_plural = "月报"
        ordering = ["-period__month", "organization__path"]
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "period"], name="one_report_per_organization_and_period"
            )
        ]
        indexes = [
            models.Index(fields=["receiver", "state"], name="report_queue"),
            models.Index(fields=["period", "state"], name="report_period"),
        ]

    def __str__(self):
        return f"{self.organization}{self.period.label}月报"

    def get_absolute_url(self):
        return path_to("reports:report", self.pk)

    @property
    def is_editable(self):
        return self.state in self.EDITABLE

    @property
    def due_on(self):
        """The last day in time: the period's, or the later one granted."""
        return self.extended_to or self.period.due_on

    @property
    def due_before(self):
        """The first instant that is too late."""
        return self.extended_before or self.period.due_before

    def can_move_to(self, state):
        return state in self.MOVES[self.state]


class ReportStep(models.Model):
    """One step of a report's way; a submission keeps the sealed copy."""

    class Kind(models.TextChoices):
        SUBMITTED = "submitted", "报送"
        WITHDRAWN = "withdrawn", "撤回"
        ACCEPTED = "accepted", "接收"
        RETURNED = "returned", "退回修改"

    report = models.ForeignKey(MonthlyReport, models.CASCADE, related_name="steps")
    round = models.PositiveSmallIntegerField("第几次报送")
    kind = models.CharField("步骤", max_length=10, choices=Kind.choices)
    organization = models.ForeignKey(
        Organization, models.PROTECT, related_name="+", verbose_name="所在党组织"
    )
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name="办理人"
    )
    by_name = models.CharField("办理人", max_length=100)
    at = models.DateTimeField("时间")
    reason = models.CharField("意见", max_length=500, blank=True)
    sealed = models.JSONField("封存内容", default=dict, blank=True)
    seal = models.CharField("封存校验值", max_length=64, blank=True)

    objects = ReportStepQuerySet.as_manager()

    class Meta:
        verbose_name = "报送过程"
        verbose_name_plural = "报送过程"
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["report", "round", "kind"],
                condition=~models.Q(kind="withdrawn"),
                name="one_report_step_of_a_kind_per_round",
            )
        ]

    def __str__(self):
        return f"{self.report} {self.get_kind_display()}"
