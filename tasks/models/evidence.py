"""Evidence (佐证材料): a file of the branch, used by as many items as it proves."""

import uuid

from django.conf import settings
from django.db import models
from django.utils import timezone

from branches.models import Organization
from branchyear.lib.routes import path_to
from members.models import Meeting
from tasks.models.items import BranchItem
from tasks.querysets import EvidenceQuerySet, ItemMeetingQuerySet


def evidence_path(evidence, name):
    """Where the file lies: never its own name, so no name can be a path."""
    return f"evidence/{evidence.organization_id}/{uuid.uuid4().hex}.{evidence.extension}"


class Evidence(models.Model):
    """A file handed in by a branch; private, checked by content, known by its SHA-256.

    A file is never changed: a new revision of a material is a new row that ``replaces`` the old one.
    ``fact_on`` is the day of what the file shows (the meeting, the approval), not of its upload.
    """

    organization = models.ForeignKey(
        Organization, models.PROTECT, related_name="evidence", verbose_name="党支部"
    )
    file = models.FileField("文件", upload_to=evidence_path, max_length=200)
    name = models.CharField("文件名", max_length=200)
    extension = models.CharField("类型", max_length=10)
    size = models.PositiveIntegerField("大小(字节)")
    sha256 = models.CharField("校验值", max_length=64, db_index=True)
    fact_on = models.DateField("材料日期", null=True, blank=True)
    replaces = models.OneToOneField(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="replaced_by",
        verbose_name="替换的旧版",
    )
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="上传人"
    )
    uploaded_at = models.DateTimeField("上传时间", auto_now_add=True)

    objects = EvidenceQuerySet.as_manager()

    class Meta:
        verbose_name = "佐证材料"
        verbose_name_plural = "佐证材料"
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "sha256"], name="one_copy_of_a_file_per_branch"
            )
        ]

    def __str__(self):
        return self.name

    def get_absolute_url(self):
        return path_to("tasks:material", self.pk)

    @property
    def newer(self):
        """The next revision, or None."""
        return getattr(self, "replaced_by", None)


class ItemEvidence(models.Model):
    """This file proves that item."""

    branch_item = models.ForeignKey(BranchItem, models.CASCADE, related_name="evidence_links")
    evidence = models.ForeignKey(Evidence, models.PROTECT, related_name="links")
    attached_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="关联人"
    )
    attached_at = models.DateTimeField("关联时间", default=timezone.now, editable=False)

    class Meta:
        verbose_name = "条目佐证"
        verbose_name_plural = "条目佐证"
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["branch_item", "evidence"], name="a_file_proves_an_item_once"
            )
        ]

    def __str__(self):
        return f"{self.branch_item} {self.evidence}"


class ItemMeeting(models.Model):
    """This recorded meeting proves that item: recorded once, nothing to be uploaded.

    A meeting voided later stays linked and is shown as void, but proves nothing any more (``live``).
    """

    branch_item = models.ForeignKey(BranchItem, models.CASCADE, related_name="meeting_links")
    meeting = models.ForeignKey(Meeting, models.PROTECT, related_name="item_links")
    attached_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="关联人"
    )
    attached_at = models.DateTimeField("关联时间", default=timezone.now, editable=False)

    objects = ItemMeetingQuerySet.as_manager()

    class Meta:
        verbose_name = "条目关联的组织生活记录"
        verbose_name_plural = "条目关联的组织生活记录"
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["branch_item", "meeting"], name="a_meeting_proves_an_item_once"
            )
        ]

    def __str__(self):
        return f"{self.branch_item} {self.meeting}"
