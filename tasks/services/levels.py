"""Through whose hands an item goes: branch → [党总支] → 直属党组织; a direct branch → 市直机关工委.

Source: 工作方案 五(二) (逐级报告). A general branch is a level only while somebody holds its reviewer's
office who can review this branch, that is, not one of the branch's own secretaries or clerks.
"""

from django.db.models import Exists, OuterRef

from branches.models import Appointment, Organization
from branches.roles import BRANCH_ROLES, Role
from branchyear.lib.dates import local_day

STEP = Organization.steplen


def levels(branch, *, day=None):
    """The organisations that review this branch's items, the first one first."""
    if branch.is_direct:
        committee = branch.path[: STEP * Organization.COMMITTEE_DEPTH]
        return list(Organization.objects.filter(path=committee))
    in_force = Appointment.objects.in_force(day or local_day())
    own = in_force.filter(organization=branch, role__in=BRANCH_ROLES).values("user")
    able = in_force.filter(
        organization=OuterRef("pk"), role=Role.ORG_REVIEWER, user__is_active=True
    ).exclude(user__in=own)
    above = (
        Organization.objects.filter(
            path__in=branch.ancestor_paths[1:], depth__gte=Organization.DIRECT_DEPTH
        )
        .annotate(has_reviewer=Exists(able))
        .order_by("-depth")
    )
    return [o for o in above if o.is_direct or o.has_reviewer]


def next_level(chain, after=None):
    """The level of ``chain`` above ``after`` (the first one without it); None above the last."""
    return next((o for o in chain if after is None or o.depth < after.depth), None)
