"""Filters that several resources of the campaign year have."""

import django_filters

from branches.api.filters import UnderFilter
from branchyear.lib.dates import local_day


class OverdueFilter(UnderFilter):
    """``overdue`` is judged by today, as everywhere (``overdue(day)`` of the rows)."""

    overdue = django_filters.BooleanFilter(method="is_overdue")

    def is_overdue(self, rows, name, value):
        late = self._meta.model.objects.overdue(local_day()).values("pk")
        return rows.filter(pk__in=late) if value else rows.exclude(pk__in=late)
