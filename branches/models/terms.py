"""Terms (届次) of the bodies that organisations elect, and how each was elected."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from branches.models.organizations import Organization
from branches.querysets import LedgerQuerySet, ledger_through


class Term(models.Model):
    """One elected body of one organisation, from its election to the next (届).

    ``expires_on`` is frozen at the election: the years of the kind of organisation then in force. A later
    extension is kept beside it, so that the list of elections can show both.
    """

    organization = models.ForeignKey(
        Organization, models.PROTECT, related_name="terms", verbose_name="党组织"
    )
    number = models.PositiveSmallIntegerField("届次")
    elected_on = models.DateField("选举日期")
    years = models.PositiveSmallIntegerField("任期(年)")
    expires_on = models.DateField("届满日期")
    extended_to = models.DateField("延期至", null=True, blank=True)
    extension_no = models.CharField("延期批复文号", max_length=60, blank=True)
    ended_on = models.DateField("实际换届日期", null=True, blank=True)
    seats = models.PositiveSmallIntegerField("应选名额", null=True, blank=True)
    candidates = models.PositiveSmallIntegerField("候选人数", null=True, blank=True)
    voters_due = models.PositiveIntegerField("应到有选举权党员", null=True, blank=True)
    voters_present = models.PositiveIntegerField("实到有选举权党员", null=True, blank=True)
    request_no = models.CharField("请示文号", max_length=60, blank=True)
    approval_no = models.CharField("批复文号", max_length=60, blank=True)
    filed_on = models.DateField("备案日期", null=True, blank=True)
    late_reason = models.CharField("未按期换届原因", max_length=300, blank=True)
    remarks = models.CharField("备注", max_length=300, blank=True)
    revision = models.PositiveIntegerField(default=1, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    objects = LedgerQuerySet.as_manager()

    class Meta:
        verbose_name = "届次"
        verbose_name_plural = "届次"
        ordering = ["organization__path", "-elected_on"]
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "number"],
                name="one_term_of_a_number",
                violation_error_message="该党组织已登记这一届次。",
            ),
            models.UniqueConstraint(
                fields=["organization"],
                condition=Q(ended_on=None),
                name="one_running_term",
                violation_error_message="该党组织已有在任的一届班子，请先登记换届。",
            ),
            models.CheckConstraint(
                condition=Q(expires_on__gt=F("elected_on")),
                name="term_expires_after_election",
                violation_error_message="届满日期应晚于选举日期。",
            ),
            models.CheckConstraint(
                condition=Q(voters_due=None)
                | Q(voters_present=None)
                | Q(voters_present__lte=F("voters_due")),
                name="no_more_voters_present_than_due",
                violation_error_message="实到人数不能多于应到人数。",
            ),
        ]

    def __str__(self):
        return f"{self.organization}第{self.number}届"

    @property
    def due_on(self):
        """The day by which the next election is due: the approved extension counts."""
        return self.extended_to or self.expires_on


class TermReminder(models.Model):
    """The organisation above reminded this one that its term is ending: by letter, call or notice.

    Source: 中国共产党支部工作条例(试行) 第六章 (six months before).
    """

    class How(models.TextChoices):
        LETTER = "letter", "发函"
        CALL = "call", "电话"
        NOTICE = "notice", "系统提醒"

    term = models.ForeignKey(Term, models.CASCADE, related_name="reminders")
    on = models.DateField("提醒日期")
    how = models.CharField("方式", max_length=10, choices=How.choices)
    note = models.CharField("说明", max_length=200, blank=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        related_name="+",
        verbose_name="提醒人",
    )

    objects = ledger_through("term__organization")

    class Meta:
        verbose_name = "换届提醒"
        verbose_name_plural = "换届提醒"
        ordering = ["on", "pk"]

    def __str__(self):
        return f"{self.term} {self.on}"
