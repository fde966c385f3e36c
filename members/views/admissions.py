"""发展党员: people by stage, the probation of new members, and each person's way of 25 steps."""

from django.contrib import messages
from django.db.models import Max
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from branchyear.lib.dates import add_months, local_day
from branchyear.lib.errors import require
from branchyear.lib.paging import page_of
from branchyear.lib.routes import path_to
from members import admission, deadlines, rules
from members.desk import desk
from members.forms_movement import ApplicantForm, ReasonForm, StepsForm
from members.models import AdmissionStage, Applicant, Member
from members.services import admissions as services
from members.services.admissions import Taken
from members.services.probation import due_within

State = Applicant.State
ALL_MONTHS = 25  # no probation ends later: one year, extended by one more
UNDER_WAY = [State.RUNNING, State.ADMITTED]


def stage_after(number, steps):
    """The stage somebody is in who has taken the steps up to ``number``."""
    for step in steps:
        if step.number > (number or 0):
            return step.stage
    return AdmissionStage.CONVERSION


@require_GET
def admissions(request):
    """Those whose probation ends first, then the people on their way, by stage."""
    organization, context = desk(request, "members:admissions")
    today = local_day()
    steps = services.steps_in_force()
    rows = Applicant.objects.visible_to(request.user).under(organization)
    running = rows.filter(state__in=UNDER_WAY).annotate(reached=Max("progress__step__number"))
    stages = dict.fromkeys(AdmissionStage.values, 0)
    of_stage = {stage: [] for stage in stages}
    for pk, number in running.order_by("organization__path", "pk").values_list("pk", "reached"):
        stage = stage_after(number, steps)
        stages[stage] += 1
        of_stage[stage].append(pk)
    chosen = request.GET.get("stage", "")
    chosen = chosen if chosen in stages else ""
    keys = of_stage[chosen] if chosen else [pk for found in of_stage.values() for pk in found]
    page = page_of(request.GET, keys)
    people = (
        Applicant.objects.filter(pk__in=page.object_list)
        .select_related("organization", "member")
        .prefetch_related("progress__step")
        .in_bulk()
    )
    lines = [line(people[pk], steps, today) for pk in page.object_list]
    until = today + deadlines.SOON
    members = Member.objects.visible_to(request.user).under(organization).counted()
    probationers = due_within(
        members.select_related("organization"),
        add_months(today, ALL_MONTHS) if organization.is_branch else until,
    )
    address = f"?org={organization.pk}"
    tabs = [{"label": "全部", "url": address, "count": sum(stages.values()), "active": not chosen}]
    tabs += [
        {
            "label": AdmissionStage(stage).label,
            "url": f"{address}&stage={stage}",
            "count": count,
            "active": stage == chosen,
        }
        for stage, count in stages.items()
    ]
    context |= {
        "may_keep": rules.may_keep_admissions(request.user, organization),
        "stage_tabs": tabs,
        "page": page,
        "lines": lines,
        "probationers": probationers,
        "until": until,
        "settled": rows.exclude(state__in=UNDER_WAY).order_by("-pk")[:20]
        if organization.is_branch
        else (),
        "today": today,
    }
    return render(request, "members/admissions.html", context)


def line(applicant, steps, today):
    """One person in the list: stage, last step, what comes next and by when, what was late."""
    progress = sorted(applicant.progress.all(), key=lambda row: row.step.number)
    taken = {row.step.number: row.on for row in progress}
    due = admission.next_due(steps, taken)
    return {
        "applicant": applicant,
        "stage": AdmissionStage(stage_after(max(taken, default=0), steps)).label,
        "last": progress[-1] if progress else None,
        "due": due,
        "is_late": due is not None and due.is_late(today),
        "count": len(taken),
        "total": len(steps),
    }


@require_http_methods(["GET", "POST"])
def new_applicant(request):
    """登记入党申请人."""
    branch, context = desk(request, "members:admissions")
    require(rules.may_keep_admissions(request.user, branch))
    form = ApplicantForm(request.POST or None, initial={"applied_on": local_day()})

    def act(data):
        data.pop("revision")
        applied_on = data.pop("applied_on")
        return services.register_applicant(
            branch, facts=data, applied_on=applied_on, by=request.user
        )

    if request.method == "POST" and form.attempt(act):
        messages.success(request, "已登记。请在收到申请书一个月内派人谈话。")
        return redirect(form.result)
    context |= {
        "form": form,
        "heading": "登记入党申请人",
        "subtitle": f"{branch.name} · 登记后逐步记录5个阶段25个步骤，到期前提醒。",
        "back_url": f"{path_to('members:admissions')}?org={branch.pk}",
        "back_label": "发展党员",
        "button": "登记",
        "basis": "中国共产党发展党员工作细则（2014）第六条、第七条（一个月内派人谈话）。",
    }
    status = 422 if form.is_bound and form.errors else 200
    return render(request, "members/form.html", context, status=status)


