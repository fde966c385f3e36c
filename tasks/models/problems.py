"""The self-check of phase 1 (自查), and problems carried from the list to their closing (销号)."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.lookups import In

from branches.models import Organization
from branches.querysets import LedgerQuerySet, OrganizationOwnedQuerySet, owned_through
from branchyear.lib.plans import Beside
from branchyear.lib.routes import path_to
from members.models import Member
from tasks.models.campaign import Campaign, Rule, Task
from tasks.models.evidence import Evidence
from tasks.models.health import Finding
from tasks.models.items import BranchItem


class SelfCheck(models.Model):
    """One branch's self-check of one campaign: the headings answered, then signed off by the secretary."""

    organization = models.ForeignKey(
        Organization, models.PROTECT, related_name="self_checks", verbose_name="党支部"
    )
    campaign = models.ForeignKey(Campaign, models.CASCADE, related_name="self_checks")
    signed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="签发人",
    )
    signed_at = models.DateTimeField("签发时间", null=True, blank=True)
    # Why those above gave it back after it was signed; "" once it is signed again.
    reopen_reason = models.CharField("退回原因", max_length=300, blank=True)
    revision = models.PositiveIntegerField(default=1, editable=False)

    objects = OrganizationOwnedQuerySet.as_manager()

    class Meta:
        verbose_name = "自查"
        verbose_name_plural = "自查"
        ordering = ["organization__path"]
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "campaign"], name="one_self_check_per_branch"
            )
        ]

    def __str__(self):
        return f"{self.organization}自查"

    @property
    def is_signed(self) -> bool:
        return self.signed_at is not None


class SelfCheckAnswer(models.Model):
    """What the branch says to one heading: as the findings suggest, or otherwise with a reason."""

    class Result(models.TextChoices):
        MET = "met", "符合"
        NOT_MET = "not_met", "不符合"

    self_check = models.ForeignKey(SelfCheck, models.CASCADE, related_name="answers")
    heading = models.CharField("自查项", max_length=10)
    suggested = models.CharField("系统判断", max_length=10, choices=Result.choices, blank=True)
    result = models.CharField("自查结果", max_length=10, choices=Result.choices)
    reason = models.CharField("说明", max_length=500, blank=True)
    # The findings that stood beside the heading when it was answered.
    evidence = models.JSONField("当时的体检情况", default=list, blank=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name="填报人"
    )
    at = models.DateTimeField("填报时间")

    objects = owned_through("self_check__organization")

    class Meta:
        verbose_name = "自查结果"
        verbose_name_plural = "自查结果"
        ordering = ["heading"]
        constraints = [
            models.UniqueConstraint(
                fields=["self_check", "heading"], name="a_heading_is_answered_once"
            )
        ]

    def __str__(self):
        return f"{self.self_check} {self.heading}"


class ProblemQuerySet(OrganizationOwnedQuerySet):
    def of(self, campaign):
        """Of the campaign's year; none where no year has been opened."""
        return self.of_year(campaign.pk) if campaign else self.none()

    def of_year(self, campaign):
        return self.filter(In(Beside("campaign"), [campaign]))

    def unsolved(self):
        return self.exclude(state=Problem.State.CLOSED)

    def overdue(self, day):
        return self.unsolved().filter(due_on__lt=day)

    def found_in(self, month):
        return self.filter(found_on__gte=month.first_day, found_on__lte=month.last_day)

    def closed_in(self, month):
        """Closed in this month, and still closed."""
        return self.filter(
            state=Problem.State.CLOSED,
            closed_on__gte=month.first_day,
            closed_on__lte=month.last_day,
        )

    def waiting_at(self, organization):
        """Of organisations whose problems are closed at this one: below a directly affiliated
        organisation all, for the working committee those of the directly affiliated ones themselves."""
        rows = self.under(organization).exclude(organization=organization)
        if organization.depth < Organization.DIRECT_DEPTH:
            rows = rows.filter(organization__depth=Organization.DIRECT_DEPTH)
        return rows


