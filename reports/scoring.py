"""Facts of the scores about reports, registered here because only this app knows reports."""

from urllib.parse import urlencode

from django.db.models import OuterRef, Q, Subquery
from django.db.models.lookups import In

from branchyear.lib.dates import day_end, day_start
from branchyear.lib.plans import Beside
from branchyear.lib.routes import path_to
from reports.models import GoodPractice, MonthlyReport, Period, ReportStep
from reports.querysets import LATE
from tasks.scoring.registry import Facts, fact


def _received_by():
    last = ReportStep.objects.filter(report=OuterRef("pk"), kind=ReportStep.Kind.ACCEPTED).order_by(
        "-pk"
    )
    return Subquery(last.values("by_name")[:1])


def _words(rows):
    return rows.select_related("organization", "period").annotate(reviewer_=_received_by())


def _show(row):
    return {
        "organization": row.organization,
        "text": f"{row.period.label}月报",
        "url": row.get_absolute_url(),
        "state": row.verdict_,
        "proofs": None,
        "reviewer": row.reviewer_ or "",
        "on": row.first_submitted_at,
        "worth": None,
    }


def _link(organization, params):
    return f"{path_to('reports:reports')}?{urlencode({'org': organization.pk})}"


def _due(ask):
    """The organisation's own reports whose day lies in the round's days and is over."""
    periods = Period.objects.filter(
        campaign=ask.campaign,
        due_on__gte=ask.starts_on,
        due_on__lte=ask.ends_on,
        due_before__lte=ask.moment,
    )
    return (
        MonthlyReport.objects.expected()
        .filter(ask.under("organization__path"), In(Beside("period"), periods.values("pk")))
        .with_verdict(ask.moment)
    )


def _missing(ask):
    return Q(first_submitted_at=None) & (
        Q(extended_before=None) | Q(extended_before__lte=ask.moment)
    )


@fact(
    "reports.untimely", "逾期和未报的月报", unit="份", counted_word="逾期或未报",
    show=_show, link=_link, own=True,
)  # fmt: skip
def untimely_reports(ask):
    """Handed in late, or not at all; given more time is in time. 工作方案五(二)三."""
    return Facts(_due(ask), owner="organization__path", counted=LATE | _missing(ask), words=_words)


@fact(
    "reports.missing", "未报的月报", unit="份", counted_word="未报",
    show=_show, link=_link, own=True,
)  # fmt: skip
def missing_reports(ask):
    """Not handed in at all."""
    return Facts(_due(ask), owner="organization__path", counted=_missing(ask), words=_words)


def _practice_words(rows):
    return rows.select_related("organization", "report__period")


def _show_practice(row):
    return {
        "organization": row.organization,
        "text": f"{row.report.period.label}月报的经验做法（{row.bulletin}）",
        "url": row.get_absolute_url(),
        "state": "accepted",
        "proofs": None,
        "reviewer": "",
        "on": row.decided_at,
        "worth": None,
    }


@fact(
    "practices.adopted", "被采用的经验做法", unit="篇", counted_word="采用",
    show=_show_practice, own=True,
)  # fmt: skip
def adopted_practices(ask):
    """Printed by a bulletin within the round's days. 工作方案五(三) 及时总结上报好经验、好做法."""
    return Facts(
        GoodPractice.objects.filter(
            ask.under("organization__path"),
            report__period__campaign=ask.campaign,
            state=GoodPractice.State.ADOPTED,
            decided_at__gte=day_start(ask.starts_on),
            decided_at__lt=day_end(ask.ends_on),
        ),
        owner="organization__path",
        counted=Q(state=GoodPractice.State.ADOPTED),
        words=_practice_words,
    )
