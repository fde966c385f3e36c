"""Who may keep the roll and the ledgers of a branch's life."""

from branches.models import Organization
from branches.roles import BRANCH_ROLES, Role
from branches.scope import holders, scope_of


def may_keep_roster(user, branch):
    """The branch keeps its own roll: its secretary and its clerk. Those above read it.

    Source: 中国共产党党员教育管理工作条例 第二十二条 (the branch manages its members' registration).
    """
    return scope_of(user).holds(BRANCH_ROLES, branch)


def may_record_life(user, branch, *, scope=None):
    """Meetings, the appraisal and talks are recorded by the branch itself, for its groups too.

    Source: 中国共产党支部工作条例(试行) 第四章、第五章 (the branch holds and records them).
    """
    return branch.is_open and (scope or scope_of(user)).holds(BRANCH_ROLES, branch)


# --- Dues (中组发〔2008〕3号) -------------------------------------------------------------------------


def may_keep_dues(user, branch):
    """The branch collects its members' dues (第十二条): its secretary and its clerk."""
    return branch.is_branch and scope_of(user).holds(BRANCH_ROLES, branch)


def may_see_dues_sums(user, organization):
    """What one member owes or paid is for the branch, for those who review it, and for the working
    committee's reviewer. The rate is on the whole base, so the due reveals the base, and the base the
    wage; everybody else sees states and sums of a branch."""
    scope = scope_of(user)
    return scope.holds(BRANCH_ROLES, organization) or scope.holds_over(
        {Role.ORG_REVIEWER, Role.COMMITTEE_REVIEWER}, organization
    )


def deciders_of_exemption(branch):
    """``(roles, organization)`` of those who decide about less or no dues (第七条: the branch agrees, the
    committee above approves): the directly affiliated organisation; for a direct branch, or where
    nobody is in office there, the working committee."""
    direct = Organization.objects.filter(path=branch.direct_path).first()
    if direct is not None and direct.pk != branch.pk:
        if holders({Role.ORG_REVIEWER}, direct).exists():
            return {Role.ORG_REVIEWER}, direct
    above = branch.path[: branch.steplen * Organization.COMMITTEE_DEPTH]
    return {Role.COMMITTEE_REVIEWER}, Organization.objects.get(path=above)


def may_decide_exemption(user, exemption):
    """The one above who decides; never whoever asked for it. The working committee may always."""
    if exemption.requested_by_id == user.pk:
        return False
    branch = exemption.member.organization
    scope = scope_of(user)
    if scope.holds_over({Role.COMMITTEE_REVIEWER}, branch):
        return True
    return any(
        role == Role.ORG_REVIEWER and not o.is_branch and o.path == branch.direct_path
        for role, o in scope.offices
    )


def may_keep_accounts(user, organization):
    """Handing on and publishing: the branch for itself, an organisation above for itself."""
    scope = scope_of(user)
    if organization.is_branch:
        return scope.holds(BRANCH_ROLES, organization)
    return scope.holds({Role.ORG_REVIEWER, Role.COMMITTEE_REVIEWER}, organization)


def may_record_training(user, branch):
    """The branch registers its members' training (党员教育管理工作条例第二十条)."""
    return may_keep_roster(user, branch)


def may_issue_transfer(user, branch):
    """The sending branch writes the letter and answers for the member until he is received
    (党员教育管理工作条例第二十五条)."""
    return may_keep_roster(user, branch)


def may_receive_transfer(user, branch):
    """The receiving branch takes the member in, or sends the letter back."""
    return may_keep_roster(user, branch)


def may_keep_absences(user, branch):
    """The branch keeps in touch with its floating members and searches for lost ones (第二十四、三十二条)."""
    return may_keep_roster(user, branch)


def may_register_probation(user, branch):
    """The branch registers what its members' meeting resolved and the committee above approved
    (党章第七条)."""
    return may_keep_roster(user, branch)


def may_keep_admissions(user, branch):
    """The branch trains and admits, and registers each step (发展党员工作细则)."""
    return may_keep_roster(user, branch)


# Full numbers are for those who work with the files: 个人信息保护法 第五、六、二十八条 (necessary, least,
# sensitive). Leaders, the city department and inspectors need no number to lead, compare or inspect;
# administrators run the system and read none.
UNMASKING_ROLES = frozenset({Role.ORG_REVIEWER, Role.COMMITTEE_REVIEWER})


def may_unmask(user, member):
    """Read one member's ID number and telephone in full, with a reason: the branch itself, the
    reviewer of an organisation over it, the reviewer of the working committee."""
    scope = scope_of(user)
    branch = member.organization
    return scope.holds(BRANCH_ROLES, branch) or scope.holds_over(UNMASKING_ROLES, branch)


def may_import_roster(user, organization):
    """Upload a roster: for a branch whoever keeps its roll; for a directly affiliated organisation and
    everything below it that organisation's reviewer, so that an organ can fill its rosters centrally at
    the start. The branches are told (``members.services.imports``)."""
    if not organization.is_open:
        return False
    scope = scope_of(user)
    return scope.holds(BRANCH_ROLES, organization) or any(
        role == Role.ORG_REVIEWER and place.is_direct and organization.path.startswith(place.path)
        for role, place in scope.offices
    )


def may_take_numbers(user, organization):
    """Take a roster with whole numbers away (for 党建e家): those who may read each of them anyway."""
    scope = scope_of(user)
    return scope.holds(BRANCH_ROLES, organization) or scope.holds_over(
        UNMASKING_ROLES, organization
    )


def may_search_numbers(user):
    """Find people by the last four signs of an ID number: those who may read a number anyway. For anybody
    else the search would be a way to guess one."""
    return scope_of(user).has(BRANCH_ROLES | UNMASKING_ROLES)
