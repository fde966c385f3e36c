"""What an inspector finds at a branch: the visit, one line for each item, photographs if he likes."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q

from branches.models import Organization
from branches.querysets import below, within
from branchyear.lib.routes import path_to
from tasks.models.campaign import ChecklistItem
from tasks.models.inspections import Draw, Inspection, sights
from tasks.models.items import BranchItem
from tasks.models.problems import Problem


class VisitQuerySet(models.QuerySet):
    """``prefix`` is the way from a row to its visit."""

    prefix = ""
    finished = {}  # what else must be true before those below read it

    def _q(self, **conditions):
        return Q(**{self.prefix + name: value for name, value in conditions.items()})

    def visible_to(self, user):
        """Those over the inspection, all; the inspector, his own as long as his office lasts; the branch
        and those above it, an announced visit from the draw, an unannounced one from its beginning."""
        over, own, inspected = sights(user)
        known = (
            self._q(inspection__announced=True)
            | self._q(started_at__isnull=False)
            | self._q(inspection__state=Inspection.State.ENDED)
        ) & self._q(**self.finished)
        return self.filter(
            within(over, f"{self.prefix}inspection__organization__path")
            | (within(own, f"{self.prefix}branch__path") & known)
            | (within(inspected, f"{self.prefix}branch__path") & self._q(inspector=user.pk))
        )

    def under(self, organization):
        return self.filter(below(organization.path, f"{self.prefix}branch__path"))

    def waiting_for(self, user):
        """The branches that fell to this person and are not signed, the inspection that ends first above."""
        rows = self.filter(
            inspector=user,
            inspection__state=Inspection.State.RUNNING,
            state__in=[Visit.State.WAITING, Visit.State.RUNNING],
        ).visible_to(user)
        return rows.select_related("branch", "inspection").order_by(
            "inspection__ends_on", "branch__path"
        )


class Visit(models.Model):
    """One branch that was drawn, who goes there, and what came of it. The branch's own words to what was
    found stand at each record."""

    class State(models.TextChoices):
        WAITING = "waiting", "待检查"
        RUNNING = "running", "检查中"
        SIGNED = "signed", "已签字"
        MISSED = "missed", "未检查"

    MOVES = {
        State.WAITING: {State.RUNNING, State.MISSED},
        State.RUNNING: {State.RUNNING, State.SIGNED},
        State.SIGNED: set(),
        State.MISSED: set(),
    }

    inspection = models.ForeignKey(Inspection, models.PROTECT, related_name="visits")
    drawn_in = models.ForeignKey(Draw, models.PROTECT, related_name="visits")
    branch = models.ForeignKey(
        Organization, models.PROTECT, related_name="visits", verbose_name="被查支部"
    )
    stratum = models.CharField("所在层", max_length=120, blank=True)
    inspector = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="visits",
        verbose_name="检查人员",
    )  # fmt: skip
    state = models.CharField("状态", max_length=10, choices=State.choices, default=State.WAITING)
    started_at = models.DateTimeField("开始检查", null=True, blank=True)
    visited_on = models.DateField("检查日期", null=True, blank=True)
    companion = models.CharField("支部陪同人员", max_length=50, blank=True)
    opinion = models.TextField("当场意见", max_length=1000, blank=True)
    demand = models.TextField("整改要求", max_length=500, blank=True)
    saved_at = models.DateTimeField("最后保存", null=True, blank=True)
    saved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    signed_at = models.DateTimeField("签字时间", null=True, blank=True)
    signed_by_name = models.CharField("签字人", max_length=100, blank=True)
    missed_reason = models.CharField("未检查的原因", max_length=300, blank=True)
    revision = models.PositiveIntegerField(default=1, editable=False)

    objects = VisitQuerySet.as_manager()

    class Meta:
        verbose_name = "检查记录"
        verbose_name_plural = "检查记录"
        ordering = ["branch__path"]
        constraints = [
            models.UniqueConstraint(
                fields=["inspection", "branch"], name="a_branch_is_visited_once"
            ),
            models.CheckConstraint(
                condition=~Q(state="signed") | Q(signed_at__isnull=False),
                name="a_signed_visit_says_when",
            ),
        ]
        indexes = [models.Index(fields=["inspector", "state"], name="visits_of_an_inspector")]

    def __str__(self):
        return f"{self.inspection} {self.branch}"

    def get_absolute_url(self):
        return path_to("tasks:visit", self.pk)

    @property
    def is_signed(self):
        return self.state == self.State.SIGNED


class RecordQuerySet(VisitQuerySet):
    """What an inspector writes is his own until he signs it."""

    prefix = "visit__"
    finished = {"state": "signed"}

    def discrepancies(self):
        """What was claimed and not found, of visits that are signed."""
        return self.filter(visit__state=Visit.State.SIGNED, verdict__in=VisitRecord.NOT_AS_CLAIMED)

    def undecided(self):
        return self.discrepancies().filter(decided_at=None)


class VisitRecord(models.Model):
    """One item as it was found, beside what the branch had claimed when the visit began."""

    class Verdict(models.TextChoices):
        TRUE = "true", "属实"
        MOSTLY = "mostly", "基本属实"
        FALSE = "false", "不实"
        UNSEEN = "unseen", "未见材料"

    NOT_AS_CLAIMED = (Verdict.FALSE, Verdict.UNSEEN)

    visit = models.ForeignKey(Visit, models.CASCADE, related_name="records")
    item = models.ForeignKey(
        ChecklistItem, models.PROTECT, related_name="+", verbose_name="检查条目"
    )
    branch_item = models.ForeignKey(
        BranchItem, models.PROTECT, null=True, related_name="visit_records"
    )
    text = models.CharField("条目内容", max_length=200)
    claimed_state = models.CharField(
        "填报状态", max_length=10, choices=BranchItem.State.choices, blank=True
    )
    claimed = models.JSONField("填报情况", default=dict, blank=True)
    verdict = models.CharField("检查结论", max_length=10, choices=Verdict.choices, blank=True)
    words = models.CharField("情况", max_length=500, blank=True)

    statement = models.CharField("情况说明", max_length=500, blank=True)
    stated_by_name = models.CharField("说明人", max_length=100, blank=True)
    stated_at = models.DateTimeField("说明时间", null=True, blank=True)
    problem = models.ForeignKey(
        Problem, models.PROTECT, null=True, blank=True, related_name="visit_records",
        verbose_name="列入的问题",
    )  # fmt: skip
    decision_note = models.CharField("处理意见", max_length=300, blank=True)
    decided_by_name = models.CharField("处理人", max_length=100, blank=True)
    decided_at = models.DateTimeField("处理时间", null=True, blank=True)

    objects = RecordQuerySet.as_manager()

    class Meta:
        verbose_name = "逐项检查记录"
        verbose_name_plural = "逐项检查记录"
        ordering = ["visit", "item__task__order", "item__order"]
        constraints = [
            models.UniqueConstraint(fields=["visit", "item"], name="an_item_is_looked_at_once")
        ]

    def __str__(self):
        return f"{self.visit} {self.item.code}"

    @property
    def is_discrepancy(self):
        return self.verdict in self.NOT_AS_CLAIMED


def photo_path(photo, name):
    return f"inspections/{photo.record.visit_id}/{uuid.uuid4().hex}.{photo.extension}"


class PhotoQuerySet(VisitQuerySet):
    prefix = "record__visit__"
    finished = {"state": "signed"}


class VisitPhoto(models.Model):
    """A picture an inspector added of his own accord. Never asked for (减负)."""

    record = models.ForeignKey(VisitRecord, models.CASCADE, related_name="photos")
    file = models.FileField("文件", upload_to=photo_path, max_length=200)
    name = models.CharField("文件名", max_length=200)
    extension = models.CharField("类型", max_length=10)
    size = models.PositiveIntegerField("大小(字节)")
    sha256 = models.CharField("校验值", max_length=64)
    added_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="上传人"
    )
    added_at = models.DateTimeField("上传时间")

    objects = PhotoQuerySet.as_manager()

    class Meta:
        verbose_name = "检查照片"
        verbose_name_plural = "检查照片"
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["record", "sha256"], name="a_photo_stands_once_at_a_record"
            )
        ]

    def __str__(self):
        return self.name