class Problem(models.Model):
    """A problem on the list (问题清单), until it is closed by a reviewer (销号).

    The three lists are three views of this row: 问题清单 says what is wrong and why, 整改清单 what will be
    done by when, 责任清单 who must do it.
    """

    class State(models.TextChoices):
        OPEN = "open", "待整改"
        FIXING = "fixing", "整改中"
        VERIFY = "verify", "待验收"
        CLOSED = "closed", "已销号"
        REOPENED = "reopened", "重新整改"

    MOVES = {
        State.OPEN: {State.FIXING},
        State.FIXING: {State.VERIFY},
        State.VERIFY: {State.FIXING, State.CLOSED},
        State.CLOSED: {State.REOPENED},
        State.REOPENED: {State.FIXING, State.VERIFY},
    }

    class Origin(models.TextChoices):
        FINDING = "finding", "支部体检"
        SELF_CHECK = "self_check", "自查"
        ITEM = "item", "检查条目退回"
        INSPECTION = "inspection", "督查抽查"
        HAND = "hand", "自行登记"

    organization = models.ForeignKey(
        Organization, models.PROTECT, related_name="problems", verbose_name="党组织"
    )
    campaign = models.ForeignKey(Campaign, models.CASCADE, related_name="problems")
    number = models.PositiveIntegerField("编号")
    task = models.ForeignKey(
        Task, models.PROTECT, null=True, blank=True, related_name="problems", verbose_name="任务"
    )
    origin = models.CharField("来源", max_length=12, choices=Origin.choices)
    finding = models.ForeignKey(
        Finding, models.PROTECT, null=True, blank=True, related_name="problems"
    )
    rule = models.ForeignKey(
        Rule, models.PROTECT, null=True, blank=True, related_name="problems", verbose_name="规则"
    )
    rule_key = models.CharField(max_length=120, blank=True, editable=False)
    heading = models.CharField("自查项", max_length=10, blank=True)
    branch_item = models.ForeignKey(
        BranchItem, models.PROTECT, null=True, blank=True, related_name="problems"
    )
    title = models.CharField("问题表现", max_length=300)
    cause = models.CharField("原因", max_length=500, blank=True)
    measure = models.CharField("整改措施", max_length=500, blank=True)
    responsible = models.CharField("责任人", max_length=50, blank=True)
    responsible_leader = models.CharField("责任领导", max_length=50, blank=True)
    found_on = models.DateField("发现日期")
    due_on = models.DateField("整改时限", null=True, blank=True)
    result = models.CharField("整改结果", max_length=1000, blank=True)
    state = models.CharField("状态", max_length=10, choices=State.choices, default=State.OPEN)
    closed_on = models.DateField("销号日期", null=True, blank=True)
    repeats = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="repeated_by",
        verbose_name="与此前问题相同",
    )  # fmt: skip
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name="登记人"
    )
    created_at = models.DateTimeField("登记时间")
    updated_at = models.DateTimeField(auto_now=True)
    revision = models.PositiveIntegerField(default=1, editable=False)

    objects = ProblemQuerySet.as_manager()

    class Meta:
        verbose_name = "问题"
        verbose_name_plural = "问题"
        ordering = ["organization__path", "number"]
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "campaign", "number"], name="one_problem_of_a_number"
            ),
            models.UniqueConstraint(
                fields=["organization", "rule", "rule_key"],
                condition=Q(rule__isnull=False) & ~Q(state="closed"),
                name="a_finding_is_listed_once",
                violation_error_message="该问题已列入问题清单。",
            ),
        ]
        indexes = [models.Index(fields=["organization", "state"], name="problems_of_a_branch")]

    def __str__(self):
        return self.title

    def get_absolute_url(self):
        return path_to("tasks:problem", self.pk)

    @property
    def is_to_mend(self):
        """With those who mend it, not with a reviewer and not closed."""
        return self.state in (self.State.OPEN, self.State.FIXING, self.State.REOPENED)

    def can_move_to(self, state):
        return state in self.MOVES[self.state]


