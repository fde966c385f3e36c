"""The API of reports, one module per noun; ``RESOURCES`` are its addresses."""

from reports.api.bulletins import BulletinViewSet
from reports.api.duty import DutyReportViewSet
from reports.api.exports import ExportViewSet
from reports.api.monthly import MonthlyReportViewSet, ReportExtensionViewSet
from reports.api.practices import PracticeViewSet

RESOURCES = (
    ("exports", ExportViewSet, "exports"),
    ("monthly-reports", MonthlyReportViewSet, "monthly-reports"),
    ("report-extensions", ReportExtensionViewSet, "report-extension"),
    ("practices", PracticeViewSet, "practice"),
    ("bulletins", BulletinViewSet, "bulletin"),
    ("duty-reports", DutyReportViewSet, "duty-report"),
)
