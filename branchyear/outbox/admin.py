"""Background work, to look at; dead letters are given another try."""

from django.contrib import admin, messages

from branchyear.audit.services import record
from branchyear.lib.admin import NeverDeleted
from branchyear.outbox import services
from branchyear.outbox.models import Job


@admin.register(Job)
class JobAdmin(NeverDeleted, admin.ModelAdmin):
    list_display = ("id", "kind", "key", "status", "attempts", "run_after", "done_at", "trouble")
    list_filter = ("status", "kind", "queue")
    search_fields = ("key", "kind")
    list_per_page = 50
    show_full_result_count = False
    actions = ("retry",)
    fields = readonly_fields = (
        "kind",
        "key",
        "payload",
        "queue",
        "status",
        "attempts",
        "run_after",
        "leased_until",
        "created_at",
        "done_at",
        "error",
    )

    def has_add_permission(self, request):
        return False

    @admin.action(description="重试(只对已停止的作业)", permissions=["change"])
    def retry(self, request, jobs):
        """Each dead letter among the chosen gets five more attempts."""
        revived = 0
        for job in jobs.filter(status=Job.Status.DEAD):
            if services.revive(job):
                record("job.revived", job, by=request.user, kind=job.kind, key=job.key)
                revived += 1
        if revived:
            self.message_user(request, f"{revived}个作业已重新排队。", messages.SUCCESS)
        else:
            self.message_user(request, "所选作业中没有已停止的，无需重试。", messages.WARNING)

    @admin.display(description="最近错误")
    def trouble(self, job):
        """The last line of the trouble says what it was."""
        lines = job.error.strip().splitlines()
        return lines[-1][:80] if lines else ""
