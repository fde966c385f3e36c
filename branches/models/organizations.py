"""The organisation tree and the offices held in it."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from treebeard.mp_tree import MP_Node

from branches.querysets import AppointmentQuerySet, OrganizationManager
from branches.roles import ADMIN_ROLES, Role
from branchyear.lib.routes import path_to


class Kind(models.TextChoices):
    """What an organisation is. Whether it is *directly affiliated* follows from its place."""

    CITY_DEPARTMENT = "city_department", "市委组织部"
    WORK_COMMITTEE = "work_committee", "市直机关工委"
    PRIMARY_COMMITTEE = "primary_committee", "机关党委"
    GENERAL_BRANCH = "general_branch", "党总支"
    BRANCH = "branch", "党支部"
    GROUP = "group", "党小组"


# Which kinds may stand under which: 市委组织部 → 市直机关工委 → 直属党组织 → 党总支 → 党支部 → 党小组.
CHILD_KINDS = {
    None: {Kind.CITY_DEPARTMENT},
    Kind.CITY_DEPARTMENT: {Kind.WORK_COMMITTEE},
    Kind.WORK_COMMITTEE: {Kind.PRIMARY_COMMITTEE, Kind.GENERAL_BRANCH, Kind.BRANCH},
    Kind.PRIMARY_COMMITTEE: {Kind.GENERAL_BRANCH, Kind.BRANCH},
    Kind.GENERAL_BRANCH: {Kind.BRANCH},
    Kind.BRANCH: {Kind.GROUP},
    Kind.GROUP: set(),
}


class BranchType(models.TextChoices):
    STANDING = "standing", "单独设立"
    JOINT = "joint", "联合党支部"
    TEMPORARY = "temporary", "临时党支部"


class Organization(MP_Node):
    """A Party organisation of any level. Never deleted: a closed one keeps its history."""

    node_order_by = ["order_number", "code"]

    kind = models.CharField("类型", max_length=20, choices=Kind.choices)
    code = models.CharField(
        "编码", max_length=30, unique=True, help_text="全市唯一,如 01-03,导入时据此识别。"
    )
    name = models.CharField("名称", max_length=100)
    short_name = models.CharField("简称", max_length=40, blank=True)
    order_number = models.PositiveIntegerField(
        "序号", default=0, help_text="官方排序,各处列表均按此排列。"
    )
    branch_type = models.CharField(
        "支部类型", max_length=20, choices=BranchType.choices, blank=True, default=""
    )
    covered_units = models.TextField("覆盖处(科)室", blank=True, help_text="每行一个处(科)室。")
    established_on = models.DateField("成立日期", null=True, blank=True)
    approval_no = models.CharField("批复文号", max_length=60, blank=True)
    contact = models.CharField("联系人", max_length=50, blank=True)
    place = models.CharField("活动场所", max_length=100, blank=True)
    closed_on = models.DateField("撤销日期", null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    objects = OrganizationManager()

    class Meta:
        verbose_name = "党组织"
        verbose_name_plural = "党组织"
        constraints = [
            models.CheckConstraint(
                condition=Q(kind=Kind.BRANCH) | Q(branch_type=""),
                name="only_a_branch_has_a_branch_type",
                violation_error_message="只有党支部才填写支部类型。",
            ),
            models.CheckConstraint(
                condition=Q(closed_on=None)
                | Q(established_on=None)
                | Q(closed_on__gte=F("established_on")),
                name="closed_after_established",
                violation_error_message="撤销日期不能早于成立日期。",
            ),
        ]
        indexes = [models.Index(fields=["kind", "path"], name="organization_kind_path")]

    def __str__(self):
        return self.name

    def get_absolute_url(self):
        return path_to("branches:organization", self.pk)

    # The place of the levels in the tree: depth 1 市委组织部, 2 工委, 3 直属党组织.
    COMMITTEE_DEPTH = 2
    DIRECT_DEPTH = 3

    @property
    def label(self):
        """The short name where there is one."""
        return self.short_name or self.name

    @property
    def is_open(self):
        return self.closed_on is None

    @property
    def is_direct(self):
        """Directly affiliated (直属党组织): stands right under the working committee."""
        return self.depth == self.DIRECT_DEPTH

    @property
    def is_branch(self):
        return self.kind == Kind.BRANCH

    @property
    def direct_path(self):
        """The path of the directly affiliated organisation this one belongs to ("" above it)."""
        length = self.steplen * self.DIRECT_DEPTH
        return self.path[:length] if len(self.path) >= length else ""

    @property
    def ancestor_paths(self):
        """The paths of this organisation and of every one above it, nearest first."""
        step = self.steplen
        return [self.path[:length] for length in range(len(self.path), 0, -step)]

    @property
    def kind_label(self):
        """The kind as people say it: a direct branch is a 直属党支部."""
        if self.is_direct and self.kind == Kind.BRANCH:
            return "直属党支部"
        if self.is_direct and self.kind == Kind.GENERAL_BRANCH:
            return "机关党总支"
        return self.get_kind_display()


class OrganizationEvent(models.Model):
    """Something that happened to an organisation, kept for ever: founded, renamed, moved, merged …"""

    class What(models.TextChoices):
        ESTABLISHED = "established", "成立"
        RENAMED = "renamed", "更名"
        CHANGED = "changed", "信息变更"
        MOVED = "moved", "隶属关系调整"
        MERGED = "merged", "合并"
        SPLIT = "split", "拆分"
        CLOSED = "closed", "撤销"

    organization = models.ForeignKey(
        Organization, models.PROTECT, related_name="events", verbose_name="党组织"
    )
    what = models.CharField("变动", max_length=20, choices=What.choices)
    on = models.DateField("日期")
    document_no = models.CharField("文号", max_length=60, blank=True)
    other = models.ForeignKey(
        Organization,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="相关党组织",
    )
    before = models.JSONField("变动前", default=dict, blank=True)
    after = models.JSONField("变动后", default=dict, blank=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="经办人",
    )
    at = models.DateTimeField("登记时间", auto_now_add=True)

    class Meta:
        verbose_name = "组织变动"
        verbose_name_plural = "组织变动"
        ordering = ["-on", "-id"]

    def __str__(self):
        return f"{self.organization} {self.get_what_display()} {self.on}"

    @property
    def sentence(self):
        """What happened, as it is read in the history, with the names of then."""
        before, after, what = self.before, self.after, self.What(self.what)
        if what == self.What.ESTABLISHED:
            text = f"成立时名称为“{after['name']}”" if after.get("name") else ""
        elif what == self.What.RENAMED:
            text = f"由“{before['name']}”更名为“{after['name']}”"
        elif what == self.What.CHANGED:
            text = "；".join(
                f"{Organization._meta.get_field(key).verbose_name}："
                f"{_in_line(before.get(key))} → {_in_line(after[key])}"
                for key in after
            )
        elif what == self.What.MOVED:
            text = f"由“{before['parent']}”调整至“{after['parent']}”"
        elif what == self.What.MERGED:
            text = f"并入“{after['into']}”" if "into" in after else f"“{after['from']}”并入"
        elif what == self.What.SPLIT:
            text = f"分设“{after['new']}”"
        else:
            text = ""
        document = f"文号：{self.document_no}" if self.document_no else ""
        return "；".join(part for part in (text, document) if part)


def _in_line(value):
    """A fact as it stands inside a sentence."""
    return "、".join(str(value).split("\n")) if value else "(空)"


class Appointment(models.Model):
    """An office held by a person at an organisation, from a day to a day. It gives scope."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="appointments", verbose_name="人员"
    )
    organization = models.ForeignKey(
        Organization, models.PROTECT, related_name="appointments", verbose_name="党组织"
    )
    role = models.CharField("职责", max_length=20, choices=Role.choices)
    starts_on = models.DateField("自")
    ends_on = models.DateField("至", null=True, blank=True, help_text="含当日;空为长期。")
    document_no = models.CharField("任职文号", max_length=60, blank=True)
    acting_for = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="代理",
        help_text="在其请假期间代为审核,须有截止日期。",
    )

    objects = AppointmentQuerySet.as_manager()

    class Meta:
        verbose_name = "任职"
        verbose_name_plural = "任职"
        ordering = ["organization__path", "role", "starts_on"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_on=None) | Q(ends_on__gte=F("starts_on")),
                name="appointment_ends_after_it_starts",
                violation_error_message="截止日期不能早于起始日期。",
            ),
            models.CheckConstraint(
                condition=~Q(role=Role.INSPECTOR) | Q(ends_on__isnull=False),
                name="an_inspector_is_appointed_to_a_day",
                violation_error_message="第三方检查人员必须填写截止日期。",
            ),
            models.CheckConstraint(
                condition=Q(acting_for=None) | Q(ends_on__isnull=False),
                name="acting_for_somebody_ends_on_a_day",
                violation_error_message="代理须有截止日期。",
            ),
            models.UniqueConstraint(
                fields=["user", "organization", "role"],
                condition=Q(ends_on=None),
                name="one_open_appointment_of_a_kind",
                violation_error_message="该人员在此党组织已有同样的职责。",
            ),
            models.UniqueConstraint(
                fields=["user"],
                condition=Q(ends_on=None, role__in=sorted(ADMIN_ROLES)),
                name="one_administrators_office_at_a_time",
                violation_error_message="系统、安全、审计管理员须由不同的人担任，一人只能担任一个。",
            ),
        ]
        indexes = [models.Index(fields=["organization", "role"], name="appointment_office")]

    def __str__(self):
        return f"{self.user} {self.organization} {self.get_role_display()}"
