"""Task 1, R01-R10."""

from collections import Counter
from datetime import date

from branches.models import BranchType, Kind
from branchyear.lib.dates import add_months
from members.soundness import id_number_check_sign

REQUIRED = (
    "sex", "ethnicity", "native_place", "birth_date", "id_number", "education", "worked_from",
    "admitted_on", "formal_on", "unit", "post", "group", "phone", "joined_branch_on",
)  # fmt: skip

NOT_IN_THE_FUTURE = ("birth_date", "worked_from", "admitted_on", "formal_on", "joined_branch_on",
                     "platform_entered_on")  # fmt: skip


def findings(world, day):
    for member in world.counted:
        for what, severity in _unsound(member, day):
            yield member.organization_id, "R10", f"member:{member.pk}:{what}", severity
    for place in world.organizations:
        if not place.is_open or place.kind not in {Kind.BRANCH, Kind.GENERAL_BRANCH}:
            continue
        if sum(m.organization.path.startswith(place.path) for m in world.counted) >= 100:
            yield place.pk, "R05", "", "error"
    for branch in world.branches:
        for found in _of(branch, world.people[branch.pk], world.groups(branch)):
            yield branch.pk, *found


def _of(branch, people, groups):
    n, formal = len(people), sum(m.category == "formal" for m in people)
    units = Counter(m.unit for m in people if m.unit)
    if branch.branch_type in {"", BranchType.STANDING} and (n < 3 or formal < 3):
        yield "R01", "", "error" if n < 3 else "warning"
    if branch.branch_type == BranchType.JOINT:
        for unit, heads in units.items():
            if heads >= 3:
                yield "R02", f"unit:{unit}", "warning"
        covered = branch.covered_units.split("\n") if branch.covered_units else []
        if len(covered) > 5 or any(heads > 2 for heads in units.values()):
            yield "R03", "", "warning"
    if 50 <= n < 100:
        yield "R04", "", "error"
    if n >= 20 and len(groups) < 2:
        yield "R06", "", "error"
    for group in groups:
        inside = [m for m in people if m.group_id == group.pk]
        if len(inside) > 10:
            yield "R07", f"group:{group.pk}", "warning"
        elif len(inside) < 3 or not any(m.category == "formal" for m in inside):
            yield "R07", f"group:{group.pk}", "notice"
    for member in people:
        if groups and member.group_id is None:
            yield "R08", f"member:{member.pk}", "error"
    if any(_lacks(member, name, bool(groups)) for member in people for name in REQUIRED):
        yield "R09", "", "error"


def _lacks(member, name, has_groups):
    if name == "formal_on" and member.category != "formal":
        return False
    if name in {"unit", "post"} and member.is_retired:
        return False
    if name == "group" and not has_groups:
        return False
    return not getattr(member, name)


def _unsound(member, day):
    looked_up = "warning" if "以档案为准" in member.remarks else "error"
    number, born, admitted = member.id_number, member.birth_date, member.admitted_on
    if number and id_number_check_sign(number[:17]) != number[17]:
        yield "id", "error"
    elif (
        number
        and born
        and f"{born:%Y%m%d}" != number[6:14]
        or number
        and member.sex
        and (member.sex == "male") != (int(number[16]) % 2 == 1)
    ):
        yield "id", looked_up
    of_old = "warning" if admitted and admitted < date(1982, 1, 1) else looked_up
    if born and admitted and add_months(born, 12 * 18) > admitted:
        yield "young", of_old
    if member.category == "formal" and admitted and member.formal_on:
        if add_months(admitted, 12) > member.formal_on:
            yield "short", of_old
    for name in NOT_IN_THE_FUTURE:
        if getattr(member, name) and getattr(member, name) > day:
            yield name, "error"
