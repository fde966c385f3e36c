"""Models by noun."""

from reports.models.exports import Export
from reports.models.monthly import MonthlyReport, ReportStep
from reports.models.periods import Period, Reminder, ReminderPolicy, ReportRule, Tier

__all__ = [
    "Export",
    "MonthlyReport",
    "Period",
    "Reminder",
    "ReminderPolicy",
    "ReportRule",
    "ReportStep",
    "Tier",
]
