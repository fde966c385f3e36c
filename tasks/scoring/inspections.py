"""Facts from inspections: what was looked at, and what the committee found otherwise than claimed."""

from django.db.models import Q

from tasks.models.visits import Visit, VisitRecord
from tasks.scoring.registry import Facts, fact


def _words(rows):
    return rows.select_related("visit__branch", "visit__inspection", "item", "problem")


def _show(row):
    return {
        "organization": row.visit.branch,
        "text": f"{row.item.code} {row.text}（{row.visit.inspection}：{row.get_verdict_display()}）",
        "url": row.visit.get_absolute_url(),
        "state": row.problem.state if row.problem else row.claimed_state,
        "proofs": None,
        "reviewer": row.decided_by_name,
        "on": row.visit.visited_on,
        "worth": None,
    }


@fact("inspections.mismatch", "督查抽查的条目", unit="条", counted_word="与所报不符", show=_show)
def mismatches(ask):
    """Of the items inspected in the round's days by signed visits, those not as claimed that the committee
    has listed as a problem: a verdict alone is not reviewed yet, one that was dismissed does not count."""
    rows = VisitRecord.objects.filter(
        ask.under("visit__branch__path"),
        visit__state=Visit.State.SIGNED,
        visit__inspection__campaign=ask.campaign,
        visit__visited_on__gte=ask.starts_on,
        visit__visited_on__lte=ask.ends_on,
    ).exclude(verdict="")
    return Facts(
        rows,
        owner="visit__branch__path",
        task="item__task__code",
        counted=Q(verdict__in=VisitRecord.NOT_AS_CLAIMED, problem__isnull=False),
        words=_words,
    )
