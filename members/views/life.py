"""Organisation life (组织生活): the year at a glance, the records, recording one."""

from datetime import date

from django.contrib import messages
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.http import urlencode
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from branches.models import Kind, Organization
from branches.scope import holders, scope_of
from branchyear.lib.dates import Month, local_day
from branchyear.lib.errors import Conflict, Refused, require
from branchyear.lib.paging import page_of
from branchyear.lib.routes import path_to
from members import life, lifebook, rules
from members.desk import desk
from members.forms_life import OUT, MeetingForm, VoidForm, day_for, first_words
from members.models import Attendance, Category, Meeting, MeetingKind, Post, PostHeld
from members.services import meetings as services

VIEW = "members:life"
QUARTERS = ("一", "二", "三", "四")


@require_GET
def life_year(request):
    """年度一览: one branch's kinds × months; for an organisation above, its branches × kinds."""
    organization, context = desk(request, VIEW, ledgers=False)
    today = local_day()
    year = chosen_year(request, today)
    context |= {"year": year, "years": range(today.year, today.year - 4, -1), "today": today}
    if organization.is_branch:
        return render(
            request,
            "members/life_branch.html",
            context | of_branch(request, organization, year, today),
        )
    return render(
        request, "members/life_board.html", context | of_many(request, organization, year, today)
    )


def chosen_year(request, today):
    asked = request.GET.get("year", "")
    return int(asked) if asked.isdecimal() and 2000 <= int(asked) <= today.year else today.year


def of_branch(request, branch, year, today):
    may_record = rules.may_record_life(request.user, branch)
    rows = Meeting.objects.filter(organization=branch, on__year=year).select_related("group")
    return {
        "rows": lifebook.year_of(branch, year, today=today, may_record=may_record),
        "yearly": lifebook.yearly_of(branch, year, today=today),
        "reads": scope_of(request.user).reads_ledgers(branch),
        "months": range(1, 13),
        "page": page_of(request.GET, rows.order_by("-on", "-pk"), size=20),
        "may_record": may_record,
        "kinds": kind_links(branch) if may_record else (),
    }


def of_many(request, organization, year, today):
    quarter = request.GET.get("q", "")
    first, last = date(year, 1, 1), date(year, 12, 31)
    if quarter in {"1", "2", "3", "4"}:
        period = life.periods(life.QUARTERLY, year)[int(quarter) - 1]
        first, last = period.first, period.last
    else:
        quarter = ""
    branches = Organization.objects.visible_to(request.user).under(organization).branches().open()
    lines = lifebook.board(organization, branches, first=first, last=last, today=today)
    behind = [line for line in lines if line.is_behind]
    missing = request.GET.get("missing") == "1"
    return {
        "quarter": quarter,
        "quarters": list(enumerate(QUARTERS, 1)),
        "missing": missing,
        "page": page_of(request.GET, behind if missing else lines),
        "totals": lifebook.totals_of(lines),
        "branches": len(lines),
        "behind": len(behind),
        "heads": [(kind, life.SHORT[kind], life.BASIS[kind]) for kind in lifebook.KINDS],
        "window": f"{year}年{QUARTERS[int(quarter) - 1]}季度" if quarter else f"{year}年",
    }


@require_GET
def meetings(request):
    """The records of an organisation and everything below it: the list behind every figure."""
    organization, context = desk(request, VIEW, ledgers=False)
    today = local_day()
    rows = Meeting.objects.visible_to(request.user).under(organization)
    kind, month = request.GET.get("kind", ""), chosen_month(request.GET.get("month", ""))
    year = chosen_year(request, today)
    if kind in MeetingKind.values:
        rows = rows.of_kind(kind)
    else:
        kind = ""
    rows = rows.between(month.first_day, month.last_day) if month else rows.filter(on__year=year)
    void = request.GET.get("void") == "1"
    rows = rows.exclude(voided_at=None) if void else rows.held()
    context |= {
        "page": page_of(request.GET, rows.select_related("organization", "group")),
        "kind": kind,
        "kind_label": dict(MeetingKind.choices).get(kind, "组织生活"),
        "kinds": MeetingKind.choices,
        "month": month,
        "year": year,
        "void": void,
    }
    return render(request, "members/meetings.html", context)


