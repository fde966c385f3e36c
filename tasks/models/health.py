"""Findings of 支部体检: what the rules found wrong at which organisation, and explanations for it."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from branches.models import Organization
from branches.querysets import OrganizationOwnedQuerySet, within
from branches.roles import COMMITTEE_ROLES, Role
from branches.scope import scope_of
from tasks.models.campaign import Rule


class Severity(models.TextChoices):
    """How grave a finding is. ``unknown`` says that a fact is missing: it is never "passed"."""

    ERROR = "error", "须整改"
    WARNING = "warning", "须整改或说明"
    UNKNOWN = "unknown", "情况不明"
    NOTICE = "notice", "提醒"


# Signs of records made up afterwards: no verdict, so not for the branches.
INSPECTORS_ONLY = ("R56",)
SIGNAL_ROLES = frozenset({Role.INSPECTOR, *COMMITTEE_ROLES})
# Rules about the lists and papers themselves: they are done, not put on the list of problems.
ABOUT_LISTS = ("R48", "R49", "R50", "R51", "R52", "R53", "R55", *INSPECTORS_ONLY)


class FindingQuerySet(OrganizationOwnedQuerySet):
    def visible_to(self, user):
        """As all rows of an organisation; signals only where the person inspects or is of the committee."""
        watched = [o.path for o in scope_of(user).organizations(SIGNAL_ROLES)]
        seen = ~Q(rule__number__in=INSPECTORS_ONLY) | within(watched, "organization__path")
        return super().visible_to(user).filter(seen)

    def open(self):
        return self.filter(closed_on=None)

    def failing(self):
        """Open and more than a reminder: the rule is not met (what is unknown is never "met")."""
        return self.open().exclude(severity=Severity.NOTICE)

    def for_the_branch(self):
        """Without the signals that only inspectors see (R56)."""
        return self.exclude(rule__number__in=INSPECTORS_ONLY)

    def signals(self):
        """What only inspectors and the working committee see."""
        return self.filter(rule__number__in=INSPECTORS_ONLY)


class Finding(models.Model):
    """One rule is not met by one object of one organisation, from a day until it is met again.

    ``key`` names the object within the organisation ("member:12", "month:2026-04"; "" is the organisation
    itself); ``facts`` are the values that the rule's sentence is filled with. Rows are written by the
    engine alone and kept for ever.
    """

    class Closing(models.TextChoices):
        MENDED = "mended", "已符合"
        EXPLAINED = "explained", "说明已采纳"

    organization = models.ForeignKey(
        Organization, models.PROTECT, related_name="findings", verbose_name="党组织"
    )
    rule = models.ForeignKey(Rule, models.PROTECT, related_name="findings", verbose_name="规则")
    key = models.CharField("对象", max_length=120, blank=True)
    severity = models.CharField("等级", max_length=10, choices=Severity.choices)
    facts = models.JSONField("数据", default=dict, blank=True)
    opened_on = models.DateField("发现日期")
    changed_on = models.DateField("数据日期")
    closed_on = models.DateField("消除日期", null=True, blank=True)
    closing = models.CharField("消除方式", max_length=10, choices=Closing.choices, blank=True)

    objects = FindingQuerySet.as_manager()

    class Meta:
        verbose_name = "体检发现"
        verbose_name_plural = "体检发现"
        ordering = ["organization__path", "rule__number", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "rule", "key"],
                condition=Q(closed_on=None),
                name="one_open_finding_of_an_object",
            )
        ]
        indexes = [models.Index(fields=["rule", "closed_on"], name="findings_of_a_rule")]

    def __str__(self):
        return f"{self.organization} {self.rule}"

    @property
    def may_be_listed(self):
        """Whether it belongs on the list of problems: it fails, and is not itself about the lists."""
        grave = self.severity in {Severity.ERROR, Severity.WARNING}
        return grave and self.rule.number not in ABOUT_LISTS


class Explanation(models.Model):
    """A branch explains why a warning stands (情况说明); those above accept or refuse it.

    Accepted, it closes the warning for that rule, branch and object only, until the object changes.
    """

    class State(models.TextChoices):
        GIVEN = "given", "待审核"
        ACCEPTED = "accepted", "已采纳"
        REFUSED = "refused", "未采纳"
        WITHDRAWN = "withdrawn", "已撤回"

    MOVES = {
        State.GIVEN: {State.ACCEPTED, State.REFUSED, State.WITHDRAWN},
        State.ACCEPTED: {State.WITHDRAWN},
        State.REFUSED: set(),
        State.WITHDRAWN: set(),
    }

    organization = models.ForeignKey(
        Organization, models.PROTECT, related_name="explanations", verbose_name="党组织"
    )
    rule = models.ForeignKey(Rule, models.PROTECT, related_name="explanations", verbose_name="规则")
    key = models.CharField("对象", max_length=120, blank=True)
    text = models.CharField("说明", max_length=500)
    # 补开: a period that is over cannot be mended; what was made up for it, and accepted, closes even an error.
    made_up = models.BooleanField("已补开", default=False, editable=False)
    state = models.CharField("状态", max_length=10, choices=State.choices, default=State.GIVEN)
    given_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name="说明人"
    )
    given_at = models.DateTimeField("说明时间")
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    decided_at = models.DateTimeField("审核时间", null=True, blank=True)
    decision_note = models.CharField("审核意见", max_length=300, blank=True)

    objects = OrganizationOwnedQuerySet.as_manager()

    class Meta:
        verbose_name = "情况说明"
        verbose_name_plural = "情况说明"
        ordering = ["-given_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "rule", "key"],
                condition=Q(state__in=["given", "accepted"]),
                name="one_explanation_of_an_object",
                violation_error_message="该问题已有情况说明。",
            )
        ]

    def __str__(self):
        return f"{self.organization} {self.rule}"
