"""Facts of the portal as proof (平台数据作佐证): what the ledgers say on a day, with no upload."""

from django.conf import settings
from django.db import models
from django.utils import timezone

from tasks.models.items import BranchItem
from tasks.querysets import FactWordQuerySet, ItemFactQuerySet


class FactKind(models.TextChoices):
    """A ledger of the branch that can stand as proof."""

    ROSTER = "roster", "党员名册"
    GROUPS = "groups", "党小组划分"
    COMMITTEE = "committee", "班子成员及分工"
    TERMS = "terms", "换届情况"
    APPRAISAL = "appraisal", "民主评议党员"
    TALKS = "talks", "谈心谈话"
    TRAINING = "training", "学时登记"
    TRANSFERS = "transfers", "组织关系转接"
    ABSENCES = "absences", "流动和失联党员"
    DUES = "dues", "党费收缴"


class FactWord(models.Model):
    """An item that asks for these words among its materials (应交材料) is offered this ledger."""

    words = models.CharField("应交材料中的词", max_length=60)
    kind = models.CharField("提供的平台数据", max_length=12, choices=FactKind.choices)

    objects = FactWordQuerySet.as_manager()

    class Meta:
        verbose_name = "平台数据佐证"
        verbose_name_plural = "平台数据佐证"
        ordering = ["kind", "words"]
        constraints = [
            models.UniqueConstraint(
                fields=["words", "kind"],
                name="a_word_offers_a_ledger_once",
                violation_error_message="这个词已对应该项平台数据。",
            )
        ]

    def __str__(self):
        return f"{self.words}→{self.get_kind_display()}"


class ItemFact(models.Model):
    """What a ledger said on ``as_of``, sealed as proof of an item: {summary, head, rows} and its digest.

    Names and figures only: never a number of an identity card, a telephone or a sum a person paid.
    """

    branch_item = models.ForeignKey(BranchItem, models.CASCADE, related_name="fact_links")
    kind = models.CharField("平台数据", max_length=12, choices=FactKind.choices)
    as_of = models.DateField("数据日期")
    digest = models.CharField("校验值", max_length=64)
    data = models.JSONField("数据")
    attached_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="关联人"
    )
    attached_at = models.DateTimeField("关联时间", default=timezone.now, editable=False)

    objects = ItemFactQuerySet.as_manager()

    class Meta:
        verbose_name = "条目关联的平台数据"
        verbose_name_plural = "条目关联的平台数据"
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["branch_item", "kind"], name="a_ledger_proves_an_item_once"
            )
        ]

    def __str__(self):
        return f"{self.branch_item} {self.get_kind_display()}"
