"""The API of the roll and of a branch's life, one module per noun; ``RESOURCES`` are its addresses."""

from members.api.appraisals import AppraisalViewSet
from members.api.dues import DuesMonthViewSet, ExemptionViewSet, RemittanceViewSet
from members.api.life import MeetingViewSet, TalkViewSet
from members.api.movement import (
    AbsenceViewSet,
    AdmissionViewSet,
    TrainingViewSet,
    TransferViewSet,
)
from members.api.roster import MemberViewSet
from members.api.terms import PostViewSet, TermViewSet

RESOURCES = (
    ("members", MemberViewSet, "members"),
    ("terms", TermViewSet, "term"),
    ("posts", PostViewSet, "post"),
    ("transfers", TransferViewSet, "transfer"),
    ("absences", AbsenceViewSet, "absence"),
    ("admissions", AdmissionViewSet, "admission"),
    ("meetings", MeetingViewSet, "meetings"),
    ("talks", TalkViewSet, "talk"),
    ("appraisals", AppraisalViewSet, "appraisal"),
    ("training", TrainingViewSet, "training"),
    ("dues-months", DuesMonthViewSet, "dues-month"),
    ("dues-exemptions", ExemptionViewSet, "dues-exemption"),
    ("dues-remittances", RemittanceViewSet, "dues-remittance"),
)
