"""The figures of a monthly report, from facts: one definition for one organisation and for thousands.

Every number is the count of the list its ``url`` leads to.
"""

from collections import defaultdict
from urllib.parse import urlencode

from django.db.models import CharField, Count, Q, Sum, Value
from django.db.models.functions import Length, Substr
from django.urls import NoReverseMatch, reverse

from branches.models import Kind, Organization
from branches.querysets import below
from branchyear.lib.dates import Month, day_start
from members import life
from members.dues import money
from members.lifebook import KINDS
from members.models import DuesMonth, Meeting, MeetingKind, Member, Training
from reports.models import MonthlyReport, Tier
from tasks.models import BranchItem, Task

TIER_BELOW = {Tier.DIRECT: Tier.BRANCH, Tier.COMMITTEE: Tier.DIRECT}
NO_ORGANIZATIONS = {"branches": 0, "groups": 0, "directs": 0}
NO_PEOPLE = {"members": 0, "formal": 0, "probationary": 0}
NO_TRAININGS = {"trainings": 0, "people_hours": 0}
NO_DUES = {"people": 0, "full": 0, "owing": 0, "unknown": 0, "due_sum": 0, "paid_sum": 0}
NOTHING_BELOW = {"value": 0, "of": 0, "url": "", "of_url": ""}  # a branch receives no reports
NO_REPORTS = {
    "expected": 0,
    "received": 0,
    "ontime": 0,
    "extended": 0,
    "late": 0,
    "missing": 0,
    "waiting": 0,
}


def figures_for(organization, period, *, today):
    """The figures of one organisation's report, from the facts as they are ``today``.

    A list of ``{key, group, label, value, of, unit, source, url, of_url}``. For an upper organisation:
    sums over everything open below it. The number of statements does not depend on how much that is.
    """
    return figures_for_many([organization], period, today=today)[organization.pk]


def figures_for_many(organizations, period, *, today, links=True):
    """The same for many organisations at once: ``{organization id: figures}``.

    Without ``links`` the addresses stay empty (a sealed copy keeps none of them).

    The number of statements depends on how many depths of the tree they stand at, not on how many.
    """
    organizations = list(organizations)
    address = link if links else _no_link
    tasks = list(Task.objects.filter(campaign=period.campaign_id).order_by("order"))
    kinds = _organizations_below(organizations)
    people = _people_below(organizations)
    items = _items_below(organizations, period, today)
    held = _meetings_below(organizations, period)
    trained = _trainings_below(organizations, period)
    dues = _dues_below(organizations, period)
    lower = _lower_counts(organizations, period, today)
    return {
        one.pk: [
            *_organization_rows(
                one, address, kinds.get(one.path, NO_ORGANIZATIONS), people.get(one.path, NO_PEOPLE)
            ),
            *_meeting_rows(one, address, period, held.get(one.path, {})),
            *_training_rows(one, address, period, trained.get(one.path, NO_TRAININGS)),
            *_dues_rows(one, address, period, dues.get(one.path, NO_DUES)),
            *_item_rows(one, address, period, tasks, items.get(one.path, {})),
            *_lower_rows(one, address, period, lower.get(one.pk, NO_REPORTS)),
        ]
        for one in organizations
    }


# --- Counting -------------------------------------------------------------------------------------


def _parts(queryset, organizations, field):
    """``queryset`` cut into one part for each depth, each row marked ``top``: the path above it."""
    if len(organizations) == 1:
        path = organizations[0].path
        yield queryset.filter(below(path, field)).annotate(
            top=Value(path, output_field=CharField())
        )
        return
    for length in sorted({len(one.path) for one in organizations}):
        marked = queryset.annotate(top=Substr(field, 1, length), deep=Length(field))
        yield marked.filter(deep__gte=length)


def _organizations_below(organizations):
    found = {}
    for part in _parts(Organization.objects.open(), organizations, "path"):
        for row in (
            part.order_by()
            .values("top")
            .annotate(
                branches=Count("pk", filter=Q(kind=Kind.BRANCH)),
                groups=Count("pk", filter=Q(kind=Kind.GROUP)),
                directs=Count("pk", filter=Q(depth=Organization.DIRECT_DEPTH)),
            )
        ):
            found[row["top"]] = row
    return found


