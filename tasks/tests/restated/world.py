"""All rows of a small city as lists of objects."""

from collections import defaultdict

from branches.models import Kind, Organization, Term
from branches.querysets import below
from members import models
from members.models import COMMITTEE_POSTS, COUNTED
from reports.models import MonthlyReport
from tasks.models import (
    BranchItem,
    Disposal,
    Evidence,
    Extension,
    ItemEvidence,
    ItemMeeting,
    Problem,
    ProblemEvidence,
    SelfCheck,
    SelfCheckAnswer,
)

READ = {
    "posts": (models.PostHeld, "member", "organization", "term"),
    "meetings": (models.Meeting, "organization"),
    "attendances": (models.Attendance, "meeting"),
    "votes": (models.Vote, "meeting__organization"),
    "appraisals": (models.Appraisal, "organization"),
    "results": (models.AppraisalResult, "appraisal__organization"),
    "talks": (models.Talk,),
    "records": (models.TrainingRecord, "training"),
    "transfers": (models.Transfer, "sender"),
    "absences": (models.Absence, "organization"),
    "progress": (models.AdmissionProgress, "applicant__organization", "step"),
    "bases": (models.DuesBase, "member__organization"),
    "dues": (models.DuesMonth, "organization"),
    "publications": (models.DuesPublication,),
    "terms": (Term, "organization"),
    "disposals": (Disposal, "organization"),
    "self_checks": (SelfCheck,),
    "answers": (SelfCheckAnswer, "self_check"),
    "problems": (Problem, "organization", "rule"),
    "extensions": (Extension,),
    "proofs": (ProblemEvidence,),
    "items": (BranchItem, "branch", "item", "version"),
    "item_files": (ItemEvidence, "evidence"),
    "item_meetings": (ItemMeeting, "meeting"),
    "evidence": (Evidence, "organization"),
    "reports": (MonthlyReport, "organization", "period"),
}


# Where the branch of a row is, if not in a column of its own.
BRANCH = {
    "attendances": "meeting__organization", "votes": "meeting__organization",
    "results": "appraisal__organization", "records": "training__organization",
    "transfers": "sender", "progress": "applicant__organization", "bases": "member__organization",
    "answers": "self_check__organization", "extensions": "problem__organization",
    "proofs": "problem__organization", "items": "branch", "item_files": "branch_item__branch",
    "item_meetings": "branch_item__branch",
}  # fmt: skip


class World:
    """The whole city, or what concerns one branch; ``lazily``: related objects are fetched when asked for."""

    def __init__(self, campaign, branch=None, *, lazily=False):
        self.first, self.last = campaign.starts_on, campaign.ends_on

        def of(rows, name):
            if branch is None:
                return rows
            if name == "evidence":  # the same file may be another branch's
                ours = Evidence.objects.filter(organization=branch).values("sha256")
                return rows.filter(sha256__in=ours)
            path = f"{BRANCH.get(name, 'organization')}__path" if name else "path"
            return rows.filter(below(branch.path, path))

        self.organizations = list(of(Organization.objects.all(), ""))
        self.branches = [o for o in self.organizations if o.kind == Kind.BRANCH and o.is_open]
        self.members = list(of(models.Member.objects.select_related("organization"), "members"))
        self.counted = [m for m in self.members if m.standing in COUNTED and m.organization.is_open]
        for name, (model, *related) in READ.items():
            rows = of(model.objects.order_by("pk"), name)
            setattr(
                self, name, list(rows.select_related(*related) if related and not lazily else rows)
            )
        self.people = defaultdict(list)  # the counted members of a branch
        for member in self.counted:
            self.people[member.organization_id].append(member)

    def groups(self, branch):
        return [
            o for o in self.organizations
            if o.kind == Kind.GROUP and o.is_open and o.path[: -o.steplen] == branch.path
        ]  # fmt: skip

    def formal(self, branch):
        return sum(m.category == "formal" for m in self.people[branch.pk])

    def holders(self, day, organization=None):
        """Posts held on ``day`` at open organisations."""
        return [
            p for p in self.posts
            if p.starts_on <= day and (p.ends_on is None or p.ends_on >= day)
            and p.organization.is_open
            and (organization is None or p.organization_id == organization.pk)
        ]  # fmt: skip

    def officers(self, day, organization):
        """The ids of the members of the committee."""
        return {p.member_id for p in self.holders(day, organization) if p.post in COMMITTEE_POSTS}

    def held(self, period, kind, *, branch=None, group=None):
        """Was such a meeting held in the period? A lecture given at another meeting counts."""
        return any(
            (m.kind == kind or (kind == "party_lecture" and m.includes_lecture))
            and m.voided_at is None
            and period.first <= m.on <= period.last
            and (branch is None or m.organization_id == branch.pk)
            and (group is None or m.group_id == group.pk)
            for m in self.meetings
        )
