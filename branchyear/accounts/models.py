"""Who can log in."""

from django.contrib.auth.models import AbstractUser, UserManager
from django.db import models

from branchyear.lib.crypto import EncryptedText


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
