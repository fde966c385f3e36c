"""Which members."""

from django.db import models
from django.db.models import Count, Q

from branches.querysets import OrganizationOwnedQuerySet, below, within

# The one definition of how many there are.
HEADS = {
    "members": Count("pk"),
    "formal": Count("pk", filter=Q(category="formal")),
    "probationary": Count("pk", filter=Q(category="probationary")),
}


class MemberQuerySet(OrganizationOwnedQuerySet):
    def counted(self):
        """On the roll and counted in every figure (在册, 转出中, 流动, 失联)."""
        from members.models import COUNTED

        return self.filter(standing__in=COUNTED)

    def found(self, q="", category="", group=""):
        """Those a search asks for: by name or pinyin (full or initials), category, Party group."""
        rows = self
        if q:
            key = q.lower().replace(" ", "")
            rows = rows.filter(
                Q(name__icontains=q) | Q(name_key__startswith=key) | Q(name_key__contains=f" {key}")
            )
        if category:
            rows = rows.filter(category=category)
        if group == "none":
            rows = rows.filter(group=None)
        elif group:
            rows = rows.filter(group=group)
        return rows

    def head_counts(self, *group):
        """Members, formal, probationary, per ``group`` columns."""
        return self.counted().order_by(*group).values(*group).annotate(**HEADS)

    def head_count(self):
        """One row of the same figures."""
        return self.counted().order_by().aggregate(**HEADS)


class MeetingQuerySet(OrganizationOwnedQuerySet):
    def held(self):
        """Without those voided."""
        return self.filter(voided_at=None)

    def of_kind(self, kind):
        """A lecture given at another meeting counts as a lecture too."""
        if kind == "party_lecture":
            return self.filter(Q(kind=kind) | Q(includes_lecture=True))
        return self.filter(kind=kind)

    def between(self, first, last):
        return self.filter(on__gte=first, on__lte=last)


class TransferQuerySet(models.QuerySet):
    """A transfer is seen by whoever sees one of its two sides."""

    def visible_to(self, user):
        from branches.scope import scope_of  # scope reads models, which need this module

        paths = scope_of(user).seen_paths
        return self.filter(within(paths, "sender__path") | within(paths, "receiver__path"))

    def under(self, organization):
        return self.filter(
            below(organization.path, "sender__path") | below(organization.path, "receiver__path")
        )
