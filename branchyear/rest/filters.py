"""Filters by name only: what a resource does not offer is told, never silently left out."""

from django_filters import NumberFilter
from django_filters.rest_framework import DjangoFilterBackend
from rest_framework.exceptions import ValidationError

from branchyear.rest.keyset import CURSOR, PAGE_SIZE

PAGING = (CURSOR, PAGE_SIZE)


class NamedFilters(DjangoFilterBackend):
    """django-filter, but an unknown name is a 400 that lists the known ones. So nothing traverses (``a__b``)."""

    def filter_queryset(self, request, queryset, view):
        if getattr(view, "detail", False):
            refuse_unknown(request, ())
            return queryset
        filterset = self.get_filterset(request, queryset, view)
        filters = filterset.filters if filterset else {}
        refuse_unknown(request, (*filters, *PAGING))
        for name, one in filters.items():
            # Above what a database takes for a number; a relation's filter would hand it on as it is.
            if isinstance(one, NumberFilter) and len(request.query_params.get(name, "")) > 18:
                raise ValidationError({name: ["数字太大。"]})
        return super().filter_queryset(request, queryset, view)


def refuse_unknown(request, known):
    unknown = [name for name in request.query_params if name not in known]
    if unknown:
        offered = "、".join(known) if known else "（没有）"
        sentence = f"没有这个筛选条件。可用的有：{offered}。"
        raise ValidationError({name[:60]: [sentence] for name in unknown[:5]})
