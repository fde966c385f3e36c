"""Who may do what with a branch's answers.

Every rule takes an optional ``scope``: services pass the scope of the day they act on, pages leave it
out and mean today.
"""

from branches.models import Organization
from branches.roles import BRANCH_ROLES, COMMITTEE_ROLES, Role
from branches.scope import holders, scope_of
from tasks.models import BranchItem, Delegation
from tasks.models.health import SIGNAL_ROLES

State = BranchItem.State


def may_fill(user, branch, *, scope=None):
    """The secretary and the clerk of the branch answer for it: 支部书记逐项抓落实."""
    return branch.is_open and (scope or scope_of(user)).holds(BRANCH_ROLES, branch)


def may_keep_library(user, organization):
    """Whoever fills the branch's items and problems keeps the files that prove them (of a committee:
    its reviewer)."""
    return may_keep_problems(user, organization)


def may_see_twins(user, branch):
    """Questions about materials (twin check) are the reviewers' above the branch: never shown to whoever
    answers for it."""
    scope = scope_of(user)
    return scope.holds_above(
        {Role.ORG_REVIEWER, Role.COMMITTEE_REVIEWER}, branch
    ) and not scope.holds({*BRANCH_ROLES, Role.BRANCH_MEMBER}, branch)


def may_fill_item(user, branch_item, *, scope=None):
    """Besides, a member of the branch's committee to whom just this item was given (分工); handing it in
    stays with the secretary."""
    scope = scope or scope_of(user)
    branch = branch_item.branch
    if may_fill(user, branch, scope=scope):
        return True
    return (
        branch.is_open
        and scope.holds({Role.BRANCH_MEMBER}, branch)
        and Delegation.objects.open().filter(branch_item=branch_item.pk, to=user).exists()
    )


def may_sign_off(user, branch_item, *, scope=None, day=None):
    """What a member of the committee fills in is signed off by the secretary, who hands it in; by the clerk
    only while nobody holds the secretary's office. Source: 支部书记逐项抓落实 (工作方案 五(一))."""
    scope = scope or scope_of(user)
    branch = branch_item.branch
    return (
        scope.holds({Role.SECRETARY}, branch)
        or not Delegation.objects.of_this_round(branch_item).exists()
        or not holders({Role.SECRETARY}, branch, day).exists()
    )


def may_withdraw(user, branch_item, *, scope=None):
    """The branch takes back what no reviewer has decided on yet (in this round)."""
    return (
        branch_item.state == State.SUBMITTED
        and branch_item.decided_at is None
        and may_fill(user, branch_item.branch, scope=scope)
    )


def reviewing_office(user, branch_item, *, scope=None):
    """The organisation in whose name ``user`` would decide on a submitted item, or None.

    The reviewer of the organisation it lies with; or of one above it, within the directly affiliated
    organisation: so that nothing is stuck when a general branch's reviewer is gone or is the one who
    filled it in. The decision of the higher organisation stands for the lower one's.
    """
    place = branch_item.with_organization
    if branch_item.state != State.SUBMITTED or place is None:
        return None
    found = [
        organization
        for role, organization in (scope or scope_of(user)).offices
        if (role == Role.COMMITTEE_REVIEWER and organization.pk == place.pk)
        or (
            role == Role.ORG_REVIEWER
            and organization.depth >= Organization.DIRECT_DEPTH
            and place.path.startswith(organization.path)
        )
    ]
    return max(found, key=lambda o: o.depth, default=None)


def returning_office(user, branch_item, *, scope=None):
    """The organisation in whose name ``user`` could return the item, or None.

    Its reviewer; and the working committee's reviewer, who may look at all of them and return any
    submitted or accepted one (工委定期检查).
    """
    scope = scope or scope_of(user)
    office = reviewing_office(user, branch_item, scope=scope)
    if office is None and branch_item.state in {State.SUBMITTED, State.ACCEPTED}:
        branch = branch_item.branch
        return next(
            (
                o
                for role, o in scope.offices
                if role == Role.COMMITTEE_REVIEWER and branch.path.startswith(o.path)
            ),
            None,
        )
    return office


def is_own(user, branch_item, *, scope=None):
    """Filled or handed in by ``user``, or of the branch he answers for: nobody reviews his own."""
    return user.pk in {branch_item.submitted_by_id, branch_item.updated_by_id} or (
        scope or scope_of(user)
    ).holds(BRANCH_ROLES, branch_item.branch)


def may_review(user, branch_item, *, scope=None):
    """May accept it (or pass it on) now."""
    return (
        branch_item.branch.is_open
        and reviewing_office(user, branch_item, scope=scope) is not None
        and not is_own(user, branch_item, scope=scope)
    )


def may_return(user, branch_item, *, scope=None):
    """May send it back to the branch now."""
    return (
        branch_item.branch.is_open
        and returning_office(user, branch_item, scope=scope) is not None
        and not is_own(user, branch_item, scope=scope)
    )


