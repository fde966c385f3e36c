"""One member: everything known with its history; mended, moved, unmasked."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.cache import add_never_cache_headers
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from branchyear.lib.dates import local_day
from branchyear.lib.errors import Conflict, Refused, require
from branchyear.lib.routes import path_to
from members import rules, soundness
from members.completeness import missing_of
from members.desk import chosen_organization, desk
from members.forms import MemberForm, StandingForm, UnmaskForm, standings_for
from members.models import Member
from members.models.member import SECRET_FIELDS, in_words
from members.services import roster as services
from members.services import unmask as unmasking
from members.sheet import sheet_of


def fetch(request, pk):
    """The member, if this person sees the branch."""
    rows = Member.objects.visible_to(request.user).select_related("organization", "group")
    return get_object_or_404(rows, pk=pk)


@require_GET
def member(request, pk):
    """Everything known about one member; to htmx the facts alone, for the panel at the right."""
    row = fetch(request, pk)
    if request.htmx:
        return render(request, "members/_card.html", facts_context(request, row))
    return render(request, "members/member.html", page_context(request, row))


@require_POST
def unmask(request, pk):
    """The numbers in full, in this answer only."""
    row = fetch(request, pk)
    require(rules.may_unmask(request.user, row))
    form = UnmaskForm(request.POST)
    shown, status = None, 422
    if form.is_valid():
        reason = form.cleaned_data["reason"]
        try:
            shown = unmasking.unmask(row, by=request.user, reason=reason, now=timezone.now())
            status = 200
        except Refused as refused:
            complain(form, refused)
    if request.htmx:
        context = {"member": row, "numbers": shown, "unmask_form": form, "may_unmask": True}
        # htmx shows only what succeeds: the complaint is part of the fragment.
        answer = render(request, "members/_numbers.html", context)
    else:
        context = {**page_context(request, row), "numbers": shown, "unmask_form": form}
        answer = render(request, "members/member.html", context, status=status)
    add_never_cache_headers(answer)
    return answer


@require_http_methods(["GET", "POST"])
def edit(request, pk):
    """The facts of one record, mended by its branch."""
    row = fetch(request, pk)
    require(rules.may_keep_roster(request.user, row.organization))
    form = MemberForm(request.POST or None, member=row, groups=services.groups_of(row.organization))
    if request.method == "POST" and form.is_valid():
        try:
            services.revise_member(
                row, revision=form.revision, by=request.user, today=local_day(), **form.facts()
            )
        except Conflict as conflict:
            return overtaken(request, fetch(request, pk), form, conflict)
        except Refused as refused:
            complain(form, refused)
        else:
            messages.success(request, f"已保存{row}的信息。")
            return redirect(row)
    return form_page(request, row, form)


@require_http_methods(["GET", "POST"])
def new(request):
    """Somebody is put on the roll of a branch."""
    organization = chosen_organization(request, ledgers=True)
    require(organization.is_branch and rules.may_keep_roster(request.user, organization))
    row = Member(organization=organization)
    form = MemberForm(request.POST or None, member=row, groups=services.groups_of(organization))
    if request.method == "POST" and form.is_valid():
        try:
            added = services.add_member(
                organization, by=request.user, today=local_day(), **form.facts()
            )
        except Refused as refused:
            complain(form, refused)
        else:
            messages.success(request, f"已将{added}列入名册。")
            return redirect(added)
    return form_page(request, row, form)


@require_http_methods(["GET", "POST"])
def standing(request, pk):
    """停止党籍, 出党, 去世, 已转出, or back on the roll: with the day and the reason."""
    row = fetch(request, pk)
    require(rules.may_keep_roster(request.user, row.organization))
    form = StandingForm(request.POST or None, member=row, initial={"on": local_day()})
    if request.method == "POST" and form.is_valid():
        try:
            services.change_standing(row, by=request.user, **form.cleaned_data)
        except Refused as refused:
            complain(form, refused)
        else:
            messages.success(request, f"{row}的状态已改为“{row.get_standing_display()}”。")
            return redirect(row)
    _, context = desk(request, "members:roster", row.organization)
    context |= {"member": row, "form": form, "choices": standings_for(row)}
    status = 422 if form.errors else 200
    return render(request, "members/standing.html", context, status=status)


@require_http_methods(["GET", "POST"])
def groups(request):
    """All members of a branch and their Party groups on one page, one save."""
    organization, context = desk(request, "members:roster")
    require(organization.is_branch and rules.may_keep_roster(request.user, organization))
    choices = list(services.groups_of(organization))
    rows = Member.objects.counted().filter(organization=organization).select_related("group")
    rows = list(rows.order_by("group__path", "name_key", "pk"))
    if request.method == "POST":
        typed = {m.pk: request.POST.get(f"group_{m.pk}") for m in rows}
        keys = {str(g.pk): g.pk for g in choices} | {"": None}
        chosen = {pk: keys[value] for pk, value in typed.items() if value in keys}
        moved = services.assign_groups(organization, chosen, by=request.user, today=local_day())
        messages.success(
            request, f"已保存，{moved}名党员调整了党小组。" if moved else "编组没有变化。"
        )
        return redirect(f"{path_to('members:groups')}?org={organization.pk}")
    sizes = {group.pk: 0 for group in choices}
    for row in rows:
        if row.group_id in sizes:
            sizes[row.group_id] += 1
    context |= {
        "rows": rows,
        "groups": choices,
        "sizes": [(group, sizes[group.pk]) for group in choices],
        "without": sum(1 for row in rows if row.group_id not in sizes),
    }
    return render(request, "members/groups.html", context)


# --- What the pages have in common ----------------------------------------------------------------


def complain(form, refused):
    """The service's sentence beside its field, or above the form."""
    form.add_error(refused.field if refused.field in form.fields else None, refused.sentence)


