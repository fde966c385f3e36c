"""Papers given out under a verification code (核验码), and the very bytes they were made of."""

import secrets

from django.conf import settings
from django.db import models

from branches.models import Organization
from branches.querysets import owned_through
from branchyear.lib.routes import path_to
from tasks.models import BranchItem

# Digits and letters that nobody takes for one another on paper: without 0 and O, 1 and I.
ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
CODE_LENGTH = 12  # 32 signs, so 5 bits each: 60 bits, which nobody finds by trying
GROUP = 4  # as it is printed and read aloud: ABCD-EFGH-JKLM


def new_code():
    """A code that cannot be guessed."""
    return "".join(secrets.choice(ALPHABET) for _ in range(CODE_LENGTH))


class Paper(models.Model):
    """What was given out: of which organisation, of which version of its data, by whom and when.

    Whoever asks for the same once more, while nothing has changed, gets the same paper with the same
    code. The files it consists of are its ``files``; a changed byte is in none of them.
    """

    code = models.CharField("核验码", max_length=CODE_LENGTH, unique=True, default=new_code)
    kind = models.CharField("种类", max_length=40)
    title = models.CharField("名称", max_length=120)
    organization = models.ForeignKey(
        Organization, models.PROTECT, related_name="papers", verbose_name="单位"
    )
    scope = models.CharField("范围", max_length=300, blank=True)
    version = models.CharField("数据版本", max_length=64)
    issued_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="签发人",
    )
    issued_by_name = models.CharField("签发人", max_length=100)
    issued_at = models.DateTimeField("签发时间")

    objects = owned_through("organization")

    class Meta:
        verbose_name = "签发的文件"
        verbose_name_plural = "签发的文件"
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "organization", "version"], name="one_paper_per_version_of_the_data"
            )
        ]

    def __str__(self):
        return f"{self.organization} {self.title} {self.shown_code}"

    def get_absolute_url(self):
        return path_to("reports:verify_paper", self.shown_code)

    @property
    def shown_code(self):
        """The code as it is printed: ABCD-EFGH-JKLM."""
        return "-".join(
            self.code[start : start + GROUP] for start in range(0, len(self.code), GROUP)
        )

    @property
    def address(self):
        """Where the code leads, whole: what a QR code holds."""
        return f"{settings.SITE_URL}{self.get_absolute_url()}"


class PaperFile(models.Model):
    """One file of a paper, known by its SHA-256, and what was true of it when it was given out."""

    class Role(models.TextChoices):
        WHOLE = "whole", "整份文件"
        CATALOGUE = "catalogue", "目录"
        LEDGER = "ledger", "报表和台账"
        COVER = "cover", "条目情况"
        EVIDENCE = "evidence", "佐证材料"

    paper = models.ForeignKey(Paper, models.CASCADE, related_name="files")
    role = models.CharField("性质", max_length=10, choices=Role.choices)
    path = models.CharField("文件", max_length=400)
    sha256 = models.CharField("校验值", max_length=64)
    size = models.PositiveBigIntegerField("大小(字节)")
    about = models.CharField("所属条目", max_length=400, blank=True)
    branch_item = models.ForeignKey(
        BranchItem, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name="条目"
    )
    state = models.CharField("签发时状态", max_length=20, blank=True)
    accepted_by = models.CharField("审核通过人", max_length=100, blank=True)
    accepted_in = models.CharField("审核单位", max_length=200, blank=True)
    accepted_at = models.DateTimeField("审核通过时间", null=True, blank=True)

    objects = owned_through("paper__organization")

    class Meta:
        verbose_name = "签发文件的组成"
        verbose_name_plural = "签发文件的组成"
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["paper", "sha256", "path"], name="a_file_stands_once_in_a_paper"
            )
        ]

    def __str__(self):
        return self.path
