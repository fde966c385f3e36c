"""Materials that look like others (twin check): for reviewers alone, a question and never a verdict."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from branches.querysets import owned_through
from tasks.models.evidence import Evidence
from tasks.models.items import BranchItem


class PictureHash(models.Model):
    """The fingerprint of a picture (``tasks.pictures``): the whole, then its middles; [] for a flat one."""

    evidence = models.OneToOneField(
        Evidence, models.CASCADE, primary_key=True, related_name="picture_hash"
    )
    # [[pHash, dHash], …] in hexadecimal: no database keeps 256 bits as a number.
    hashes = models.JSONField("图片特征")
    at = models.DateTimeField("计算时间", auto_now_add=True)
    paired_at = models.DateTimeField("比对时间", null=True, blank=True, editable=False)

    objects = owned_through("evidence__organization")

    class Meta:
        verbose_name = "图片特征"
        verbose_name_plural = "图片特征"

    def __str__(self):
        return str(self.evidence)


class PictureBand(models.Model):
    """Eight bits of a pHash: near-same pictures share at least one, so a query finds the candidates."""

    picture = models.ForeignKey(PictureHash, models.CASCADE, related_name="bands")
    part = models.PositiveSmallIntegerField("部分")  # 0 the whole, then the middles
    band = models.PositiveSmallIntegerField("段")
    value = models.PositiveSmallIntegerField("值")

    objects = owned_through("picture__evidence__organization")

    class Meta:
        verbose_name = "图片特征段"
        verbose_name_plural = "图片特征段"
        indexes = [models.Index(fields=["band", "value", "part"], name="pictures_of_a_band")]

    def __str__(self):
        return f"{self.picture} {self.part}-{self.band}"


class Twin(models.Model):
    """Two pictures that are near the same, whoever's they are; ``newer`` came later."""

    newer = models.ForeignKey(Evidence, models.CASCADE, related_name="twins_before")
    older = models.ForeignKey(Evidence, models.CASCADE, related_name="twins_after")
    bits = models.PositiveSmallIntegerField("相差(256位中)")
    found_at = models.DateTimeField("发现时间", auto_now_add=True)

    objects = owned_through("newer__organization")

    class Meta:
        verbose_name = "相近图片"
        verbose_name_plural = "相近图片"
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["newer", "older"], name="a_pair_is_found_once"),
            models.CheckConstraint(condition=~Q(newer=models.F("older")), name="twins_are_two"),
        ]

    def __str__(self):
        return f"{self.newer} {self.older}"


class MaterialCheck(models.Model):
    """A reviewer has looked into a question about a material of an item (已核实)."""

    branch_item = models.ForeignKey(BranchItem, models.CASCADE, related_name="material_checks")
    evidence = models.ForeignKey(Evidence, models.CASCADE, related_name="material_checks")
    about = models.CharField("问题", max_length=40)  # as in tasks.twins: "date", "same", "other:17"
    note = models.CharField("核实情况", max_length=200, blank=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="核实人"
    )
    at = models.DateTimeField("核实时间", auto_now_add=True)

    objects = owned_through("branch_item__branch")

    class Meta:
        verbose_name = "材料核实"
        verbose_name_plural = "材料核实"
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["branch_item", "evidence", "about"], name="a_question_is_answered_once"
            )
        ]

    def __str__(self):
        return f"{self.branch_item} {self.evidence}"
