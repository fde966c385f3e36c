"""Rules of task 2, 配强支部班子: the body, its secretary, its term (R11-R20)."""

from datetime import timedelta

from django.db.models import (
    Case,
    DateField,
    Exists,
    F,
    Max,
    OuterRef,
    Q,
    Subquery,
    Value,
    When,
)
from django.db.models.functions import Coalesce

from branches.models import BranchType, Kind, Organization, Term
from branches.terms import near_until
from members.models import COMMITTEE_POSTS, Category, Post, PostHeld, Standing
from tasks.health.days import days_later, number_of
from tasks.health.registry import (
    ERROR,
    NOTICE,
    UNKNOWN,
    WARNING,
    as_text,
    check,
    found,
    key,
)
from tasks.health.rows import branches, heads, in_force, posts, posts_at

# Who may not hold an office: 中国共产党基层组织选举工作条例(2020) 第五条.
WITHOUT_RIGHTS = (Standing.SUSPENDED, Standing.EXPELLED, Standing.LEFT, Standing.DECEASED)
OFFICES = (
    Post.SECRETARY,
    Post.ORGANIZATION_OFFICER,
    Post.PUBLICITY_OFFICER,
    Post.DISCIPLINE_OFFICER,
)


@check(
    "R11",
    mend="members:committee",
    applies=lambda ask: _large(ask),
    words={"unknown": "本支部正式党员{n}人，应当设立支部委员会，尚未登记班子成员。"},
)
def committee_required(ask):
    """7 formal members have a committee of 3 to 5 with its offices filled.
    支部工作条例(试行)第六章；机关基层组织工作条例(2019)第七、九条."""
    p = ask.params
    registered = PostHeld.objects.filter(organization=OuterRef("pk"), post__in=COMMITTEE_POSTS)
    rows = _large(ask).annotate(
        k=posts_at(ask, *COMMITTEE_POSTS),
        deputies=posts_at(ask, Post.DEPUTY_SECRETARY),
        ever=Exists(registered),
        **{
            post.value: Case(When(_filled(ask, registered, post), then=Value(1)), default=Value(0))
            for post in OFFICES
        },
    )
    unfilled = Q()
    for post in OFFICES:
        unfilled |= Q(**{post.value: 0})
    wrong_size = Q(k__lt=p["committee_min"]) | Q(k__gt=p["committee_hard_max"])
    facts = {"n": F("formal"), "k": F("k"), **{post.value: F(post.value) for post in OFFICES}}
    doubtful = Q(k__gt=p["committee_usual_max"]) | Q(deputies__gt=1) | unfilled
    known = rows.filter(ever=True).filter(wrong_size | doubtful)
    severity = Case(When(wrong_size, then=Value(ERROR.value)), default=Value(WARNING.value))
    return [
        found(known, organization="pk", severity=severity, **facts),
        found(
            rows.filter(ever=False), organization="pk", severity=UNKNOWN, say="unknown",
            n=F("formal"),
        ),
    ]  # fmt: skip


def _filled(ask, registered, post):
    """Held by somebody, or done beside another post (分工：“兼纪检委员”)."""
    beside = Q(post=post) | Q(duties__contains=post.label)
    return Exists(registered.filter(in_force(ask.day), beside))


def _large(ask):
    rows = branches(ask).annotate(formal=heads(category=Category.FORMAL))
    return rows.filter(formal__gte=ask.params.get("min_formal", 7))


@check("R12", mend="members:committee")
def small_branch_officers(ask):
    """Fewer than 7 formal members: a secretary, at most one deputy, no committee.
    机关基层组织工作条例(2019)第七条."""
    others = COMMITTEE_POSTS - {Post.SECRETARY, Post.DEPUTY_SECRETARY}
    rows = branches(ask).annotate(
        n=heads(category=Category.FORMAL),
        deputies=posts_at(ask, Post.DEPUTY_SECRETARY),
        others=posts_at(ask, *others),
    )
    rows = rows.filter(Q(deputies__gt=1) | Q(others__gt=0), n__lte=ask.params["max_formal"])
    return found(rows, organization="pk", severity=WARNING, n=F("n"), k=F("others"))


