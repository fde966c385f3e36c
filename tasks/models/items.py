"""A branch's answer to a checklist item, and every step it went through."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from branches.models import Organization
from branchyear.lib.routes import path_to
from tasks.models.campaign import ChecklistItem, ItemVersion
from tasks.querysets import BranchItemQuerySet, ItemStepQuerySet


class BranchItem(models.Model):
    """What one branch says to one checklist item, and where it stands."""

    class State(models.TextChoices):
        TODO = "todo", "未填报"
        DRAFT = "draft", "填报中"
        SUBMITTED = "submitted", "待审核"
        RETURNED = "returned", "退回修改"
        ACCEPTED = "accepted", "审核通过"

    class Result(models.TextChoices):
        DONE = "done", "已落实"
        ONGOING = "ongoing", "正在推进"
        NOT_APPLICABLE = "not_applicable", "不适用"

    # Read aloud: from where may it go where. SUBMITTED → SUBMITTED is the next reviewer's level.
    MOVES = {
        State.TODO: {State.DRAFT, State.SUBMITTED},
        State.DRAFT: {State.DRAFT, State.SUBMITTED},
        State.SUBMITTED: {State.DRAFT, State.SUBMITTED, State.RETURNED, State.ACCEPTED},
        State.RETURNED: {State.RETURNED, State.SUBMITTED},
        State.ACCEPTED: {State.RETURNED},
    }
    EDITABLE = frozenset({State.TODO, State.DRAFT, State.RETURNED})

    branch = models.ForeignKey(
        Organization, models.PROTECT, related_name="branch_items", verbose_name="党支部"
    )
    item = models.ForeignKey(
        ChecklistItem, models.PROTECT, related_name="branch_items", verbose_name="检查条目"
    )
    version = models.ForeignKey(
        ItemVersion,
        models.PROTECT,
        related_name="branch_items",
        verbose_name="条目版本",
        help_text="随修订更新,审核通过后不再变。",
    )
    opens_on = models.DateField("开始填报")
    due_on = models.DateField("完成期限", help_text="退回修改的,审核占用的时间已顺延。")
    state = models.CharField("状态", max_length=10, choices=State.choices, default=State.TODO)
    with_organization = models.ForeignKey(
        Organization,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="正由其审核",
    )
    round = models.PositiveSmallIntegerField("第几次提交", default=0)

    result = models.CharField("落实情况", max_length=20, choices=Result.choices, blank=True)
    fact_on = models.DateField("完成日期", null=True, blank=True)
    note = models.TextField("情况说明", blank=True, max_length=2000)
    numbers = models.JSONField("数字", default=dict, blank=True)

    first_submitted_at = models.DateTimeField("首次提交", null=True, blank=True)
    on_time = models.BooleanField(
        "是否按期", null=True, blank=True, help_text="以首次有效提交为准,撤回的不算,此后不再变。"
    )
    submitted_at = models.DateTimeField("提交时间", null=True, blank=True)
    submitted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="提交人",
    )
    decided_at = models.DateTimeField("审核时间", null=True, blank=True)
    return_reason = models.CharField("退回原因", max_length=500, blank=True)

    revision = models.PositiveIntegerField(default=1)
    updated_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="最后修改人",
    )
    updated_at = models.DateTimeField("最后修改", default=timezone.now, editable=False)

    objects = BranchItemQuerySet.as_manager()

    class Meta:
        verbose_name = "支部条目"
        verbose_name_plural = "支部条目"
        ordering = ["branch__path", "item__task__order", "item__order"]
        constraints = [
            models.UniqueConstraint(
                fields=["branch", "item"], name="one_answer_per_branch_and_item"
            ),
            models.CheckConstraint(
                condition=Q(state="submitted", with_organization__isnull=False)
                | (~Q(state="submitted") & Q(with_organization=None)),
                name="a_submitted_item_lies_with_somebody",
            ),
        ]
        indexes = [
            models.Index(
                fields=["with_organization", "submitted_at"],
                name="branchitem_queue",
                condition=Q(state="submitted"),
            ),
            models.Index(fields=["item", "state"], name="branchitem_item_state"),
            models.Index(fields=["branch", "state", "due_on"], name="branchitem_todo"),
        ]

    def __str__(self):
        return f"{self.branch} {self.item.code}"

    def get_absolute_url(self):
        return path_to("tasks:item", self.pk)

    @property
    def is_editable(self):
        return self.state in self.EDITABLE

    def can_move_to(self, state):
        return state in self.MOVES[self.state]

    def is_overdue(self, today):
        """Past its day and not handed in (time with a reviewer is not the branch's)."""
        return self.state in self.EDITABLE and self.due_on < today


class ItemStep(models.Model):
    """One step of an item's way: handed in, forwarded, accepted, returned, withdrawn, voided.

    ``VOIDED`` is the system's: what an accepted item rests on has fallen away (``services.voiding``).
    """

    class Kind(models.TextChoices):
        SUBMITTED = "submitted", "提交"
        WITHDRAWN = "withdrawn", "撤回"
        FORWARDED = "forwarded", "审核通过,转上级"
        ACCEPTED = "accepted", "审核通过"
        RETURNED = "returned", "退回修改"
        VOIDED = "voided", "审核通过失效"

    branch_item = models.ForeignKey(BranchItem, models.CASCADE, related_name="steps")
    round = models.PositiveSmallIntegerField("第几次提交")
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
    version = models.ForeignKey(
        ItemVersion, models.PROTECT, related_name="+", verbose_name="依据的条目版本"
    )
    snapshot = models.JSONField("当时的填报内容", default=dict, blank=True)

    objects = ItemStepQuerySet.as_manager()

    class Meta:
        verbose_name = "办理过程"
        verbose_name_plural = "办理过程"
        ordering = ["pk"]
        indexes = [models.Index(fields=["kind", "at"], name="itemstep_decided")]
        constraints = [
            models.UniqueConstraint(
                # With the kind: an organisation that forwarded may, after the branch was moved,
                # be the one that accepts for good.
                fields=["branch_item", "round", "organization", "kind"],
                condition=Q(kind__in=["forwarded", "accepted"]),
                name="one_acceptance_per_round_and_level",
            ),
            models.UniqueConstraint(
                fields=["branch_item", "round"],
                condition=Q(kind="returned"),
                name="one_return_per_round",
            ),
        ]

    def __str__(self):
        return f"{self.branch_item} {self.get_kind_display()}"
