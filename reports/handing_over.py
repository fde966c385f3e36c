"""What is owed in reports, for the hand-over sheet."""

from branches.handing_over import line, part
from reports.models import MonthlyReport


@part("月报")
def reports(organization, today):
    """Every report that has begun and is still with the branch."""
    rows = MonthlyReport.objects.with_words().filter(
        organization=organization, period__opens_on__lte=today
    )
    for row in rows.order_by("period__month"):
        if row.is_editable:
            yield line(f"{row.period.label}月报", row.get_state_display(), row.period.due_on)
