"""Rules of task 5, 从严党员管理: platform, transfers, away and lost, probation, admission, disposal
(R35-R42)."""

from datetime import date, timedelta

from django.db.models import (
    Case,
    Count,
    Exists,
    F,
    OuterRef,
    Q,
    Value,
    When,
)
from django.db.models.lookups import Exact

from branchyear.lib.dates import passed, reached
from members.life import QUARTERLY
from members.models import (
    Absence,
    AdmissionProgress,
    Applicant,
    AppraisalResult,
    Attendance,
    Category,
    Grade,
    Standing,
    Transfer,
)
from tasks.health.days import day_of, days_later, month_number
from tasks.health.life import alive, elapsed, quarter_key
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
from tasks.health.rows import members
from tasks.models import Disposal

NOTICE_DAYS = 7  # before a letter ends (portal)


@check("R35", mend="members:roster")
def platform_entry(ask):
    """Every member is marked as entered in 党建e家 by the end of phase 2. 工作方案第二阶段."""
    due = date.fromisoformat(ask.params["due"])
    rows = (
        members(ask)
        .order_by()
        .values("organization")
        .annotate(n=Count("pk"), k=Count("pk", filter=Q(platform_entered_on__isnull=False)))
        .filter(k__lt=F("n"))
    )
    severity = ERROR if ask.day > due else WARNING
    return found(rows, severity=severity, n=F("n"), k=F("k"))


def _letters(ask, state):
    """Letters of open branches of ours, by state; those from outside the city are not ours to watch."""
    return Transfer.objects.filter(
        ask.under("sender__path"), sender__isnull=False, sender__closed_on=None, state=state
    )


@check(
    "R36",
    mend="members:transfer",
    words={
        "soon": "党员{name}的组织关系介绍信{date}到期，尚未收到回执。",
        "long": "党员{name}的组织关系介绍信有效期超过3个月。",
        "slip": "党员{name}的组织关系已接收，回执超过1个月未退回。",
    },
)
def transfer_letter(ask):
    """A letter is used before it ends; the sender stays responsible until the receiver has received.
    党员教育管理工作条例(2019)第二十五条; three months: working notes."""
    about = key("transfer", "pk")
    facts = {"name": F("member__name"), "date": as_text("valid_until")}
    soon = ask.day + timedelta(days=NOTICE_DAYS)
    rows = _letters(ask, Transfer.State.ISSUED)
    too_long = rows.annotate(
        until=(_months("valid_until")), issued=_months("issued_on") + ask.params["max_months"] * 100
    ).filter(until__gt=F("issued"))
    late_slip = _letters(ask, Transfer.State.RECEIVED).filter(
        slip_on=None,
        received_on__lte=passed(ask.day, ask.params["receipt_months"]),
        received_on__gte=ask.starts_on,
    )
    sender = {"organization": "sender_id"}
    return [
        found(rows.filter(valid_until__lt=ask.day), **sender, about=about, **facts),
        found(
            rows.filter(valid_until__gte=ask.day, valid_until__lte=soon),
            **sender, about=about, severity=NOTICE, say="soon", **facts,
        ),
        found(
            too_long, **sender, about=key("transfer", "pk", Value("long")), severity=ERROR,
            say="long", **facts,
        ),
        found(
            late_slip, **sender, about=key("transfer", "pk", Value("slip")), severity=WARNING,
            say="slip", **facts,
        ),
    ]  # fmt: skip


def _months(day):
    """A date as months and days in one number, to which months can be added: 12 Apr 2026 → 2431512."""
    return month_number(day) * 100 + day_of(day)


def _away(ask, *kinds):
    return Absence.objects.filter(
        ask.under("organization__path"),
        organization__closed_on=None,
        ended_on=None,
        kind__in=kinds,
    )


@check(
    "R37",
    mend="members:absences",
    words={
        "contact": "流动党员{name}自{date}起没有联系记录，请及时联系并登记。",
        "person": "流动党员{name}尚未明确支部联系人。",
    },
)
def floating_member(ask):
    """A floating member is registered, has a contact in the branch and is contacted quarterly (overseas
    half-yearly). 党员教育管理工作条例(2019)第二十五、三十二、三十四条."""
    registered = Absence.objects.filter(member=OuterRef("pk"), ended_on=None)
    unregistered = members(ask).filter(~Exists(registered), standing=Standing.FLOATING)
    out = [
        found(
            unregistered, about=key("member", "pk"), severity=WARNING, name=F("name")
        ),
        found(
            _away(ask, Absence.Kind.FLOATING, Absence.Kind.OVERSEAS).filter(contact_person=""),
            about=key("absence", "pk", Value("person")), severity=WARNING, say="person",
            name=F("member__name"),
        ),
    ]  # fmt: skip
    for kind, months in (
        (Absence.Kind.FLOATING, ask.params["contact_months"]),
        (Absence.Kind.OVERSEAS, ask.params["overseas_contact_months"]),
    ):
        limit = passed(ask.day, months)
        silent = _away(ask, kind).filter(
            Q(last_contact_on__lte=limit) | Q(last_contact_on=None, since__lte=limit)
        )
        out.append(
            found(
                silent.annotate(
                    last=Case(
                        When(last_contact_on=None, then=as_text("since")),
                        default=as_text("last_contact_on"),
                    )
                ),
                about=key("absence", "pk", Value("contact")), severity=WARNING, say="contact",
                name=F("member__name"), date=F("last"),
            )
        )  # fmt: skip
    return out


