"""The trail of who did what to which thing. Rows are added, never changed, never removed."""

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.utils import timezone

from branchyear.audit import verbs
from branchyear.lib.crypto import EncryptedText


class Entry(models.Model):
    """One act. Names are frozen as text, so that the trail reads the same after any renaming."""

    # A default, not auto_now_add: taking over a past (tasks.services.replay) keeps its moments.
    at = models.DateTimeField("时间", default=timezone.now, editable=False)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="操作人账号",
    )
    actor_name = models.CharField("操作人", max_length=100)
    verb = models.CharField("操作", max_length=60)
    thing_type = models.CharField("对象类型", max_length=60, blank=True)
    thing_id = models.BigIntegerField("对象编号", null=True, blank=True)
    thing_label = models.CharField("对象", max_length=300, blank=True)
    organization_id = models.BigIntegerField("党组织编号", null=True, blank=True)
    organization_name = models.CharField("党组织", max_length=200, blank=True)
    detail = models.JSONField("内容", default=dict, blank=True, encoder=DjangoJSONEncoder)
    ip = models.GenericIPAddressField("来源地址", null=True, blank=True)
    request_id = models.CharField("请求编号", max_length=32, blank=True)

    class Meta:
        verbose_name = "审计记录"
        verbose_name_plural = "审计记录"
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["thing_type", "thing_id"], name="audit_thing"),
            models.Index(fields=["verb", "at"], name="audit_verb"),
            models.Index(fields=["organization_id", "at"], name="audit_organization"),
        ]

    def __str__(self):
        return f"{self.at:%Y-%m-%d %H:%M} {self.actor_name} {self.verb_label} {self.thing_label}"

    @property
    def verb_label(self):
        return verbs.VERBS.get(self.verb, self.verb)

    def save(self, *args, **kwargs):
        if self.pk:
            raise TypeError("An audit entry is never changed.")
        super().save(*args, **kwargs)

    def delete(self, *args, **kwargs):
        raise TypeError("An audit entry is never removed.")


class Link(models.Model):
    """One entry's place in the chain: its digest covers the entry and the digest before it.

    Links are added by a job once a minute, not with the entry: to add them in turn, every act of the portal
    would have to wait for the one before. ``branchyear.audit.chain`` makes and verifies them.
    """

    position = models.BigIntegerField("序位", primary_key=True)
    # No foreign key: that an entry is gone must be seen, not prevented from being said.
    entry_id = models.BigIntegerField("审计记录编号", unique=True)
    digest = models.CharField("校验值", max_length=64)

    class Meta:
        verbose_name = "审计链"
        verbose_name_plural = "审计链"
        ordering = ["position"]

    def __str__(self):
        return f"{self.position} {self.digest[:12]}"


class ChainKey(models.Model):
    """From which link on the chain is made with which key, kept under ``FIELD_KEY`` like any secret.

    There is none until ``FIELD_KEY`` is changed for the first time: the key is then made of ``FIELD_KEY`` itself.
    """

    since = models.BigIntegerField("自第几环起", primary_key=True)
    key = EncryptedText("密钥")

    class Meta:
        verbose_name = "审计链密钥"
        verbose_name_plural = "审计链密钥"
        ordering = ["since"]

    def __str__(self):
        return str(self.since)
