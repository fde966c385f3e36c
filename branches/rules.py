"""Who may do what with organisations and offices."""

from branches.roles import ADMIN_ROLES, BRANCH_ROLES, KEY_ROLES, REVIEW_ROLES, Role
from branches.scope import scope_of


def may_manage_organizations(user):
    """The system administrator keeps the tree, as the papers of approval say."""
    return scope_of(user).has({Role.SYSTEM_ADMIN})


def may_keep_groups(user, branch):
    """A branch divides itself into Party groups: its secretary or clerk founds, renames and ends them.

    Source: 中国共产党支部工作条例(试行) 第四章第十三条 (groups are set up by the branch).
    """
    return scope_of(user).holds(BRANCH_ROLES, branch) or may_manage_organizations(user)


# Who answers for an organisation from above.
ABOVE = frozenset({Role.ORG_REVIEWER, Role.COMMITTEE_REVIEWER})


def may_keep_term(user, organization):
    """Register an election and who was elected, by-elections, posts: the branch itself; a committee's
    own office; for a directly affiliated organisation also the working committee, which approves it.

    Source: 支部工作条例(试行) 第六章 (the body elected is reported, its secretary approved above).
    """
    scope = scope_of(user)
    if organization.is_branch:
        return scope.holds(BRANCH_ROLES, organization)
    if scope.holds({Role.ORG_REVIEWER}, organization):
        return True
    return organization.is_direct and scope.holds_above({Role.COMMITTEE_REVIEWER}, organization)


def may_extend_term(user, organization):
    """Register an approved extension: whoever answers above and approves it, or the branch from the
    paper of approval, whose number it must give.

    Source: 中国共产党基层组织选举工作条例(2020) 第三条.
    """
    return may_keep_term(user, organization) or may_remind_term(user, organization)


def may_remind_term(user, organization):
    """The organisations above remind: 支部工作条例(试行) 第六章 (half a year before)."""
    return scope_of(user).holds_above(ABOVE, organization)


def may_appoint(user, role):
    """The system administrator gives offices of the Party's work; administrators' offices are given by
    the security administrator, so that nobody can make himself an administrator."""
    needed = Role.SECURITY_ADMIN if role in ADMIN_ROLES else Role.SYSTEM_ADMIN
    return scope_of(user).has({needed})


def may_hand_over(user, organization):
    """A secretary or clerk is followed by another: whoever answers for the branch from above, or the
    system administrator, sees to it; not the two themselves (监交)."""
    scope = scope_of(user)
    return organization.is_branch and (
        scope.has({Role.SYSTEM_ADMIN}) or scope.holds_above(ABOVE, organization)
    )


def may_substitute(user, office):
    """A reviewer who will be away names who acts for him (转办); so may those above, when he cannot any
    more, and the system administrator. Who acts himself names nobody."""
    scope = scope_of(user)
    if office.acting_for_id is not None or office.role not in REVIEW_ROLES:
        return False
    return user.pk == office.user_id or _keeps_office(scope, office)


def may_end_acting(user, acting):
    """The one who was away, and whoever could have named the substitute."""
    return user.pk == acting.acting_for_id or _keeps_office(scope_of(user), acting)


def _keeps_office(scope, office):
    return scope.has({Role.SYSTEM_ADMIN}) or scope.holds_above(ABOVE, office.organization)


def may_open_accounts(user):
    """The system administrator opens accounts."""
    return scope_of(user).has({Role.SYSTEM_ADMIN})


def may_reset_second_factor(user, account):
    """The security administrator, for everybody but himself: who lets somebody in without the code must
    not be the one who is let in."""
    return user.pk != account.pk and scope_of(user).has({Role.SECURITY_ADMIN})


def may_name_second_factor_roles(user):
    """Which offices ask for a code is a matter of security (等保2.0: 授权主体配置策略)."""
    return scope_of(user).has({Role.SECURITY_ADMIN})


def may_keep_account(user, account):
    """Reset the password, lift a lock, close or reopen: the security administrator, and the system
    administrator where the account is not an administrator's. Nobody does it to himself, and whoever
    could reset a security administrator's password would hold both offices."""
    if user.pk == account.pk:
        return False
    scope = scope_of(user)
    if scope.has({Role.SECURITY_ADMIN}):
        return True
    return scope.has({Role.SYSTEM_ADMIN}) and not scope_of(account).is_administrator


def may_hold_keys(user):
    """Have programs ask in one's name: those whose office gives the interface something to show them, but no
    inspector. The key never opens more than the person may."""
    return scope_of(user).has(KEY_ROLES)


def may_end_key(user, token):
    """One's own; everybody's the security administrator (安全管理员 answers for accounts and access)."""
    return user.pk == token.user_id or scope_of(user).has({Role.SECURITY_ADMIN})
