"""The API of reports, one module per noun; ``RESOURCES`` are its addresses."""

from reports.api.exports import ExportViewSet
from reports.api.monthly import MonthlyReportViewSet, ReportExtensionViewSet

RESOURCES = (
    ("exports", ExportViewSet, "exports"),
    ("monthly-reports", MonthlyReportViewSet, "monthly-reports"),
    ("report-extensions", ReportExtensionViewSet, "report-extension"),
)
