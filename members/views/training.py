"""教育培训: who has how many hours, the courses behind them, and one record for many."""

from datetime import date

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from branches.models import Organization
from branchyear.lib.dates import Month, local_day
from branchyear.lib.errors import require
from branchyear.lib.paging import page_of
from branchyear.lib.routes import path_to
from members import rules
from members.desk import desk
from members.forms_movement import TrainingForm
from members.hours import Tally, progress_of, tallies
from members.models import Member, Training
from members.services import training as services

FIRST_YEAR = 2018  # the branch regulation; nobody looks for hours before it
FACTS = ("title", "kind", "starts_on", "ends_on", "organiser", "hours")


def year_in(query, today):
    """The year asked for, else this one."""
    asked = query.get("year", "")
    year = int(asked) if asked.isdecimal() and len(asked) == 4 else today.year
    return year if FIRST_YEAR <= year <= today.year else today.year


def counted_on(year, today):
    """The day on which the year is judged: today, or its last day."""
    return min(today, date(year, 12, 31))


@require_GET
def training(request):
    """The members of a branch with their hours, or the branches below with their shares."""
    organization, context = desk(request, "members:training")
    today = local_day()
    if month := month_in(request.GET):
        return of_month(request, organization, month, context)
    year = year_in(request.GET, today)
    context |= {
        "year": year,
        "years": range(today.year, FIRST_YEAR - 1, -1),
        "short": request.GET.get("show") == "short",
        "today": today,
        "may_record": rules.may_record_training(request.user, organization),
    }
    members = Member.objects.visible_to(request.user).under(organization).counted()
    if organization.is_branch:
        members = members.with_training(year, counted_on(year, today))
        return of_branch(request, organization, members, context)
    return of_branches(request, organization, members, context)


def month_in(query):
    """The month asked for; none when none, or nothing sensible, is."""
    try:
        return Month.parse(query.get("month", ""))
    except ValueError:
        return None


def of_month(request, organization, month, context):
    """The trainings that began in a month, with the hours of all who took part: what the monthly report
    counts."""
    rows = Training.objects.visible_to(request.user).under(organization).begun_in(month)
    rows = rows.order_by("organization__path", "starts_on", "pk")
    page = page_of(request.GET, rows.with_people().select_related("organization"))
    context |= {"month": month, "page": page, "hours": rows.hours_of_all()}
    return render(request, "members/training_month.html", context)


def of_branch(request, branch, members, context):
    rows, tally = [], Tally()
    for member in members.select_related("group"):
        standing = progress_of(member, context["year"], context["today"])
        tally.add(standing)
        rows.append((member, standing))
    shown = [r for r in rows if not r[1].is_reached] if context["short"] else rows
    courses = Training.objects.visible_to(request.user).filter(
        organization=branch, voided_at=None, starts_on__year=context["year"]
    )
    context |= {"rows": shown, "tally": tally, "courses": courses.with_people()}
    return render(request, "members/training_branch.html", context)


def of_branches(request, organization, members, context):
    """Counted in the database: a city has 11,000 members, a large one 300,000."""
    alike = members.alike_in_training(
        context["year"], counted_on(context["year"], context["today"])
    )
    each, total = tallies(alike, context["year"], context["today"])
    branches = (
        Organization.objects.with_ledgers_for(request.user).under(organization).open().branches()
    )
    if context["short"]:
        branches = branches.filter(pk__in=[pk for pk, tally in each.items() if tally.short])
    page = page_of(request.GET, branches)
    page.object_list = [(branch, each[branch.pk]) for branch in page.object_list]
    context |= {"page": page, "tally": total}
    return render(request, "members/training_branches.html", context)


@require_http_methods(["GET", "POST"])
def new_training(request):
    """登记教育培训: the course once, and who took part, all ticked."""
    branch, context = desk(request, "members:training")
    require(rules.may_record_training(request.user, branch))
    people = Member.objects.counted().filter(organization=branch)
    form = TrainingForm(
        request.POST or None,
        people=people,
        initial={
            "starts_on": local_day(),
            "hours": 4,
            "organiser": branch.name,
            "members": [m.pk for m in people],
        },
    )

    def act(data):
        return services.record_training(
            branch, facts=facts_in(data), members=data["members"], by=request.user
        )

    if request.method == "POST" and form.attempt(act):
        messages.success(request, f"已登记，{len(form.cleaned_data['members'])}名党员计入学时。")
        return redirect(f"{path_to('members:training')}?org={branch.pk}")
    context |= {"form": form, "training": None}
    status = 422 if form.is_bound and form.errors else 200
    return render(request, "members/training_form.html", context, status=status)


@require_http_methods(["GET", "POST"])
def one_training(request, pk):
    """One course: who took part; the branch corrects it here."""
    row = get_object_or_404(
        Training.objects.visible_to(request.user).select_related("organization", "by"), pk=pk
    )
    branch = row.organization
    may_record = rules.may_record_training(request.user, branch)
    if request.method == "POST":
        require(may_record)
    took_part = [record.member_id for record in row.records.all()]
    people = Member.objects.filter(organization=branch).counted() | Member.objects.filter(
        pk__in=took_part
    )
    form = TrainingForm(
        request.POST or None,
        people=people,
        initial={
            **{name: getattr(row, name) for name in FACTS},
            "members": took_part,
            "revision": row.revision,
        },
    )

    def act(data):
        return services.revise_training(
            row,
            facts=facts_in(data),
            members=data["members"],
            revision=data["revision"] or row.revision,
            by=request.user,
        )

    if request.method == "POST" and form.attempt(act):
        messages.success(request, "已保存。")
        return redirect(row)
    context = desk(request, "members:training", branch)[1]
    context |= {
        "form": form,
        "training": row,
        "may_record": may_record and row.voided_at is None,
        "records": row.records.select_related("member").order_by("member__name_key"),
    }
    template = "training_form" if context["may_record"] else "training_one"
    status = 422 if form.is_bound and form.errors else 200
    return render(request, f"members/{template}.html", context, status=status)


@require_POST
def void_training(request, pk):
    """作废: entered by mistake; the hours no longer count."""
    row = get_object_or_404(
        Training.objects.visible_to(request.user).select_related("organization"), pk=pk
    )
    services.void_training(row, by=request.user)
    messages.success(request, "已作废，学时不再计入。")
    return redirect(f"{path_to('members:training')}?org={row.organization_id}")


def facts_in(data):
    """The typed facts as the service takes them; a course of one day ends on it."""
    facts = {name: data[name] for name in FACTS}
    facts["ends_on"] = facts["ends_on"] or facts["starts_on"]
    return services.Facts(**facts)
