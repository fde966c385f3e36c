"""Dues (党费). The portal records what was paid; it does not pay.

Source of every rule: 关于中国共产党党费收缴、使用和管理的规定 (中组发〔2008〕3号).
"""

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from branches.models import Organization
from branches.querysets import LedgerQuerySet, ledger_through
from members.models.member import Member
from members.querysets import DuesExemptionQuerySet, DuesMonthQuerySet


class DuesKind(models.TextChoices):
    """By what rule a member's dues are reckoned (articles 1-6)."""

    WAGE = "wage", "按月领取工资"
    YEARLY_SALARY = "yearly_salary", "实行年薪制"
    SELF_EMPLOYED = "self_employed", "个体经营"
    RETIRED = "retired", "离退休"
    FARMER = "farmer", "农民"
    FIXED = "fixed", "学生、下岗失业或领取救济、低保"


class DuesBase(models.Model):
    """What a member's dues are reckoned from, since a month. A new one never changes the old ones.

    ``monthly_due`` is frozen by the rule in force when it was approved.
    """

    member = models.ForeignKey(
        Member, models.PROTECT, related_name="dues_bases", verbose_name="党员"
    )
    from_month = models.CharField("起始月份", max_length=7)
    kind = models.CharField("类别", max_length=20, choices=DuesKind.choices)
    base = models.DecimalField(
        "党费计算基数(元)", max_digits=10, decimal_places=2, null=True, blank=True
    )
    monthly_due = models.DecimalField("每月应交(元)", max_digits=8, decimal_places=2)
    note = models.CharField("核定说明", max_length=200, blank=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name="核定人"
    )
    at = models.DateTimeField("登记时间", auto_now_add=True)

    objects = ledger_through("member__organization")

    class Meta:
        verbose_name = "党费核定"
        verbose_name_plural = "党费核定"
        ordering = ["member", "-from_month"]
        constraints = [
            models.UniqueConstraint(
                fields=["member", "from_month"],
                name="one_dues_base_from_a_month",
                violation_error_message="该党员在这个月已有核定，请直接修改。",
            ),
            models.CheckConstraint(
                condition=Q(monthly_due__gte=0) & (Q(base=None) | Q(base__gte=0)),
                name="dues_are_not_negative",
                violation_error_message="党费金额不能为负数。",
            ),
        ]

    def __str__(self):
        return f"{self.member} {self.from_month}"


class DuesExemption(models.Model):
    """Less or nothing to pay for a time, in hardship, once the branch and those above agree (art. 7)."""

    class State(models.TextChoices):
        REQUESTED = "requested", "待审批"
        APPROVED = "approved", "已同意"
        REFUSED = "refused", "不同意"
        WITHDRAWN = "withdrawn", "已撤回"

    MOVES = {
        State.REQUESTED: {State.APPROVED, State.REFUSED, State.WITHDRAWN},
        State.APPROVED: set(),
        State.REFUSED: set(),
        State.WITHDRAWN: set(),
    }

    member = models.ForeignKey(
        Member, models.PROTECT, related_name="dues_exemptions", verbose_name="党员"
    )
    from_month = models.CharField("自", max_length=7)
    to_month = models.CharField("至", max_length=7)
    reduced_to = models.DecimalField("每月交纳(元)", max_digits=8, decimal_places=2, default=0)
    reason = models.CharField("理由", max_length=300)
    state = models.CharField("状态", max_length=10, choices=State.choices, default=State.REQUESTED)
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name="申请人"
    )
    requested_at = models.DateTimeField("申请时间")
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    decided_at = models.DateTimeField("审批时间", null=True, blank=True)
    decision_note = models.CharField("审批意见", max_length=300, blank=True)

    objects = DuesExemptionQuerySet.as_manager()

    class Meta:
        verbose_name = "党费减免"
        verbose_name_plural = "党费减免"
        ordering = ["-requested_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(to_month__gte=F("from_month")) & Q(reduced_to__gte=0),
                name="exemption_ends_after_it_starts",
                violation_error_message="截止月份不能早于起始月份。",
            )
        ]

    def __str__(self):
        return f"{self.member} {self.from_month}–{self.to_month}"


