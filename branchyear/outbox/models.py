"""Background work as rows."""

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.utils import timezone


class JobQuerySet(models.QuerySet):
    def due(self, now):
        """Rows somebody should work on: waiting ones whose time has come, and abandoned ones."""
        return self.filter(
            models.Q(status=Job.Status.QUEUED, run_after__lte=now)
            | models.Q(status=Job.Status.RUNNING, leased_until__lt=now)
        )


class Job(models.Model):
    """One piece of background work, written in the transaction of what caused it.

    ``key`` makes it unique: asking twice gives one job. ``payload`` holds ids and ISO dates only.
    """

    class Status(models.TextChoices):
        QUEUED = "queued", "排队中"
        RUNNING = "running", "执行中"
        DONE = "done", "已完成"
        DEAD = "dead", "已停止(多次失败)"

    kind = models.CharField("种类", max_length=60)
    key = models.CharField("唯一键", max_length=200, unique=True)
    payload = models.JSONField("参数", default=dict, encoder=DjangoJSONEncoder)
    queue = models.CharField("队列", max_length=20, default="default")
    status = models.CharField("状态", max_length=10, choices=Status.choices, default=Status.QUEUED)
    attempts = models.PositiveSmallIntegerField("已尝试次数", default=0)
    run_after = models.DateTimeField("不早于", default=timezone.now)
    leased_until = models.DateTimeField("租期至", null=True, blank=True)
    token = models.CharField(max_length=32, blank=True)
    error = models.TextField("最近错误", blank=True)
    created_at = models.DateTimeField("创建时间", auto_now_add=True)
    done_at = models.DateTimeField("完成时间", null=True, blank=True)

    objects = JobQuerySet.as_manager()

    class Meta:
        verbose_name = "后台作业"
        verbose_name_plural = "后台作业"
        ordering = ["-id"]
        indexes = [
            models.Index(
                fields=["status", "run_after"],
                name="outbox_open",
                condition=models.Q(status__in=["queued", "running"]),
            )
        ]

    def __str__(self):
        return f"{self.kind} {self.key}"
