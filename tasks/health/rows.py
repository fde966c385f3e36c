"""Rows that many rules start from, and the counts they share."""

from django.db.models import Count, OuterRef, Q, Subquery, Value
from django.db.models.functions import Coalesce, Concat, Length, Substr

from branches.models import Organization
from branches.querysets import LAST_STEP
from members.models import Member, PostHeld


def branches(ask):
    """The open branches asked about."""
    return Organization.objects.branches().open().filter(ask.under("path"))


def members(ask):
    """The counted members of open branches asked about."""
    return Member.objects.counted().filter(
        ask.under("organization__path"), organization__closed_on=None
    )


def heads(path="pk", **only):
    """How many counted members a branch has, as an expression."""
    rows = Member.objects.counted().filter(organization=OuterRef(path), **only).order_by()
    return Coalesce(Subquery(rows.values("organization").annotate(n=Count("pk")).values("n")), 0)


def inside(path="path"):
    """Conditions "at or below the outer row", as a range that both databases find in the index."""
    return {
        f"{path}__gte": OuterRef("path"),
        f"{path}__lte": Concat(OuterRef("path"), Value(LAST_STEP)),
    }


def in_force(day, path=""):
    """Posts held on ``day``, as a condition."""
    return Q(**{f"{path}starts_on__lte": day}) & (
        Q(**{f"{path}ends_on": None}) | Q(**{f"{path}ends_on__gte": day})
    )


def posts(ask, *chosen):
    """Posts held on the day asked about at open organisations."""
    rows = PostHeld.objects.filter(
        in_force(ask.day), ask.under("organization__path"), organization__closed_on=None
    )
    return rows.filter(post__in=chosen) if chosen else rows


def posts_at(ask, *chosen, path="pk"):
    """How many people hold such posts at the outer row's organisation: who holds two counts once."""
    rows = PostHeld.objects.filter(
        in_force(ask.day), organization=OuterRef(path), post__in=chosen
    ).order_by()
    people = Count("member", distinct=True)
    return Coalesce(Subquery(rows.values("organization").annotate(n=people).values("n")), 0)


def branch_of_group():
    """The open branch right above a group."""
    above = Substr(OuterRef("path"), 1, Length(OuterRef("path")) - Organization.steplen)
    return Subquery(Organization.objects.open().filter(path=above).order_by().values("pk")[:1])
