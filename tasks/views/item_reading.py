"""What the page of an item reads: statements that are composed once, since everybody who fills in opens it."""

from django.db.models import BigAutoField, CharField, Q
from django.http import Http404
from django.shortcuts import get_object_or_404

from branches.scope import scope_of
from branchyear.lib.composed import composed
from tasks.models import BranchItem, Delegation, Evidence, ItemEvidence, ItemStep

LIBRARY_SHOWN = 50  # newest first; a branch rarely keeps more than a few dozen files a year


def _with_all_words(rows):
    return rows.with_words().select_related("item__task__campaign", "updated_by", "submitted_by")


@composed(item=BigAutoField(), top=CharField())
def _seen_from(item, top):
    return _with_all_words(BranchItem.objects.filter(pk=item)).seen_from([top])


def seen_item(user, pk):
    """The item with its words, if this person sees its branch; else not found."""
    top = scope_of(user).only_top
    if top is None:
        return get_object_or_404(_with_all_words(BranchItem.objects.visible_to(user)), pk=pk)
    found = _seen_from(item=pk, top=top)
    if not found:
        raise Http404
    return found[0]


@composed(item=BigAutoField())
def _delegations(item):
    rows = Delegation.objects.filter(branch_item=item, taken_back_at=None)
    return rows.select_related("to", "by")[:1]


def last_delegation(row):
    """The last that was not taken back, or None."""
    return next(_of(row, _delegations), None)


@composed(item=BigAutoField())
def _proofs(item):
    rows = ItemEvidence.objects.filter(branch_item=item)
    return rows.select_related("evidence__uploaded_by", "evidence__replaced_by")


def proofs_of(row):
    """The files that prove it."""
    return [link.evidence for link in _proofs(item=row.pk)]


@composed(item=BigAutoField())
def _steps(item):
    return ItemStep.objects.filter(branch_item=item).select_related("organization", "version")


def steps_of(row):
    """Its way so far, oldest first."""
    return list(_of(row, _steps))


def _of(row, rows):
    for each in rows(item=row.pk):
        each.branch_item = row
        yield each


@composed(item=BigAutoField(), branch=BigAutoField())
def _library(item, branch):
    used = ItemEvidence.objects.filter(branch_item=item).values("evidence")
    rows = Evidence.objects.filter(organization=branch).current().exclude(pk__in=used)
    return rows.order_by("-pk")[:LIBRARY_SHOWN]


def library_of(row):
    """The branch's other files, newest first."""
    return _library(item=row.pk, branch=row.branch_id)


def _keys(rows, item, branch, campaign):
    return (
        rows.filter(branch=branch)
        .of(campaign)
        .filter(Q(item__retired_at=None) | Q(pk=item))
        .order_by("item__task__order", "item__order")
        .values_list("pk", flat=True)
    )


@composed(item=BigAutoField(), branch=BigAutoField(), top=CharField())
def _keys_seen_from(item, branch, top, campaign):
    return _keys(BranchItem.objects.seen_from([top]), item, branch, campaign)


def neighbours(row, user):
    """The items before and after this one in the branch's checklist, and its place."""
    asked = {"item": row.pk, "branch": row.branch_id, "campaign": row.item.task.campaign_id}
    top = scope_of(user).only_top
    if top is None:
        keys = list(_keys(BranchItem.objects.visible_to(user), **asked))
    else:
        keys = _keys_seen_from(**asked, top=top)
    place = keys.index(row.pk)
    return {
        "place": place + 1,
        "places": len(keys),
        "before": keys[place - 1] if place else None,
        "after": keys[place + 1] if place + 1 < len(keys) else None,
    }