def form_page(request, row, form, **more):
    _, context = desk(request, "members:roster", row.organization)
    warnings = soundness.findings_of(row, today=local_day()) if row.pk else []
    context |= {"member": row, "form": form, "warnings": warnings, **more}
    return render(request, "members/member_form.html", context, status=422 if form.errors else 200)


def overtaken(request, row, form, conflict):
    """Both texts side by side; the typed one over the present revision, so that it can be saved again."""
    data = form.data.copy()
    data["version"] = str(row.revision)
    again = MemberForm(data, member=row, groups=services.groups_of(row.organization))
    again.is_valid()
    differences = []
    for name in again.fields:
        if name == "version":
            continue
        mine, theirs = _shown(form.cleaned_data.get(name), name), _stored(row, name)
        if name not in SECRET_FIELDS and mine != theirs:
            differences.append((again.fields[name].label, mine, theirs))
    _, context = desk(request, "members:roster", row.organization)
    context |= {"member": row, "form": again, "conflict": conflict, "differences": differences}
    return render(request, "members/member_form.html", context, status=409)


def _shown(value, name):
    return in_words(name, services.plain(name, value))


def _stored(row, name):
    return _shown(getattr(row, name), name)


def facts_context(request, row):
    """What the card of a member shows."""
    user, branch = request.user, row.organization
    has_groups = services.groups_of(branch).exists()
    return {
        "member": row,
        "has_groups": has_groups,
        "lacks": missing_of(row, has_groups=has_groups) if row.is_counted else [],
        "warnings": soundness.findings_of(row, today=local_day()),
        "may_keep": rules.may_keep_roster(user, branch),
        "may_unmask": rules.may_unmask(user, row) and bool(row.id_number or row.phone),
        "unmask_form": UnmaskForm(),
    }


def page_context(request, row):
    today = local_day()
    year = request.GET.get("year", "")
    year = (
        int(year)
        if year.isdecimal() and 1921 <= int(year[:4]) <= today.year and len(year) == 4
        else today.year
    )
    _, context = desk(request, "members:roster", row.organization)
    context |= facts_context(request, row)
    context["sheet"] = sheet_of(row, request.user, year=year, today=today)
    context["year"], context["this_year"] = year, today.year
    return context
