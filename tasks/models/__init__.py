"""Models by noun."""

from tasks.models.campaign import Campaign, ChecklistItem, ItemVersion, Phase, Rule, Source, Task
from tasks.models.evidence import Evidence, ItemEvidence
from tasks.models.items import BranchItem, ItemStep

__all__ = [
    "BranchItem",
    "Campaign",
    "ChecklistItem",
    "Evidence",
    "ItemEvidence",
    "ItemStep",
    "ItemVersion",
    "Phase",
    "Rule",
    "Source",
    "Task",
]
