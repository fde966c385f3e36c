"""Posts in the Party: who takes one, gives it up, leads a group; ``Member.party_post`` kept in step.

An election seats a whole body at once (``members.services.elections``). Whoever leaves the roll, goes to
another branch or to another group gives up the posts that belonged there: ``follow``.
"""

from collections import defaultdict
from dataclasses import dataclass

from django.db import IntegrityError, transaction

from branches import rules as branch_rules
from branches.models import Kind, Organization
from branchyear.audit.services import build, record_many
from branchyear.lib.dates import local_day
from branchyear.lib.errors import Conflict, Refused, require
from members import rules
from members.models import COMMITTEE_POSTS, COUNTED, Category, Member, MemberEvent, Post, PostHeld

BATCH = 500


@dataclass(frozen=True)
class Seat:
    """One person for one post."""

    member: Member
    post: str
    votes: int | None = None
    duties: str = ""


# --- Words ----------------------------------------------------------------------------------------


def post_word(post, organization):
    """The post as people say it there: 支部书记 of a branch, 书记 of a committee."""
    label = Post(post).label
    return label.removeprefix("支部") if organization.kind != Kind.BRANCH else label


def post_in_full(held):
    """With the body it belongs to where that is not the member's own branch: 机关党委委员."""
    above = held.organization.kind not in {Kind.BRANCH, Kind.GROUP}
    before = held.organization.kind_label if above else ""
    return before + post_word(held.post, held.organization)


def words_of(posts):
    """What ``Member.party_post`` says: the branch's own posts first, then the higher, then the group's."""

    def rank(held):
        place = {Kind.BRANCH: 0, Kind.GROUP: 2}.get(held.organization.kind, 1)
        return place, list(Post).index(Post(held.post)), held.pk or 0

    words = ""
    for held in sorted(posts, key=rank):
        more = f"{words}、{post_in_full(held)}" if words else post_in_full(held)
        if len(more) > Member._meta.get_field("party_post").max_length:
            break
        words = more
    return words


# --- Verbs ----------------------------------------------------------------------------------------


@transaction.atomic
def give_posts(organization, seats, *, on, by, term=None, document_no=""):
    """Seat people at ``organization`` from ``on``; returns the posts held. The asking of ability, and of
    what an election wants, lies with the callers here and in ``elections``.

    Source: 基层组织选举工作条例(2020) 第五条 (only formal members can be elected).
    """
    for seat in seats:
        check_seat(seat.member, organization, seat.post)
    held = [
        PostHeld(
            member=seat.member,
            organization=organization,
            term=term,
            post=seat.post,
            votes=seat.votes,
            duties=seat.duties.strip(),
            starts_on=on,
            document_no=document_no,
        )
        for seat in seats
    ]
    try:
        with transaction.atomic():
            PostHeld.objects.bulk_create(held)
    except IntegrityError:
        raise Conflict("其他人刚刚登记了班子成员，请刷新页面核对后再办理。") from None
    _tell("post.given", held, on=on, by=by, word="任", document_no=document_no)
    return held


@transaction.atomic
def end_post(held, *, on, by, reason="", document_no="", today=None):
    """Release from a post with the day ``on``; the post stays in the person's history."""
    organization = held.organization
    if by is not None:
        require(may_keep(by, organization))
    if on > (today or local_day()):
        raise Refused("免职日期不能晚于今天。", field="on")
    if on < held.starts_on:
        raise Refused("免职日期不能早于任职日期。", field="on")
    if not reason.strip():
        raise Refused("请写明原因，如调离、改任、辞去职务。", field="reason")
    _end([held], on=on, by=by, reason=reason.strip(), document_no=document_no.strip())
    return held


@transaction.atomic
def change_post(held, *, duties, document_no, by):
    """Another division of work (分工), or the number of the paper of approval."""
    if by is not None:
        require(may_keep(by, held.organization))
    duties, document_no = duties.strip(), document_no.strip()
    before = {"duties": held.duties, "document_no": held.document_no}
    after = {"duties": duties, "document_no": document_no}
    if before == after:
        return held
    if not PostHeld.objects.filter(pk=held.pk, ends_on=None).update(**after):
        raise Refused("该职务已经免去，不能再调整分工。")
    held.duties, held.document_no = duties, document_no
    entry = build(
        "post.changed", held, by=by, organization=held.organization, before=before, after=after
    )
    record_many([entry])
    return held


@transaction.atomic
def set_leader(group, member, *, on, by, document_no="", today=None):
    """``member`` leads the Party group from ``on`` (None: nobody does); the former leader's post ends.

    Source: 中国共产党支部工作条例(试行) 第四章第十三条 (a group has a leader, named by the branch or
    proposed by the group).
    """
    if by is not None:
        require(may_keep(by, group))
    if group.kind != Kind.GROUP or not group.is_open:
        raise Refused(f"“{group}”不是在设的党小组。")
    if on > (today or local_day()):
        raise Refused("任职日期不能晚于今天。", field="on")
    running = list(
        PostHeld.objects.filter(
            organization=group, post=Post.GROUP_LEADER, ends_on=None
        ).select_related("member", "organization")
    )
    if [held.member_id for held in running] == ([member.pk] if member else []):
        return
    if any(on < held.starts_on for held in running):
        raise Refused("日期不能早于现任组长的任职日期。", field="on")
    if running:
        _end(running, on=on, by=by, reason="调整党小组组长", document_no=document_no)
    if member is not None:
        seat = Seat(member, Post.GROUP_LEADER)
        give_posts(group, [seat], on=on, by=by, document_no=document_no)