@check(
    "R38",
    mend="members:absences",
    words={
        "remove": "党员{name}自{date}停止党籍已满2年，仍未取得联系，请按程序研究。",
        "unregistered": "党员{name}标为失联，尚未登记失联时间和查找情况。",
    },
)
def lost_contact(ask):
    """Half a year lost: 停止党籍 is to be considered; two years later still lost: removal. The portal only
    reminds. 党员教育管理工作条例(2019)第二十四条."""
    lost = _away(ask, Absence.Kind.LOST)
    half_year = reached(ask.day, ask.params["suspend_months"])
    long_ago = reached(ask.day, 12 * ask.params["remove_years"])
    registered = Absence.objects.filter(member=OuterRef("pk"), ended_on=None)
    return [
        found(
            lost.filter(suspended_on=None, since__lte=half_year),
            about=key("absence", "pk"), name=F("member__name"), date=as_text("since"),
        ),
        found(
            lost.filter(suspended_on__lte=long_ago),
            about=key("absence", "pk"), say="remove", name=F("member__name"),
            date=as_text("suspended_on"),
        ),
        found(
            members(ask).filter(~Exists(registered), standing=Standing.LOST),
            about=key("member", "pk"), severity=UNKNOWN, say="unregistered", name=F("name"),
        ),
    ]  # fmt: skip


@check(
    "R39",
    mend="members:admissions",
    words={
        "soon": "预备党员{name}的预备期于{date}届满，请及时讨论转正。",
        "unknown": "预备党员{name}的入党时间未填写，无法计算预备期。",
    },
)
def probation_due(ask):
    """Probation ends a year after admission, or on the day it was extended to. 党章第七条."""
    rows = members(ask).filter(category=Category.PROBATIONARY)
    months = 12 * ask.params["probation_years"]
    dated = rows.filter(admitted_on__isnull=False)

    def ended(by):
        return Q(probation_extended_to__lte=by) | Q(
            probation_extended_to=None, admitted_on__lte=reached(by, months)
        )

    over = ended(ask.day - timedelta(days=1))
    near = ended(ask.day + timedelta(days=ask.params["notice_days"])) & ~over
    about = key("member", "pk")
    # The end as a date is reckoned when shown: "admitted" and "extended" are the facts.
    facts = {
        "name": F("name"),
        "admitted": as_text("admitted_on"),
        "extended": as_text("probation_extended_to"),
    }
    return [
        found(dated.filter(over), about=about, **facts),
        found(dated.filter(near), about=about, severity=NOTICE, say="soon", **facts),
        found(
            rows.filter(admitted_on=None), about=about, severity=UNKNOWN, say="unknown",
            name=F("name"),
        ),
    ]  # fmt: skip


