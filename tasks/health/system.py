"""Rules of task 8, 健全制度保障: is the self-check done, are problems listed, solved and proved (R48-R54)?

R52 and R53 speak of reports and are registered by the app that knows them.
"""

from datetime import date, timedelta

from django.db.models import Case, Count, Exists, F, OuterRef, Q, Subquery, TextField, Value, When
from django.db.models.functions import Cast, Coalesce

from branchyear.lib.dates import add_months, day_start
from tasks.health.registry import ERROR, NOTICE, WARNING, as_text, check, found, key
from tasks.health.rows import branches
from tasks.models import (
    BranchItem,
    Finding,
    ItemEvidence,
    ItemFact,
    ItemMeeting,
    Problem,
    ProblemEvidence,
    SelfCheck,
    SelfCheckAnswer,
)
from tasks.models.health import ABOUT_LISTS

BEFORE_DAYS = 30  # the self-check is announced so long before its day


def _of_campaign(ask, rows):
    return rows.filter(campaign__starts_on=ask.starts_on, campaign__ends_on=ask.ends_on)


@check(
    "R48",
    mend="tasks:self_check",
    words={"unsigned": "自查各项已填写，还没有由支部书记签发。"},
)
def self_check_complete(ask):
    """All six headings are answered and the secretary has signed, by the end of phase 1. A branch that was
    founded after that day owes none. 工作方案 第一阶段."""
    due = date.fromisoformat(ask.params["due"])
    if (due - ask.day).days > BEFORE_DAYS:
        return []
    checks = _of_campaign(ask, SelfCheck.objects.filter(organization=OuterRef("pk"))).order_by()
    answered = checks.values("organization").annotate(n=Count("answers")).values("n")
    rows = (
        branches(ask)
        .filter(Q(established_on=None) | Q(established_on__lte=due))
        .annotate(
            signed=Subquery(checks.values("signed_at")[:1]),
            k=Value(ask.params["headings"]) - Coalesce(Subquery(answered), 0),
        )
        .filter(signed=None)
    )
    severity = ERROR if ask.day > due else NOTICE
    return [
        found(rows.filter(k__gt=0), organization="pk", severity=severity, k=F("k")),
        found(rows.filter(k__lte=0), organization="pk", severity=severity, say="unsigned"),
    ]


@check(
    "R49",
    mend="tasks:problems",
    after=True,
    words={
        "unplanned": "问题清单中有{u}个问题还没有写明原因、措施、责任人和完成时限。",
        "both": "有{k}个问题尚未列入问题清单，另有{u}个还没有写明原因、措施、责任人和完成时限。",
    },
)
def issue_opened(ask):
    """Every open error and every heading answered 不符合 (once signed) stands on the list, with cause,
    measure, responsible person and day. 工作方案 第一阶段 (列出清单), 五(一) (项目清单化管理)."""
    listed = Problem.objects.unsolved().filter(organization=OuterRef("organization"))
    errors = (
        Finding.objects.open()
        .filter(organization=OuterRef("pk"), severity=ERROR)
        .exclude(rule__number__in=ABOUT_LISTS)
        .filter(rule__campaign__starts_on=ask.starts_on, rule__campaign__ends_on=ask.ends_on)
        .exclude(
            Exists(
                listed.filter(rule=OuterRef("rule")).filter(
                    Q(rule_key=OuterRef("key")) | Q(rule_key="")
                )
            )
        )
    )
    ours = Problem.objects.filter(
        organization=OuterRef("self_check__organization"),
        campaign=OuterRef("self_check__campaign"),
        heading=OuterRef("heading"),
    )
    headings = SelfCheckAnswer.objects.filter(
        self_check__organization=OuterRef("pk"),
        self_check__signed_at__isnull=False,
        self_check__campaign__starts_on=ask.starts_on,
        self_check__campaign__ends_on=ask.ends_on,
        result=SelfCheckAnswer.Result.NOT_MET,
    ).exclude(Exists(ours))
    unplanned = _of_campaign(ask, Problem.objects.unsolved()).filter(
        Q(cause="") | Q(measure="") | Q(responsible="") | Q(due_on=None),
        organization=OuterRef("pk"),
    )
    rows = branches(ask).annotate(
        k=_count(errors, "organization") + _count(headings, "self_check__organization"),
        u=_count(unplanned, "organization"),
    )
    numbers = {"k": F("k"), "u": F("u")}
    return [
        found(rows.filter(k__gt=0, u=0), organization="pk", **numbers),
        found(rows.filter(k=0, u__gt=0), organization="pk", say="unplanned", **numbers),
        found(rows.filter(k__gt=0, u__gt=0), organization="pk", say="both", **numbers),
    ]


def _count(rows, by):
    return Coalesce(
        Subquery(rows.order_by().values(by).annotate(n=Count("pk")).values("n")), Value(0)
    )


def _problems(ask):
    return _of_campaign(ask, Problem.objects.filter(ask.under("organization__path"))).filter(
        organization__closed_on=None
    )


