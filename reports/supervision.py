"""An overdue monthly report as the beginning of a 督办单, registered here because only this app knows reports."""

from branchyear.lib.dates import in_words
from reports.models import MonthlyReport
from tasks.supervision import Source, source


@source("report", "未报月报")
def from_report(user, pk):
    row = MonthlyReport.objects.visible_to(user).with_words().filter(pk=pk).first()
    if row is None:
        return None
    return Source(
        "report", row.pk, row.organization, f"{row.period.label}月报报送",
        f"{row.period.label}工作情况报告应于{in_words(row.due_on)}前报送，至今没有收到。请抓紧报送，并书面回复原因和办理情况。",
        "工作方案五(二) 逐级建立定期报告工作情况制度", row.get_absolute_url(),
    )  # fmt: skip
