"""Organisation life (组织生活): meetings and who attended, votes, the yearly appraisal, talks."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from branches.models import Organization
from branches.querysets import LedgerQuerySet, ledger_through, owned_through
from branchyear.lib.routes import path_to
from members.models.member import Member
from members.querysets import MeetingQuerySet


class MeetingKind(models.TextChoices):
    MEMBERS = "members_meeting", "支部党员大会"
    COMMITTEE = "committee_meeting", "支部委员会会议"
    GROUP = "group_meeting", "党小组会"
    LECTURE = "party_lecture", "党课"
    THEME_DAY = "theme_day", "主题党日"
    LIFE = "org_life_meeting", "组织生活会"
    OTHER = "other", "其他学习活动"


class Meeting(models.Model):
    """One meeting or activity that was held. One record serves the checklist, the report and the ledger.

    ``organization`` is the branch; a group meeting names its Party group as well. A record entered by
    mistake is voided with a reason, never deleted.
    """

    organization = models.ForeignKey(
        Organization, models.PROTECT, related_name="meetings", verbose_name="党支部"
    )
    group = models.ForeignKey(
        Organization,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="group_meetings",
        verbose_name="党小组",
    )
    kind = models.CharField("类型", max_length=20, choices=MeetingKind.choices)
    includes_lecture = models.BooleanField("会上安排了党课", default=False)
    on = models.DateField("日期")
    starts_at = models.TimeField("开始时间", null=True, blank=True)
    place = models.CharField("地点", max_length=100, blank=True)
    host = models.CharField("主持人", max_length=50, blank=True)
    recorder = models.CharField("记录人", max_length=50, blank=True)
    lecturer = models.CharField("讲课人", max_length=50, blank=True)
    topic = models.CharField("主题", max_length=200)
    minutes = models.TextField("主要内容", blank=True)
    resolution = models.TextField("决议", blank=True)
    follow_up = models.TextField("落实情况", blank=True)
    hours = models.DecimalField("计入学时", max_digits=4, decimal_places=1, default=0)
    due = models.PositiveIntegerField("应到", default=0)
    present = models.PositiveIntegerField("实到", default=0)
    voided_at = models.DateTimeField("作废时间", null=True, blank=True)
    void_reason = models.CharField("作废原因", max_length=200, blank=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name="登记人"
    )
    created_at = models.DateTimeField("登记时间")
    updated_at = models.DateTimeField("更新时间", auto_now=True)
    revision = models.PositiveIntegerField(default=1, editable=False)

    objects = MeetingQuerySet.as_manager()

    class Meta:
        verbose_name = "组织生活记录"
        verbose_name_plural = "组织生活记录"
        ordering = ["-on", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(present__lte=F("due")),
                name="no_more_present_than_due",
                violation_error_message="实到人数不能多于应到人数。",
            ),
            models.CheckConstraint(
                condition=Q(kind="group_meeting", group__isnull=False)
                | (~Q(kind="group_meeting") & Q(group=None)),
                name="a_group_meeting_names_its_group",
                violation_error_message="党小组会请选择党小组。",
            ),
        ]
        indexes = [
            models.Index(fields=["organization", "kind", "on"], name="meetings_of_a_branch"),
            models.Index(fields=["on", "kind"], name="meetings_of_a_time"),
        ]

    def __str__(self):
        return f"{self.on} {self.get_kind_display()}"

    @property
    def is_void(self):
        return self.voided_at is not None

    def get_absolute_url(self):
        return path_to("members:meeting", self.pk)


class Attendance(models.Model):
    """A member who was due at a meeting: present, or absent and why."""

    class Status(models.TextChoices):
        PRESENT = "present", "到会"
        SICK = "sick", "病假"
        LEAVE = "leave", "事假"
        DUTY = "duty", "公务"
        ABSENT = "absent", "无故缺席"

    # Found by the unique index below, which begins with it: a second one would cost every insert.
    meeting = models.ForeignKey(Meeting, models.CASCADE, related_name="attendances", db_index=False)
    member = models.ForeignKey(Member, models.PROTECT, related_name="attendances")
    status = models.CharField("出席", max_length=10, choices=Status.choices, default=Status.PRESENT)
    reason = models.CharField("原因", max_length=100, blank=True)

    objects = owned_through("meeting__organization")

    class Meta:
        verbose_name = "出席"
        verbose_name_plural = "出席"
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["meeting", "member"], name="a_member_attends_a_meeting_once"
            )
        ]

    def __str__(self):
        return f"{self.member} {self.get_status_display()}"


class Vote(models.Model):
    """A matter put to the vote at a meeting."""

    meeting = models.ForeignKey(Meeting, models.CASCADE, related_name="votes")
    matter = models.CharField("表决事项", max_length=200)
    voters_due = models.PositiveIntegerField("应到有表决权党员")
    voters_present = models.PositiveIntegerField("实到有表决权党员")
    in_favour = models.PositiveIntegerField("赞成")
    against = models.PositiveIntegerField("反对", default=0)
    abstained = models.PositiveIntegerField("弃权", default=0)

    objects = owned_through("meeting__organization")

    class Meta:
        verbose_name = "表决"
        verbose_name_plural = "表决"
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(voters_present__lte=F("voters_due")),
                name="no_more_voters_than_due",
                violation_error_message="实到人数不能多于应到人数。",
            ),
            models.CheckConstraint(
                condition=Q(voters_present__gte=F("in_favour") + F("against") + F("abstained")),
                name="no_more_votes_than_voters",
                violation_error_message="赞成、反对、弃权之和不能多于实到人数。",
            ),
        ]

    def __str__(self):
        return self.matter


class Grade(models.TextChoices):
    EXCELLENT = "excellent", "优秀"
    QUALIFIED = "qualified", "合格"
    BARELY = "barely", "基本合格"
    UNQUALIFIED = "unqualified", "不合格"


class Appraisal(models.Model):
    """The yearly democratic appraisal of a branch's members (民主评议党员)."""

    organization = models.ForeignKey(
        Organization, models.PROTECT, related_name="appraisals", verbose_name="党支部"
    )
    year = models.PositiveSmallIntegerField("年度")
    on = models.DateField("评议日期")
    meeting = models.ForeignKey(
        Meeting,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="appraisals",
        verbose_name="评议会议",
    )
    over_third_reason = models.CharField("优秀超过三分之一的说明", max_length=300, blank=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name="登记人"
    )
    at = models.DateTimeField("登记时间", auto_now_add=True)
    revision = models.PositiveIntegerField(default=1, editable=False)

    objects = LedgerQuerySet.as_manager()

    class Meta:
        verbose_name = "民主评议党员"
        verbose_name_plural = "民主评议党员"
        ordering = ["-year", "organization__path"]
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "year"],
                name="one_appraisal_a_year",
                violation_error_message="本支部该年度已登记民主评议。",
            )
        ]

    def __str__(self):
        return f"{self.organization}{self.year}年民主评议党员"


