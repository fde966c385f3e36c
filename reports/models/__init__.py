"""Models by noun."""

from reports.models.attachments import ReportAttachment
from reports.models.bulletins import Bulletin
from reports.models.counts import CountedPlace, ItemCount, MonthEnd
from reports.models.duty import DutyReport
from reports.models.exports import Export, ExportPart
from reports.models.extensions import ReportExtension
from reports.models.monthly import MonthlyReport, ReportStep
from reports.models.papers import Paper, PaperFile
from reports.models.periods import OnRestDay, Period, ReportRule, Tier
from reports.models.practices import GoodPractice
from reports.models.reminders import Matter, Reminder, ReminderPolicy, UrgingRule
from reports.models.sections import FigureCheck, ReportSection

__all__ = [
    "Bulletin",
    "DutyReport",
    "CountedPlace",
    "ItemCount",
    "MonthEnd",
    "Export",
    "ExportPart",
    "FigureCheck",
    "Matter",
    "GoodPractice",
    "MonthlyReport",
    "OnRestDay",
    "Paper",
    "PaperFile",
    "Period",
    "Reminder",
    "ReminderPolicy",
    "ReportAttachment",
    "ReportExtension",
    "ReportRule",
    "ReportSection",
    "ReportStep",
    "Tier",
    "UrgingRule",
]