@require_GET
def applicant(request, pk):
    """The way of 25 steps: what was taken, what comes next and by when."""
    return page_for(request, fetch(request, pk))


@require_http_methods(["GET", "POST"])
def edit_applicant(request, pk):
    """What is known about the person: to be completed before the admission."""
    row = fetch(request, pk)
    branch = row.organization
    require(rules.may_keep_admissions(request.user, branch))
    facts = {name: getattr(row, name) for name in services.FACTS}
    form = ApplicantForm(request.POST or None, initial={**facts, "revision": row.revision})
    del form.fields["applied_on"]

    def act(data):
        revision = data.pop("revision") or row.revision
        return services.change_applicant(row, facts=data, revision=revision, by=request.user)

    if request.method == "POST" and form.attempt(act):
        messages.success(request, "已保存。")
        return redirect(row)
    context = desk(request, "members:admissions", branch)[1]
    context |= {
        "form": form,
        "heading": f"{row.name}个人信息",
        "subtitle": branch.name,
        "back_url": row.get_absolute_url(),
        "back_label": row.name,
        "button": "保存",
        "basis": "",
    }
    status = 422 if form.is_bound and form.errors else 200
    return render(request, "members/form.html", context, status=status)


@require_POST
def register_steps(request, pk):
    """Several steps at once: those whose day is filled in."""
    row = fetch(request, pk)
    require(rules.may_keep_admissions(request.user, row.organization))
    steps = services.steps_in_force()
    taken = services.taken_by(row)
    form = StepsForm(request.POST, steps=[s for s in steps if s.number not in taken])

    def act(data):
        reported = {
            step.code: Taken(
                on=data[f"on_{step.code}"],
                days=data.get(f"days_{step.code}"),
                hours=data.get(f"hours_{step.code}"),
                note=data[f"note_{step.code}"],
            )
            for step in form.steps
            if data[f"on_{step.code}"]
        }
        return services.register_steps(row, reported, by=request.user)

    if not form.attempt(act):
        return page_for(request, fetch(request, pk), form=form)
    row.refresh_from_db()
    words = f"已登记{len(form.result)}个步骤。"
    codes = {progress.step.code for progress in form.result}
    if services.APPROVAL in codes:
        words += f"{row.name}已作为预备党员列入名册。"
    if services.CONVERSION in codes:
        words += f"{row.name}已转为正式党员。"
    messages.success(request, words)
    return redirect(row)


@require_POST
def stop_applicant(request, pk):
    """终止发展."""
    row = fetch(request, pk)
    require(rules.may_keep_admissions(request.user, row.organization))
    reason = ReasonForm(request.POST)
    if not reason.attempt(lambda data: services.stop(row, by=request.user, **data)):
        return page_for(request, fetch(request, pk), stopping=reason)
    messages.success(request, "已终止发展。")
    return redirect(row)


@require_POST
def resume_applicant(request, pk):
    """恢复发展."""
    row = fetch(request, pk)
    services.resume(row, by=request.user)
    messages.success(request, "已恢复。")
    return redirect(row)


def fetch(request, pk):
    rows = Applicant.objects.visible_to(request.user).select_related("organization", "member")
    return get_object_or_404(rows, pk=pk)


def page_for(request, row, **bound):
    """The person's page; a form that was refused comes back with what was typed."""
    today = local_day()
    steps = services.steps_in_force()
    rows = row.progress.select_related("step", "by")
    progress = {each.step_id: each for each in rows}
    taken = {each.step.number: each.on for each in rows}
    due = admission.next_due(steps, taken)
    may_keep = rules.may_keep_admissions(request.user, row.organization)
    may_register = may_keep and row.state != State.STOPPED and due is not None
    form = bound.get("form")
    if form is None:
        form = StepsForm(steps=[s for s in steps if s.number not in taken])
    stages = []
    for step in steps:
        if not stages or stages[-1]["stage"] != step.get_stage_display():
            stages.append({"stage": step.get_stage_display(), "steps": []})
        done = progress.get(step.pk)
        stages[-1]["steps"].append(
            {
                "step": step,
                "done": done,
                "is_next": due is not None and due.step.pk == step.pk,
                "due": None if done else admission.due_of(step, taken),
                "late": admission.lateness(step, taken, today),
                "fields": {
                    name: form[f"{name}_{step.code}"]
                    for name in ("on", "days", "hours", "note")
                    if f"{name}_{step.code}" in form.fields
                }
                if may_register and not done
                else {},
            }
        )
    context = desk(request, "members:admissions", row.organization)[1]
    context |= {
        "applicant": row,
        "stages": stages,
        "due": due,
        "is_late": due is not None and due.is_late(today),
        "today": today,
        "may_keep": may_keep,
        "may_register": may_register,
        "form": form,
        "stopping": bound.get("stopping") or ReasonForm(auto_id="stop_%s"),
    }
    return render(request, "members/applicant.html", context, status=422 if bound else 200)
