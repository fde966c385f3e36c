"""Who can log in, with what, and where they are logged in now."""

from django.conf import settings
from django.contrib.auth.models import AbstractUser, UserManager
from django.contrib.sessions.base_session import AbstractBaseSession
from django.db import models
from django.utils import timezone

from branchyear.lib.crypto import EncryptedText, KeyedDigest


class User(AbstractUser):
    """A person's account. Accounts belong to persons; a branch has several, none is shared."""

    first_name = None
    last_name = None
    name = models.CharField("姓名", max_length=50)
    phone = EncryptedText("联系电话", blank=True, default="")
    must_change_password = models.BooleanField(
        "下次登录须修改密码", default=True, help_text="一次性密码只能用来设置自己的密码。"
    )
    password_changed_at = models.DateTimeField("密码修改时间", null=True, blank=True)
    last_login_ip = models.GenericIPAddressField("本次登录地址", null=True, blank=True)
    previous_login_at = models.DateTimeField("上次登录时间", null=True, blank=True)
    previous_login_ip = models.GenericIPAddressField("上次登录地址", null=True, blank=True)
    # Opened, or given back after it was closed: an account that is not used is closed so many days after it.
    in_use_since = models.DateTimeField("启用时间", default=timezone.now, editable=False)

    objects = UserManager()

    REQUIRED_FIELDS = ["name"]

    class Meta:
        verbose_name = "账号"
        verbose_name_plural = "账号"
        ordering = ["username"]

    def __str__(self):
        return self.name or self.username

    def get_full_name(self):
        return self.name

    def get_short_name(self):
        return self.name


class PastPassword(models.Model):
    """A password the person had, as its slow hash: the last few may not be taken again."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="past_passwords"
    )
    password = models.CharField("密码摘要", max_length=128)
    until = models.DateTimeField("停用时间", default=timezone.now)

    class Meta:
        verbose_name = "用过的密码"
        verbose_name_plural = "用过的密码"
        ordering = ["-until", "-pk"]

    def __str__(self):
        return f"{self.user} {self.until:%Y-%m-%d}"


class OpenSession(AbstractBaseSession):
    """One browser in which somebody is logged in; the person sees his own and can end them.

    Django's own table says neither whose a session is nor where it was begun.
    """

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, null=True, related_name="open_sessions"
    )
    ip = models.GenericIPAddressField("登录地址", null=True)
    agent = models.CharField("浏览器", max_length=300, blank=True)
    started_at = models.DateTimeField("登录时间", null=True)
    seen_at = models.DateTimeField("最近操作", null=True)

    class Meta:
        verbose_name = "登录会话"
        verbose_name_plural = "登录会话"
        ordering = ["-seen_at"]

    @classmethod
    def get_session_store_class(cls):
        from branchyear.accounts.sessions import SessionStore  # which needs this model

        return SessionStore


class SecondFactor(models.Model):
    """The secret a person's telephone shares with us (TOTP, RFC 6238), and what was tried with it."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="second_factor", primary_key=True
    )
    secret = EncryptedText("共享密钥")
    since = models.DateTimeField("启用时间", default=timezone.now)
    # The half minute whose code was taken last: neither it nor an earlier one is taken again (RFC 6238, 5.2).
    last_step = models.BigIntegerField("已用时间步", default=0)
    failures = models.PositiveSmallIntegerField("连续错误", default=0)
    locked_until = models.DateTimeField("锁定至", null=True, blank=True)

    class Meta:
        verbose_name = "动态验证码"
        verbose_name_plural = "动态验证码"

    def __str__(self):
        return str(self.user)


class RecoveryCode(models.Model):
    """One of the codes on paper that stand in for the telephone once; kept as a keyed digest."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="recovery_codes"
    )
    digest = KeyedDigest("摘要", max_length=1000)

    class Meta:
        verbose_name = "恢复码"
        verbose_name_plural = "恢复码"
        constraints = [
            models.UniqueConstraint(fields=["user", "digest"], name="a_recovery_code_once")
        ]

    def __str__(self):
        return str(self.user)
