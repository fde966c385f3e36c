"""Which offices ask for the code from the telephone: data, kept by the security administrator."""

from django.db import models

from branches.roles import Role


class SecondFactorRoleQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Everybody may know what his office asks for."""
        return self if user.is_authenticated else self.none()


class SecondFactorRole(models.Model):
    """Whoever holds this office gives a code at log-in, where ``SECOND_FACTOR`` says required."""

    role = models.CharField("职责", max_length=20, choices=Role.choices, unique=True)

    objects = SecondFactorRoleQuerySet.as_manager()

    class Meta:
        verbose_name = "须用动态验证码的职责"
        verbose_name_plural = "须用动态验证码的职责"
        ordering = ["role"]

    def __str__(self):
        return self.get_role_display()
