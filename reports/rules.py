"""Who may write, receive and read reports, look at the overview, and take a ledger out of the house."""

from branches.models import Organization
from branches.roles import BRANCH_ROLES, COMMITTEE_ROLES, EXPORTERS, Role
from branches.scope import scope_of
from reports.models import Tier

# --- Monthly reports ------------------------------------------------------------------------------

# Who writes a tier's report, held at exactly the reporting organisation. A directly affiliated branch
# is a branch and a directly affiliated organisation at once: its secretary and clerk write.
FILLERS = {
    Tier.BRANCH: BRANCH_ROLES,
    Tier.DIRECT: BRANCH_ROLES | {Role.ORG_REVIEWER},
    Tier.COMMITTEE: frozenset({Role.COMMITTEE_REVIEWER}),
}
# Who receives it, held at exactly the organisation it goes to.
RECEIVERS = {
    Tier.BRANCH: frozenset({Role.ORG_REVIEWER}),
    Tier.DIRECT: frozenset({Role.COMMITTEE_REVIEWER}),
    Tier.COMMITTEE: frozenset({Role.CITY_DEPARTMENT}),
}


def takes_part(scope, roles_of):
    """Whether an office is held where reports of its tier are written or received: a general branch (党总支) below a
    directly affiliated organisation does neither."""
    return any(
        place.depth <= Organization.DIRECT_DEPTH or place.is_branch
        for roles in roles_of.values()
        for place in scope.organizations(roles)
    )


def may_fill(user, report):
    """The people of the reporting organisation write its report and hand it in."""
    return scope_of(user).holds(FILLERS[report.period.tier], report.organization)


def may_receive(user, report):
    """The organisation one level up receives or returns it; nobody receives his own, whatever other
    office he holds."""
    return (
        scope_of(user).holds(RECEIVERS[report.period.tier], report.receiver)
        and user.pk != report.submitted_by_id
        and not may_fill(user, report)
    )


def may_recommend(user, report):
    """Whoever receives a report may pass on what worked in it; the committee's own goes to no bulletin of
    its own."""
    return (
        report.period.tier != Tier.COMMITTEE
        and scope_of(user).holds(RECEIVERS[report.period.tier], report.receiver)
        and not may_fill(user, report)
    )


def may_decide_practice(user, practice):
    """The working committee above takes up, has it printed or declines."""
    return scope_of(user).holds_over(
        frozenset({Role.COMMITTEE_REVIEWER}), practice.organization
    ) and not may_fill(user, practice.report)


def may_read_words(user, report):
    """A report not handed in is its own organisation's paper; above, one reads what was handed in."""
    return not report.is_editable or may_fill(user, report)


# --- Overview and ledgers -------------------------------------------------------------------------

# Those who answer for more than their own branch.
OVERSEERS = frozenset({Role.ORG_REVIEWER, Role.CITY_DEPARTMENT}) | COMMITTEE_ROLES


def may_see_overview(user):
    """Whoever answers for several branches sees how they stand; a secretary has his checklist."""
    return scope_of(user).has(OVERSEERS)


def may_urge(user, organization):
    """Those above remind by hand; nobody his own organisation."""
    return scope_of(user).holds_above(OVERSEERS, organization)


def may_export(user, organization=None):
    """Ledgers go to those who do the work or answer for it, each for what is his. A third-party
    inspector looks at branches drawn for him and takes no ledger home."""
    scope = scope_of(user)
    if organization is None:
        return scope.has(EXPORTERS)
    return scope.holds_over(EXPORTERS, organization)
