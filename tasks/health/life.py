"""Rules of task 3, 严格组织生活: meetings held when they are due, appraisal, talks (R21-R31).

A period counts only if it lies wholly in the campaign and in the life of the branch.
"""

from datetime import date

from django.db.models import Case, Count, Exists, F, OuterRef, Q, Value, When
from django.db.models.functions import Floor

from branches.models import Kind, Organization
from branchyear.lib.dates import Month
from members.life import COMMITTEE_FROM, periods
from members.models import (
    COMMITTEE_POSTS,
    Appraisal,
    AppraisalResult,
    Category,
    Grade,
    Meeting,
    MeetingKind,
    Member,
    PostHeld,
    Talk,
    Vote,
)
from tasks.health.registry import ERROR, NOTICE, WARNING, as_text, check, found, key
from tasks.health.rows import branch_of_group, branches, heads, in_force, members

MONTHLY, QUARTERLY = 1, 3
NOTICE_DAYS = 15  # a running quarter is spoken of in its last half month (portal)
LAST_QUARTER = 10  # 组织生活会 and 民主评议 are usually held from October on


def elapsed(ask, months):
    """The periods of so many months that lie in the campaign and are over on the day asked about."""
    years = range(ask.starts_on.year, ask.ends_on.year + 1)
    return [
        period
        for year in years
        for period in periods(months, year)
        if ask.starts_on <= period.first and period.last <= ask.ends_on and period.last < ask.day
    ]


def running(ask, months):
    """The period in which the day lies, if its end is near."""
    for period in periods(months, ask.day.year):
        if period.holds(ask.day) and (period.last - ask.day).days <= NOTICE_DAYS:
            within = ask.starts_on <= period.first and period.last <= ask.ends_on
            return [period] if within else []
    return []


def alive(rows, period, path="established_on"):
    """Those that existed on the first day of the period."""
    return rows.filter(Q(**{path: None}) | Q(**{f"{path}__lte": period.first}))


def without_meeting(rows, period, kind, **where):
    """Those at which no such meeting was held in the period."""
    held = Meeting.objects.held().of_kind(kind).between(period.first, period.last)
    return rows.filter(~Exists(held.filter(**(where or {"organization": OuterRef("pk")}))))


def month_key(period):
    return f"month:{Month.of(period.first)}"


def quarter_key(period):
    return f"quarter:{period.first.year}-{(period.first.month + 2) // 3}"


def year_key(period):
    return f"year:{period.first.year}"


def _quarterly(ask, kind, severity):
    for period in elapsed(ask, QUARTERLY):
        yield found(
            without_meeting(alive(branches(ask), period), period, kind),
            organization="pk",
            about=Value(quarter_key(period)),
            severity=severity,
            q=Value(period.label.removesuffix("季度")),
        )
    for period in running(ask, QUARTERLY):
        yield found(
            without_meeting(alive(branches(ask), period), period, kind),
            organization="pk",
            about=Value(quarter_key(period)),
            severity=NOTICE,
            say="soon",
            q=Value(period.label.removesuffix("季度")),
            date=Value(period.last.isoformat()),
        )


def _monthly(ask, rows, kind):
    for period in elapsed(ask, MONTHLY):
        yield found(
            without_meeting(alive(rows, period), period, kind),
            organization="pk",
            about=Value(month_key(period)),
            m=Value(period.first.month),
        )


@check("R21", mend="members:life", words={"soon": "{q}季度的支部党员大会尚未召开，{date}前召开。"})
def member_meeting(ask):
    """A members' meeting every quarter. 支部工作条例(试行)第四章 (一般每季度1次)."""
    return list(_quarterly(ask, MeetingKind.MEMBERS, ERROR))


def _with_committee(ask):
    rows = branches(ask).annotate(formal=heads(category=Category.FORMAL))
    return rows.filter(formal__gte=COMMITTEE_FROM)


@check("R22", mend="members:life", applies=_with_committee)
def committee_meeting(ask):
    """A committee meeting every month, where there is a committee. 支部工作条例(试行)第四章."""
    return list(_monthly(ask, _with_committee(ask), MeetingKind.COMMITTEE))


def _groups(ask):
    rows = Organization.objects.open().filter(ask.under("path"), kind=Kind.GROUP)
    return rows.annotate(branch=branch_of_group()).filter(branch__isnull=False)