@transaction.atomic
def follow(members, *, on, by, reason=""):
    """After people left the roll, their branch or their group: end the posts they can no longer hold.

    Called by whatever moves people; asks for no ability of its own. Returns how many posts ended.
    """
    keys = [member if isinstance(member, int) else member.pk for member in members]
    lost = []
    for start in range(0, len(keys), BATCH):
        running = PostHeld.objects.filter(member__in=keys[start : start + BATCH], ends_on=None)
        running = running.select_related("member__organization", "organization")
        lost += [held for held in running if not _may_hold(held)]
    if lost:
        _end(lost, on=on, by=by, reason=reason or "不再符合任职条件（离开名册、支部或党小组）")
    return len(lost)


@transaction.atomic
def end_all(organization, *, on, by):
    """The organisation ends, and with it every post there."""
    running = PostHeld.objects.filter(organization=organization, ends_on=None)
    running = list(running.select_related("member__organization", "organization"))
    if running:
        _end(running, on=on, by=by, reason="党组织撤销")


def end_body(organization, *, on, by, reason):
    """Everybody of the present body steps down on ``on`` (there was an election)."""
    running = PostHeld.objects.filter(
        organization=organization, ends_on=None, post__in=COMMITTEE_POSTS
    )
    running = list(running.select_related("member__organization", "organization"))
    if late := next((held for held in running if held.starts_on > on), None):
        raise Refused(
            f"{late.member}的任职日期{late.starts_on:%Y-%m-%d}晚于选举日期，请先核对。",
            field="elected_on",
        )
    if running:
        _end(running, on=on, by=by, reason=reason)
    return running


def may_keep(user, organization):
    """Posts of a body are kept with its term; a group's leader with the groups of the branch."""
    if organization.kind == Kind.GROUP:
        branch = Organization.objects.get_parent(organization)
        return rules.may_keep_roster(user, branch)
    return branch_rules.may_keep_term(user, organization)


# --- Checks ---------------------------------------------------------------------------------------


def check_seat(member, organization, post):
    """``Refused`` when this member cannot hold a post there."""
    word = post_word(post, organization)
    if member.standing not in COUNTED:
        raise Refused(f"{member}目前“{member.get_standing_display()}”，不能任{word}。")
    if organization.kind == Kind.GROUP:
        if member.group_id != organization.pk:
            raise Refused(f"{member}不在“{organization}”，请先编入该党小组。", field="leader")
        return
    if not member.organization.path.startswith(organization.path):
        raise Refused(f"{member}的组织关系不在“{organization}”，不能任{word}。")
    if member.category != Category.FORMAL:
        raise Refused(f"{member}为预备党员，没有被选举权，不能任{word}。")


def _may_hold(held):
    member = held.member
    if member.standing not in COUNTED:
        return False
    if held.organization.kind == Kind.GROUP:
        return member.group_id == held.organization_id
    return member.organization.path.startswith(held.organization.path)


# --- Rows -----------------------------------------------------------------------------------------


def _end(posts, *, on, by, reason, document_no=""):
    """End running posts; whoever was faster is said."""
    late = defaultdict(list)  # a post that began later than the day ends on the day it began
    for held in posts:
        late[max(on, held.starts_on)].append(held)
    ended = 0
    for day, some in late.items():
        running = PostHeld.objects.filter(pk__in=[held.pk for held in some], ends_on=None)
        ended += running.update(ends_on=day)
        for held in some:
            held.ends_on = day
    if ended != len(posts):
        raise Conflict("其他人刚刚办理了免职，请刷新页面核对。")
    _tell("post.ended", posts, on=on, by=by, word="免", reason=reason, document_no=document_no)


def _tell(verb, posts, *, on, by, word, reason="", document_no=""):
    """The member's event, the audit entry, and the text in the lists."""
    before, after = keep_in_step({held.member_id for held in posts})
    events, entries = [], []
    for held in posts:
        said = f"{word}{held.organization}{post_word(held.post, held.organization)}"
        events.append(
            MemberEvent(
                member=held.member,
                organization_id=held.member.organization_id,
                what=MemberEvent.What.POST,
                on=on,
                document_no=document_no,
                reason=f"{said}：{reason}"[:300] if reason else said[:300],
                before={"party_post": before[held.member_id]},
                after={"party_post": after[held.member_id]},
                by=by,
            )
        )
        entries.append(
            build(verb, held, by=by, organization=held.organization, on=on, reason=reason)
        )
        held.member.party_post = after[held.member_id]
    MemberEvent.objects.bulk_create(events, batch_size=BATCH)
    record_many(entries)


def keep_in_step(keys):
    """Write ``Member.party_post`` from the posts in force; returns the texts before and after by key."""
    keys = sorted(keys)
    running = defaultdict(list)
    before = {}
    for start in range(0, len(keys), BATCH):
        part = keys[start : start + BATCH]
        before |= dict(Member.objects.filter(pk__in=part).values_list("pk", "party_post"))
        posts = PostHeld.objects.filter(member__in=part, ends_on=None)
        for held in posts.select_related("organization"):
            running[held.member_id].append(held)
    after = {key: words_of(running[key]) for key in keys}
    changed = defaultdict(list)
    for key in keys:
        if after[key] != before[key]:
            changed[after[key]].append(key)
    for text, some in changed.items():
        Member.objects.filter(pk__in=some).update(party_post=text)
    return before, after
