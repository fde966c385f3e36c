"""分工 in the demo's first branch: its committee member has two items to fill in."""

from branches.roles import Role
from branches.scope import holders
from branchyear.lib.dates import local_day
from branchyear.lib.errors import Refused
from tasks.models import BranchItem
from tasks.services import delegations

NOTES = ("材料在组织科，请核对后填报。", "")


def build(city, now, say):
    """Given by the secretary through the service: the two that are due last and can be filled in today."""
    place, today = city.places[0], local_day(now)
    member = holders({Role.BRANCH_MEMBER}, place.branch, today).first()
    rows = (
        BranchItem.objects.filter(branch=place.branch, state=BranchItem.State.TODO)
        .filter(opens_on__lte=today)
        .with_words()
        .select_related("item__task__campaign")
        .order_by("-due_on", "-pk")
    )
    given = 0
    for row in rows:
        if given < len(NOTES) and member is not None:
            try:
                delegations.delegate(row, member, by=place.secretary, now=now, note=NOTES[given])
            except Refused:
                continue  # not to be filled in today
            given += 1
    say(f"委托填报：{given}项")
