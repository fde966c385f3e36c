"""Elections: one act registers the next term, ends the one before with its posts, and seats the elected."""

from django.db import transaction

from branches import rules as branch_rules
from branches import terms as arithmetic
from branches.models import Term
from branches.services import terms
from branchyear.audit.services import record
from branchyear.lib.dates import local_day
from branchyear.lib.errors import Refused, require
from members.models import COMMITTEE_POSTS, Category, Member, Post, PostHeld
from members.services import posts


@transaction.atomic
def record_election(organization, election, seats, *, by, running=None, today=None):
    """Register a re-election (换届) with who was elected; returns the new term.

    ``election`` is a ``branches.services.terms.Election``, ``seats`` are ``posts.Seat``; ``running`` is
    what the person saw running (see ``open_term``). The former body steps down on the day of the
    election; group leaders stay.

    Source: 支部工作条例(试行) 第六章; 基层组织选举工作条例(2020). Rules R16 and R20.
    """
    seats = list(seats)
    _check_body(seats, election.seats)
    check_votes(seats, election.voters_present, election.voters_due)
    term = terms.open_term(organization, election, by=by, running=running, today=today)
    posts.end_body(organization, on=term.elected_on, by=by, reason="换届")
    posts.give_posts(
        organization,
        seats,
        on=term.elected_on,
        by=by,
        term=term,
        document_no=election.approval_no,
    )
    return term


@transaction.atomic
def by_election(
    term,
    seats,
    *,
    on,
    by,
    voters_due=None,
    voters_present=None,
    document_no="",
    reason="",
    today=None,
):
    """Fill seats within a term (补选); who held another seat of the body gives that one up.

    Source: 支部工作条例(试行) 第六章 (a vacant seat is filled in time).
    """
    organization = term.organization
    if by is not None:
        require(branch_rules.may_keep_term(by, organization))
    seats = list(seats)
    if not seats:
        raise Refused("请至少选择一名补选的人员和职务。")
    if term.ended_on is not None:
        raise Refused("这一届已经换届，不能补选。")
    if on > (today or local_day()):
        raise Refused("补选日期不能晚于今天。", field="on")
    if on < term.elected_on:
        raise Refused("补选日期不能早于本届选举日期。", field="on")
    terms.check_quorum(voters_present, voters_due)
    check_votes(seats, voters_present, voters_due)
    running = list(
        PostHeld.objects.filter(
            organization=organization, ends_on=None, post__in=COMMITTEE_POSTS
        ).select_related("member__organization", "organization")
    )
    moving = {seat.member.pk for seat in seats}
    stay = [held for held in running if held.member_id not in moving]
    for post in (Post.SECRETARY, Post.DEPUTY_SECRETARY):
        holder = next((held for held in stay if held.post == post), None)
        if holder and any(seat.post == post for seat in seats):
            word = posts.post_word(post, organization)
            raise Refused(f"{holder.member}现任{word}，请先免去其职务再补选。")
    if term.seats and len(stay) + len(seats) > term.seats:
        raise Refused(
            f"本届名额{term.seats}人，补选后将有{len(stay) + len(seats)}人，请核对；"
            "名额有变的先更正换届登记。"
        )
    _check_doubles(seats)
    for held in running:
        if held.member_id in moving:
            posts.end_post(held, on=on, by=by, reason="改任", today=today)
    given = posts.give_posts(
        organization, seats, on=on, by=by, term=term, document_no=document_no.strip()
    )
    record(
        "term.by_election",
        term,
        by=by,
        organization=organization,
        on=on,
        voters_due=voters_due,
        voters_present=voters_present,
        people=len(given),
        reason=reason.strip(),
    )
    return given


def check_votes(seats, present, due):
    """Each of those elected has the votes; votes that nobody knows prove nothing and refuse nothing."""
    for seat in seats:
        if seat.votes is None:
            continue
        if present is None or due is None:
            raise Refused("填写得票数的，请同时填写应到人数和实到人数。", field="voters_present")
        if seat.votes > present:
            raise Refused(f"{seat.member}得票{seat.votes}票，多于实到{present}人，请核对。")
        base = arithmetic.base_of(present, due)
        if not arithmetic.is_elected(seat.votes, base):
            who = "应到会" if base == due and base != present else "实到会"
            raise Refused(
                f"{seat.member}得票{seat.votes}票，未超过{who}有选举权人数{base}人的一半"
                f"（至少{arithmetic.votes_wanted(base)}票），不能当选。"
            )


