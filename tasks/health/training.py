"""Rules of task 4, 教育培训: hours of members, of officers, of new secretaries (R32-R34)."""

from datetime import date

from django.db.models import Count, DecimalField, Exists, F, Min, OuterRef, Q, Value
from django.db.models.functions import Cast, Coalesce, Round

from branchyear.lib.dates import passed
from members.models import Post, PostHeld, TrainingRecord
from members.querysets import months_on_roll
from tasks.health.registry import ERROR, NOTICE, WARNING, as_text, check, found, key
from tasks.health.rows import members, posts

FROM_SEPTEMBER = 9  # from September on who is below the pace is reminded
HOURS = DecimalField(max_digits=7, decimal_places=2)


def _trained(ask, year):
    """Members with the hours they have and need this year: pro rata for who came to the roll, or into the Party, during
    the year."""
    rows = members(ask).filter(is_excused=False).with_training(year, ask.day)
    return rows.annotate(
        months=months_on_roll(year),
        # Rounded: SQLite adds hours as floats, and 15.999… would be less than 16.
        had=Round(
            Cast(Coalesce("trained", Value(0), output_field=HOURS), HOURS)
            + Cast(Coalesce("met", Value(0), output_field=HOURS), HOURS),
            2,
        ),
    )


def _years(ask):
    """The years of the campaign to speak of: from September a notice, over an error."""
    for year in range(ask.starts_on.year, ask.ends_on.year + 1):
        if ask.day > date(year, 12, 31):
            yield year, ERROR, 12
        elif ask.day >= date(year, FROM_SEPTEMBER, 1):
            yield year, NOTICE, ask.day.month - 1


@check(
    "R32",
    mend="members:training",
    words={"pace": "有{k}名党员本年度培训学时低于进度（最低{h}学时），全年一般不少于{hours}学时。"},
)
def training_member(ask):
    """32 hours a year. 党员教育管理工作条例(2019)第二十条; the excused are left out (第二十三条)."""
    out = []
    for year, severity, gone in _years(ask):
        hours = ask.params["hours"]
        # Below the pace: months over, less those before the member came.
        needed = (F("months") - (12 - gone)) * Value(hours) / Value(12.0)
        rows = (
            _trained(ask, year)
            .annotate(needed=Cast(needed, HOURS))
            .filter(had__lt=F("needed"))
            .order_by()
            .values("organization")
            .annotate(k=Count("pk"), h=Min("had"))
        )
        out.append(
            found(
                rows,
                about=Value(f"year:{year}"),
                severity=severity,
                say="pace" if severity == NOTICE else "",
                k=F("k"),
                h=F("h"),
                hours=Value(hours),
            )
        )
    return out


@check("R33", mend="members:training")
def training_leader(ask):
    """Secretary and committee: 56 hours and a concentrated course a year.
    2019—2023年全国党员教育培训工作规划."""
    out = []
    for year, severity, gone in _years(ask):
        needed = (F("months") - (12 - gone)) * Value(ask.params["hours"]) / Value(12.0)
        rows = _trained(ask, year).filter(leads=True).annotate(needed=Cast(needed, HOURS))
        lacking = Q(had__lt=F("needed"))
        if severity == ERROR:
            lacking |= Q(has_course=False)
        out.append(
            found(
                rows.filter(lacking),
                about=key("member", "pk", Value(f"year:{year}")),
                severity=severity,
                name=F("name"),
                h=F("had"),
            )
        )
    return out


@check("R34", mend="members:training")
def new_secretary_training(ask):
    """A new secretary is trained within half a year (一般). 2019—2023年全国党员教育培训工作规划."""
    earlier = PostHeld.objects.filter(
        member=OuterRef("member"), post=Post.SECRETARY, starts_on__lt=OuterRef("starts_on")
    )
    trained = TrainingRecord.objects.filter(
        member=OuterRef("member"),
        training__voided_at=None,
        training__starts_on__gte=OuterRef("starts_on"),
    )
    limit = passed(ask.day, ask.params["months"])
    rows = posts(ask, Post.SECRETARY).filter(
        ~Exists(earlier), ~Exists(trained), starts_on__lte=limit, starts_on__gte=ask.starts_on
    )
    return found(
        rows,
        about=key("post", "pk"),
        severity=WARNING,
        name=F("member__name"),
        date=as_text("starts_on"),
    )
