"""Filters that several resources have."""

import django_filters

from branches.models import Organization
from branches.querysets import below


class UnderFilter(django_filters.FilterSet):
    """``under`` is an organisation's id: everything at or below it. ``place`` is the way to the row's organisation."""

    place = "organization"
    under = django_filters.NumberFilter(method="at_or_below")
    organization_code = django_filters.CharFilter("organization__code")

    def at_or_below(self, rows, name, value):
        found = Organization.objects.visible_to(self.request.user).filter(pk=value).first()
        return rows.filter(below(found.path, f"{self.place}__path")) if found else rows.none()