def _check_body(seats, wanted):
    if not any(seat.post == Post.SECRETARY for seat in seats):
        raise Refused("请选出书记：在当选人一行的“职务”中选择书记。")
    for post in (Post.SECRETARY, Post.DEPUTY_SECRETARY):
        if sum(seat.post == post for seat in seats) > 1:
            raise Refused(f"{Post(post).label}只能有1人，请核对。")
    if wanted is not None and len(seats) > wanted:
        raise Refused(f"当选{len(seats)}人，多于应选名额{wanted}人，请核对。", field="seats")
    if len(seats) > arithmetic.COMMITTEE_MOST and wanted is None:
        raise Refused(
            f"当选{len(seats)}人，委员会一般不超过{arithmetic.COMMITTEE_MOST}人；"
            "如确为此数，请填写应选名额。",
            field="seats",
        )
    _check_doubles(seats)


def _check_doubles(seats):
    seen = set()
    for seat in seats:
        if seat.post not in COMMITTEE_POSTS:
            raise Refused("党小组组长在“党小组”中办理，不在换届中登记。")
        if seat.member.pk in seen:
            raise Refused(f"{seat.member}填写了两次；兼任的请写在“分工”中。")
        seen.add(seat.member.pk)


# --- How the body stands --------------------------------------------------------------------------

# Every committee has these; a small branch has a secretary only.
# Source: 支部工作条例(试行) 第六章; 机关条例(2019) 第九条 (a discipline member).
COMMITTEE_SEATS = (
    Post.SECRETARY,
    Post.ORGANIZATION_OFFICER,
    Post.PUBLICITY_OFFICER,
    Post.DISCIPLINE_OFFICER,
)


def missing_posts(formal, held):
    """Posts that a branch of ``formal`` formal members has to fill and has not (R11, R12, R13).

    Whoever does another post's work beside the own says so in 分工 (“兼纪检委员”).
    """
    wanted = COMMITTEE_SEATS if formal >= arithmetic.COMMITTEE_FROM else (Post.SECRETARY,)
    filled = {one.post for one in held}
    said = "、".join(one.duties for one in held)
    return [post for post in wanted if post not in filled and Post(post).label not in said]


def advice_on_body(formal, held):
    """Sentences about the size of a branch's body, for the page; verdicts are the findings engine's."""
    body = [one for one in held if one.post in COMMITTEE_POSTS]
    missing = missing_posts(formal, body)
    labels = "、".join(Post(post).label for post in missing)
    if formal >= arithmetic.COMMITTEE_FROM:
        said = []
        if len(body) < arithmetic.COMMITTEE_LEAST:
            said.append(
                f"正式党员{formal}人，应当设立支部委员会（{arithmetic.COMMITTEE_LEAST}至"
                f"{arithmetic.COMMITTEE_USUAL}人），现有{len(body)}人。"
            )
        if len(body) > arithmetic.COMMITTEE_MOST:
            said.append(f"支部委员会一般不超过{arithmetic.COMMITTEE_MOST}人，现有{len(body)}人。")
        return said + ([f"缺{labels}。"] if labels else [])
    said = [f"缺{labels}。"] if labels else []
    if any(one.post not in {Post.SECRETARY, Post.DEPUTY_SECRETARY} for one in body):
        said.append(
            f"正式党员{formal}人，不足{arithmetic.COMMITTEE_FROM}人，一般设书记1名，"
            "必要时设副书记1名，不设支部委员会。"
        )
    return said


def electable(organization):
    """The members who can be elected at ``organization``: formal, on its roll or below."""
    return (
        Member.objects.counted()
        .under(organization)
        .filter(category=Category.FORMAL, organization__closed_on=None)
        .select_related("organization")
    )


def running_term(organization):
    """The term that runs, or None."""
    return Term.objects.filter(organization=organization, ended_on=None).first()