def chosen_month(text):
    try:
        return Month.parse(text)
    except ValueError:
        return None


# --- Recording --------------------------------------------------------------------------------------


def kind_links(branch, chosen="", month=None):
    """One link per kind of meeting to the form for it."""
    more = {"month": str(month)} if month else {}
    address = path_to("members:new_meeting")
    return [
        {
            "label": label,
            "url": f"{address}?{urlencode({'org': branch.pk, 'kind': kind, **more})}",
            "active": kind == chosen,
            "count": None,
        }
        for kind, label in MeetingKind.choices
    ]


@require_http_methods(["GET", "POST"])
def new_meeting(request):
    """登记: everybody expected is listed and present; the person taps who was absent."""
    branch, context = desk(request, VIEW, ledgers=False)
    if not branch.is_branch:
        raise Http404
    require(rules.may_record_life(request.user, branch), services.NOT_YOURS)
    today = local_day()
    kind = request.GET.get("kind", "")
    kind = kind if kind in MeetingKind.values else MeetingKind.THEME_DAY
    month = chosen_month(request.GET.get("month", "")) or Month.of(today)
    groups = groups_of(branch)
    group = chosen_group(request, kind, groups)
    on = typed_day(request) or day_for(month, today)
    people, due = services.due_at(branch, kind, on, group)
    form = MeetingForm(
        request.POST or None,
        kind=kind,
        candidates=people,
        due=due,
        initial=first_words(
            branch, kind, on, host=secretary_of(branch, today), voters=voters(people, due)
        )
        | {"version": last_record(branch)},
    )
    status = 200
    if request.method == "POST":
        if form.is_valid():
            due, absences = form.attendance()
            try:
                meeting = services.record_meeting(
                    branch,
                    facts=form.facts(group=group),
                    absences=absences,
                    due=due,
                    votes=form.votes_given(),
                    again=form.cleaned_data["again"],
                    by=request.user,
                    now=timezone.now(),
                )
            except Refused as refused:
                form.refuse(refused)
                context["twice"] = isinstance(refused, services.Twice)
            else:
                messages.success(request, f"已登记：{meeting}，实到{meeting.present}人。")
                return redirect(meeting)
        status = 422
    context |= {
        "form": form,
        "kind": kind,
        "kind_label": MeetingKind(kind).label,
        "kind_tabs": kind_links(branch, kind, month),
        "basis": life.BASIS.get(kind, ""),
        "group": group,
        "group_tabs": group_links(request, groups, group) if kind == MeetingKind.GROUP else [],
        "no_groups": kind == MeetingKind.GROUP and not groups,
        "pick": kind == MeetingKind.COMMITTEE and not due and request.method == "GET",
        "out": OUT,
        "action": request.get_full_path(),
    }
    return render(request, "members/meeting_form.html", context, status=status)


def typed_day(request):
    try:
        return min(date.fromisoformat(request.POST.get("on", "")), local_day())
    except ValueError:
        return None


def groups_of(branch):
    return list(Organization.objects.under(branch).filter(kind=Kind.GROUP).open())


def chosen_group(request, kind, groups):
    if kind != MeetingKind.GROUP or not groups:
        return None
    asked = request.GET.get("group", "")
    return next((g for g in groups if str(g.pk) == asked), groups[0])


def group_links(request, groups, chosen):
    links = []
    for group in groups:
        query = request.GET.copy()
        query["group"] = str(group.pk)
        links.append(
            {"label": group.name, "url": f"?{query.urlencode()}", "active": group == chosen, "count": None}
        )  # fmt: skip
    return links


def secretary_of(branch, today):
    """The secretary by election; where that is not registered, who keeps the branch's account."""
    post = (
        PostHeld.objects.filter(organization=branch, post=Post.SECRETARY, ends_on=None)
        .select_related("member")
        .first()
    )
    if post is not None:
        return post.member.name
    person = holders({"secretary"}, branch, today).first()
    return person.name if person else ""


def voters(people, due):
    """Formal members among those due: a probationary member has no vote (党章 第七条)."""
    formal = sum(m.pk in due and m.category == Category.FORMAL for m in people)
    return formal, formal


