"""What the pages of organisation life show: held and missing, of one branch or of many. Only reads."""

from collections import defaultdict
from dataclasses import dataclass, field
from functools import cache

from django.db.models import BigAutoField, CharField, Count, Exists, IntegerField, Q, Value
from django.db.models.functions import Cast, Concat, Substr
from django.utils.http import urlencode

from branches.models import Kind, Organization
from branches.querysets import below
from branchyear.lib.composed import composed
from branchyear.lib.counts import number_of
from branchyear.lib.dates import Month
from branchyear.lib.routes import path_to
from members import life
from members.models import (
    Appraisal,
    Category,
    Grade,
    Meeting,
    MeetingKind,
    Member,
)
from members.services import talks
from members.services.meetings import posts_in_force

# In the order of 三会一课, then what comes besides.
KINDS = (
    MeetingKind.MEMBERS,
    MeetingKind.COMMITTEE,
    MeetingKind.GROUP,
    MeetingKind.LECTURE,
    MeetingKind.THEME_DAY,
    MeetingKind.LIFE,
)
FROM_DAY = 15  # from the middle of the month the home page says what is still missing


@dataclass
class Cell:
    """One period of one kind: held, missing (over and not held), open (running), future, before."""

    span: int
    state: str
    words: str = ""
    url: str = ""
    title: str = ""


@dataclass
class Row:
    kind: str
    label: str
    basis: str
    cells: list = field(default_factory=list)
    why_not: str = ""  # why the kind is not asked of this branch


@dataclass(frozen=True)
class Facts:
    """What decides which kinds a branch is asked for."""

    formal: int
    has_officers: bool
    groups: tuple  # open Party groups
    branch: object = None  # its row, with what the caller asked of it

    @property
    def has_committee(self):
        return self.formal >= life.COMMITTEE_FROM or self.has_officers

    def why_not(self, kind):
        if kind == MeetingKind.COMMITTEE and not self.has_committee:
            return f"正式党员{self.formal}名，不足{life.COMMITTEE_FROM}名，不设支部委员会"
        if kind == MeetingKind.GROUP and not self.groups:
            return "未划分党小组"
        return ""


def places_of(branch, path, today, rows):
    """The branch (its key and its path) and its open Party groups among ``rows``, with what decides its kinds."""
    formal = Member.objects.counted().filter(organization=branch, category=Category.FORMAL)
    return (
        rows.filter(below(path))
        .filter(Q(pk=branch) | Q(kind=Kind.GROUP, closed_on=None))
        .annotate(
            formal_=number_of(formal, "organization"),
            officers_=Exists(posts_in_force(today).filter(organization=branch)),
        )
    )


@composed(branch=BigAutoField(), path=CharField())
def _places(branch, path, today):
    return places_of(branch, path, today, Organization.objects.all())


def facts_of(branch, today):
    """In one statement."""
    return facts_from(branch, _places(branch=branch.pk, path=branch.path, today=today))


def facts_from(branch, found):
    """From the rows of ``places_of``, which may say more of each."""
    own = next(place for place in found if place.pk == branch.pk)
    groups = tuple(place for place in found if place.pk != branch.pk)
    return Facts(own.formal_, own.officers_, groups, own)


# --- One branch: its year ---------------------------------------------------------------------------


def year_of(branch, year, *, today, may_record, facts=None):
    """The rows of the matrix: kinds × periods of the year."""
    facts = facts or facts_of(branch, today)
    held = defaultdict(list)
    meetings = Meeting.objects.held().filter(organization=branch, on__year=year)
    for meeting in meetings.order_by("on", "pk").only("kind", "group", "on", "includes_lecture"):
        held[meeting.kind].append(meeting)
        if meeting.includes_lecture and meeting.kind != MeetingKind.LECTURE:
            held[MeetingKind.LECTURE].append(meeting)
    return [
        _row(branch, kind, year, held[kind], facts, today=today, may_record=may_record)
        for kind in KINDS
    ]