@check("R23", mend="members:life")
def group_meeting(ask):
    """Every group meets every month. 支部工作条例(试行)第十三条."""
    return [
        found(
            without_meeting(
                alive(_groups(ask), period), period, MeetingKind.GROUP, group=OuterRef("pk")
            ),
            organization="branch",
            about=key("group", "pk", Value(month_key(period))),
            group=F("name"),
            m=Value(period.first.month),
        )
        for period in elapsed(ask, MONTHLY)
    ]


@check("R24", mend="members:life")
def theme_day(ask):
    """A theme Party day every month. 党员教育管理工作条例(2019)第十六条."""
    return list(_monthly(ask, branches(ask), MeetingKind.THEME_DAY))


@check("R25", mend="members:life", words={"soon": "{q}季度的党课尚未安排，{date}前安排一次。"})
def party_lecture(ask):
    """A Party lecture every quarter (local practice). That the committee's secretary lectures once a year
    (支部工作条例(试行)第五章) is not computed: the portal does not know whose secretary a lecturer is."""
    return list(_quarterly(ask, MeetingKind.LECTURE, WARNING))


# --- Once a year ----------------------------------------------------------------------------------


def yearly(ask):
    """``(period, severity)`` of the years to speak of: from October a notice, once over an error."""
    for year in range(ask.starts_on.year, ask.ends_on.year + 1):
        (period,) = periods(12, year)
        if period.is_over(ask.day):
            yield period, ERROR
        elif ask.day >= date(year, LAST_QUARTER, 1):
            yield period, NOTICE


@check("R26", mend="members:life")
def org_life_meeting(ask):
    """An organisation-life meeting every year, as a rule in the fourth quarter.
    党员教育管理工作条例(2019)第十七条."""
    out = []
    for period, severity in yearly(ask):
        out.append(
            found(
                without_meeting(alive(branches(ask), period), period, MeetingKind.LIFE),
                organization="pk",
                about=Value(year_key(period)),
                severity=severity,
            )
        )
    return out


@check(
    "R27",
    mend="members:appraisal",
    words={"none": "{year}年尚未开展民主评议党员。", "some": "{year}年民主评议有{k}名党员未参加。"},
)
def democratic_appraisal(ask):
    """Every member is appraised every year. 党员教育管理工作条例(2019)第十八条."""
    out = []
    for period, severity in yearly(ask):
        year = period.first.year
        held = Appraisal.objects.filter(year=year)
        out.append(
            found(
                alive(branches(ask), period).filter(
                    ~Exists(held.filter(organization=OuterRef("pk")))
                ),
                organization="pk",
                about=Value(year_key(period)),
                severity=severity,
                say="none",
                year=Value(year),
            )
        )
        part = AppraisalResult.objects.filter(
            member=OuterRef("pk"), appraisal__year=year, took_part=True
        )
        left_out = (
            alive(members(ask), period, "organization__established_on")
            .filter(Exists(held.filter(organization=OuterRef("organization"))), ~Exists(part))
            .order_by()
            .values("organization")
            .annotate(k=Count("pk"))
        )
        out.append(
            found(
                left_out,
                about=Value(year_key(period)),
                severity=severity,
                say="some",
                year=Value(year),
                k=F("k"),
            )
        )
    return out


@check("R28", mend="members:appraisal")
def appraisal_grades(ask):
    """优秀 as a rule not for more than a third of all members. 共产党员网民主评议专题."""
    rows = (
        Appraisal.objects.filter(
            ask.under("organization__path"),
            organization__closed_on=None,
            year__gte=ask.starts_on.year,
            year__lte=ask.ends_on.year,
        )
        .annotate(
            a=Count("results", filter=Q(results__grade=Grade.EXCELLENT)),
            b=Floor(heads("organization") / 3.0),
        )
        .filter(a__gt=F("b"))
    )
    return found(rows, about=key("appraisal", "pk"), severity=WARNING, a=F("a"), b=F("b"))