def last_record(branch):
    """Tells the browser whether the draft it kept has arrived since."""
    pk = Meeting.objects.filter(organization=branch).order_by("-pk").values_list("pk", flat=True)
    return pk.first() or 0


def fetch(request, pk):
    rows = Meeting.objects.visible_to(request.user).select_related(
        "organization", "group", "created_by"
    )
    return get_object_or_404(rows, pk=pk)


@require_http_methods(["GET", "POST"])
def edit_meeting(request, pk):
    """修改: the same form over the stored record."""
    meeting = fetch(request, pk)
    branch = meeting.organization
    require(rules.may_record_life(request.user, branch), services.NOT_YOURS)
    if meeting.is_void:
        raise Refused("该记录已作废，不能修改。")
    _, context = desk(request, VIEW, branch)
    kept = list(meeting.attendances.select_related("member"))
    statuses = {row.member_id: row.status for row in kept}
    on = typed_day(request) or meeting.on
    people, due = services.due_at(branch, meeting.kind, on, meeting.group)
    known = {m.pk for m in people}
    people += [row.member for row in kept if row.member_id not in known]
    form = MeetingForm(
        request.POST or None,
        kind=meeting.kind,
        candidates=people,
        due=due,
        statuses=statuses,
        votes=meeting.votes.all(),
        initial={
            **{name: getattr(meeting, name) for name in services.REVISABLE},
            "version": meeting.revision,
        },
    )
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            due, absences = form.attendance()
            try:
                services.revise_meeting(
                    meeting,
                    revision=form.cleaned_data["version"] or 0,
                    facts=form.facts(),
                    absences=absences,
                    due=due,
                    votes=form.votes_given(),
                    by=request.user,
                    now=timezone.now(),
                )
            except Conflict as conflict:
                form = newest(form, fetch(request, pk))
                context["conflict"], status = conflict, 409
            except Refused as refused:
                form.refuse(refused)
            else:
                messages.success(request, "已保存修改。")
                return redirect(meeting)
    context |= {
        "form": form,
        "meeting": meeting,
        "kind": meeting.kind,
        "kind_label": meeting.get_kind_display(),
        "basis": life.BASIS.get(meeting.kind, ""),
        "group": meeting.group,
        "out": OUT,
        "action": request.get_full_path(),
    }
    return render(request, "members/meeting_form.html", context, status=status)


def newest(form, meeting):
    """What was typed, over the present revision: saved again, it takes the place of the other."""
    form.data = form.data.copy()
    form.data["version"] = str(meeting.revision)
    return form


# --- One record -------------------------------------------------------------------------------------


@require_GET
def meeting(request, pk):
    """The record as an office paper; printed as it stands."""
    row = fetch(request, pk)
    return record_page(request, row, VoidForm())


def record_page(request, row, void_form, status=200):
    _, context = desk(request, VIEW, row.organization)
    people = list(row.attendances.select_related("member").order_by("pk"))
    present = [a.member for a in people if a.status == Attendance.Status.PRESENT]
    absent = [a for a in people if a.status != Attendance.Status.PRESENT]
    may_record = rules.may_record_life(request.user, row.organization) and not row.is_void
    context |= {
        "row": row,
        "present": present,
        "absent": absent,
        "votes": [
            (vote, life.is_carried(vote.voters_due, vote.in_favour)) for vote in row.votes.all()
        ],
        "counts_all_due": row.kind == MeetingKind.MEMBERS,
        "lacking": life.missing_parts(row),
        "half": row.kind != MeetingKind.COMMITTEE or life.has_quorum(row.due, row.present),
        "may_record": may_record,
        "void_form": void_form,
    }
    return render(request, "members/meeting.html", context, status=status)


@require_POST
def void_meeting(request, pk):
    """作废, with a reason."""
    row = fetch(request, pk)
    require(rules.may_record_life(request.user, row.organization), services.NOT_YOURS)
    form = VoidForm(request.POST)
    if form.is_valid():
        try:
            services.void_meeting(
                row, reason=form.cleaned_data["reason"], by=request.user, now=timezone.now()
            )
        except Refused as refused:
            if refused.field is None:
                raise
            form.add_error("reason", refused.sentence)
        else:
            messages.success(request, "该记录已作废，不再计入任何统计。")
            return redirect(row)
    return record_page(request, row, form, status=422)
