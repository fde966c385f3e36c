"""Members who move, are away, on the way into the Party or trained, one module per noun."""

from members.api.movement.absences import AbsenceViewSet
from members.api.movement.admissions import AdmissionViewSet
from members.api.movement.training import TrainingViewSet
from members.api.movement.transfers import TransferViewSet

__all__ = ["AbsenceViewSet", "AdmissionViewSet", "TrainingViewSet", "TransferViewSet"]
