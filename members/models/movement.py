"""Members who move or are away: transfers of affiliation (组织关系转接), floating, lost."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from branches.models import Organization
from branches.querysets import LedgerQuerySet, ledger_through
from branchyear.lib.routes import path_to
from members import deadlines
from members.models.member import Member
from members.querysets import TransferQuerySet


class Transfer(models.Model):
    """A member's affiliation on its way from one branch to another, by letter and receipt.

    A side outside the city's organs has no organisation, only a name. The sending branch stays
    responsible until the other has received: 中国共产党党员教育管理工作条例(2019) 第二十五条.
    """

    class State(models.TextChoices):
        ISSUED = "issued", "待接收"
        RECEIVED = "received", "已接收"
        REFUSED = "refused", "已退回"
        WITHDRAWN = "withdrawn", "已撤回"

    MOVES = {
        State.ISSUED: {State.RECEIVED, State.REFUSED, State.WITHDRAWN},
        State.RECEIVED: set(),
        State.REFUSED: set(),
        State.WITHDRAWN: set(),
    }

    member = models.ForeignKey(
        Member, models.PROTECT, related_name="transfers", verbose_name="党员"
    )
    sender = models.ForeignKey(
        Organization,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="transfers_out",
        verbose_name="转出党支部",
    )
    sender_name = models.CharField("转出单位", max_length=100)
    receiver = models.ForeignKey(
        Organization,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="transfers_in",
        verbose_name="转入党支部",
    )
    receiver_name = models.CharField("转入单位", max_length=100)
    state = models.CharField("状态", max_length=10, choices=State.choices, default=State.ISSUED)
    letter_no = models.CharField("介绍信编号", max_length=60, blank=True)
    issued_on = models.DateField("开具日期")
    valid_until = models.DateField("有效期至")
    dues_paid_to = models.CharField("党费交至", max_length=7, blank=True)
    reason = models.CharField("转接原因", max_length=200, blank=True)
    received_on = models.DateField("接收日期", null=True, blank=True)
    slip_on = models.DateField("回执日期", null=True, blank=True)
    closing_note = models.CharField("退回或撤回原因", max_length=200, blank=True)
    issued_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name="经办人"
    )
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)

    objects = TransferQuerySet.as_manager()

    class Meta:
        verbose_name = "组织关系转接"
        verbose_name_plural = "组织关系转接"
        ordering = ["-issued_on", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["member"],
                condition=Q(state="issued"),
                name="one_transfer_at_a_time",
                violation_error_message="该党员的组织关系正在转接中。",
            ),
            models.CheckConstraint(
                condition=Q(sender__isnull=False) | Q(receiver__isnull=False),
                name="a_transfer_touches_the_city",
                violation_error_message="转出和转入至少一方应为本市市直机关党支部。",
            ),
            models.CheckConstraint(
                condition=Q(valid_until__gte=F("issued_on")),
                name="a_letter_is_valid_for_a_time",
                violation_error_message="有效期不能早于开具日期。",
            ),
        ]

    def __str__(self):
        return f"{self.member} {self.sender_name}→{self.receiver_name}"

    def get_absolute_url(self):
        return path_to("members:transfer", self.pk)

    def is_expired(self, today):
        """Nobody received it in time (R36)."""
        return self.state == self.State.ISSUED and self.valid_until < today


class Absence(models.Model):
    """A member who is away for long (流动, 出国) or with whom contact was lost (失联)."""

    class Kind(models.TextChoices):
        FLOATING = "floating", "流动党员"
        OVERSEAS = "overseas", "出国(境)"
        LOST = "lost", "失联党员"

    member = models.ForeignKey(Member, models.PROTECT, related_name="absences", verbose_name="党员")
    organization = models.ForeignKey(
        Organization, models.PROTECT, related_name="absences", verbose_name="党支部"
    )
    kind = models.CharField("类别", max_length=10, choices=Kind.choices)
    since = models.DateField("外出(失联)时间")
    destination = models.CharField("去向", max_length=100, blank=True)
    reason = models.CharField("原因", max_length=100, blank=True)
    contact_person = models.CharField("支部联系人", max_length=50, blank=True)
    last_contact_on = models.DateField("最近联系时间", null=True, blank=True)
    suspended_on = models.DateField("停止党籍时间", null=True, blank=True)
    decision_no = models.CharField("处置文号", max_length=60, blank=True)
    ended_on = models.DateField("结束时间", null=True, blank=True)
    ending = models.CharField("结束情况", max_length=100, blank=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name="登记人"
    )
    at = models.DateTimeField("登记时间", auto_now_add=True)

    objects = LedgerQuerySet.as_manager()

    class Meta:
        verbose_name = "流动、失联登记"
        verbose_name_plural = "流动、失联登记"
        ordering = ["organization__path", "-since", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["member"],
                condition=Q(ended_on=None),
                name="one_absence_at_a_time",
                violation_error_message="该党员已在流动、失联登记中。",
            )
        ]

    def __str__(self):
        return f"{self.member} {self.get_kind_display()}"

    def get_absolute_url(self):
        return path_to("members:absence", self.pk)

    @property
    def contact_due(self):
        """By when he is to be contacted next; None for a lost member (R37)."""
        if self.ended_on or self.suspended_on:
            return None
        return deadlines.next_contact(self.kind, self.since, self.last_contact_on)


class AbsenceContact(models.Model):
    """One contact with a member who is away, or one attempt to find a lost one."""

    absence = models.ForeignKey(Absence, models.CASCADE, related_name="contacts")
    on = models.DateField("日期")
    how = models.CharField("方式", max_length=50)
    result = models.CharField("情况", max_length=300)
    reached = models.BooleanField("已联系上", default=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name="登记人"
    )

    objects = ledger_through("absence__organization")

    class Meta:
        verbose_name = "联系记录"
        verbose_name_plural = "联系记录"
        ordering = ["-on", "-pk"]

    def __str__(self):
        return f"{self.absence} {self.on}"
