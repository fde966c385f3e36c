"""What is known of one member besides the facts of the record: read from the ledgers, each in its own
statement, only what ``user`` sees of each.
"""

from dataclasses import dataclass, field
from decimal import Decimal

from django.db.models import Q

from branches.querysets import within
from branches.scope import scope_of
from members import rules
from members.models import (
    Absence,
    AppraisalResult,
    Attendance,
    DuesMonth,
    Member,
    MemberEvent,
    PostHeld,
    Talk,
    TrainingRecord,
    Transfer,
)
from members.services.posts import post_word

SHOWN = 12  # of meetings and talks; the rest is on the ledgers' own pages


@dataclass
class Sheet:
    """The sections of a member's page, each a list that may be empty."""

    year: int
    posts: list = field(default_factory=list)
    events: list = field(default_factory=list)
    transfers: list = field(default_factory=list)
    absences: list = field(default_factory=list)
    grades: list = field(default_factory=list)
    dues: list = field(default_factory=list)
    dues_shown: bool = False
    meetings: list = field(default_factory=list)
    talks: list = field(default_factory=list)
    trainings: list = field(default_factory=list)
    hours: Decimal = Decimal(0)
    attended: dict = field(default_factory=dict)

    @property
    def year_before(self):
        return self.year - 1

    @property
    def seats(self):
        """``[(post as it is called there, PostHeld)]``: 书记 of a committee, 支部书记 of a branch."""
        return [(post_word(held.post, held.organization), held) for held in self.posts]

    @property
    def steps(self):
        """The history for the time line, oldest first."""
        return [
            {
                "at": event.on,
                "who": event.by or "系统",
                "what": event.get_what_display(),
                "detail": event.sentence,
                "code": "",
            }
            for event in self.events
        ]

    @property
    def due(self):
        return sum((row.due for row in self.dues if row.due is not None), Decimal(0))

    @property
    def paid(self):
        return sum((row.paid for row in self.dues), Decimal(0))

    @property
    def months_paid(self):
        return sum(1 for row in self.dues if row.due is not None and row.paid >= row.due)

    @property
    def due_meetings(self):
        return sum(self.attended.values())

    @property
    def present(self):
        return self.attended.get(Attendance.Status.PRESENT, 0)


def sheet_of(member, user, *, year, today):
    """Everything that is written about ``member``; dues, meetings, talks and training of ``year``."""
    attendances = list(
        Attendance.objects.visible_to(user)
        .filter(member=member, meeting__on__year=year, meeting__voided_at=None)
        .select_related("meeting")
        .order_by("-meeting__on", "-meeting__pk")
    )
    attended = {}
    for attendance in attendances:
        attended[attendance.status] = attended.get(attendance.status, 0) + 1
    trainings = list(
        TrainingRecord.objects.visible_to(user)
        .filter(member=member, training__starts_on__year=year, training__voided_at=None)
        .select_related("training")
        .order_by("-training__starts_on", "-pk")
    )
    return Sheet(
        year=year,
        posts=list(
            PostHeld.objects.filter(_seen_posts(member, user), member=member)
            .select_related("organization", "term")
            .order_by("-starts_on", "-pk")
        ),
        events=list(
            MemberEvent.objects.visible_to(user)
            .filter(member=member)
            .select_related("by", "member")
            .order_by("on", "pk")
        ),
        transfers=list(Transfer.objects.visible_to(user).filter(member=member)),
        absences=list(
            Absence.objects.visible_to(user).filter(member=member).order_by("-since", "-pk")
        ),
        grades=list(
            AppraisalResult.objects.visible_to(user)
            .filter(member=member)
            .select_related("appraisal")
            .order_by("-appraisal__year")
        ),
        dues=list(
            DuesMonth.objects.visible_to(user)
            .filter(member=member, month__startswith=f"{year}-")
            .order_by("month")
        ),
        # The amount reveals the wage.
        dues_shown=rules.may_see_dues_sums(user, member.organization),
        meetings=attendances[:SHOWN],
        attended=attended,
        talks=list(_talks(member, user, year)[:SHOWN]),
        trainings=trainings,
        hours=_hours(member, year, today),
    )


def _seen_posts(member, user):
    """Posts in sight, and those at the organisations above the member's own branch: the roster names them."""
    above = Q(organization__path__in=member.organization.ancestor_paths)
    return above | within(scope_of(user).seen_paths, "organization__path")


def _hours(member, year, today):
    """Hours of courses and meetings, by the one definition of the training ledger."""
    rows = Member.objects.filter(pk=member.pk).with_training(year, today)
    return sum(
        (part or Decimal(0) for part in rows.values_list("trained", "met").get()), Decimal(0)
    )


def _talks(member, user, year):
    given = Talk.objects.visible_to(user).filter(on__year=year, voided_at=None)
    return (
        (given.filter(speaker=member) | given.filter(listener=member))
        .select_related("speaker", "listener")
        .order_by("-on", "-pk")
    )
