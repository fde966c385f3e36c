"""Rules of task 6, 党费: monthly and in full, by the right rate, late, published (R43-R47).

Source: 关于中国共产党党费收缴、使用和管理的规定 (中组发〔2008〕3号).
"""

from decimal import Decimal

from django.db.models import (
    Case,
    Count,
    DateField,
    DecimalField,
    Exists,
    ExpressionWrapper,
    F,
    IntegerField,
    Max,
    OuterRef,
    Q,
    Subquery,
    Sum,
    TextField,
    Value,
    When,
)
from django.db.models.functions import Cast, Coalesce, Concat, Substr

from branchyear.lib.dates import Month
from members.life import QUARTERLY, YEARLY, periods
from members.models import DuesBase, DuesKind, DuesMonth, DuesPublication
from tasks.health.days import month_number, month_of_text
from tasks.health.life import MONTHLY, alive, elapsed, year_key
from tasks.health.registry import ERROR, UNKNOWN, WARNING, check, found, key
from tasks.health.rows import branches, members


def _of(ask, months):
    return DuesMonth.objects.filter(
        ask.under("organization__path"), organization__closed_on=None, month__in=months
    )


@check(
    "R43",
    mend="members:dues",
    words={
        "unknown": "{m}月有{k}名党员的党费基数未核定，应交数不明。",
        "none": "{m}月的党费尚未登记。",
        "late": "{m}月有{k}名党员的党费过期才交纳，请按月交纳；经支部同意按季度交纳的，在本季度内交纳。",
    },
)
def dues_full_monthly(ask):
    """Everybody paid what was due, within the month (in the quarter, where the branch agreed: registering it
    is that consent). What was made up later is a warning: it cannot be mended, only explained, in the
    note beside it or to those above. 工作方案 (按月足额)；规定第十二条. A month without rows is unknown."""
    span = QUARTERLY if ask.params.get("quarterly_with_consent", True) else MONTHLY
    over = {str(Month.of(period.first)): period for period in elapsed(ask, MONTHLY)}
    if not over:
        return []
    last = Case(
        *(When(month=month, then=Value(_within(span, period))) for month, period in over.items()),
        output_field=DateField(),
    )
    rows = _of(ask, list(over)).order_by()
    owing, late, unknown = (
        chosen.values("organization", "month").annotate(k=Count("pk"))
        for chosen in (
            rows.filter(due__isnull=False, paid__lt=F("due")),
            rows.filter(due__gt=0, paid__gte=F("due"), note="", paid_on__lte=ask.day)
            .annotate(last=last)
            .filter(paid_on__gt=F("last")),
            rows.filter(due=None),
        )
    )
    facts = {"m": Cast(Substr("month", 6, 2), IntegerField()), "k": F("k")}
    out = [
        found(
            owing.annotate(amt=Sum(F("due") - F("paid"))),
            organization="organization", about=_month(), amt=F("amt"), **facts,
        ),
        found(
            late, organization="organization", about=_month("late"), severity=WARNING, say="late",
            **facts,
        ),
        found(
            unknown, organization="organization", about=_month("unknown"), severity=UNKNOWN,
            say="unknown", **facts,
        ),
    ]  # fmt: skip
    people = members(ask).filter(organization=OuterRef("pk"))
    for month, period in over.items():
        there = DuesMonth.objects.filter(organization=OuterRef("pk"), month=month)
        out.append(
            found(
                alive(branches(ask), period).filter(~Exists(there), Exists(people)),
                organization="pk", about=Value(f"month:{month}:none"), severity=UNKNOWN,
                say="none", m=Value(period.first.month),
            )
        )  # fmt: skip
    return out


def _within(span, period):
    """The last day on which dues of this month are paid in time."""
    (whole,) = (each for each in periods(span, period.first.year) if each.holds(period.first))
    return whole.last


def _month(what=""):
    """The key of a month of dues: "month:2026-04", "month:2026-04:late"."""
    parts = [Value("month:"), F("month"), *([Value(f":{what}")] if what else [])]
    return Concat(*parts, output_field=TextField())


