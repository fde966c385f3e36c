"""Which campaigns, items, steps and files."""

from datetime import timedelta

from django.db import models
from django.db.models import Count, Q, Sum

from branches.querysets import OrganizationOwnedQuerySet

OPEN_STATES = ("todo", "draft", "returned")  # with the branch, not with a reviewer


class CampaignQuerySet(models.QuerySet):
    def running(self, day):
        """The campaign in whose year ``day`` lies; else the latest (None when there is none)."""
        return (
            self.filter(starts_on__lte=day).order_by("-year").first()
            or self.order_by("year").first()
        )


class BranchItemQuerySet(OrganizationOwnedQuerySet):
    organization_path = "branch"

    def of(self, campaign):
        return self.filter(item__task__campaign=campaign)

    def in_force(self):
        """Items of branches that still exist: what every figure counts."""
        return self.filter(branch__closed_on=None)

    def with_words(self):
        """Everything a row on a page shows, in one statement."""
        return self.select_related("branch", "item__task", "version", "with_organization")

    def overdue(self, day):
        """Past its day and not handed in. Time with a reviewer is not the branch's."""
        return self.filter(state__in=OPEN_STATES, due_on__lt=day)

    def due_within(self, day, days):
        """Still to do, due from ``day`` within ``days`` days."""
        return self.filter(
            state__in=OPEN_STATES, due_on__gte=day, due_on__lte=day + timedelta(days=days)
        )

    def waiting_with(self, organizations):
        """Handed in and lying with one of these organisations for review."""
        return self.filter(state="submitted", with_organization__in=organizations)

    def figures(self, day, *group):
        """The one definition of the campaign's numbers, per ``group`` columns (none: one row).

        total, todo, draft, submitted, returned, accepted, overdue; weight, weight_accepted.
        Screen, list and export all count with this, so they cannot differ.
        """
        numbers = {
            "total": Count("pk"),
            "todo": Count("pk", filter=Q(state="todo")),
            "draft": Count("pk", filter=Q(state="draft")),
            "submitted": Count("pk", filter=Q(state="submitted")),
            "returned": Count("pk", filter=Q(state="returned")),
            "accepted": Count("pk", filter=Q(state="accepted")),
            "overdue": Count("pk", filter=Q(state__in=OPEN_STATES, due_on__lt=day)),
            "weight": Sum("version__weight"),
            "weight_accepted": Sum("version__weight", filter=Q(state="accepted")),
        }
        if not group:
            return self.order_by().aggregate(**numbers)
        return self.order_by(*group).values(*group).annotate(**numbers)


class ItemStepQuerySet(OrganizationOwnedQuerySet):
    organization_path = "branch_item__branch"


class EvidenceQuerySet(OrganizationOwnedQuerySet):
    pass
