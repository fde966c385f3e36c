"""The organisation tree, the offices held in it, and the terms of the elected bodies."""

from branches.models.handovers import Handover
from branches.models.organizations import (
    CHILD_KINDS,
    Appointment,
    BranchType,
    Kind,
    Organization,
    OrganizationEvent,
)
from branches.models.safety import SecondFactorRole
from branches.models.terms import Term, TermReminder

__all__ = [
    "CHILD_KINDS",
    "Appointment",
    "BranchType",
    "Handover",
    "Kind",
    "Organization",
    "OrganizationEvent",
    "SecondFactorRole",
    "Term",
    "TermReminder",
]
