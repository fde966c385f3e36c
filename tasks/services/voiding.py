"""An acceptance stands only as long as what it rests on: when that falls away, just this one is voided.

Today that is a recorded meeting: voided, or put on another day. (A file is never removed from an accepted
item, and nothing else an accepted item holds can be changed.) Its other items stay accepted.
"""

from django.db import transaction

from branches.roles import Role
from branches.scope import holders
from branchyear.lib.dates import local_day
from branchyear.notifications.services import notify
from tasks.models import BranchItem, ItemStep
from tasks.services import items, moves

State, Kind = BranchItem.State, ItemStep.Kind
REVIEWERS = frozenset({Role.ORG_REVIEWER, Role.COMMITTEE_REVIEWER})


@transaction.atomic
def meeting_fell_away(meeting, why, *, now):
    """Void the acceptance of every item this meeting proves; returns how many. ``why`` goes on as
    “记录…”: what happened to it, in words.

    Every item that uses the meeting is locked first, so that an acceptance just being made either is
    seen here, or sees the meeting as it is now (``items.accept``).
    """
    rows = list(
        BranchItem.objects.filter(meeting_links__meeting=meeting)
        .select_for_update(of=("self",))
        .in_force()
        .select_related("branch", "item__task__campaign", "item__current", "version")
        .order_by("pk")
    )
    kind = f"{meeting.get_kind_display()}“{meeting.topic[:40]}”"
    reason = f"作为佐证的{kind}记录{why}，原来的审核通过不再有效。请核对、更换佐证后重新提交。"
    voided = [row for row in rows if row.state == State.ACCEPTED]
    for row in voided:
        void(row, reason=reason, now=now)
    return len(voided)


def void(branch_item, *, reason, now):
    """The system takes one acceptance back; the branch and those who accepted are told."""
    asked = moves.asked_now(branch_item)
    asked["due_on"] = moves.mending_until(branch_item, local_day(now), asked["due_on"])
    accepted = branch_item.steps.filter(kind=Kind.ACCEPTED).select_related("organization").last()
    move = moves.Move(
        to=State.RETURNED,
        verb="item.voided",
        changes={"return_reason": reason, "updated_at": now, **asked},
        detail={"reason": reason},
        kind=Kind.VOIDED,
        office=branch_item.branch,
        reason=reason,
    )
    items.make(branch_item, move, by=None, now=now)
    items.tell_branch(branch_item, "item.voided", move)
    if accepted is not None:
        notify(
            "item.voided",
            holders(REVIEWERS, accepted.organization, local_day(now)),
            url=branch_item.get_absolute_url(),
            key=f"item:{branch_item.pk}:{branch_item.round}:item.voided",
            organization=branch_item.branch,
            reason=reason,
            **items.words_of(branch_item),
        )
