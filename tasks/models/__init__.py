"""Models by noun."""

from tasks.models.campaign import Campaign, ChecklistItem, ItemVersion, Phase, Rule, Source, Task
from tasks.models.clocks import CalendarDay, ReviewRule
from tasks.models.delegations import Delegation
from tasks.models.evidence import Evidence, ItemEvidence, ItemMeeting
from tasks.models.facts import FactKind, FactWord, ItemFact
from tasks.models.health import Explanation, Finding, Severity
from tasks.models.inspections import Draw, Exclusion, Inspection, TeamMember
from tasks.models.items import BranchItem, ItemStep
from tasks.models.offline import ChecklistUpload
from tasks.models.problems import (
    Disposal,
    Extension,
    Problem,
    ProblemEvidence,
    ProblemStep,
    SelfCheck,
    SelfCheckAnswer,
)
from tasks.models.rubrics import Rubric, RubricLine
from tasks.models.scores import (
    AppealEvidence,
    Score,
    ScoreAppeal,
    ScoreJudgement,
    ScoreLine,
    ScoreRound,
)
from tasks.models.supervision import Supervision, SupervisionStep
from tasks.models.twins import MaterialCheck, PictureBand, PictureHash, Twin
from tasks.models.visits import Visit, VisitPhoto, VisitRecord

__all__ = [
    "AppealEvidence",
    "BranchItem",
    "CalendarDay",
    "Campaign",
    "ChecklistItem",
    "ChecklistUpload",
    "Delegation",
    "Disposal",
    "Draw",
    "Evidence",
    "Exclusion",
    "Explanation",
    "Extension",
    "FactKind",
    "FactWord",
    "Finding",
    "Inspection",
    "ItemEvidence",
    "ItemFact",
    "ItemMeeting",
    "ItemStep",
    "ItemVersion",
    "MaterialCheck",
    "Phase",
    "PictureBand",
    "PictureHash",
    "Problem",
    "ProblemEvidence",
    "ProblemStep",
    "ReviewRule",
    "Rubric",
    "RubricLine",
    "Rule",
    "Score",
    "ScoreAppeal",
    "ScoreJudgement",
    "ScoreLine",
    "ScoreRound",
    "SelfCheck",
    "SelfCheckAnswer",
    "Severity",
    "Source",
    "Supervision",
    "SupervisionStep",
    "Task",
    "TeamMember",
    "Twin",
    "Visit",
    "VisitPhoto",
    "VisitRecord",
]
