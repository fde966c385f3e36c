"""班子和党小组: the body of a branch, its term and its Party groups; above, how those below stand."""

from django.db.models import Count
from django.shortcuts import render
from django.views.decorators.http import require_GET

from branches import rules as branch_rules
from branches import terms as arithmetic
from branches.models import Term
from branches.services import organizations
from branchyear.lib.dates import full_years, local_day
from branchyear.lib.paging import page_of
from members.desk import desk
from members.groups import advice_on_groups
from members.models import COMMITTEE_POSTS, Member, Post, PostHeld
from members.services import elections, posts
from members.views.groups import grouping_url
from members.views.termlist import listed, look, with_terms


@require_GET
def committee(request):
    """The running term and the body, the Party groups of a branch; above, how those below stand."""
    organization, context = desk(request, "members:committee")
    today = local_day()
    term = elections.running_term(organization)
    context |= {"today": today, "elects": arithmetic.elects(organization), "term": term}
    if context["elects"]:
        context |= _body(request.user, organization, term, today)
    if organization.is_branch:
        context |= _groups(request.user, organization)
    else:
        below = listed(request.user, organization, today).exclude(pk=organization.pk)
        page = page_of(request.GET, below, size=20)
        context |= {"page": page, "rows": with_terms(page, today)}
    return render(request, "members/committee.html", context)


def _body(user, organization, term, today):
    held = body_of(organization)
    for one in held:
        one.word = posts.post_word(one.post, organization)
        since = one.member.formal_on
        one.party_years = full_years(since, today) if since else None
    formal = elections.electable(organization).count()
    past = Term.objects.filter(organization=organization).exclude(ended_on=None)
    return {
        "held": held,
        "look": look(term and term.expires_on, term and term.extended_to, today),
        "formal": formal,
        "advice": elections.advice_on_body(formal, held) if organization.is_branch else [],
        "unknown": _unknown(term),
        "reminders": term.reminders.select_related("by").order_by("-on", "-pk") if term else (),
        "past": past.order_by("-number").annotate(people=Count("posts_held")),
        "may_keep": organization.is_open and branch_rules.may_keep_term(user, organization),
        "may_extend": organization.is_open and branch_rules.may_extend_term(user, organization),
        "may_remind": branch_rules.may_remind_term(user, organization),
        "years": arithmetic.YEARS[organization.kind],
        "years_basis": arithmetic.YEARS_BASIS,
    }


def body_of(organization):
    """The posts in force of the body, secretary first."""
    held = PostHeld.objects.filter(
        organization=organization, ends_on=None, post__in=COMMITTEE_POSTS
    ).select_related("member__organization", "organization")
    return sorted(held, key=lambda one: (list(Post).index(Post(one.post)), one.pk))


def _unknown(term):
    """What the record of the election lacks; a gap is said, not passed over."""
    if term is None:
        return []
    wanted = ("seats", "candidates", "voters_due", "voters_present")
    missing = [name for name in wanted if getattr(term, name) is None]
    missing += [name for name in ("approval_no",) if not getattr(term, name)]
    return [Term._meta.get_field(name).verbose_name for name in missing]


def _groups(user, branch):
    groups = list(organizations.groups_of(branch))
    counted = Member.objects.counted().filter(organization=branch)
    sizes = dict(counted.order_by().values_list("group").annotate(Count("pk")))
    leaders = {
        held.organization_id: held
        for held in PostHeld.objects.filter(
            organization__in=groups, ends_on=None, post=Post.GROUP_LEADER
        ).select_related("member")
    }
    for group in groups:
        group.size, group.leader = sizes.get(group.pk, 0), leaders.get(group.pk)
    inside = sum(group.size for group in groups)
    total = sum(sizes.values())
    return {
        "groups": groups,
        "groups_advice": advice_on_groups(total, {g.name: g.size for g in groups}, total - inside),
        "may_group": branch.is_open and branch_rules.may_keep_groups(user, branch),
        "grouping_url": grouping_url(user, branch),
    }