@check(
    "R40",
    mend="members:applicant",
    words={
        "early": "入党申请人{name}：“{stage}”早于规定时间。",
        "order": "入党申请人{name}：“{stage}”早于前面的步骤，请核对日期。",
        "short": "入党申请人{name}：“{stage}”时间不足（不少于{days}天或{hours}学时）。",
        "unknown": "入党申请人{name}：“{stage}”的天数和学时均未登记。",
        "late": "入党申请人{name}：“{stage}”已超过规定时限。",
    },
)
def admission_deadlines(ask):
    """Steps are taken in order and in time and last long enough; the limits are data (``AdmissionStep``).
    中国共产党发展党员工作细则(2014)."""
    steps = AdmissionProgress.objects.filter(
        ask.under("applicant__organization__path"),
        applicant__organization__closed_on=None,
        applicant__state__in=[Applicant.State.RUNNING, Applicant.State.ADMITTED],
    )
    base = steps.filter(applicant__progress__step__number=F("step__counted_from")).annotate(
        taken=_months("on"),
        # On a month's last day every day of a longer month has come, too.
        come=_months("on") + Case(When(_is_last("on"), then=Value(31)), default=Value(0)),
        began=_months("applicant__progress__on"),
    )
    later = AdmissionProgress.objects.filter(
        applicant=OuterRef("applicant"),
        step__number__lt=OuterRef("step__number"),
        on__gt=OuterRef("on"),
    )
    limited = steps.filter(Q(step__min_days__gt=0) | Q(step__min_hours__gt=0))
    lasted = Q(days__gte=F("step__min_days")) | Q(hours__gte=F("step__min_hours"))
    unknown = Q(days=None, hours=None)
    where = {"organization": "applicant__organization_id"}
    about = key("applicant", "applicant_id", Value("step"), "step__number")
    short = key("applicant", "applicant_id", Value("step"), "step__number", Value("short"))
    facts = {"name": F("applicant__name"), "stage": F("step__name")}
    return [
        found(
            base.filter(step__not_before__isnull=False).filter(
                come__lt=F("began") + F("step__not_before") * 100
            ),
            **where, about=about, say="early", **facts,
        ),
        found(
            base.filter(step__not_after__isnull=False).filter(
                taken__gt=F("began") + F("step__not_after") * 100
            ),
            **where, about=about, severity=WARNING, say="late", **facts,
        ),
        found(
            steps.filter(Exists(later)), **where,
            about=key("applicant", "applicant_id", Value("step"), "step__number", Value("order")),
            say="order", **facts,
        ),
        found(
            limited.filter(~unknown).exclude(lasted), **where, about=short, say="short",
            days=F("step__min_days"), hours=F("step__min_hours"), **facts,
        ),
        found(
            limited.filter(unknown), **where, about=short, severity=UNKNOWN, say="unknown", **facts
        ),
    ]  # fmt: skip


def _is_last(day):
    """The last day of its month: the next day is a first."""
    return Exact(day_of(days_later(day, 1)), 1)


@check(
    "R41",
    mend="tasks:disposals",
    words={
        "long": "党员{name}的限期改正期限超过1年。",
        "review": "党员{name}的限期改正已于{date}期满，尚未登记考察情况。",
    },
)
def unqualified_followup(ask):
    """不合格 has a disposal; 限期改正 ends within a year and is reviewed.
    党员教育管理工作条例(2019)第三十、三十一条."""
    followed = Disposal.objects.filter(
        member=OuterRef("member"), decided_on__gte=OuterRef("appraisal__on")
    )
    graded = AppraisalResult.objects.filter(
        ask.under("appraisal__organization__path"),
        ~Exists(followed),
        appraisal__organization__closed_on=None,
        appraisal__year__gte=ask.starts_on.year - 1,
        grade=Grade.UNQUALIFIED,
    )
    corrections = Disposal.objects.filter(
        ask.under("organization__path"),
        organization__closed_on=None,
        kind=Disposal.Kind.CORRECTION,
    )
    months = ask.params["max_months"]
    return [
        found(
            graded, organization="appraisal__organization_id",
            about=key("member", "member_id", Value("year"), "appraisal__year"),
            name=F("member__name"),
        ),
        found(
            corrections.annotate(
                limit=_months("decided_on") + months * 100, end=_months("until")
            ).filter(end__gt=F("limit")),
            about=key("disposal", "pk", Value("long")), say="long", name=F("member__name"),
        ),
        found(
            corrections.filter(until__lt=ask.day, reviewed_on=None),
            about=key("disposal", "pk", Value("review")), say="review",
            name=F("member__name"), date=as_text("until"),
        ),
    ]  # fmt: skip


@check("R42", mend="members:life")
def dual_org_life(ask):
    """A leading cadre takes part in the life of the own branch every quarter (the quarter is the portal's
    choice). 党员教育管理工作条例(2019)第十六条."""
    out = []
    for period in elapsed(ask, QUARTERLY):
        came = Attendance.objects.filter(
            member=OuterRef("pk"),
            status=Attendance.Status.PRESENT,
            meeting__voided_at=None,
            meeting__on__gte=period.first,
            meeting__on__lte=period.last,
        )
        rows = members(ask).filter(
            ~Exists(came), is_leading_cadre=True, standing__in=[Standing.ACTIVE, Standing.LEAVING]
        )
        rows = rows.filter(Q(joined_branch_on=None) | Q(joined_branch_on__lte=period.first))
        rows = alive(rows, period, "organization__established_on")
        out.append(
            found(
                rows,
                about=key("member", "pk", Value(quarter_key(period))),
                severity=NOTICE,
                name=F("name"),
                q=Value(period.label),
            )
        )
    return out
