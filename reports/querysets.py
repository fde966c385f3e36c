"""Which reports and exports."""

from django.db import models
from django.db.models import Case, Count, F, OuterRef, Q, Subquery, Value, When
from django.db.models.functions import Coalesce

from branches.querysets import OrganizationOwnedQuerySet

OWED_STATES = ("todo", "draft", "returned")

# The verdict on a report, from its first submission that was not withdrawn, its period's frozen end, and the
# later end that was granted to it (``extended_before``). The four honest states: 按期, 经批准延期, 逾期, 未报;
# 未报 is told apart by whether its day is over (missing) or not (waiting).
ONTIME = Q(first_submitted_at__lt=F("period__due_before"))
EXTENDED = Q(
    first_submitted_at__gte=F("period__due_before"), first_submitted_at__lt=F("extended_before")
)
LATE = Q(first_submitted_at__gte=Coalesce("extended_before", "period__due_before"))
VERDICTS = ("ontime", "extended", "late", "missing", "waiting")


def _missing(now):
    return Q(first_submitted_at=None) & _is_over(now)


def _waiting(now):
    return Q(first_submitted_at=None) & ~_is_over(now)


def _is_over(now):
    """Its day, or the later one granted, is over."""
    return Q(period__due_before__lte=now) & (Q(extended_before=None) | Q(extended_before__lte=now))


class MonthlyReportQuerySet(OrganizationOwnedQuerySet):
    def with_words(self):
        return self.select_related("organization", "period", "receiver")

    def owed(self):
        """Not handed in, or handed back."""
        return self.filter(state__in=OWED_STATES)

    def with_due_day(self):
        """Adds ``due_day``, the day that holds for each: the period's, or the later one granted."""
        return self.annotate(due_day=Coalesce("extended_to", "period__due_on"))

    def never_submitted(self):
        return self.filter(first_submitted_at=None)

    def waiting_with(self, organizations):
        """Handed in and not yet received at one of these organisations."""
        return self.filter(state="submitted", receiver__in=organizations)

    def expected(self):
        """The reports that are counted: not those of organisations closed before the due day that
        never handed in."""
        return self.exclude(
            organization__closed_on__lt=F("period__due_on"), first_submitted_at=None
        )

    def with_verdict(self, now):
        """Adds ``verdict_``: one of ``VERDICTS``."""
        return self.annotate(
            verdict_=Case(
                When(ONTIME, then=Value("ontime")),
                When(EXTENDED, then=Value("extended")),
                When(LATE, then=Value("late")),
                When(_missing(now), then=Value("missing")),
                default=Value("waiting"),
            )
        )

    def judged(self, verdict, now):
        """Those with this verdict; ``received`` and ``unreported`` join two each."""
        return self.filter(
            {
                "ontime": ONTIME,
                "extended": EXTENDED,
                "late": LATE,
                "missing": _missing(now),
                "waiting": _waiting(now),
                "received": Q(first_submitted_at__isnull=False),
                "unreported": Q(first_submitted_at=None),
            }[verdict]
        )

    def figures(self, now, *group):
        """The one definition of the reporting numbers, per ``group`` columns (none: one row).

        expected = ontime + extended + late + missing + waiting, always. Counts expected reports only.
        """
        numbers = {
            "expected": Count("pk"),
            "received": Count("pk", filter=Q(first_submitted_at__isnull=False)),
            "ontime": Count("pk", filter=ONTIME),
            "extended": Count("pk", filter=EXTENDED),
            "late": Count("pk", filter=LATE),
            "missing": Count("pk", filter=_missing(now)),
            "waiting": Count("pk", filter=_waiting(now)),
            "accepted": Count("pk", filter=Q(state="accepted")),
        }
        rows = self.expected()
        if not group:
            return rows.order_by().aggregate(**numbers)
        return rows.order_by(*group).values(*group).annotate(**numbers)


class ReportExtensionQuerySet(OrganizationOwnedQuerySet):
    organization_path = "report__organization"

    def waiting_with(self, organizations):
        """Asked for and not decided at one of these organisations."""
        return self.filter(state="asked", report__receiver__in=organizations)


class GoodPracticeQuerySet(OrganizationOwnedQuerySet):
    pass


class ReportAttachmentQuerySet(OrganizationOwnedQuerySet):
    organization_path = "report__organization"


class ReportStepQuerySet(OrganizationOwnedQuerySet):
    organization_path = "report__organization"


class ReminderQuerySet(OrganizationOwnedQuerySet):
    def with_outcome(self):
        """Adds what came of each: ``seen_at`` (the notice opened), ``letter`` (planned, sending, sent or failed
        of its letter; None without one) and ``acted_at`` (the report handed in, the problem handed in or
        closed, for the first time after the reminder)."""
        from branchyear.notifications.models import Delivery  # models need this module
        from reports.models import ReportStep
        from tasks.models import ProblemStep

        letters = Delivery.objects.filter(notice=OuterRef("notice"), channel="email")
        handed_in = ReportStep.objects.filter(
            report=OuterRef("report"), kind="submitted", at__gte=OuterRef("sent_at")
        ).order_by("at")
        done = ProblemStep.objects.filter(
            problem=OuterRef("problem"),
            kind__in=["handed_in", "closed"],
            at__gte=OuterRef("sent_at"),
        ).order_by("at")
        return self.annotate(
            seen_at=F("notice__read_at"),
            letter=Subquery(letters.values("status")[:1]),
            acted_at=Coalesce(
                Subquery(handed_in.values("at")[:1]), Subquery(done.values("at")[:1])
            ),
        )


class ExportQuerySet(models.QuerySet):
    def visible_to(self, user):
        """An export is its requester's alone: the file holds what that person may see."""
        if not user.is_authenticated:
            return self.none()
        return self.filter(Q(requested_by=user))

    def for_the_list(self):
        """With everything a line of the export centre shows."""
        return (
            self.select_related("organization", "paper", "source__requested_by")
            .annotate(parts_all=Count("parts"), parts_done=Count("parts__done_at"))
            .order_by("-pk")
        )
