"""Which reports and exports."""

from django.db import models
from django.db.models import Q

from branches.querysets import OrganizationOwnedQuerySet

OWED_STATES = ("todo", "draft", "returned")


class MonthlyReportQuerySet(OrganizationOwnedQuerySet):
    def with_words(self):
        return self.select_related("organization", "period", "receiver")

    def owed(self):
        """Not handed in, or handed back."""
        return self.filter(state__in=OWED_STATES)

    def never_submitted(self):
        return self.filter(first_submitted_at=None)

    def waiting_with(self, organizations):
        return self.filter(state="submitted", receiver__in=organizations)


class ReportStepQuerySet(OrganizationOwnedQuerySet):
    organization_path = "report__organization"


class ExportQuerySet(models.QuerySet):
    def visible_to(self, user):
        """An export is its requester's alone: the file holds what that person may see."""
        if not user.is_authenticated:
            return self.none()
        return self.filter(Q(requested_by=user))