class ProblemStep(models.Model):
    """One step of a problem's way; the history of a reopened problem stays."""

    class Kind(models.TextChoices):
        LISTED = "listed", "列入清单"
        PLANNED = "planned", "制定措施"
        CHANGED = "changed", "修改措施"
        HANDED_IN = "handed_in", "申请销号"
        SENT_BACK = "sent_back", "验收不通过"
        CLOSED = "closed", "销号"
        REOPENED = "reopened", "重新整改"
        EXTENSION_ASKED = "extension_asked", "申请延期"
        EXTENDED = "extended", "同意延期"
        NOT_EXTENDED = "not_extended", "不同意延期"

    problem = models.ForeignKey(Problem, models.CASCADE, related_name="steps")
    kind = models.CharField("步骤", max_length=16, choices=Kind.choices)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name="办理人"
    )
    by_name = models.CharField("办理人", max_length=100)
    at = models.DateTimeField("时间")
    reason = models.CharField("意见", max_length=1000, blank=True)
    data = models.JSONField("内容", default=dict, blank=True)

    objects = owned_through("problem__organization")

    class Meta:
        verbose_name = "整改过程"
        verbose_name_plural = "整改过程"
        ordering = ["pk"]

    def __str__(self):
        return f"{self.problem} {self.get_kind_display()}"


class ProblemEvidence(models.Model):
    """This file proves that the problem is solved."""

    problem = models.ForeignKey(Problem, models.CASCADE, related_name="evidence_links")
    evidence = models.ForeignKey(Evidence, models.PROTECT, related_name="problem_links")
    attached_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    attached_at = models.DateTimeField(auto_now_add=True)

    objects = owned_through("problem__organization")

    class Meta:
        verbose_name = "整改佐证"
        verbose_name_plural = "整改佐证"
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["problem", "evidence"], name="a_file_proves_a_problem_once"
            )
        ]

    def __str__(self):
        return f"{self.problem} {self.evidence}"


class Extension(models.Model):
    """A request for more time to solve a problem, and what was decided."""

    class State(models.TextChoices):
        ASKED = "asked", "待审批"
        GRANTED = "granted", "已同意"
        REFUSED = "refused", "不同意"

    problem = models.ForeignKey(Problem, models.CASCADE, related_name="extensions")
    due_before = models.DateField("原时限")
    due_wanted = models.DateField("申请延至")
    reason = models.CharField("理由", max_length=300)
    state = models.CharField("状态", max_length=10, choices=State.choices, default=State.ASKED)
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    asked_at = models.DateTimeField("申请时间")
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    decided_at = models.DateTimeField("审批时间", null=True, blank=True)
    decision_note = models.CharField("审批意见", max_length=300, blank=True)

    objects = owned_through("problem__organization")

    class Meta:
        verbose_name = "整改延期"
        verbose_name_plural = "整改延期"
        ordering = ["-asked_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["problem"],
                condition=Q(state="asked"),
                name="one_extension_request_at_a_time",
                violation_error_message="该问题已有待审批的延期申请。",
            )
        ]

    def __str__(self):
        return f"{self.problem} {self.due_wanted}"


class Disposal(models.Model):
    """What the organisation decided about an unqualified member (不合格党员处置); the portal registers it.

    Source: 中国共产党党员教育管理工作条例(2019) 第三十、三十一条.
    """

    class Kind(models.TextChoices):
        TALK = "talk", "谈话教育"
        CORRECTION = "correction", "限期改正"
        PERSUADED = "persuaded", "劝其退党"
        REMOVED = "removed", "除名"
        OTHER = "other", "其他处置"

    organization = models.ForeignKey(
        Organization, models.PROTECT, related_name="disposals", verbose_name="党支部"
    )
    member = models.ForeignKey(
        Member, models.PROTECT, related_name="disposals", verbose_name="党员"
    )
    kind = models.CharField("处置", max_length=12, choices=Kind.choices)
    decided_on = models.DateField("决定日期")
    until = models.DateField("改正期限", null=True, blank=True)
    reviewed_on = models.DateField("期满考察日期", null=True, blank=True)
    result = models.CharField("改正情况", max_length=300, blank=True)
    document_no = models.CharField("文号", max_length=60, blank=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name="登记人"
    )
    at = models.DateTimeField("登记时间", auto_now_add=True)

    objects = LedgerQuerySet.as_manager()

    class Meta:
        verbose_name = "不合格党员处置"
        verbose_name_plural = "不合格党员处置"
        ordering = ["-decided_on", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(kind="correction") | Q(until__isnull=False),
                name="a_correction_has_a_limit",
                violation_error_message="限期改正请填写改正期限。",
            )
        ]

    def __str__(self):
        return f"{self.member} {self.get_kind_display()}"