@check(
    "R13",
    mend="members:committee",
    words={"unknown": "尚未登记支部书记。"},
)
def secretary_vacant(ask):
    """Every branch has a secretary; who has never had one registered is unknown, not vacant.
    支部工作条例(试行)第六章 (空缺应当及时补选)."""
    past = PostHeld.objects.filter(
        organization=OuterRef("pk"), post=Post.SECRETARY, ends_on__lt=ask.day
    ).order_by()
    rows = branches(ask).annotate(
        now=posts_at(ask, Post.SECRETARY),
        last=Subquery(
            past.values("organization").annotate(last=Max("ends_on")).values("last"),
            output_field=DateField(),
        ),
    )
    rows = rows.filter(now=0)
    return [
        found(rows.filter(last__isnull=False), organization="pk", date=as_text("last")),
        found(rows.filter(last=None), organization="pk", severity=UNKNOWN, say="unknown"),
    ]


@check(
    "R14",
    mend="members:committee",
    words={"unknown": "支部书记{name}的转正时间未填写，无法核对党龄。"},
)
def secretary_party_age(ask):
    """A secretary has been a formal member for a year on taking office (一般应当).
    支部工作条例(试行)第六章."""
    rows = posts(ask, Post.SECRETARY).filter(organization__kind=Kind.BRANCH)
    young = rows.annotate(
        ready=number_of("member__formal_on") + 10000 * ask.params["min_years"],
        began=number_of("starts_on"),
    ).filter(ready__gt=F("began"))
    about = key("post", "pk")
    return [
        found(young, about=about, severity=WARNING, name=F("member__name")),
        found(
            rows.filter(member__formal_on=None), about=about, severity=UNKNOWN, say="unknown",
            name=F("member__name"),
        ),
    ]  # fmt: skip


@check(
    "R15",
    mend="members:roster",
    words={"unknown": "没有登记支部书记{name}是否为本处（科）室主要负责人，无法核对。"},
)
def secretary_is_head(ask):
    """The secretary is the unit's principal (原则上, hence a warning); retired members' branches and
    temporary ones have no unit. 机关基层组织工作条例(2019)第八条."""
    rows = (
        posts(ask, Post.SECRETARY)
        .filter(organization__kind=Kind.BRANCH, member__is_retired=False)
        .exclude(organization__branch_type=BranchType.TEMPORARY)
        .distinct()  # elected again, one person holds two posts on that day
    )
    about, name = key("member", "member_id"), F("member__name")
    return [
        found(rows.filter(member__is_unit_head=False), about=about, severity=WARNING, name=name),
        found(
            rows.filter(member__is_unit_head=None), about=about, severity=UNKNOWN, say="unknown",
            name=name,
        ),
    ]  # fmt: skip


@check("R16", mend="members:committee")
def officers_formal(ask):
    """Officers are formal members with full rights. 基层组织选举工作条例(2020)第五条."""
    rows = posts(ask, *COMMITTEE_POSTS).filter(
        ~Q(member__category=Category.FORMAL) | Q(member__standing__in=WITHOUT_RIGHTS)
    )
    return found(rows, about=key("post", "pk"), name=F("member__name"))


# --- Terms ----------------------------------------------------------------------------------------


def _electing(ask):
    """Open organisations that elect a body for a term: a temporary branch does not."""
    return Organization.objects.electing().filter(ask.under("path"))


def _terms(ask):
    """Their running terms, with the day the next election is due."""
    return Term.objects.filter(organization__in=_electing(ask).order_by(), ended_on=None).annotate(
        due=Coalesce("extended_to", "expires_on")
    )


@check(
    "R17",
    mend="members:committee",
    applies=_electing,
    words={"unknown": "尚未登记本届班子的选举日期，无法核对是否按期换届。"},
)
def term_overdue(ask):
    """The term is not over, or an approved extension runs.
    关于党的基层组织任期的意见(2018)；机关基层组织工作条例(2019)第五至八条."""
    running = Term.objects.filter(organization=OuterRef("pk"), ended_on=None)
    return [
        found(
            _terms(ask).filter(due__lt=ask.day),
            elected=as_text("elected_on"),
            expiry=as_text("due"),
        ),
        found(
            _electing(ask).filter(~Exists(running)),
            organization="pk",
            severity=UNKNOWN,
            say="unknown",
        ),
    ]


