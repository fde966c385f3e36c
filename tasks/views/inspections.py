"""督查抽查: the plans, one plan on one page, and each verb of whoever runs it."""

from datetime import timedelta

from django.contrib import messages
from django.db.models import Count, Q
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from branches.scope import scope_of
from branchyear.lib.dates import local_day
from branchyear.lib.errors import Conflict, Refused, require
from branchyear.lib.paging import page_of
from tasks import rules
from tasks.forms_inspections import (
    AssignForm,
    InspectionForm,
    JoinForm,
    LeaveOutForm,
    ReasonForm,
    SummaryForm,
    UntilForm,
)
from tasks.models import (
    Exclusion,
    Inspection,
    TeamMember,
    Visit,
    VisitRecord,
)
from tasks.models.inspections import WATCHING_ROLES
from tasks.services import inspections as services
from tasks.services import inspectors, visits
from tasks.year import campaign_of

State = Inspection.State
NOT_HERE = "您没有查看督查抽查的权限。"
USUAL_DAYS = 14  # an inspection takes two weeks, unless said otherwise


def fetch(request, pk):
    rows = Inspection.objects.visible_to(request.user).select_related(
        "organization", "scope", "campaign"
    )
    return get_object_or_404(rows.prefetch_related("draws"), pk=pk)


def sees_sample(user, inspection):
    """Whether the whole sample may be seen: by those over it; by everybody when the visits are announced
    or over. An unannounced visit must not be read off the sample."""
    over = scope_of(user).holds_over(WATCHING_ROLES, inspection.organization)
    return over or inspection.announced or inspection.state == State.ENDED


# --- The list -------------------------------------------------------------------------------------


@require_GET
def inspections(request):
    """The plans in sight, the newest first; an inspector's own branches above."""
    user = request.user
    require(scope_of(user).seen_paths, NOT_HERE)
    rows = (
        Inspection.objects.visible_to(user).select_related("organization").prefetch_related("draws")
    )
    page = page_of(request.GET, rows, 20)
    seen = Visit.objects.visible_to(user).filter(inspection__in=[row.pk for row in page])
    counts = {
        each["inspection"]: each
        for each in seen.order_by()
        .values("inspection")
        .annotate(
            total=Count("pk"),
            done=Count("pk", filter=Q(state__in=[Visit.State.SIGNED, Visit.State.MISSED])),
        )
    }
    found = (
        VisitRecord.objects.visible_to(user)
        .discrepancies()
        .filter(visit__inspection__in=[row.pk for row in page])
        .order_by()
        .values("visit__inspection")
        .annotate(total=Count("pk"), listed=Count("problem"))
    )
    found = {each["visit__inspection"]: each for each in found}
    for row in page:
        row.counts, row.found = counts.get(row.pk), found.get(row.pk)
    context = {
        "page": page,
        "mine": list(Visit.objects.waiting_for(user)),
        "organizations": rules.inspecting_organizations(user),
        "today": local_day(),
    }
    return render(request, "inspections/list.html", context)


# --- The plan -------------------------------------------------------------------------------------


@require_http_methods(["GET", "POST"])
def new_inspection(request):
    """起草."""
    places = rules.inspecting_organizations(request.user)
    require(places, services.OF_RUNNERS)
    organization, today = places[0], local_day()
    campaign = campaign_of(request)
    form = InspectionForm(
        request.POST or None,
        organization=organization,
        campaign=campaign,
        initial={
            "kind": Inspection.Kind.SPOT,
            "scope": organization,
            "starts_on": today,
            "ends_on": today + timedelta(days=USUAL_DAYS),
            "methods": "查阅资料、实地查看、询问了解",
            "announced": "0",
            "strata_by": Inspection.Strata.DIRECT,
            "measure": Inspection.Measure.PERCENT,
            "amount": 5,
        },
    )
    if request.method == "POST" and form.attempt(
        lambda data: services.draft(
            organization, campaign=campaign, by=request.user, now=timezone.now(), **data
        )
    ):
        messages.success(request, "已起草。请核对总体名单，加入检查人员，再公布校验值。")
        return redirect(form.result)
    context = {"organization": organization, "form": form, "inspection": None}
    return render(request, "inspections/form.html", context, status=422 if form.is_bound else 200)