@check(
    "R29",
    mend="members:talks",
    words={
        "officers": "本年度尚有{k}名支部委员未与其他委员逐一谈心谈话。",
        "members": "本年度尚有{k}名党员未与其他党员谈心谈话。",
    },
)
def talks(ask):
    """Within the year committee members talk with each other, every member with one of them, and every
    member with another member. 支部工作条例(试行)第五章 (一般不少于1次)."""
    out = []
    for period, severity in yearly(ask):
        talked = Talk.objects.filter(voided_at=None).filter(
            on__gte=period.first, on__lte=period.last
        )
        people = alive(members(ask), period, "organization__established_on").annotate(
            sits=Exists(_officers(ask, OuterRef("organization")).filter(member=OuterRef("pk")))
        )
        # Somebody of the committee of the member's own branch, as it is today.
        seats = _officers(ask, OuterRef(OuterRef("organization"))).values("member")
        others = people.filter(sits=False).filter(Exists(_officers(ask, OuterRef("organization"))))
        sister = Member.objects.counted().filter(organization=OuterRef("organization"))
        sister = sister.exclude(pk=OuterRef("pk")).filter(
            ~Exists(_officers(ask, OuterRef("organization")).filter(member=OuterRef("pk")))
        )
        one, two = {"speaker": OuterRef("pk")}, {"listener": OuterRef("pk")}
        with_officer = talked.filter(Q(**two, speaker__in=seats) | Q(**one, listener__in=seats))
        with_member = talked.filter(
            Q(**two) & ~Q(speaker__in=seats) | Q(**one) & ~Q(listener__in=seats)
        )
        between = talked.filter(
            Q(speaker=OuterRef("member"), listener=OuterRef(OuterRef("pk")))
            | Q(listener=OuterRef("member"), speaker=OuterRef(OuterRef("pk")))
        )
        fellow = _officers(ask, OuterRef("organization")).exclude(member=OuterRef("pk"))
        for say, rows in (
            ("", others.filter(~Exists(with_officer))),
            ("officers", people.filter(Exists(fellow.filter(~Exists(between))), sits=True)),
            ("members", others.filter(Exists(sister), ~Exists(with_member))),
        ):
            out.append(
                found(
                    rows.order_by().values("organization").annotate(k=Count("pk")),
                    about=Value(year_key(period) + (say and f":{say}")),
                    severity=WARNING if severity == ERROR else NOTICE,
                    say=say,
                    k=F("k"),
                )
            )
    return out


def _officers(ask, organization):
    """Posts on the committee of a branch on the day asked about."""
    rows = PostHeld.objects.filter(in_force(ask.day), post__in=COMMITTEE_POSTS)
    return rows.filter(organization=organization).order_by()


# --- Records --------------------------------------------------------------------------------------


def _meetings(ask):
    """Meetings of the campaign so far, of open branches, not voided."""
    return (
        Meeting.objects.held()
        .filter(ask.under("organization__path"), organization__closed_on=None)
        .between(ask.starts_on, min(ask.day, ask.ends_on))
    )


@check(
    "R30",
    mend="members:meeting",
    words={"committee": "{date}支部委员会会议应到委员{b}人、实到{a}人，不足半数。"},
)
def meeting_quorum(ask):
    """Half of those with a vote are there when something is put to the vote, half of the committee at its
    meetings. (A matter that fewer than half of those due favoured is simply not carried: no fault of the
    meeting.) 支部工作条例(试行)第四章."""
    rows = Vote.objects.filter(meeting__in=_meetings(ask)).annotate(twice=F("voters_present") * 2)
    short = rows.filter(twice__lt=F("voters_due"))
    thin = _meetings(ask).filter(kind=MeetingKind.COMMITTEE).annotate(twice=F("present") * 2)
    return [
        found(
            short,
            organization="meeting__organization_id",
            about=key("meeting", "meeting_id", Value("vote"), "pk"),
            b=F("voters_due"),
            a=F("voters_present"),
        ),
        found(
            thin.filter(twice__lt=F("due")),
            about=key("meeting", "pk"),
            say="committee",
            date=as_text("on"),
            b=F("due"),
            a=F("present"),
        ),
    ]


# What the rule may ask of a record, and how its absence reads. Who was due and present is computed.
PARTS = {
    "place": ("地点", Q(place="")),
    "host": ("主持人", Q(host="")),
    "recorder": ("记录人", Q(recorder="")),
    "summary": ("主要内容", Q(minutes="")),
    "resolution": (
        "决议",
        Q(resolution="", kind__in=[MeetingKind.MEMBERS, MeetingKind.COMMITTEE]),
    ),
}


@check("R31", mend="members:meeting")
def meeting_record(ask):
    """A record has its usual parts: a warning, never more (力戒形式主义)."""
    asked = {name: PARTS[name] for name in ask.params["required"] if name in PARTS}
    lacking = Q()
    for _, condition in asked.values():
        lacking |= condition
    if not asked:
        return []
    rows = _meetings(ask).filter(lacking)
    return found(
        rows,
        about=key("meeting", "pk"),
        severity=WARNING,
        date=as_text("on"),
        type=F("kind"),
        **{
            f"lacks_{name}": Case(When(condition, then=Value(1)), default=Value(0))
            for name, (_, condition) in asked.items()
        },
    )
