"""The API of the campaign year, one module per noun; ``RESOURCES`` are its addresses."""

from tasks.api.campaigns import CampaignViewSet
from tasks.api.disposals import DisposalViewSet
from tasks.api.evidence import EvidenceViewSet
from tasks.api.findings import ExplanationViewSet, FindingViewSet
from tasks.api.inspections import DiscrepancyViewSet, InspectionViewSet, VisitViewSet
from tasks.api.items import BranchItemViewSet
from tasks.api.problems import ExtensionViewSet, ProblemViewSet
from tasks.api.scores import AppealViewSet, ScoreViewSet
from tasks.api.self_checks import SelfCheckViewSet
from tasks.api.supervision import SupervisionViewSet
from tasks.api.teams import TeamMemberViewSet

RESOURCES = (
    ("campaigns", CampaignViewSet, "campaign"),
    ("items", BranchItemViewSet, "item"),
    ("evidence", EvidenceViewSet, "evidence"),
    ("findings", FindingViewSet, "finding"),
    ("explanations", ExplanationViewSet, "explanation"),
    ("self-checks", SelfCheckViewSet, "self-check"),
    ("problems", ProblemViewSet, "problem"),
    ("extensions", ExtensionViewSet, "extension"),
    ("disposals", DisposalViewSet, "disposal"),
    ("supervisions", SupervisionViewSet, "supervision"),
    ("scores", ScoreViewSet, "score"),
    ("appeals", AppealViewSet, "appeal"),
    ("inspections", InspectionViewSet, "inspection"),
    ("team-members", TeamMemberViewSet, "team-member"),
    ("visits", VisitViewSet, "visit"),
    ("discrepancies", DiscrepancyViewSet, "discrepancy"),
)