@require_http_methods(["GET", "POST"])
def edit_inspection(request, pk):
    row = fetch(request, pk)
    require(rules.may_run_inspection(request.user, row.organization), services.OF_RUNNERS)
    stored = {name: getattr(row, name) for name in services.FACTS}
    stored |= {"announced": "1" if row.announced else "0", "items": row.items.all()}
    form = InspectionForm(
        request.POST or None, organization=row.organization, campaign=row.campaign, initial=stored
    )
    if request.method == "POST" and form.attempt(
        lambda data: services.change(
            row, revision=_revision(request, row), by=request.user, now=timezone.now(), **data
        )
    ):
        messages.success(request, "已保存。")
        return redirect(row)
    context = {"organization": row.organization, "form": form, "inspection": row}
    return render(request, "inspections/form.html", context, status=422 if form.is_bound else 200)


@require_GET
def inspection(request, pk):
    return page(request, fetch(request, pk))


def page(request, row, *, status=200, conflict=None, **forms):
    """The plan with what this person may do now; a form with complaints keeps what was typed."""
    user, today = request.user, local_day()
    runs = rules.may_run_inspection(user, row.organization)
    is_open = row.state != State.ENDED
    seen = list(
        Visit.objects.visible_to(user)
        .filter(inspection=row)
        .select_related("branch", "inspector", "inspection")
        .annotate(
            wrong=Count("records", filter=Q(records__verdict__in=VisitRecord.NOT_AS_CLAIMED)),
            checked=Count("records", filter=~Q(records__verdict="")),
            lines=Count("records"),
        )
        .order_by("branch__path")
    )
    found = list(
        VisitRecord.objects.visible_to(user)
        .discrepancies()
        .filter(visit__inspection=row)
        .select_related("visit__branch", "item", "problem")
        .order_by("decided_at", "visit__branch__path", "pk")
    )
    over = scope_of(user).holds_over(WATCHING_ROLES, row.organization)
    draft = _preview(row, today) if runs and row.state == State.DRAFT else None
    team = list(row.team.select_related("user")) if over else []
    context = {
        "inspection": row,
        "draw": row.draw,
        "draws": list(row.draws.all()),
        "runs": runs,
        "over": over,
        "is_open": is_open,
        "sees_sample": sees_sample(user, row),
        "preview": draft,
        "items": list(row.items.select_related("task", "current").order_by("task__order", "order")),
        "exclusions": list(row.exclusions.select_related("branch")) if over else [],
        "team": team,
        "active": [m for m in team if m.left_at is None and m.until >= today],
        "visits": seen,
        "done": sum(v.state in {Visit.State.SIGNED, Visit.State.MISSED} for v in seen),
        "left": sum(v.state in {Visit.State.WAITING, Visit.State.RUNNING} for v in seen),
        "begun": any(v.state != Visit.State.WAITING for v in seen),
        "unassigned": sum(v.inspector_id is None and v.state == Visit.State.WAITING for v in seen),
        "found": found,
        "waiting": sum(entry.decided_at is None for entry in found),
        "listed": sum(entry.problem_id is not None for entry in found),
        "conflict": conflict,
        "today": today,
    }
    if runs and is_open:
        context |= {
            "leave_out_form": forms.get("leave_out_form") or LeaveOutForm(inspection=row),
            "join_form": forms.get("join_form") or JoinForm(initial={"until": row.ends_on}),
            "void_form": forms.get("void_form") or ReasonForm(auto_id="void_%s"),
            "end_form": forms.get("end_form") or SummaryForm(initial={"summary": row.summary}),
        }
    context["refused"] = set(forms)
    return render(request, "inspections/inspection.html", context, status=status)


def _preview(row, today):
    """What would be frozen if the hash were published now."""
    population, labels = services.population_of(row, today=today)
    strata = services.strata_of(row, population, labels)
    return {
        "count": len(population["branches"]),
        "strata": strata,
        "size": sum(each[3] for each in strata),
    }


# --- Verbs ----------------------------------------------------------------------------------------


def _revision(request, row):
    typed = request.POST.get("revision", "")
    return int(typed) if typed.isdecimal() else row.revision


def _run(request, pk):
    row = fetch(request, pk)
    require(rules.may_run_inspection(request.user, row.organization), services.OF_RUNNERS)
    return row


def _answer(request, row, name, form, act, said):
    try:
        done = form.attempt(act)
    except Conflict as conflict:
        return page(request, fetch(request, row.pk), status=409, conflict=conflict, **{name: form})
    if not done:
        return page(request, fetch(request, row.pk), status=422, **{name: form})
    messages.success(request, said)
    return redirect(row)


@require_POST
def leave_out(request, pk):
    row = _run(request, pk)
    form = LeaveOutForm(request.POST, inspection=row)
    return _answer(
        request, row, "leave_out_form", form,
        lambda data: services.leave_out(row, by=request.user, now=timezone.now(), **data),
        "已列为不抽取，理由将随名单公布。",
    )  # fmt: skip