@check("R18", mend="members:committee", applies=_electing)
def term_reminder(ask):
    """Six months before the end branch and superior are reminded. 支部工作条例(试行)第六章."""
    until = near_until(ask.day, ask.params["months_before"])
    rows = _terms(ask).filter(due__gte=ask.day, due__lte=until)
    return found(rows, severity=NOTICE, expiry=as_text("due"))


@check("R19", mend="members:committee", applies=_electing)
def extension_limit(ask):
    """An extension has a document and is a year at most. 基层组织选举工作条例(2020)第三条."""
    rows = _terms(ask).filter(extended_to__isnull=False)
    rows = rows.annotate(
        latest=number_of("expires_on") + 10000 * ask.params["max_years"],
        until=number_of("extended_to"),
    ).filter(Q(extension_no="") | Q(until__gt=F("latest")))
    return found(rows, expiry=as_text("expires_on"), until=as_text("extended_to"))


@check(
    "R20",
    mend="members:committee",
    applies=_electing,
    words={
        "contest": "应选{seats}名，候选人{c}名，差额不足百分之二十。",
        "votes": "{name}得票{v}张，未超过实到会人数（{a}人）的一半，不能当选。",
        "papers": "换届选举结果尚未登记上级批复。",
        "unfiled": "{elected}的换届选举结果应在{days}天内报上级备案，尚未登记备案日期。",
        "filed_late": "{elected}的换届选举结果{filed}才报上级备案，超过{days}天。",
        "unknown": "本届换届选举的到会人数未登记，无法核对选举是否有效。",
    },
)
def election_validity(ask):
    """Four fifths of the voters were there, a fifth more candidates than seats, more than half of the votes,
    approved by those above and filed with them within 30 days (local practice).
    基层组织选举工作条例(2020)；支部工作条例(试行)第六章."""
    part, whole = (int(number) for number in ask.params["quorum"].split("/"))
    rows = _terms(ask).annotate(quorum=F("voters_present") * whole, needed=F("voters_due") * part)
    contest = round(100 * (1 + ask.params["contest_ratio"]))
    losers = PostHeld.objects.filter(
        organization__in=_electing(ask).order_by(),
        term__ended_on=None,
        term__isnull=False,
        votes__isnull=False,
        term__voters_present__gte=F("votes") * 2,
        ends_on=None,
    )
    days = ask.params["report_days"]
    unfiled = rows.filter(filed_on=None, elected_on__lt=ask.day - timedelta(days=days))
    filed_late = rows.filter(filed_on__gt=days_later("elected_on", days))
    filing = {"about": Value("filing"), "severity": WARNING, "elected": as_text("elected_on")}
    return [
        found(unfiled, **filing, say="unfiled", days=Value(days)),
        found(filed_late, **filing, say="filed_late", filed=as_text("filed_on"), days=Value(days)),
        found(
            rows.filter(quorum__lt=F("needed")),
            about=Value("quorum"),
            a=F("voters_present"),
            b=F("voters_due"),
        ),
        found(
            rows.annotate(had=F("candidates") * 100, wanted=F("seats") * contest).filter(
                had__lt=F("wanted")
            ),
            about=Value("contest"),
            severity=WARNING,
            say="contest",
            seats=F("seats"),
            c=F("candidates"),
        ),
        found(
            losers,
            about=key("post", "pk"),
            say="votes",
            name=F("member__name"),
            v=F("votes"),
            a=F("term__voters_present"),
        ),
        found(rows.filter(approval_no=""), about=Value("papers"), severity=WARNING, say="papers"),
        found(
            rows.filter(Q(voters_present=None) | Q(voters_due=None)),
            about=Value("unknown"),
            severity=UNKNOWN,
            say="unknown",
        ),
    ]
