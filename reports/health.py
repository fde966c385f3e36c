"""Rules of 支部体检 about reports (R52, R53, R55), registered here because only this app knows reports."""

from datetime import date, timedelta

from django.db.models import Exists, F, OuterRef, Q, TextField, Value
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Coalesce, Trim

from branches.models import Organization
from branchyear.lib.dates import Month
from reports.models import MonthlyReport, Tier
from tasks.health.registry import ERROR, NOTICE, as_text, check, found, key

NOTICE_DAYS = 5  # R52: announced five days before
PHASE_3_MONTHS = 7  # the last seven months of the year: 工作方案 第三阶段, 6—12月
FROM_MONTH = 11  # R55 is asked in November and December


def _owed(ask, tier):
    """Reports of the tier that were not handed in, or came back and were not handed in again."""
    return MonthlyReport.objects.with_due_day().filter(
        ask.under("organization__path"),
        Q(first_submitted_at=None) | Q(state=MonthlyReport.State.RETURNED),
        organization__closed_on=None,
        period__tier=tier,
        period__campaign__starts_on=ask.starts_on,
        period__campaign__ends_on=ask.ends_on,
    )


def _late_and_near(ask, tier):
    rows = _owed(ask, tier)
    facts = {"month": F("period__month"), "date": as_text("due_day")}
    near = rows.filter(due_day__gte=ask.day, due_day__lte=ask.day + timedelta(days=NOTICE_DAYS))
    about = key("report", "pk")
    return [
        found(rows.filter(due_day__lt=ask.day), about=about, severity=ERROR, **facts),
        found(near, about=about, severity=NOTICE, **facts),
    ]


@check("R52", mend="reports:report")
def monthly_report(ask):
    """Each directly affiliated organisation reports by the 25th. The day is that of the period, which was
    frozen when it opened. 工作方案五(二)."""
    return _late_and_near(ask, Tier.DIRECT)


@check("R53", mend="reports:report")
def upward_report(ask):
    """The working committee reports to the city by the end of the month. 工作方案五(二)."""
    return _late_and_near(ask, Tier.COMMITTEE)


@check("R55", mend="reports:reports")
def experience(ask):
    """Each directly affiliated organisation tells of what worked, in a report of phase 3 that was handed in.
    工作方案五(三) (及时总结上报好经验、好做法); the number is the portal's."""
    last = Month.of(ask.ends_on)
    if ask.day < date(ask.ends_on.year, FROM_MONTH, 1) and Month.of(ask.day) != last:
        return []
    told = (
        MonthlyReport.objects.filter(
            organization=OuterRef("pk"),
            first_submitted_at__isnull=False,
            period__month__gte=str(last.plus(1 - PHASE_3_MONTHS)),
            period__campaign__starts_on=ask.starts_on,
        )
        .annotate(
            words=Trim(
                Coalesce(
                    KeyTextTransform("experience", "texts"), Value(""), output_field=TextField()
                )
            )
        )
        .exclude(words="")
    )
    rows = Organization.objects.direct().open().filter(ask.under("path")).exclude(Exists(told))
    return found(rows, organization="pk", severity=NOTICE)