def may_revise(user):
    """The content of the campaign is kept by the system administrator, in the admin site."""
    return scope_of(user).has({Role.SYSTEM_ADMIN})


# --- 支部体检 ---------------------------------------------------------------------------------------


def may_explain(user, finding):
    """The branch explains its own warnings."""
    return finding.organization.is_open and scope_of(user).holds(BRANCH_ROLES, finding.organization)


def may_decide_explanation(user, explanation):
    """Those above the branch accept or refuse: the reviewer of an organisation over it, or the working
    committee's. Nobody decides on an own explanation."""
    if user.pk == explanation.given_by_id:
        return False
    place = explanation.organization
    return any(
        organization.pk != place.pk and place.path.startswith(organization.path)
        for role, organization in scope_of(user).offices
        if role in {Role.ORG_REVIEWER, Role.COMMITTEE_REVIEWER}
    )


def deciders_of(explanation):
    """Who is told that an explanation waits."""
    return reviewers_above(explanation.organization)


def reviewers_above(organization):
    """The reviewers of the nearest organisation above that has some."""
    for path in organization.ancestor_paths[1:]:
        above = Organization.objects.filter(path=path).first()
        people = holders({Role.ORG_REVIEWER, Role.COMMITTEE_REVIEWER}, above)
        if people:
            return list(people)
    return []


def may_see_signals(user, branch):
    """Signs of records made up afterwards (R56): for inspectors and the working committee alone."""
    return scope_of(user).holds_over(SIGNAL_ROLES, branch)


def may_sign_self_check(user, branch):
    """The secretary answers for the self-check with his name; the clerk only prepares it."""
    return branch.is_open and scope_of(user).holds({Role.SECRETARY}, branch)


def may_reopen_self_check(user, branch):
    """The reviewer of an organisation above gives a signed self-check back."""
    return branch.is_open and scope_of(user).holds_above(
        {Role.ORG_REVIEWER, Role.COMMITTEE_REVIEWER}, branch
    )


# --- Problems (问题清单) ------------------------------------------------------------------------------


def _problem_roles(organization):
    return BRANCH_ROLES if organization.is_branch else frozenset({Role.ORG_REVIEWER})


def may_keep_problems(user, organization):
    """A branch's secretary and clerk keep its lists and put right what stands on them; a committee's
    own problems (a term overdue, say) are kept by its reviewer. Source: 工作方案 五(一) 项目清单化管理."""
    return organization.is_open and scope_of(user).holds(_problem_roles(organization), organization)


def may_list_problem(user, organization):
    """The branch itself, and the reviewers above who find something wrong with it."""
    return may_keep_problems(user, organization) or may_oversee_problems(user, organization)


def may_urge_below(user, organization):
    """Whoever answers for several branches may call their overdue problems to mind."""
    roles = {Role.ORG_REVIEWER, Role.CITY_DEPARTMENT} | COMMITTEE_ROLES
    return not organization.is_branch and scope_of(user).holds_over(roles, organization)


def may_oversee_problems(user, organization):
    """The reviewer of an organisation above, or the working committee's, who does not also answer for
    this one: closing is for another level (practice of 台账销号; R51)."""
    scope = scope_of(user)
    return scope.holds_above(
        {Role.ORG_REVIEWER, Role.COMMITTEE_REVIEWER}, organization
    ) and not scope.holds(_problem_roles(organization), organization)


def may_close_problem(user, problem, *, handed_in_by=None):
    """The reviewer above who is neither responsible for it nor handed it in: nobody checks his own
    work (R51; 防止做表面文章)."""
    return (
        may_oversee_problems(user, problem.organization)
        and user.pk != handed_in_by
        and not (user.name and user.name in {problem.responsible, problem.responsible_leader})
    )


def keepers_of(organization):
    """Who is told what happened to a problem of this organisation."""
    return list(holders(_problem_roles(organization), organization))


# --- Inspections (督查抽查) ---------------------------------------------------------------------------


# The working committee inspects its system, the city department may inspect by itself (工作方案 五(二)).
INSPECTING_ROLES = frozenset({Role.COMMITTEE_REVIEWER, Role.CITY_DEPARTMENT})


def may_run_inspection(user, organization):
    """Plan, publish, draw, send out, decide and end: the reviewer of the working committee or the city
    department itself, held at exactly the organisation that inspects."""
    return scope_of(user).holds(INSPECTING_ROLES, organization)


def inspecting_organizations(user):
    """The organisations in whose name ``user`` may inspect."""
    return scope_of(user).organizations(INSPECTING_ROLES)


def may_record_visit(user, visit, *, scope=None):
    """The inspector to whom the branch fell, as long as his office there lasts; nobody else writes in his
    record."""
    return visit.inspector_id == user.pk and (scope or scope_of(user)).holds(
        {Role.INSPECTOR}, visit.branch
    )


def may_state(user, visit):
    """The branch answers to what was found (情况说明)."""
    return may_keep_problems(user, visit.branch)
