"""Counting in the statement that reads the rows anyway."""

from django.db.models import Count, Subquery
from django.db.models.functions import Coalesce


def number_of(rows, owner):
    """An expression: how many of ``rows``, which are already tied to the outer row by what ``owner`` names
    (``rows.filter(visit=OuterRef("pk"))``, "visit"); nought where there are none."""
    counted = rows.order_by().values(owner).annotate(n=Count("pk")).values("n")
    return Coalesce(Subquery(counted), 0)
