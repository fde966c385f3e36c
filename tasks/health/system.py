"""Rules of task 8, 健全制度保障: is the self-check done, are problems listed, solved and proved (R48-R54)?

R52 and R53 speak of reports and are registered by the app that knows them.
"""

from datetime import date

from django.db.models import Count, F, OuterRef, Q, Subquery, Value
from django.db.models.functions import Coalesce

from tasks.health.registry import ERROR, NOTICE, check, found
from tasks.health.rows import branches
from tasks.models import SelfCheck

BEFORE_DAYS = 30  # the self-check is announced so long before its day


@check(
    "R48",
    mend="tasks:self_check",
    words={"unsigned": "自查各项已填写，还没有由支部书记签发。"},
)
def self_check_complete(ask):
    """All six headings are answered and the secretary has signed, by the end of phase 1. A branch that was
    founded after that day owes none. 工作方案 第一阶段."""
    due = date.fromisoformat(ask.params["due"])
    if (due - ask.day).days > BEFORE_DAYS:
        return []
    checks = SelfCheck.objects.filter(
        organization=OuterRef("pk"),
        campaign__starts_on=ask.starts_on,
        campaign__ends_on=ask.ends_on,
    ).order_by()
    answered = checks.values("organization").annotate(n=Count("answers")).values("n")
    rows = (
        branches(ask)
        .filter(Q(established_on=None) | Q(established_on__lte=due))
        .annotate(
            signed=Subquery(checks.values("signed_at")[:1]),
            k=Value(ask.params["headings"]) - Coalesce(Subquery(answered), 0),
        )
        .filter(signed=None)
    )
    severity = ERROR if ask.day > due else NOTICE
    return [
        found(rows.filter(k__gt=0), organization="pk", severity=severity, k=F("k")),
        found(rows.filter(k__lte=0), organization="pk", severity=severity, say="unsigned"),
    ]