@check("R44", mend="members:dues_bases")
def dues_rate(ask):
    """The due of the base now in force is the rate on the whole base. 规定第一至八条."""
    month = str(Month.of(ask.day))
    latest = (
        DuesBase.objects.filter(member=OuterRef("pk"), from_month__lte=month)
        .order_by("-from_month")
        .values("pk")[:1]
    )
    in_force = members(ask).order_by().values(base=Subquery(latest))
    reckoned = Case(
        *_brackets(DuesKind.RETIRED, ask.params["retired"]),
        *_brackets(DuesKind.WAGE, ask.params["wage"]),
        *_brackets(DuesKind.YEARLY_SALARY, ask.params["wage"]),
        *_brackets(DuesKind.SELF_EMPLOYED, ask.params["wage"]),
        When(kind=DuesKind.FIXED, then=_money(ask.params["flat"])),
        default=None,
        output_field=MONEY,
    )
    low, high = (_money(limit) for limit in ask.params["farmer"])
    fen = Decimal("0.0051")  # half a fen either way is rounding; SQLite reckons money in floats
    rows = DuesBase.objects.filter(pk__in=in_force).annotate(
        over=ExpressionWrapper(F("monthly_due") - reckoned, output_field=MONEY)
    )
    rows = rows.filter(
        Q(over__gt=fen)
        | Q(over__lt=-fen)
        | Q(kind=DuesKind.FARMER, monthly_due__lt=low)
        | Q(kind=DuesKind.FARMER, monthly_due__gt=high)
    )
    return found(
        rows,
        organization="member__organization_id",
        about=key("member", "member_id"),
        severity=WARNING,
        name=F("member__name"),
    )


MONEY = DecimalField(max_digits=16, decimal_places=6)


def _money(number):
    return Value(Decimal(str(number)), output_field=MONEY)


def _brackets(kind, brackets):
    """The due by the first bracket the base falls into."""
    for top, rate in brackets:
        condition = Q(kind=kind) if top is None else Q(kind=kind, base__lte=top)
        due = ExpressionWrapper(F("base") * _money(rate), output_field=MONEY)
        yield When(condition, then=due)


@check(
    "R45",
    mend="members:dues",
    words={"case": "党员{name}已连续{m}个月未交纳党费，无正当理由的应提交支部党员大会讨论。"},
)
def dues_arrears(ask):
    """Unpaid months in a row up to the last month that is over. The portal never decides removal.
    规定第十三条；党章第九条；党员教育管理工作条例(2019)第二十九、三十一条."""
    over = DuesMonth.objects.filter(member=OuterRef("pk"), month__lt=str(Month.of(ask.day)))
    over = over.order_by().values("member")
    # A part payment, nothing due and an unknown due end the row, as in ``members.dues.arrears``.
    ended = Q(due=None) | Q(paid__gt=0) | Q(due=0)
    settled = over.filter(ended).annotate(last=Max("month")).values("last")
    rows = members(ask).annotate(paid_to=Coalesce(Subquery(settled), Value("0000-00")))
    unpaid = over.filter(~ended, month__gt=OuterRef("paid_to")).annotate(n=Count("pk"))
    rows = rows.annotate(m=Coalesce(Subquery(unpaid.values("n")), 0))
    warn, case = ask.params["warn_months"], ask.params["case_months"]
    about = key("member", "pk")
    facts = {"name": F("name"), "m": F("m")}
    return [
        found(rows.filter(m__gte=warn, m__lt=case), about=about, severity=WARNING, **facts),
        found(rows.filter(m__gte=case), about=about, severity=ERROR, say="case", **facts),
    ]


@check("R46", mend="members:dues")
def dues_late(ask):
    """A late payment is as a rule for a month not more than six months back, else it is explained.
    规定第十二条."""
    rows = DuesMonth.objects.filter(
        ask.under("organization__path"),
        organization__closed_on=None,
        note="",
        paid__gt=0,
        paid_on__gte=ask.starts_on,
        paid_on__lte=ask.day,
        # Later months cannot be so late yet; said first, because the next is reckoned row by row.
        month__lt=str(Month.of(ask.day).plus(-ask.params["max_months"])),
    ).annotate(back=month_number("paid_on") - month_of_text("month"))
    return found(
        rows.filter(back__gt=ask.params["max_months"]),
        about=key("member", "member_id", Value("month"), "month"),
        severity=WARNING,
        month=F("month"),
    )


def _years(ask):
    return [
        period
        for year in range(ask.starts_on.year, ask.ends_on.year + 1)
        for period in periods(YEARLY, year)
    ]


@check("R47", mend="members:dues_year")
def dues_publication(ask):
    """Dues are published to the members once a year: spoken of when the year is over."""
    out = []
    for period in _years(ask):
        if not period.is_over(ask.day):
            continue
        there = DuesPublication.objects.filter(organization=OuterRef("pk"), year=period.first.year)
        rows = alive(branches(ask), period).filter(~Exists(there))
        out.append(found(rows, organization="pk", about=Value(year_key(period)), severity=WARNING))
    return out
