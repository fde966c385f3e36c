"""Which files of the library go with monthly reports: told to the library below."""

from reports.models import ReportAttachment
from tasks.materials import Use, uses_files


@uses_files(lambda: ReportAttachment.objects.select_related("report__period"))
def told(link):
    report = link.report
    return Use(
        f"{report.period.label}月报",
        report.get_absolute_url(),
        report.state,
        report.get_state_display(),
    )