@check(
    "R50",
    mend="tasks:problem",
    words={
        "soon": "问题“{title}”应于{date}前完成整改。",
        "late_plan": "问题“{title}”的整改时限{date}晚于第二阶段结束之日{end}，确需延期的报上级同意。",
    },
)
def issue_overdue(ask):
    """A problem is solved by its day; one of phase 1 by the end of phase 2, unless those above granted more
    time. 工作方案 第二阶段."""
    end = date.fromisoformat(ask.params["phase2_end"])
    soon = ask.day + timedelta(days=ask.params["notice_days"])
    rows = _problems(ask).exclude(state=Problem.State.CLOSED)
    about, facts = key("problem", "pk"), {"title": F("title"), "date": as_text("due_on")}
    started = add_months(end + timedelta(days=1), -2)  # phase 2 is May and June
    long_planned = rows.filter(
        due_on__gt=max(end, ask.day), found_on__lt=started
    ).exclude(extensions__state="granted")  # fmt: skip
    return [
        found(rows.filter(due_on__lt=ask.day), about=about, **facts),
        found(
            rows.filter(due_on__gte=ask.day, due_on__lte=soon).exclude(
                pk__in=long_planned.filter(due_on__lte=soon).order_by().values("pk")
            ),
            about=about, severity=NOTICE, say="soon", **facts,
        ),
        found(
            long_planned, about=about, severity=WARNING, say="late_plan",
            end=Value(end.isoformat()), **facts,
        ),
    ]  # fmt: skip


@check(
    "R51",
    mend="tasks:problem",
    after=True,
    words={
        "again": "问题“{title}”已于{date}销号，对应的检查项又不符合，应重新整改。",
        "unproved": "问题“{title}”已于{date}销号，但没有整改结果或佐证材料。",
    },
)
def issue_closure(ask):
    """A closed problem has a result and evidence, and what it closed is in order; else it was closed on
    paper. 销号管理惯例；工作方案 (防止做表面文章)."""
    closed = _problems(ask).filter(state=Problem.State.CLOSED)
    still = Finding.objects.failing().filter(
        organization=OuterRef("organization"), rule=OuterRef("rule")
    )
    same = still.filter(Q(key=OuterRef("rule_key")))
    listed = Problem.objects.unsolved().filter(
        organization=OuterRef("organization"), rule=OuterRef("rule"), rule_key=OuterRef("rule_key")
    )
    again = closed.filter(rule__isnull=False).filter(
        Exists(same) | Q(rule_key="") & Exists(still), ~Exists(listed)
    )
    proofs = ProblemEvidence.objects.filter(problem=OuterRef("pk"))
    unproved = closed.filter(Q(result="") | ~Exists(proofs))
    about, facts = key("problem", "pk"), {"title": F("title"), "date": as_text("closed_on")}
    return [
        found(again, about=about, say="again", **facts),
        found(
            unproved.exclude(pk__in=again.order_by().values("pk")),
            about=about, say="unproved", **facts,
        ),
    ]  # fmt: skip


@check(
    "R54",
    mend="tasks:item",
    words={"old": "“{item}”的佐证材料不是本活动年度的，请补充，或说明沿用的原因。"},
)
def evidence_present(ask):
    """A finished item that asks for evidence has a file, a recorded meeting or a sealed ledger, of the campaign's year. Papers
    of an earlier year (an old approval) may be in place: a warning, to be explained. 工作方案 (落实到处)."""
    first = date(ask.starts_on.year, 1, 1)
    files = ItemEvidence.objects.filter(branch_item=OuterRef("pk"))
    held = ItemMeeting.objects.filter(branch_item=OuterRef("pk"), meeting__voided_at=None)
    sealed = ItemFact.objects.filter(branch_item=OuterRef("pk"))
    of_the_year = files.filter(
        Q(evidence__fact_on__gte=first, evidence__fact_on__lte=ask.ends_on)
        | Q(evidence__fact_on=None, evidence__uploaded_at__gte=day_start(first))
    )
    rows = (
        BranchItem.objects.filter(
            ask.under("branch__path"),
            branch__closed_on=None,
            item__retired_at=None,
            item__task__campaign__starts_on=ask.starts_on,
            item__task__campaign__ends_on=ask.ends_on,
            result=BranchItem.Result.DONE,
            state__in=[BranchItem.State.SUBMITTED, BranchItem.State.ACCEPTED],
        )
        .annotate(verified=Cast("version__verify", TextField()))
        .filter(verified__contains='"evidence"')
        .exclude(Exists(of_the_year))
        .exclude(Exists(held.filter(meeting__on__gte=first, meeting__on__lte=ask.ends_on)))
        .exclude(Exists(sealed.filter(as_of__gte=first, as_of__lte=ask.ends_on)))
        .annotate(
            has_some=Case(When(Exists(files) | Exists(held) | Exists(sealed), then=1), default=0)
        )
    )
    return found(
        rows,
        organization="branch_id",
        about=key("item", "pk"),
        severity=Case(When(has_some=1, then=Value(str(WARNING))), default=Value(str(ERROR))),
        say=Case(When(has_some=1, then=Value("old")), default=Value("")),
        item=F("version__text"),
    )