def _people_below(organizations):
    found = {}
    counted = Member.objects.counted().filter(organization__closed_on=None)
    for part in _parts(counted, organizations, "organization__path"):
        for row in part.head_counts("top"):
            found[row["top"]] = row
    return found


def _meetings_below(organizations, period):
    """Meetings of the month by kind; one that held a lecture as well counts as a lecture too."""
    month = Month.parse(period.month)
    found = defaultdict(lambda: defaultdict(int))
    held = Meeting.objects.held().between(month.first_day, month.last_day)
    for part in _parts(held, organizations, "organization__path"):
        for row in (
            part.order_by()
            .values("top", "kind")
            .annotate(n=Count("pk"), lectures=Count("pk", filter=Q(includes_lecture=True)))
        ):
            found[row["top"]][row["kind"]] += row["n"]
            if row["kind"] != MeetingKind.LECTURE:
                found[row["top"]][MeetingKind.LECTURE] += row["lectures"]
    return found


def _trainings_below(organizations, period):
    """The trainings that began in the month, and the hours of all who took part."""
    found = {}
    rows = Training.objects.begun_in(Month.parse(period.month))
    for part in _parts(rows, organizations, "organization__path"):
        for row in (
            part.order_by()
            .values("top")
            .annotate(trainings=Count("pk", distinct=True), people_hours=Sum("records__hours"))
        ):
            found[row["top"]] = row
    return found


def _dues_below(organizations, period):
    """The dues of the period's month: the same counts as the page of dues and its ledger."""
    found = {}
    rows = DuesMonth.objects.of(period.month)
    for part in _parts(rows, organizations, "organization__path"):
        for row in part.figures("top"):
            found[row["top"]] = row
    return found


def _items_below(organizations, period, today):
    """The checklist items by task: the same counts as 总览 and its lists."""
    found = defaultdict(dict)
    items = BranchItem.objects.of(period.campaign_id).in_force()
    for part in _parts(items, organizations, "branch__path"):
        for row in part.figures(today, "top", "item__task__code"):
            found[row["top"]][row["item__task__code"]] = row
    return found


def lower_reports(organization, period):
    """The reports of the same month that come in at ``organization``."""
    return MonthlyReport.objects.filter(receiver=organization, **_lower(period)).expected()


def _lower(period):
    return {
        "period__campaign": period.campaign_id,
        "period__month": period.month,
        "period__tier": TIER_BELOW.get(period.tier, ""),
    }


def _lower_counts(organizations, period, today):
    if period.tier not in TIER_BELOW:
        return {}
    rows = MonthlyReport.objects.filter(receiver__in=organizations, **_lower(period))
    return {row["receiver"]: row for row in rows.figures(day_start(today), "receiver")}


# --- Rows -----------------------------------------------------------------------------------------


def _organization_rows(organization, link, kinds, people):
    tree = link("branches:organization", organization.pk)
    rows = []

    def add(key, label, value, unit, source, url=""):
        rows.append(_figure("组织和党员", key, label, value, unit, source, url))

    def roster(**query):
        return link("members:roster", org=organization.pk, **query)

    if organization.depth < Organization.DIRECT_DEPTH:
        add("directs", "直属党组织", kinds["directs"], "个", "党组织", tree)
    if not organization.is_branch:
        add("branches", "党支部", kinds["branches"], "个", "党组织", tree)
    add("groups", "党小组", kinds["groups"], "个", "党组织", tree)
    add("members", "党员", people["members"], "人", "党员名册", roster())
    for key, label in (("formal", "其中：正式党员"), ("probationary", "其中：预备党员")):
        add(key, label, people[key], "人", "党员名册", roster(category=key))
    return rows


def _meeting_rows(organization, link, period, held):
    return [
        _figure(
            "组织生活",
            f"held_{kind}",
            life.SHORT[kind],
            held.get(kind, 0),
            "次",
            "组织生活记录",
            link("members:meetings", org=organization.pk, kind=kind, month=period.month),
        )
        for kind in KINDS
    ]


