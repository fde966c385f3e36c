"""Rosters with whole numbers that leave the portal: how many people one person may take alone, and who asked."""

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q

from branches.models import Organization
from branches.querysets import LedgerQuerySet
from branches.roles import Role
from members.models.uploads import RosterProfile
from members.querysets import RuleQuerySet


class NumbersRule(models.Model):
    """From how many people on a second person is asked, and how long his yes holds: one row, kept by the security
    administrator, who reads no numbers himself.

    A branch has at most 50 members (支部工作条例(试行) 第四条); whoever keeps its files has their numbers anyway.
    """

    alone_up_to = models.PositiveIntegerField(
        "单独导出最多(人)",
        default=50,
        validators=[MaxValueValidator(1000)],
        help_text="一人24小时内单独导出完整号码的党员不超过此数；超过的须另一人批准。0为每次都须批准。",
    )
    take_hours = models.PositiveSmallIntegerField(
        "批准后有效(小时)",
        default=24,
        validators=[MinValueValidator(1), MaxValueValidator(168)],
        help_text="批准后在此时间内下载一次，过时作废。",
    )

    objects = RuleQuerySet.as_manager()

    class Meta:
        verbose_name = "完整号码导出规则"
        verbose_name_plural = "完整号码导出规则"

    def __str__(self):
        return f"{self.alone_up_to}人以内单独导出，批准后{self.take_hours}小时内下载"


class NumbersRequest(models.Model):
    """One roster with whole numbers: asked for with a reason, approved by a second person where the rule wants one,
    taken once. It holds no number and no name of a member; those are read when it is taken.
    """

    class State(models.TextChoices):
        WAITING = "waiting", "待批准"
        APPROVED = "approved", "已批准待下载"
        REFUSED = "refused", "不同意"
        WITHDRAWN = "withdrawn", "已撤回"
        TAKEN = "taken", "已下载"
        LAPSED = "lapsed", "已过期"

    MOVES = {
        State.WAITING: {State.APPROVED, State.REFUSED, State.WITHDRAWN, State.LAPSED},
        State.APPROVED: {State.TAKEN, State.WITHDRAWN, State.LAPSED},
        State.REFUSED: set(),
        State.WITHDRAWN: set(),
        State.TAKEN: set(),
        State.LAPSED: set(),
    }
    OPEN = (State.WAITING, State.APPROVED)

    organization = models.ForeignKey(
        Organization, models.PROTECT, related_name="+", verbose_name="名册范围"
    )
    profile = models.ForeignKey(
        RosterProfile, models.PROTECT, related_name="+", verbose_name="版式"
    )
    people = models.PositiveIntegerField("人数")
    reason = models.CharField("事由", max_length=200)
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="申请人"
    )
    # Where he holds the office he asks by: who approves holds one there or above.
    asked_from = models.ForeignKey(
        Organization, models.PROTECT, related_name="+", verbose_name="申请人所在组织"
    )
    asked_at = models.DateTimeField("申请时间")
    state = models.CharField("状态", max_length=10, choices=State.choices, default=State.WAITING)
    # With whom it waits: the nearest office held by somebody else. None: nobody else was asked.
    waits_at = models.ForeignKey(
        Organization, models.PROTECT, null=True, related_name="+", verbose_name="送批组织"
    )
    waits_for = models.CharField("送批职责", max_length=20, choices=Role.choices, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name="批准人"
    )
    decided_at = models.DateTimeField("批准时间", null=True)
    decision_note = models.CharField("批准意见", max_length=300, blank=True)
    lapses_at = models.DateTimeField("有效至")
    taken_at = models.DateTimeField("下载时间", null=True)

    objects = LedgerQuerySet.as_manager()

    class Meta:
        verbose_name = "完整号码下载申请"
        verbose_name_plural = "完整号码下载申请"
        ordering = ["-asked_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["asked_by", "organization", "profile"],
                condition=Q(state__in=["waiting", "approved"]),
                name="one_open_request_for_numbers",
                violation_error_message="您已有同样的申请没有办完。",
            ),
            models.CheckConstraint(
                condition=Q(decided_by=None) | ~Q(decided_by=models.F("asked_by")),
                name="nobody_approves_his_own_request",
                violation_error_message="不能批准本人的申请。",
            ),
        ]
        indexes = [
            models.Index(
                fields=["waits_at", "waits_for"],
                condition=Q(state="waiting"),
                name="numbers_waiting",
            )
        ]

    def __str__(self):
        return f"{self.organization} {self.people}人"

    def is_over(self, now):
        """Nothing can be done with it any more, whether or not the clock has written so yet."""
        return self.state in self.OPEN and self.lapses_at <= now

    @property
    def waits_with(self):
        """Whom it waits for, in words."""
        return f"{self.waits_at.label}（{self.get_waits_for_display()}）" if self.waits_at else ""
