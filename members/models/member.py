"""People on the roll (党员名册), and what happened to each."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from branches.models import Organization
from branches.querysets import ledger_through
from branchyear.lib.crypto import (
    BlindIndex,
    EncryptedText,
    blind_index,
    mask_id_number,
    mask_phone,
)
from branchyear.lib.routes import path_to
from branchyear.lib.text import pinyin_key
from members.querysets import MemberQuerySet
from members.soundness import id_disagreement


class Sex(models.TextChoices):
    MALE = "male", "男"
    FEMALE = "female", "女"


class Category(models.TextChoices):
    FORMAL = "formal", "正式党员"
    PROBATIONARY = "probationary", "预备党员"


class Standing(models.TextChoices):
    """Where a member stands with this branch (党籍和组织关系状态)."""

    ACTIVE = "active", "在册"
    LEAVING = "leaving", "转出中"
    LEFT = "left", "已转出"
    SUSPENDED = "suspended", "停止党籍"
    EXPELLED = "expelled", "出党"
    DECEASED = "deceased", "去世"
    LOST = "lost", "失联"
    FLOATING = "floating", "流动"


# Counted as a member of the branch. A member who was sent but not yet received still counts:
# 中国共产党党员教育管理工作条例(2019) 第二十五条.
COUNTED = frozenset({Standing.ACTIVE, Standing.LEAVING, Standing.LOST, Standing.FLOATING})


# Which standing may follow which. Back onto the roll from where nobody is counted is a correction or a
# return, and needs a reason; from 停止党籍 it is 恢复党籍 (党员教育管理工作条例(2019) 第二十四条).
STANDING_MOVES = {
    Standing.ACTIVE: frozenset(set(Standing) - {Standing.ACTIVE}),
    Standing.LEAVING: frozenset(set(Standing) - {Standing.LEAVING}),
    Standing.FLOATING: frozenset(set(Standing) - {Standing.FLOATING}),
    Standing.LOST: frozenset(set(Standing) - {Standing.LOST}),
    Standing.SUSPENDED: frozenset({Standing.ACTIVE, Standing.EXPELLED, Standing.DECEASED}),
    Standing.LEFT: frozenset({Standing.ACTIVE}),
    Standing.EXPELLED: frozenset({Standing.ACTIVE}),
    Standing.DECEASED: frozenset({Standing.ACTIVE}),
}


class Member(models.Model):
    """A Party member on the roll of one branch."""

    organization = models.ForeignKey(
        Organization, models.PROTECT, related_name="members", verbose_name="所在党支部"
    )
    group = models.ForeignKey(
        Organization,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="group_members",
        verbose_name="所在党小组",
    )
    name = models.CharField("姓名", max_length=50)
    name_key = models.CharField(max_length=200, editable=False, db_index=True)
    sex = models.CharField("性别", max_length=10, choices=Sex.choices, blank=True)
    ethnicity = models.CharField("民族", max_length=20, blank=True)
    native_place = models.CharField("籍贯", max_length=50, blank=True)
    birth_date = models.DateField("出生日期", null=True, blank=True)
    id_number = EncryptedText("公民身份号码", blank=True, default="")
    id_number_index = BlindIndex(of="id_number", null=True, blank=True, unique=True, editable=False)
    # To find a person by the last four signs of the ID number, as people say them over the telephone.
    id_tail_index = BlindIndex(
        of="id_number", tail=4, blank=True, default="", db_index=True, editable=False
    )
    # What the ID number contradicts ("digit" itself, "birth", "sex"; "" nothing): for rules, which cannot
    # read the number.
    id_problem = models.CharField(max_length=10, blank=True, default="", editable=False)
    phone = EncryptedText("联系电话", blank=True, default="")
    education = models.CharField("学历", max_length=20, blank=True)
    degree = models.CharField("学位", max_length=20, blank=True)
    worked_from = models.DateField("参加工作时间", null=True, blank=True)
    admitted_on = models.DateField("入党时间", null=True, blank=True)
    formal_on = models.DateField("转正时间", null=True, blank=True)
    category = models.CharField(
        "党员类别", max_length=20, choices=Category.choices, default=Category.FORMAL
    )
    unit = models.CharField("所在处(科)室", max_length=100, blank=True)
    post = models.CharField("行政职务", max_length=100, blank=True)
    party_post = models.CharField("党内职务", max_length=50, blank=True)
    standing = models.CharField(
        "状态", max_length=20, choices=Standing.choices, default=Standing.ACTIVE
    )
    is_leading_cadre = models.BooleanField("党员领导干部", default=False)
    # 机关基层组织工作条例(2019) 第八条: 书记由本单位负责人担任. Unknown until somebody says it.
    is_unit_head = models.BooleanField("处(科)室主要负责人", null=True, blank=True)
    is_retired = models.BooleanField("离退休", default=False)
    # 中国共产党党员教育管理工作条例(2019) 第二十三条: no hard demand for activities and study.
    is_excused = models.BooleanField("年老体弱或行动不便", default=False)
    joined_branch_on = models.DateField("组织关系转入时间", null=True, blank=True)
    joined_from = models.CharField("转入来源", max_length=100, blank=True)
    left_on = models.DateField("离开名册日期", null=True, blank=True)
    probation_extended_to = models.DateField("预备期延长至", null=True, blank=True)
    platform_entered_on = models.DateField("“党建e家”入库日期", null=True, blank=True)
    remarks = models.CharField("备注", max_length=300, blank=True)
    revision = models.PositiveIntegerField(default=1, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    objects = MemberQuerySet.as_manager()

    class Meta:
        verbose_name = "党员"
        verbose_name_plural = "党员"
        ordering = ["organization__path", "name_key", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(formal_on=None)
                | Q(admitted_on=None)
                | Q(formal_on__gte=F("admitted_on")),
                name="formal_after_admitted",
                violation_error_message="转正时间不能早于入党时间。",
            )
        ]
        indexes = [models.Index(fields=["organization", "standing"], name="member_roll")]

    def __str__(self):
        return self.name

    def get_absolute_url(self):
        return path_to("members:member", self.pk)

    def save(self, *args, **kwargs):
        self.derive()
        super().save(*args, **kwargs)

    def derive(self):
        """Set what follows from other columns (for ``bulk_create``, which does not call save)."""
        self.name_key = pinyin_key(self.name)
        self.id_number_index = blind_index(self.id_number) or None
        self.id_tail_index = blind_index(self.id_number[-4:])
        self.id_problem = id_disagreement(self.id_number, self.birth_date, self.sex)

    @property
    def is_counted(self):
        return self.standing in COUNTED

    @property
    def masked_id_number(self):
        return mask_id_number(self.id_number) if self.id_number else ""

    @property
    def masked_phone(self):
        return mask_phone(self.phone) if self.phone else ""


class MemberEvent(models.Model):
    """Something that happened to a member, kept for ever; the person's page tells them in order."""

    class What(models.TextChoices):
        ADDED = "added", "列入名册"
        CHANGED = "changed", "信息变更"
        REGROUPED = "regrouped", "调整党小组"
        STANDING = "standing", "状态变更"
        TRANSFERRED = "transferred", "组织关系转接"
        PROBATION_EXTENDED = "probation_extended", "延长预备期"
        CONVERTED = "converted", "转为正式党员"
        PROBATION_ENDED = "probation_ended", "取消预备党员资格"
        POST = "post", "党内职务变动"

    member = models.ForeignKey(Member, models.CASCADE, related_name="events")
    organization = models.ForeignKey(
        Organization, models.PROTECT, related_name="+", verbose_name="当时所在党支部"
    )
    what = models.CharField("变动", max_length=20, choices=What.choices)
    on = models.DateField("日期")
    document_no = models.CharField("文号", max_length=60, blank=True)
    reason = models.CharField("说明", max_length=300, blank=True)
    # Before and after of what changed; an ID number or a telephone is named, never written down here.
    before = models.JSONField("变动前", default=dict, blank=True)
    after = models.JSONField("变动后", default=dict, blank=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    at = models.DateTimeField("登记时间", auto_now_add=True)

    objects = ledger_through("member__organization")

    class Meta:
        verbose_name = "党员变动"
        verbose_name_plural = "党员变动"
        ordering = ["-on", "-pk"]

    def __str__(self):
        return f"{self.member} {self.get_what_display()} {self.on}"

    @property
    def sentence(self):
        """What changed, as it is read in the history."""
        parts = [
            f"{Member._meta.get_field(name).verbose_name}：{in_words(name, self.before.get(name))}"
            f" → {in_words(name, self.after[name])}"
            if name not in SECRET_FIELDS
            else f"{Member._meta.get_field(name).verbose_name}：已更改"
            for name in _MEMBER_FIELDS  # in the roster's order: PostgreSQL keeps none in JSON
            if name in self.after
        ]
        parts += [f"文号：{self.document_no}"] if self.document_no else []
        parts += [self.reason] if self.reason else []
        return "；".join(parts)


# Named in a history, never written there.
SECRET_FIELDS = frozenset({"id_number", "phone"})
_MEMBER_FIELDS = tuple(field.name for field in Member._meta.concrete_fields)


def in_words(name, value):
    """A fact of a member as it stands inside a sentence; days come as dates or in ISO form."""
    if value in (None, ""):
        return "（空）"
    if isinstance(value, bool):
        return "是" if value else "否"
    choices = Member._meta.get_field(name).choices
    return str(dict(choices).get(value, value)) if choices else str(value)
