"""A branch at a glance on its page: people, groups, committee, last meetings, dues; each leads to its ledger."""

from django.db.models import Count

from branches.models import Kind, Organization, Term
from branches.panels import panel
from branches.scope import scope_of
from branchyear.lib.dates import Month
from members.completeness import with_head_count
from members.models import COMMITTEE_POSTS, DuesMonth, Meeting, Member, Post, PostHeld
from members.services.posts import post_word

MEETINGS_SHOWN = 5


@panel("members/panels/people.html")
def people(organization, user, today):
    """Who is on the roll, and how complete it is."""
    if not _reads(organization, user):
        return None
    members = Member.objects.visible_to(user).filter(organization=organization)
    heads, complete = with_head_count(members)
    return {"figures": heads, "completeness": complete}


@panel("members/panels/groups.html")
def groups(organization, user, today):
    """The Party groups with their leaders and numbers."""
    if not _reads(organization, user):
        return None
    below = Organization.objects.under(organization).filter(kind=Kind.GROUP).open()
    found = list(below)
    sizes = dict(
        Member.objects.counted()
        .filter(organization=organization)
        .order_by()
        .values_list("group")
        .annotate(Count("pk"))
    )
    names = {
        held.organization_id: held.member
        for held in _posts(organization, today)
        if held.post == Post.GROUP_LEADER
    }
    return {
        "groups": [(group, sizes.get(group.pk, 0), names.get(group.pk)) for group in found],
        "without": sizes.get(None, 0),
        "members": sum(sizes.values()),
    }


@panel("members/panels/committee.html")
def committee(organization, user, today):
    """The running term and who holds which post."""
    if not _reads(organization, user):
        return None
    held = [
        one
        for one in _posts(organization, today)
        if one.organization_id == organization.pk and one.post in COMMITTEE_POSTS
    ]
    order = list(Post)
    seats = sorted(held, key=lambda one: (order.index(Post(one.post)), one.pk))
    term = Term.objects.filter(organization=organization, ended_on=None).order_by("-number").first()
    return {
        "term": term,
        "is_over": term is not None and term.due_on < today,
        "seats": [(post_word(one.post, organization), one.member, one.duties) for one in seats],
    }


@panel("members/panels/meetings.html")
def meetings(organization, user, today):
    """What was held last."""
    if not organization.is_branch:
        return None
    rows = Meeting.objects.visible_to(user).filter(organization=organization).held()
    return {"meetings": list(rows.order_by("-on", "-pk")[:MEETINGS_SHOWN])}


@panel("members/panels/dues.html")
def dues(organization, user, today):
    """The last month on the books: how many have paid in full, what is missing."""
    if not _reads(organization, user):
        return None
    rows = DuesMonth.objects.visible_to(user).filter(organization=organization)
    last = rows.figures("month").order_by("-month").first()
    return {"month": Month.parse(last["month"]) if last else None, "figure": last}


def _posts(organization, today):
    """Who holds a post in the branch or in one of its groups: asked once for the whole page."""
    if not hasattr(organization, "posts_held_"):
        held = PostHeld.objects.filter(starts_on__lte=today).exclude(ends_on__lt=today)
        organization.posts_held_ = list(held.under(organization).select_related("member"))
    return organization.posts_held_


def _reads(organization, user):
    """A branch whose people's ledgers this person may read."""
    return organization.is_branch and scope_of(user).reads_ledgers(organization)
