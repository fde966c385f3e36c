"""Facts from the lists of problems: what was not closed by its day."""

from urllib.parse import urlencode

from django.db.models import F, OuterRef, Q, Subquery

from branchyear.lib.dates import local_day
from branchyear.lib.routes import path_to
from tasks.models import Problem, ProblemStep
from tasks.scoring.registry import Facts, fact

State = Problem.State


def _closed_by():
    last = ProblemStep.objects.filter(
        problem=OuterRef("pk"), kind=ProblemStep.Kind.CLOSED
    ).order_by("-pk")
    return Subquery(last.values("by_name")[:1])


def _words(rows):
    return rows.select_related("organization").annotate(reviewer_=_closed_by())


def _show(row):
    return {
        "organization": row.organization,
        "text": f"第{row.number}号 {row.title}",
        "url": row.get_absolute_url(),
        "state": row.state,
        "proofs": None,
        "reviewer": row.reviewer_ if row.state == State.CLOSED else "",
        "on": row.closed_on,
        "worth": None,
    }


def _link(organization, params):
    return f"{path_to('tasks:problems')}?{urlencode({'org': organization.pk, 'state': 'all'})}"


@fact(
    "problems.overdue", "逾期未销号的问题", unit="个", counted_word="逾期", show=_show, link=_link
)
def overdue_problems(ask):
    """Of the problems due within the round's days, those that another level had not closed by their day.
    One closed late is late all the same; a granted extension moves the day."""
    day = local_day(ask.moment)
    return Facts(
        Problem.objects.filter(
            ask.under("organization__path"),
            campaign=ask.campaign,
            due_on__gte=ask.starts_on,
            due_on__lte=ask.ends_on,
        ),
        owner="organization__path",
        counted=(~Q(state=State.CLOSED) & Q(due_on__lt=day)) | Q(closed_on__gt=F("due_on")),
        words=_words,
    )


@fact(
    "problems.reopened",
    "销号后重新出现的问题",
    unit="个",
    counted_word="重新出现",
    show=_show,
    link=_link,
)
def reopened_problems(ask):
    """Of the problems listed within the round's days, those that repeat one closed before, or were
    reopened."""
    again = ProblemStep.objects.filter(problem=OuterRef("pk"), kind=ProblemStep.Kind.REOPENED)
    return Facts(
        Problem.objects.filter(
            ask.under("organization__path"),
            campaign=ask.campaign,
            found_on__gte=ask.starts_on,
            found_on__lte=ask.ends_on,
        ).annotate(again=Subquery(again.order_by("pk").values("pk")[:1])),
        owner="organization__path",
        counted=Q(repeats__isnull=False) | Q(again__gt=0),
        words=_words,
    )
