"""Who may do what with scores: organisations judge themselves, those above check, the committee runs them."""

from branches.roles import COMMITTEE_ROLES, Role
from branches.scope import holders, scope_of
from tasks import rules

RUNNERS = frozenset({Role.COMMITTEE_REVIEWER})


def may_run_scores(user):
    """The working committee opens a round, freezes it, answers appeals and makes it known."""
    return scope_of(user).has(RUNNERS)


def may_sort_scores(user):
    """Official order for everybody; by score only at the working committee's own desk (减负: no public
    ranking of organisations, none of persons at all)."""
    return scope_of(user).has(COMMITTEE_ROLES)


def may_judge_score(user, score):
    """自评 and 申诉 are the organisation's own: a branch's secretary or clerk, a committee's reviewer."""
    return rules.may_keep_problems(user, score.organization)


def may_check_score(user, score):
    """审核 is for another level: the reviewer above who does not answer for the organisation too."""
    return rules.may_oversee_problems(user, score.organization)


def may_decide_appeal(user, appeal):
    """The working committee's reviewer, who neither appealed nor answers for the organisation."""
    organization = appeal.line.score.organization
    return (
        scope_of(user).holds_over(RUNNERS, organization)
        and user.pk != appeal.asked_by_id
        and not rules.may_keep_problems(user, organization)
    )


def answerers_of(organization):
    """Who is told about the organisation's score."""
    return rules.keepers_of(organization)


def runners_above(organization):
    """The working committee's reviewers over this organisation."""
    above = type(organization).objects.filter(path__in=organization.ancestor_paths)
    return [person for place in above for person in holders(RUNNERS, place)]