def _row(branch, kind, year, meetings, facts, *, today, may_record):
    why_not = facts.why_not(kind)
    row = Row(kind, life.SHORT[kind], life.BASIS[kind], why_not="" if meetings else why_not)
    if row.why_not:
        return row
    for period in life.periods(life.CADENCE[kind], year):
        inside = [m for m in meetings if period.holds(m.on)]
        cell = Cell(period.months, "future")
        if kind == MeetingKind.GROUP:
            missing = [g for g in facts.groups if g.pk not in {m.group_id for m in inside}]
            done, asked = len(facts.groups) - len(missing), len(facts.groups)
        else:
            missing, done, asked = [None], int(bool(inside)), 1
        if inside and done >= asked:
            cell.state, cell.words = "held", f"{len(inside)}次"
        elif not period.has_begun(today):
            cell.state = "future"
        elif not inside and not period.asks(branch.established_on):
            cell.state, cell.words, cell.title = "before", "—", "支部成立以前"
        else:
            over = period.is_over(today)
            cell.state = "missing" if over else "open"
            cell.words = "未开展" if over else "待开展"
            if inside:
                cell.words = f"{done}/{asked}组"
        if cell.state == "held":
            cell.url = list_url(branch, kind, year, period, inside)
        elif cell.state in {"missing", "open"} and may_record:
            cell.url = form_url(branch, kind, period, today, missing[0])
            cell.title = "；".join(f"{g.name}未开展" for g in missing if g) or "点击登记"
        row.cells.append(cell)
    return row


def yearly_of(branch, year, *, today):
    """What is due once a year and has a page of its own: the appraisal and the talks."""
    period = life.periods(life.YEARLY, year)[0]
    query = urlencode({"org": branch.pk, "year": year})
    appraisal = appraisals_of([branch], year).get(branch.pk)
    if appraisal:
        state, words = "held", f"已评议{appraisal.covered}人，优秀{appraisal.excellent}人"
        if appraisal.ungraded:
            state, words = "open", f"{words}，{appraisal.ungraded}人未定等次"
    else:
        state = "missing" if period.is_over(today) else "open"
        words = "未开展" if state == "missing" else "待开展"
    told = talks.missing_in(branch, year, today)
    done = not told.missing.without_officer
    return [
        {
            "label": "民主评议",
            "basis": "党员教育管理工作条例第十八条：每年1次",
            "state": state,
            "words": words,
            "url": f"{path_to('members:appraisal')}?{query}",
        },
        {
            "label": "谈心谈话",
            "basis": "支部工作条例（试行）第五章：每年不少于1次",
            "state": "held" if done else "missing" if period.is_over(today) else "open",
            "words": f"与支委谈过 {told.done}/{told.asked} 人",
            "url": f"{path_to('members:talks')}?{query}",
        },
    ]


def appraisals_of(branches, year):
    """``{branch id: appraisal}`` of a year, with how many were covered, 优秀, and not graded yet."""
    rows = Appraisal.objects.filter(organization__in=branches, year=year).annotate(
        covered=Count("results", filter=Q(results__took_part=True)),
        excellent=Count("results", filter=Q(results__grade=Grade.EXCELLENT)),
        ungraded=Count(
            "results",
            filter=Q(
                results__took_part=True,
                results__grade="",
                results__member__category=Category.FORMAL,
            ),
        ),
    )
    return {row.organization_id: row for row in rows}


def list_url(branch, kind, year, period, meetings):
    """The one record, or the list of them."""
    if len(meetings) == 1:
        return meetings[0].get_absolute_url()
    asked = {"org": branch.pk, "kind": kind}
    if period.months == life.MONTHLY:
        asked["month"] = str(Month.of(period.first))
    else:
        asked["year"] = year
    return f"{path_to('members:meetings')}?{urlencode(asked)}"


def form_url(branch, kind, period, today, group=None):
    """The form for that kind, in the period's last month (or the present one)."""
    asked = {
        "org": branch.pk,
        "kind": kind,
        "month": str(Month.of(today if period.holds(today) else period.last)),
    }
    if group is not None:
        asked["group"] = group.pk
    return f"{path_to('members:new_meeting')}?{urlencode(asked)}"


@composed(branch=BigAutoField())
def _held_between(branch, first, last):
    rows = Meeting.objects.held().filter(organization=branch).between(first, last)
    return rows.values_list("kind", "group_id", "on", "includes_lecture")


