"""Handing an office over (交接): who gave it to whom, and what was open at that moment."""

from django.conf import settings
from django.db import models

from branches.models.organizations import Organization
from branches.querysets import LedgerQuerySet
from branches.roles import Role
from branchyear.lib.routes import path_to


class Handover(models.Model):
    """One act of handing over. ``sheet`` is sealed: what was open when it happened, as it was printed."""

    organization = models.ForeignKey(
        Organization, models.PROTECT, related_name="handovers", verbose_name="党组织"
    )
    role = models.CharField("职责", max_length=20, choices=Role.choices)
    from_user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="移交人"
    )
    to_user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="接收人"
    )
    document_no = models.CharField("任职文号", max_length=60, blank=True)
    sheet = models.JSONField("交接内容", default=list)
    on = models.DateField("交接日期")
    at = models.DateTimeField("办理时间")
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name="监交人"
    )

    objects = LedgerQuerySet.as_manager()

    class Meta:
        verbose_name = "交接记录"
        verbose_name_plural = "交接记录"
        ordering = ["-pk"]

    def __str__(self):
        return f"{self.organization} {self.get_role_display()}交接"

    def get_absolute_url(self):
        return path_to("branches:handover_sheet", self.pk)
