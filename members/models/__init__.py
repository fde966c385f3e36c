"""People on the roll, and the life of their branches."""

from members.models.admission import (
    AdmissionProgress,
    AdmissionStage,
    AdmissionStep,
    Applicant,
)
from members.models.dues import (
    DuesBase,
    DuesExemption,
    DuesKind,
    DuesMonth,
    DuesPublication,
    DuesRemittance,
)
from members.models.life import (
    Appraisal,
    AppraisalResult,
    Attendance,
    Grade,
    Meeting,
    MeetingKind,
    Talk,
    Vote,
)
from members.models.member import (
    COUNTED,
    STANDING_MOVES,
    Category,
    Member,
    MemberEvent,
    Sex,
    Standing,
)
from members.models.movement import Absence, AbsenceContact, Transfer
from members.models.numbers import NumbersRequest, NumbersRule
from members.models.posts import COMMITTEE_POSTS, Post, PostHeld
from members.models.training import Training, TrainingRecord
from members.models.uploads import (
    RosterProfile,
    RosterProfileColumn,
    RosterUpload,
    RosterUploadRow,
    Verdict,
)

__all__ = [
    "COMMITTEE_POSTS",
    "COUNTED",
    "STANDING_MOVES",
    "Absence",
    "AbsenceContact",
    "AdmissionProgress",
    "AdmissionStage",
    "AdmissionStep",
    "Applicant",
    "Appraisal",
    "AppraisalResult",
    "Attendance",
    "Category",
    "DuesBase",
    "DuesExemption",
    "DuesKind",
    "DuesMonth",
    "DuesPublication",
    "DuesRemittance",
    "Grade",
    "Meeting",
    "MeetingKind",
    "Member",
    "MemberEvent",
    "NumbersRequest",
    "NumbersRule",
    "Post",
    "PostHeld",
    "RosterProfile",
    "RosterProfileColumn",
    "RosterUpload",
    "RosterUploadRow",
    "Sex",
    "Standing",
    "Talk",
    "Training",
    "TrainingRecord",
    "Transfer",
    "Verdict",
    "Vote",
]