class DuesMonth(models.Model):
    """One member's dues of one month: what was due, what was paid, when.

    ``due`` is None while no base is approved: unknown is never zero. ``paid_on`` is the day on which the
    last payment for the month came in. ``organization`` is the branch in whose roll the member stood.
    """

    class Channel(models.TextChoices):
        SELF = "self", "本人"
        RELATIVE = "relative", "亲属代交"
        MEMBER = "member", "委托党员代交"

    member = models.ForeignKey(
        Member, models.PROTECT, related_name="dues_months", verbose_name="党员"
    )
    organization = models.ForeignKey(
        Organization, models.PROTECT, related_name="dues_months", verbose_name="党支部"
    )
    month = models.CharField("月份", max_length=7)
    due = models.DecimalField("应交(元)", max_digits=8, decimal_places=2, null=True, blank=True)
    is_reduced = models.BooleanField("经批准减免", default=False)
    paid = models.DecimalField("实交(元)", max_digits=10, decimal_places=2, default=0)
    paid_on = models.DateField("交纳日期", null=True, blank=True)
    channel = models.CharField("方式", max_length=10, choices=Channel.choices, blank=True)
    note = models.CharField("说明", max_length=200, blank=True)
    revision = models.PositiveIntegerField(default=1, editable=False)
    updated_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    updated_at = models.DateTimeField("更新时间", null=True, blank=True)

    objects = DuesMonthQuerySet.as_manager()

    class Meta:
        verbose_name = "党费月账"
        verbose_name_plural = "党费月账"
        ordering = ["organization__path", "month", "member__name_key", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["member", "month"], name="one_dues_row_per_month"),
            models.CheckConstraint(
                condition=Q(paid__gte=0) & (Q(due=None) | Q(due__gte=0)),
                name="no_negative_dues",
                violation_error_message="党费金额不能为负数。",
            ),
            models.CheckConstraint(
                condition=Q(paid=0) | Q(paid_on__isnull=False),
                name="paid_dues_have_a_day",
                violation_error_message="请填写交纳日期。",
            ),
        ]
        indexes = [models.Index(fields=["organization", "month"], name="dues_of_a_month")]

    def __str__(self):
        return f"{self.member} {self.month}"


class DuesRemittance(models.Model):
    """Dues handed on by an organisation to the one above (上缴)."""

    organization = models.ForeignKey(
        Organization, models.PROTECT, related_name="dues_remittances", verbose_name="党组织"
    )
    month = models.CharField("所属月份", max_length=7)
    amount = models.DecimalField("金额(元)", max_digits=10, decimal_places=2)
    on = models.DateField("上缴日期")
    receipt_no = models.CharField("票据号", max_length=60, blank=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name="登记人"
    )
    at = models.DateTimeField("登记时间", auto_now_add=True)

    objects = LedgerQuerySet.as_manager()

    class Meta:
        verbose_name = "党费上缴"
        verbose_name_plural = "党费上缴"
        ordering = ["organization__path", "-month", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(amount__gt=0),
                name="a_remittance_is_money",
                violation_error_message="上缴金额应大于0。",
            )
        ]

    def __str__(self):
        return f"{self.organization} {self.month} {self.amount}"


class DuesPublication(models.Model):
    """The yearly statement of dues to the members (公布), with the sums as they were told.

    What was told is never changed: a correction is another one of the same year with the next ``number``
    and a reason, and the last one holds.
    """

    organization = models.ForeignKey(
        Organization, models.PROTECT, related_name="dues_publications", verbose_name="党组织"
    )
    year = models.PositiveSmallIntegerField("年度")
    number = models.PositiveSmallIntegerField("第几次", default=1)
    reason = models.CharField("更正原因", max_length=200, blank=True)
    on = models.DateField("公布日期")
    how = models.CharField("公布方式", max_length=100)
    total_due = models.DecimalField("应交合计(元)", max_digits=12, decimal_places=2)
    total_paid = models.DecimalField("实交合计(元)", max_digits=12, decimal_places=2)
    members = models.PositiveIntegerField("党员数")
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name="登记人"
    )
    at = models.DateTimeField("登记时间", auto_now_add=True)

    objects = LedgerQuerySet.as_manager()

    class Meta:
        verbose_name = "党费公布"
        verbose_name_plural = "党费公布"
        ordering = ["organization__path", "-year", "-number"]
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "year", "number"],
                name="one_publication_of_each_number",
                violation_error_message="该年度刚刚已登记公布，请刷新页面查看。",
            )
        ]

    def __str__(self):
        return f"{self.organization} {self.year}"
