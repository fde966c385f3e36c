"""Keys with which programs ask in a person's name: never more than the person may, and for a time."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone


class ApiToken(models.Model):
    """One key. Only its digest is kept: the key itself is shown once, to the person who made it."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="api_tokens", verbose_name="使用人"
    )
    name = models.CharField("用途", max_length=60)
    start = models.CharField("开头", max_length=12, help_text="密钥的前几位，用来辨认。")
    digest = models.CharField("摘要", max_length=64, unique=True, editable=False)
    scopes = models.JSONField("权限范围", default=list)
    made_at = models.DateTimeField("生成时间", default=timezone.now, editable=False)
    expires_at = models.DateTimeField("有效期至")
    last_used_at = models.DateTimeField("最近使用", null=True, blank=True)
    last_used_ip = models.GenericIPAddressField("最近使用地址", null=True, blank=True)
    revoked_at = models.DateTimeField("收回时间", null=True, blank=True)
    revoked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+",
        verbose_name="收回人",
    )  # fmt: skip

    class Meta:
        verbose_name = "接口密钥"
        verbose_name_plural = "接口密钥"
        ordering = ["-pk"]
        indexes = [models.Index(fields=["user", "revoked_at"], name="apitoken_of_user")]
        constraints = [
            models.CheckConstraint(
                condition=Q(expires_at__gt=models.F("made_at")), name="a_token_ends_after_it_begins"
            )
        ]

    def __str__(self):
        return f"{self.name}（{self.start}…）"

    def state(self, now):
        """有效, 已收回 or 已过期, with the shape that goes with the colour."""
        if self.revoked_at is not None:
            return "已收回"
        return "有效" if self.expires_at > now else "已过期"

    @property
    def scope_words(self):
        from branchyear.tokens.scopes import (
            words,  # scopes need no models; here for templates alone
        )

        return words(self.scopes)
