"""分工: an item given to a member of the branch's committee to be filled in; the secretary hands it in."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from tasks.models.items import BranchItem
from tasks.querysets import DelegationQuerySet


class Delegation(models.Model):
    """This item is filled in by that person, until it is done or taken back."""

    branch_item = models.ForeignKey(
        BranchItem, models.CASCADE, related_name="delegations", verbose_name="检查条目"
    )
    to = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="填报人"
    )
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="委托人"
    )
    asked_at = models.DateTimeField("委托时间", default=timezone.now, editable=False)
    due_on = models.DateField("填好期限", null=True, blank=True)
    note = models.CharField("要求", max_length=200, blank=True)
    done_at = models.DateTimeField("填好时间", null=True, blank=True)
    taken_back_at = models.DateTimeField("收回时间", null=True, blank=True)

    objects = DelegationQuerySet.as_manager()

    class Meta:
        verbose_name = "条目分工"
        verbose_name_plural = "条目分工"
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["branch_item"],
                condition=Q(done_at=None, taken_back_at=None),
                name="an_item_is_with_one_person",
            )
        ]
        indexes = [
            models.Index(
                fields=["to"],
                name="delegation_open",
                condition=Q(done_at=None, taken_back_at=None),
            )
        ]

    def __str__(self):
        return f"{self.branch_item} {self.to}"

    @property
    def is_open(self):
        return self.done_at is None and self.taken_back_at is None