def _training_rows(organization, link, period, trained):
    """What was begun in the month; hours a member has from meetings stand in 教育培训 of the year."""
    url = link("members:training", org=organization.pk, month=period.month)
    hours = f"{trained['people_hours'] or 0:.1f}".removesuffix(".0")
    return [
        _figure("教育培训", key, label, value, unit, "教育培训登记", url)
        for key, label, value, unit in (
            ("trainings", "当月培训", trained["trainings"], "次"),
            ("training_hours", "参加人员学时合计", hours, "学时"),
        )
    ]


def _dues_rows(organization, link, period, dues):
    """Sums of the whole, never a member's: R43. Unknown bases are counted apart, not as nothing due."""
    url = link("members:dues", org=organization.pk, month=period.month)

    def add(key, label, value, unit="人", **more):
        return _figure("党费", key, label, value, unit, "党费台账", url=url, **more)

    return [
        add("dues_full", "当月足额交纳", dues["full"], of=dues["people"], of_url=url),
        add("dues_owing", "当月尚未足额交纳", dues["owing"]),
        add("dues_unknown", "未核定基数", dues["unknown"], of=dues["people"], of_url=url),
        add("dues_due", "当月应交", money(dues["due_sum"] or 0), "元"),
        add("dues_paid", "当月实交", money(dues["paid_sum"] or 0), "元"),
    ]


def _item_rows(organization, link, period, tasks, by_task):
    def items(**query):
        return link("reports:items", org=organization.pk, year=period.month[:4], **query)

    def total(name):
        return sum(row[name] for row in by_task.values())

    def add(key, label, value, group="检查条目", **more):
        rows.append(_figure(group, key, label, value, "条", "八项任务清单", **more))

    rows = []
    add(
        "items_accepted",
        "审核通过",
        total("accepted"),
        url=items(state="accepted"),
        of=total("total"),
        of_url=items(),
    )
    add("items_submitted", "待审核", total("submitted"), url=items(state="submitted"))
    add("items_returned", "退回修改", total("returned"), url=items(state="returned"))
    add("items_overdue", "逾期未提交", total("overdue"), url=items(overdue=1))
    for task in tasks:
        row = by_task.get(task.code, {"accepted": 0, "total": 0})
        add(
            f"task_{task.code}",
            f"{task.code} {task.name}",
            row["accepted"],
            group="八项任务通过情况",
            url=items(task=task.code, state="accepted"),
            of=row["total"],
            of_url=items(task=task.code),
        )
    return rows


def _lower_rows(organization, link, period, counts):
    if period.tier not in TIER_BELOW or organization.is_branch:
        return []
    tier = TIER_BELOW[period.tier]

    def reports(**query):
        return link(
            "reports:reports",
            tab="all",
            tier=tier.value,
            month=period.month,
            receiver=organization.pk,
            **query,
        )

    def add(key, label, value, verdict, **more):
        url = reports(verdict=verdict)
        rows.append(
            _figure("下级报送", key, label, value, "个", f"{tier.label}月报", url=url, **more)
        )

    rows = []
    add(
        "lower_received",
        f"已报送的{tier.label}",
        counts["received"],
        "received",
        of=counts["expected"],
        of_url=reports(),
    )
    add("lower_ontime", "其中：按期", counts["ontime"], "ontime")
    add("lower_extended", "其中：经批准延期", counts["extended"], "extended")
    add("lower_late", "其中：逾期", counts["late"], "late")
    add("lower_unreported", "尚未报送", counts["missing"] + counts["waiting"], "unreported")
    return rows


def _figure(group, key, label, value, unit, source, url="", of=None, of_url=""):
    return {
        "group": group,
        "key": key,
        "label": label,
        "value": value,
        "of": of,
        "unit": unit,
        "source": source,
        "url": url,
        "of_url": of_url,
    }


def link(name, *args, **query):
    """The address of the list behind a figure."""
    try:
        return reverse(name, args=args) + (f"?{urlencode(query)}" if query else "")
    except NoReverseMatch:
        return ""


def _no_link(name, *args, **query):
    return ""