class AppraisalResult(models.Model):
    """One member in one appraisal. A probationary member takes part without a grade."""

    appraisal = models.ForeignKey(Appraisal, models.CASCADE, related_name="results")
    member = models.ForeignKey(Member, models.PROTECT, related_name="appraisal_results")
    took_part = models.BooleanField("参加评议", default=True)
    self_grade = models.CharField("自评", max_length=12, choices=Grade.choices, blank=True)
    votes_excellent = models.PositiveIntegerField("优秀票", null=True, blank=True)
    votes_qualified = models.PositiveIntegerField("合格票", null=True, blank=True)
    votes_barely = models.PositiveIntegerField("基本合格票", null=True, blank=True)
    votes_unqualified = models.PositiveIntegerField("不合格票", null=True, blank=True)
    grade = models.CharField("等次", max_length=12, choices=Grade.choices, blank=True)
    opinion = models.CharField("支部意见", max_length=300, blank=True)

    objects = ledger_through("appraisal__organization")

    class Meta:
        verbose_name = "评议结果"
        verbose_name_plural = "评议结果"
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["appraisal", "member"], name="a_member_is_appraised_once"
            )
        ]

    def __str__(self):
        return f"{self.member} {self.get_grade_display()}"


class Talk(models.Model):
    """A heart-to-heart talk between two people of the branch (谈心谈话)."""

    class Kind(models.TextChoices):
        OFFICERS = "officers", "支委之间"
        OFFICER_MEMBER = "officer_member", "支委与党员"
        MEMBERS = "members", "党员之间"

    organization = models.ForeignKey(
        Organization, models.PROTECT, related_name="talks", verbose_name="党支部"
    )
    on = models.DateField("日期")
    kind = models.CharField("类别", max_length=20, choices=Kind.choices)
    speaker = models.ForeignKey(
        Member, models.PROTECT, related_name="talks_given", verbose_name="谈话人"
    )
    listener = models.ForeignKey(
        Member, models.PROTECT, related_name="talks_received", verbose_name="谈话对象"
    )
    content = models.CharField("主要内容", max_length=500, blank=True)
    opinion = models.CharField("意见建议", max_length=300, blank=True)
    voided_at = models.DateTimeField("作废时间", null=True, blank=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name="登记人"
    )
    at = models.DateTimeField("登记时间", auto_now_add=True)

    objects = LedgerQuerySet.as_manager()

    class Meta:
        verbose_name = "谈心谈话"
        verbose_name_plural = "谈心谈话"
        ordering = ["-on", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(speaker=F("listener")),
                name="nobody_talks_to_himself",
                violation_error_message="谈话人和谈话对象不能是同一人。",
            )
        ]

    def __str__(self):
        return f"{self.on} {self.speaker}—{self.listener}"
