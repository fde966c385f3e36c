"""When a member of the fleet was last seen, and whether it was well."""

from django.db import models


class Pulse(models.Model):
    """One row for each member: beat, each queue, the mail server, the audit chain, the last back-up.

    Written by the member itself or by a probe, read by ``/healthz/deep``; never about a person.
    """

    name = models.CharField("对象", max_length=40, primary_key=True)
    at = models.DateTimeField("最近一次")
    is_well = models.BooleanField("正常", default=True)
    said = models.CharField("说明", max_length=200, blank=True)
    facts = models.JSONField("数据", default=dict)

    class Meta:
        verbose_name = "运行状态"
        verbose_name_plural = "运行状态"

    def __str__(self):
        return self.name
