"""Which members."""

from django.db.models import Count, Q

from branches.querysets import OrganizationOwnedQuerySet


class MemberQuerySet(OrganizationOwnedQuerySet):
    def counted(self):
        """On the roll and counted in every figure (在册, 转出中, 流动, 失联)."""
        from members.models import COUNTED

        return self.filter(standing__in=COUNTED)

    def head_count(self):
        """One row of figures: members, formal, probationary."""
        return self.counted().aggregate(
            members=Count("pk"),
            formal=Count("pk", filter=Q(category="formal")),
            probationary=Count("pk", filter=Q(category="probationary")),
        )
