"""The campaign follows the organisation: new branches get their items, moved ones new reviewers."""

from django.db import transaction
from django.utils import timezone

from branchyear.audit.services import record
from branchyear.lib.dates import local_day
from tasks.models import BranchItem, Campaign, ItemStep
from tasks.services import items
from tasks.services.campaign import give_items
from tasks.services.levels import levels


@transaction.atomic
def welcome(branch, *, on):
    """A branch founded on ``on`` gets the items of every campaign that was and is not over."""
    for campaign in Campaign.objects.filter(ends_on__gte=max(on, local_day())):
        give_items(campaign=campaign, branches=[branch])


@transaction.atomic
def reroute(organization, *, now=None):
    """After a move: what lies with an organisation that is no longer above the branch goes to the new
    one, to the first level that has not yet passed it on in this round. Its reviewers are told."""
    now = now or timezone.now()
    waiting = (
        BranchItem.objects.under(organization)
        .in_force()
        .filter(state=BranchItem.State.SUBMITTED)
        .select_related("branch", "item", "version", "with_organization")
    )
    chains = {}
    for row in waiting:
        if row.branch_id not in chains:
            chains[row.branch_id] = levels(row.branch, day=local_day(now))
        chain = chains[row.branch_id]
        if not chain or row.with_organization in chain:
            continue
        passed = row.steps.filter(round=row.round, kind=ItemStep.Kind.FORWARDED)
        passed = set(passed.values_list("organization_id", flat=True))
        level = next((o for o in chain if o.pk not in passed), chain[-1])
        _put(row, level, now=now)


def _put(row, level, *, now):
    before = row.with_organization
    put = BranchItem.objects.filter(
        pk=row.pk, state=row.state, revision=row.revision, with_organization=before
    ).update(with_organization=level, updated_at=now)
    if put:
        row.with_organization = level
        record(
            "item.rerouted",
            row,
            by=None,
            organization=row.branch,
            before=before.name,
            after=level.name,
        )
        items.tell_reviewers(row, level, now=now)
