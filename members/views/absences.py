"""流动和失联: who is away, who is to be contacted by when, what the organisation decided."""

from django.contrib import messages
from django.db.models import F
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from branchyear.lib.dates import local_day
from branchyear.lib.errors import require
from branchyear.lib.paging import page_of
from branchyear.lib.routes import path_to
from members import deadlines, rules
from members.desk import desk
from members.forms_movement import AbsenceForm, ContactForm, EndAbsenceForm, SuspendForm
from members.models import Absence, Member, Standing
from members.services import absences as services

WAYS = ("电话", "微信", "走访", "书信")


def remark(absence, today):
    """What the register says of one row: (colour, sentence)."""
    if absence.ended_on:
        return "done", absence.ending
    if absence.suspended_on:
        months = deadlines.whole_months(absence.suspended_on, today)
        if months >= deadlines.SUSPENDED_MONTHS:
            return "overdue", f"停止党籍已{months}个月，按程序研究是否除名"
        return "locked", f"停止党籍已{months}个月"
    if absence.kind == Absence.Kind.LOST:
        months = deadlines.whole_months(absence.since, today)
        if months >= deadlines.LOST_MONTHS:
            return "overdue", f"失联已{months}个月，按程序研究停止党籍"
        return "near", f"失联{months}个月，继续查找并留存记录"
    due = absence.contact_due
    if due < today:
        return "overdue", "应联系未联系"
    if due - today <= deadlines.CONTACT_SOON:
        return "near", "近期应联系"
    return "ok", "按期联系"


@require_GET
def absences(request):
    """The register of a branch, or of all branches below an organisation: the most urgent first."""
    organization, context = desk(request, "members:absences")
    today = local_day()
    rows = (
        Absence.objects.visible_to(request.user)
        .under(organization)
        .select_related("member", "organization")
    )
    running = [(row, *remark(row, today)) for row in rows.filter(ended_on=None)]
    urgency = {"overdue": 0, "near": 1}
    running.sort(key=lambda line: (urgency.get(line[1], 2), line[0].contact_due or line[0].since))
    show = request.GET.get("show", "")
    shown = [line for line in running if line[1] == "overdue"] if show == "late" else running
    context |= {
        "may_keep": rules.may_keep_absences(request.user, organization),
        "page": page_of(request.GET, shown),
        "counts": {
            "all": len(running),
            "late": sum(line[1] == "overdue" for line in running),
            "lost": sum(line[0].kind == Absence.Kind.LOST for line in running),
        },
        "ended": rows.exclude(ended_on=None).order_by("-ended_on")[:20]
        if organization.is_branch
        else (),
        "show": show,
        "today": today,
        "ways": WAYS,
    }
    return render(request, "members/absences.html", context)


@require_http_methods(["GET", "POST"])
def register_absence(request):
    """登记流动(失联)党员."""
    branch, context = desk(request, "members:absences")
    require(rules.may_keep_absences(request.user, branch))
    people = Member.objects.filter(
        organization=branch, standing__in=[Standing.ACTIVE, Standing.FLOATING]
    )
    asked = request.GET.get("member", "")
    form = AbsenceForm(
        request.POST or None,
        people=people,
        initial={
            "member": asked if asked.isdecimal() else None,
            "kind": Absence.Kind.FLOATING,
            "contact_person": str(request.user),
        },
    )

    def act(data):
        member = data.pop("member")
        return services.register_absence(member, by=request.user, **data)

    if request.method == "POST" and form.attempt(act):
        messages.success(request, "已登记，到期应联系时会在首页提醒。")
        return redirect(form.result)
    context |= {
        "form": form,
        "heading": "登记流动（失联）党员",
        "subtitle": f"{branch.name} · 外出满6个月又未转移组织关系的登记为流动党员；"
        "失去联系的登记为失联党员。",
        "back_url": f"{path_to('members:absences')}?org={branch.pk}",
        "back_label": "流动和失联",
        "button": "登记",
        "basis": "党员教育管理工作条例第二十四条（失联）、第二十五条（外出6个月以上）、"
        "第三十二条（流动党员）、第三十四条（出国境党员每半年至少联系1次）。",
    }
    status = 422 if form.is_bound and form.errors else 200
    return render(request, "members/form.html", context, status=status)


@require_GET
def absence(request, pk):
    """One register entry: its contacts, and what can be registered next."""
    return page(request, fetch(request, pk))


@require_POST
def add_contact(request, pk):
    """登记联系情况, also from the line in the list."""
    row = fetch(request, pk)
    require(rules.may_keep_absences(request.user, row.organization))
    form = ContactForm(request.POST)
    if not form.attempt(lambda data: services.add_contact(row, by=request.user, **data)):
        return page(request, fetch(request, pk), contact=form)
    messages.success(request, f"已登记与{row.member}的联系情况。")
    if request.POST.get("next") == "list":
        return redirect(f"{path_to('members:absences')}?org={row.organization_id}")
    return redirect(row)


@require_POST
def suspend(request, pk):
    """登记停止党籍决定."""
    row = fetch(request, pk)
    require(rules.may_keep_absences(request.user, row.organization))
    form = SuspendForm(request.POST)
    if not form.attempt(lambda data: services.suspend(row, by=request.user, **data)):
        return page(request, fetch(request, pk), suspension=form)
    messages.success(request, "已登记停止党籍决定。")
    return redirect(row)


@require_POST
def end_absence(request, pk):
    """结束登记: back, found, or removed by the organisation."""
    row = fetch(request, pk)
    require(rules.may_keep_absences(request.user, row.organization))
    form = EndAbsenceForm(request.POST)
    if not form.attempt(lambda data: services.end_absence(row, by=request.user, **data)):
        return page(request, fetch(request, pk), ending=form)
    messages.success(request, "登记已结束。")
    return redirect(row)


def fetch(request, pk):
    rows = Absence.objects.visible_to(request.user)
    return get_object_or_404(rows.select_related("member__organization", "organization"), pk=pk)


def page(request, row, **bound):
    """The entry's page; a form that was refused comes back with what was typed."""
    today = local_day()
    context = desk(request, "members:absences", row.organization)[1]
    may_keep = rules.may_keep_absences(request.user, row.organization) and not row.ended_on
    code, sentence = remark(row, today)
    context |= {
        "absence": row,
        "code": code,
        "sentence": sentence,
        "contacts": row.contacts.select_related("by").order_by(F("on").desc(), "-pk"),
        "may_keep": may_keep,
        "may_suspend": may_keep and not row.suspended_on and row.kind != Absence.Kind.FLOATING,
        "today": today,
        "ways": WAYS,
        "contact": ContactForm(initial={"on": today, "reached": row.kind != Absence.Kind.LOST}),
        "suspension": SuspendForm(auto_id="suspend_%s", initial={"on": today}),
        "ending": EndAbsenceForm(
            auto_id="end_%s", initial={"on": today, "outcome": services.RETURNED}
        ),
        **bound,
    }
    return render(request, "members/absence.html", context, status=422 if bound else 200)
