"""Who may do what with organisations and offices."""

from branches.roles import ADMIN_ROLES, Role
from branches.scope import scope_of


def may_manage_organizations(user):
    """The system administrator keeps the tree, as the papers of approval say."""
    return scope_of(user).has({Role.SYSTEM_ADMIN})


def may_appoint(user, role):
    """The system administrator gives offices of the Party's work; administrators' offices are given by
    the security administrator, so that nobody can make himself an administrator."""
    needed = Role.SECURITY_ADMIN if role in ADMIN_ROLES else Role.SYSTEM_ADMIN
    return scope_of(user).has({needed})


def may_open_accounts(user):
    """The system administrator opens accounts."""
    return scope_of(user).has({Role.SYSTEM_ADMIN})


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
