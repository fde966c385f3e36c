"""Facts from the checklist: items that were accepted, and whether they came in time."""

from urllib.parse import urlencode

from django.db.models import Count, OuterRef, Q, Subquery
from django.urls import NoReverseMatch

from branchyear.lib.routes import path_to
from tasks.models import BranchItem, ItemStep
from tasks.scoring.registry import Facts, fact

State = BranchItem.State


def _due(ask):
    """Items asked of branches that still exist, due within the round's days."""
    rows = BranchItem.objects.of(ask.campaign).in_force()
    return rows.filter(
        ask.under("branch__path"), due_on__gte=ask.starts_on, due_on__lte=ask.ends_on
    )


def _accepted_by():
    last = ItemStep.objects.filter(
        branch_item=OuterRef("pk"), kind=ItemStep.Kind.ACCEPTED
    ).order_by("-pk")
    return Subquery(last.values("by_name")[:1])


def _words(rows):
    return rows.select_related("branch", "item__task", "version").annotate(
        proofs_=Count("evidence_links", distinct=True), reviewer_=_accepted_by()
    )


def _show(row):
    return {
        "organization": row.branch,
        "text": f"{row.item.code} {row.version.text}",
        "url": row.get_absolute_url(),
        "state": row.state,
        "proofs": row.proofs_,
        "reviewer": row.reviewer_ if row.state == State.ACCEPTED else "",
        "on": row.decided_at if row.state == State.ACCEPTED else None,
        "worth": row.version.weight,
    }


def _link(organization, params):
    """The list that stands behind the number, in the portal's own pages."""
    query = {"org": organization.pk}
    if params.get("task"):
        query["task"] = params["task"]
    try:
        return f"{path_to('reports:items')}?{urlencode(query)}"
    except NoReverseMatch:
        return ""


@fact(
    "items.accepted",
    "审核通过的检查条目",
    unit="条",
    counted_word="审核通过",
    show=_show,
    link=_link,
)
def accepted_items(ask):
    """Of the items due, those a reviewer has accepted, each by its own points (版本分值); 自评 counts what
    the branch has handed in."""
    return Facts(
        _due(ask),
        owner="branch__path",
        task="item__task__code",
        counted=Q(state=State.ACCEPTED),
        claimed=Q(state__in=[State.ACCEPTED, State.SUBMITTED]),
        amount="version__weight",
        reviewer=_accepted_by(),
        words=_words,
    )


@fact(
    "items.late", "逾期提交的检查条目", unit="条", counted_word="逾期提交", show=_show, link=_link
)
def late_items(ask):
    """Of the accepted items due, those first handed in too late (judged once, never changed)."""
    return Facts(
        _due(ask).filter(state=State.ACCEPTED),
        owner="branch__path",
        task="item__task__code",
        counted=Q(on_time=False),
        words=_words,
    )