@require_POST
def take_in(request, pk):
    exclusion = get_object_or_404(Exclusion.objects.select_related("branch"), pk=pk)
    row = _run(request, exclusion.inspection_id)
    services.take_in(row, exclusion.branch, by=request.user, now=timezone.now())
    messages.success(request, f"{exclusion.branch}恢复列入抽取。")
    return redirect(row)


@require_POST
def join_team(request, pk):
    row = _run(request, pk)
    return _answer(
        request, row, "join_form", JoinForm(request.POST),
        lambda data: inspectors.join(row, by=request.user, now=timezone.now(), **data),
        "已加入检查组。",
    )  # fmt: skip


@require_POST
def leave_team(request, pk):
    member = get_object_or_404(TeamMember.objects.select_related("inspection", "user"), pk=pk)
    row = _run(request, member.inspection_id)
    inspectors.leave(member, by=request.user, now=timezone.now())
    messages.success(request, f"{member.user}已退出检查组，即时不能再查看。")
    return redirect(row)


@require_POST
def prolong_member(request, pk):
    member = get_object_or_404(TeamMember.objects.select_related("inspection", "user"), pk=pk)
    row = _run(request, member.inspection_id)
    form = UntilForm(request.POST)
    if not form.attempt(
        lambda data: inspectors.prolong(member, by=request.user, now=timezone.now(), **data)
    ):
        raise Refused(next(iter(form.errors.values()))[0], field="until")
    messages.success(request, f"{member.user}的权限截止日期已调整。")
    return redirect(row)


@require_POST
def publish_inspection(request, pk):
    row = _run(request, pk)
    draw = services.publish(
        row, revision=_revision(request, row), by=request.user, now=timezone.now()
    )
    messages.success(
        request,
        f"校验值已公布：总体{len(draw.population['branches'])}个支部，将抽取{draw.size}个。",
    )
    return redirect(row)


@require_POST
def make_draw(request, pk):
    row = _run(request, pk)
    draw = services.make_draw(
        row, revision=_revision(request, row), by=request.user, now=timezone.now()
    )
    when = "任何人" if row.announced else "检查结束后任何人"
    messages.success(request, f"已抽取{draw.size}个支部。{when}都可以凭公布的种子复算。")
    return redirect(row)


@require_POST
def void_draw(request, pk):
    row = _run(request, pk)
    return _answer(
        request, row, "void_form", ReasonForm(request.POST, auto_id="void_%s"),
        lambda data: services.declare_void(
            row, data["reason"], revision=_revision(request, row), by=request.user,
            now=timezone.now(),
        ),
        "已作废。原校验值、种子和理由保留在页面上；修改方案后可以重新公布。",
    )  # fmt: skip


@require_POST
def end_inspection(request, pk):
    row = _run(request, pk)
    return _answer(
        request, row, "end_form", SummaryForm(request.POST),
        lambda data: services.end(
            row, data["summary"], revision=_revision(request, row), by=request.user,
            now=timezone.now(),
        ),
        "检查已结束，检查人员的权限已停止。可以打印检查报告。",
    )  # fmt: skip


@require_POST
def deal_out(request, pk):
    """分派: the branches nobody goes to yet."""
    row = _run(request, pk)
    inspectors.deal_out(row, by=request.user, now=timezone.now())
    left = row.visits.filter(inspector=None, state=Visit.State.WAITING).count()
    messages.success(
        request, f"已分派，仍有{left}个支部没有合适的检查人员。" if left else "已全部分派。"
    )
    return redirect(row)


def _visit(request, pk):
    rows = Visit.objects.visible_to(request.user).select_related(
        "branch", "inspector", "inspection__organization"
    )
    visit = get_object_or_404(rows, pk=pk)
    require(
        rules.may_run_inspection(request.user, visit.inspection.organization), services.OF_RUNNERS
    )
    return visit


@require_POST
def assign_visit(request, pk):
    visit = _visit(request, pk)
    form = AssignForm(request.POST, inspection=visit.inspection)
    if not form.attempt(
        lambda data: inspectors.assign(visit, by=request.user, now=timezone.now(), **data)
    ):
        raise Refused(next(iter(form.errors.values()))[0], field="member")
    messages.success(request, f"{visit.branch}由{visit.inspector}检查。")
    return redirect(visit.inspection)


@require_POST
def miss_visit(request, pk):
    visit = _visit(request, pk)
    visits.miss(visit, request.POST.get("reason"), by=request.user, now=timezone.now())
    messages.success(request, f"已登记{visit.branch}未检查的原因。")
    return redirect(visit.inspection)
