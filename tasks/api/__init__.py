"""The API of the campaign year, one module per noun; ``RESOURCES`` are its addresses."""

from tasks.api.campaigns import CampaignViewSet
from tasks.api.evidence import EvidenceViewSet
from tasks.api.findings import ExplanationViewSet, FindingViewSet
from tasks.api.inspections import DiscrepancyViewSet, InspectionViewSet, VisitViewSet
from tasks.api.items import BranchItemViewSet
from tasks.api.problems import ExtensionViewSet, ProblemViewSet
from tasks.api.scores import AppealViewSet, ScoreViewSet
from tasks.api.supervision import SupervisionViewSet

RESOURCES = (
    ("campaigns", CampaignViewSet, "campaign"),
    ("items", BranchItemViewSet, "item"),
    ("evidence", EvidenceViewSet, "evidence"),
    ("findings", FindingViewSet, "finding"),
    ("explanations", ExplanationViewSet, "explanation"),
    ("problems", ProblemViewSet, "problem"),
    ("extensions", ExtensionViewSet, "extension"),
    ("supervisions", SupervisionViewSet, "supervision"),
    ("scores", ScoreViewSet, "score"),
    ("appeals", AppealViewSet, "appeal"),
    ("inspections", InspectionViewSet, "inspection"),
    ("visits", VisitViewSet, "visit"),
    ("discrepancies", DiscrepancyViewSet, "discrepancy"),
)
