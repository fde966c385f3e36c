"""Who may look at the overview, and who may take a ledger out of the house."""

from branches.roles import BRANCH_ROLES, COMMITTEE_ROLES, Role
from branches.scope import scope_of

# Those who answer for more than their own branch.
OVERSEERS = frozenset({Role.ORG_REVIEWER, Role.CITY_DEPARTMENT}) | COMMITTEE_ROLES


def may_see_overview(user):
    """Whoever answers for several branches sees how they stand; a secretary has his checklist."""
    return scope_of(user).has(OVERSEERS)


def may_export(user, organization=None):
    """Ledgers go to those who do the work or answer for it, each for what is his. A third-party
    inspector looks at branches drawn for him and takes no ledger home."""
    roles = OVERSEERS | BRANCH_ROLES
    scope = scope_of(user)
    return scope.has(roles) if organization is None else scope.holds_over(roles, organization)
