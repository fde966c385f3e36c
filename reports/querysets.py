"""Which reports and exports."""

from django.db import models
from django.db.models import Case, Count, F, Q, Value, When

from branches.querysets import OrganizationOwnedQuerySet

OWED_STATES = ("todo", "draft", "returned")

# The verdict on a report, from its first submission that was not withdrawn and its period's frozen end.
ONTIME = Q(first_submitted_at__lt=F("period__due_before"))
LATE = Q(first_submitted_at__gte=F("period__due_before"))


def _missing(now):
    return Q(first_submitted_at=None, period__due_before__lte=now)


def _waiting(now):
    return Q(first_submitted_at=None, period__due_before__gt=now)


class MonthlyReportQuerySet(OrganizationOwnedQuerySet):
    def with_words(self):
        return self.select_related("organization", "period", "receiver")

    def owed(self):
        """Not handed in, or handed back."""
        return self.filter(state__in=OWED_STATES)

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
        """Adds ``verdict_``: ontime, late, missing (past due, never handed in) or waiting."""
        return self.annotate(
            verdict_=Case(
                When(ONTIME, then=Value("ontime")),
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
                "late": LATE,
                "missing": _missing(now),
                "waiting": _waiting(now),
                "received": Q(first_submitted_at__isnull=False),
                "unreported": Q(first_submitted_at=None),
            }[verdict]
        )

    def figures(self, now, *group):
        """The one definition of the reporting numbers, per ``group`` columns (none: one row).

        expected = ontime + late + missing + waiting, always. Counts expected reports only.
        """
        numbers = {
            "expected": Count("pk"),
            "received": Count("pk", filter=Q(first_submitted_at__isnull=False)),
            "ontime": Count("pk", filter=ONTIME),
            "late": Count("pk", filter=LATE),
            "missing": Count("pk", filter=_missing(now)),
            "waiting": Count("pk", filter=_waiting(now)),
            "accepted": Count("pk", filter=Q(state="accepted")),
        }
        rows = self.expected()
        if not group:
            return rows.order_by().aggregate(**numbers)
        return rows.order_by(*group).values(*group).annotate(**numbers)


class ReportStepQuerySet(OrganizationOwnedQuerySet):
    organization_path = "report__organization"


class ExportQuerySet(models.QuerySet):
    def visible_to(self, user):
        """An export is its requester's alone: the file holds what that person may see."""
        if not user.is_authenticated:
            return self.none()
        return self.filter(Q(requested_by=user))
