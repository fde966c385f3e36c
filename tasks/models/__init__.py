"""Models by noun."""

from tasks.models.campaign import Campaign, ChecklistItem, ItemVersion, Phase, Rule, Source, Task
from tasks.models.evidence import Evidence, ItemEvidence, ItemMeeting
from tasks.models.health import Explanation, Finding, Severity
from tasks.models.items import BranchItem, ItemStep

__all__ = [
    "BranchItem",
    "Campaign",
    "ChecklistItem",
    "Evidence",
    "Explanation",
    "Finding",
    "ItemEvidence",
    "ItemMeeting",
    "ItemStep",
    "ItemVersion",
    "Phase",
    "Rule",
    "Severity",
    "Source",
    "Task",
]