def missing_now(branch, today, facts=None):
    """``[(short name, kind, period)]``: what of this month (in its last month, of this quarter) has
    not been recorded yet. Two questions to the database, whatever the branch has held."""
    facts = facts or facts_of(branch, today)
    found = []
    first = life.period_of(life.QUARTERLY, today).first
    held = _held_between(branch=branch.pk, first=first, last=today)
    for kind in (
        MeetingKind.THEME_DAY,
        MeetingKind.COMMITTEE,
        MeetingKind.GROUP,
        MeetingKind.MEMBERS,
        MeetingKind.LECTURE,
    ):
        period = life.period_of(life.CADENCE[kind], today)
        if facts.why_not(kind) or not period.asks(branch.established_on):
            continue
        if period.last.month != today.month:
            continue  # a quarter is spoken of in its last month
        inside = [
            (group, on)
            for k, group, on, lecture in held
            if (k == kind or (lecture and kind == MeetingKind.LECTURE)) and period.holds(on)
        ]
        groups = {group for group, _ in inside}
        if kind == MeetingKind.GROUP:
            if all(g.pk in groups for g in facts.groups):
                continue
        elif inside:
            continue
        found.append((life.SHORT[kind], kind, period))
    return found


# --- Many branches: done of due ---------------------------------------------------------------------


@dataclass
class Line:
    """One branch on the board: for each kind ``(done, due)`` or why it is not asked."""

    branch: Organization
    cells: list

    @property
    def is_behind(self):
        return any(cell["late"] for cell in self.cells)


def board(organization, branches, *, first, last, today):
    """A ``Line`` for each of ``branches`` (all below ``organization``) for the days from ``first`` to
    ``last``. Due are the periods that are over, and the running one once something was held in it, so
    that done never exceeds due. The number of statements does not depend on how many there are."""
    branches = list(branches)
    formal = dict(
        Member.objects.under(organization)
        .counted()
        .filter(category=Category.FORMAL)
        .order_by()
        .values_list("organization_id")
        .annotate(n=Count("pk"))
    )
    officers = set(
        posts_in_force(today).filter(below(organization.path, "organization__path")).order_by()
        .values_list("organization_id", flat=True)
    )  # fmt: skip
    groups = defaultdict(list)
    for group in Organization.objects.under(organization).filter(kind=Kind.GROUP).open():
        groups[group.ancestor_paths[1]].append(group)
    held = {kind: _held(organization, kind, first, last, today) for kind in KINDS}
    asked = cache(lambda length, founded: life.asked_until(length, first, last, today, founded))
    lines = []
    for branch in branches:
        facts = Facts(
            formal.get(branch.pk, 0), branch.pk in officers, tuple(groups.get(branch.path, ()))
        )
        cells = []
        for kind in KINDS:
            length = life.CADENCE[kind]
            over, running = held[kind].get(branch.pk, (0, 0))
            why_not = facts.why_not(kind)
            due = 0
            if not why_not:
                founded = [branch.established_on]
                if kind == MeetingKind.GROUP:
                    founded = [group.established_on for group in facts.groups]
                due = sum(asked(length, day) for day in founded)
            due = max(due, over) + running
            done = over + running
            cells.append(
                {
                    "kind": kind,
                    "done": done,
                    "due": due,
                    "late": done < due,
                    "why_not": why_not if not due else "",
                }
            )
        lines.append(Line(branch, cells))
    return lines


def totals_of(lines):
    """The sums below the board, in the order of its columns."""
    return [
        {
            "done": sum(line.cells[place]["done"] for line in lines),
            "due": sum(line.cells[place]["due"] for line in lines),
        }
        for place in range(len(KINDS))
    ]


def _held(organization, kind, first, last, today):
    """``{branch id: (periods over, running ones)}`` in which the kind was held at least once."""
    length = life.CADENCE[kind]
    running = life.period_of(length, today)
    month = Cast(Substr(Cast("on", CharField()), 6, 2), IntegerField())
    period = (month + (length - 1)) / length
    if kind == MeetingKind.GROUP:
        period = Concat(
            Cast(period, CharField()),
            Value("/"),
            Cast("group_id", CharField()),
            output_field=CharField(),
        )
    rows = (
        Meeting.objects.held()
        .under(organization)
        .of_kind(kind)
        .between(first, min(last, today))
        .order_by()
        .values_list("organization_id")
        .annotate(
            over=Count(period, distinct=True, filter=Q(on__lt=running.first)),
            now=Count(period, distinct=True, filter=Q(on__gte=running.first)),
        )
    )
    return {pk: (over, now) for pk, over, now in rows}
