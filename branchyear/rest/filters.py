"""Filters by name only: what a resource does not offer is told, never silently left out."""

import re
from functools import cache

from django_filters import BooleanFilter, DateFilter, NumberFilter
from django_filters.rest_framework import DjangoFilterBackend, FilterSet
from rest_framework.exceptions import ValidationError

from branchyear.rest.keyset import CURSOR, PAGE_SIZE

PAGING = (CURSOR, PAGE_SIZE)
# Ids, years: whole numbers, no longer than a database takes.
WHOLE = re.compile(r"-?[0-9]{1,18}", re.ASCII)
YES_OR_NO = ("true", "false", "True", "False")


def between(column):
    """Two filters, both days included: from when, until when."""
    return DateFilter(column, lookup_expr="gte"), DateFilter(column, lookup_expr="lte")


def is_there(column):
    """``true``: what has it; ``false``: what has not."""
    return BooleanFilter(column, lookup_expr="isnull", exclude=True)


def is_missing(column):
    """``true``: what has it not yet; ``false``: what has it."""
    return BooleanFilter(column, lookup_expr="isnull")


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
            # django-filter leaves a condition out that it cannot read: more rows than were asked for.
            given = request.query_params.get(name)
            if given is None:
                continue
            if not given.strip():
                raise ValidationError({name: ["条件是空的，请填写或去掉。"]})
            if isinstance(one, BooleanFilter) and given not in YES_OR_NO:
                raise ValidationError({name: ["请填 true 或 false。"]})
            if isinstance(one, NumberFilter) and not WHOLE.fullmatch(given):
                raise ValidationError({name: ["应为整数，最多18位。"]})
        return super().filter_queryset(request, queryset, view)

    def get_filterset_class(self, view, queryset=None):
        """A resource's own, or made of the columns it names (``filterset_fields``) and, besides, those that many have
        (``filterset_base``)."""
        fields = getattr(view, "filterset_fields", None)
        if queryset is None or not fields:
            return super().get_filterset_class(view, queryset)
        return _made(getattr(view, "filterset_base", FilterSet), queryset.model, tuple(fields))


@cache
def _made(base, model, names):
    meta = type("Meta", (), {"model": model, "fields": names})
    return type(f"{model.__name__}Filter", (base,), {"Meta": meta})


def refuse_unknown(request, known):
    unknown = [name for name in request.query_params if name not in known]
    if unknown:
        offered = "、".join(known) if known else "（没有）"
        sentence = f"没有这个筛选条件。可用的有：{offered}。"
        raise ValidationError({name[:60]: [sentence] for name in unknown[:5]})
    twice = [name for name, values in request.query_params.lists() if len(values) > 1]
    if twice:
        raise ValidationError({name: ["同一个条件只能写一次。"] for name in twice})
