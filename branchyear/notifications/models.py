"""Notices in the in-box, and their way out by other channels."""

from django.conf import settings
from django.db import models


class NoticeQuerySet(models.QuerySet):
    def visible_to(self, user):
        """A notice is its recipient's alone."""
        return self.of(user) if user.is_authenticated else self.none()

    def of(self, person):
        return self.filter(recipient=person)

    def unread(self):
        return self.filter(read_at=None)


class Notice(models.Model):
    """One message to one person. ``key`` keeps the same message from being sent twice."""

    recipient = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="notices", verbose_name="收件人"
    )
    kind = models.CharField("种类", max_length=40)
    title = models.CharField("标题", max_length=200)
    text = models.TextField("正文", blank=True)
    url = models.CharField("链接", max_length=300, blank=True)
    key = models.CharField("唯一键", max_length=200)
    created_at = models.DateTimeField("时间", auto_now_add=True)
    read_at = models.DateTimeField("已读时间", null=True, blank=True)

    objects = NoticeQuerySet.as_manager()

    class Meta:
        verbose_name = "通知"
        verbose_name_plural = "通知"
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["recipient", "key"], name="one_notice_per_key")
        ]
        indexes = [
            models.Index(
                fields=["recipient"], name="notice_unread", condition=models.Q(read_at=None)
            )
        ]

    def __str__(self):
        return self.title


class Delivery(models.Model):
    """A notice on its way by a channel other than the in-box (first: e-mail)."""

    class Status(models.TextChoices):
        PLANNED = "planned", "待发送"
        SENDING = "sending", "发送中"
        SENT = "sent", "已发送"
        FAILED = "failed", "发送失败"

    notice = models.ForeignKey(Notice, models.CASCADE, related_name="deliveries")
    channel = models.CharField("渠道", max_length=20)
    address = models.CharField("地址", max_length=254)
    status = models.CharField("状态", max_length=10, choices=Status.choices, default=Status.PLANNED)
    sending_at = models.DateTimeField("开始发送", null=True, blank=True)
    sent_at = models.DateTimeField("发送时间", null=True, blank=True)
    error = models.TextField("错误", blank=True)

    class Meta:
        verbose_name = "发送记录"
        verbose_name_plural = "发送记录"
        constraints = [
            models.UniqueConstraint(fields=["notice", "channel"], name="one_delivery_per_channel")
        ]

    def __str__(self):
        return f"{self.channel} {self.notice}"
