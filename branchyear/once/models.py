"""Forms that have been posted, so that the same one posted again does nothing more."""

from django.db import models
from django.utils import timezone

from branchyear.lib.crypto import EncryptedText


class Posting(models.Model):
    """One form that did its work: where the person was led, and what was said.

    It is written in the transaction of the work itself: there is never one without the other, and
    whoever posts the same form meanwhile waits for that transaction. ``key`` and ``content`` are
    digests (of person, address and the form's own key; of all that was typed), so that nothing
    personal is kept here. A program (``Idempotency-Key``) is answered again with what it was answered: that is
    kept encrypted, for two days.
    """

    key = models.CharField("表单", max_length=64, unique=True)
    content = models.CharField("内容摘要", max_length=64)
    location = models.TextField("结果页", blank=True)
    said = models.TextField("提示", blank=True)
    status = models.PositiveSmallIntegerField("答复状态", null=True, blank=True)
    answer = EncryptedText("答复", blank=True, default="", db_default="")
    at = models.DateTimeField("提交时间", default=timezone.now, editable=False)

    class Meta:
        verbose_name = "表单提交"
        verbose_name_plural = "表单提交"
        ordering = ["-id"]

    def __str__(self):
        return f"{self.at:%Y-%m-%d %H:%M} {self.location}"
