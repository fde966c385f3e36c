"""The yearly democratic appraisal (民主评议党员)."""

from django.contrib import messages
from django.db.models import Count
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from branches.models import Organization
from branchyear.lib.dates import local_day
from branchyear.lib.errors import Conflict, Refused, require
from branchyear.lib.paging import page_of
from branchyear.lib.routes import path_to
from members import life, lifebook, rules
from members.desk import desk
from members.forms_life import AppraisalForm
from members.models import Appraisal, Meeting, MeetingKind, Member
from members.services import appraisals as services
from members.views.life import VIEW, chosen_year


@require_http_methods(["GET", "POST"])
def appraisal(request):
    """One branch: everybody on one page. An organisation above: which branches have done it."""
    organization, context = desk(request, VIEW)
    today = local_day()
    year = chosen_year(request, today)
    context |= {"year": year, "years": range(today.year, today.year - 4, -1)}
    if not organization.is_branch:
        context |= of_many(request, organization, year)
        return render(request, "members/appraisal_board.html", context)
    may_record = rules.may_record_life(request.user, organization)
    stored = Appraisal.objects.filter(organization=organization, year=year).first()
    results = (
        {row.member_id: row for row in stored.results.select_related("member")} if stored else {}
    )
    people = services.appraised(organization, year, today)
    known = {m.pk for m in people}
    people += [row.member for pk, row in results.items() if pk not in known]
    form = AppraisalForm(
        request.POST or None,
        people=people,
        meetings=meetings_of(organization, year),
        stored=results,
        initial={
            "on": stored.on if stored else today if today.year == year else None,
            "meeting": stored.meeting if stored else None,
            "over_third_reason": stored.over_third_reason if stored else "",
            "version": stored.revision if stored else 0,
        },
    )
    status = 200
    if request.method == "POST":
        require(may_record, services.NOT_YOURS)
        status = 422
        if form.is_valid():
            try:
                services.record_appraisal(
                    organization,
                    year,
                    on=form.cleaned_data["on"],
                    results=form.results(),
                    over_third_reason=form.cleaned_data["over_third_reason"],
                    meeting=form.cleaned_data["meeting"],
                    revision=form.cleaned_data["version"] or 0,
                    by=request.user,
                    now=timezone.now(),
                )
            except Conflict as conflict:
                form, status = over(form, organization, year), 409
                context["conflict"] = conflict
            except Refused as refused:
                form.refuse(refused)
            else:
                messages.success(request, f"已保存{year}年度民主评议。")
                return redirect(f"{path_to('members:appraisal')}?org={organization.pk}&year={year}")
    context |= {
        "form": form,
        "stored": stored,
        "rows": [results.get(m.pk) for m in people],
        "told": lifebook.appraisals_of([organization], year).get(organization.pk),
        "members": len(people),
        "limit": life.excellent_limit(len(people)),
        "may_record": may_record,
        "action": request.get_full_path(),
    }
    return render(request, "members/appraisal.html", context, status=status)


def meetings_of(branch, year):
    kinds = [MeetingKind.LIFE, MeetingKind.MEMBERS]
    rows = Meeting.objects.held().filter(organization=branch, kind__in=kinds)
    return rows.filter(on__year__in=[year, year + 1])


def over(form, branch, year):
    """What was typed, over the present revision."""
    form.data = form.data.copy()
    form.data["version"] = str(Appraisal.objects.get(organization=branch, year=year).revision)
    return form


def of_many(request, organization, year):
    branches = (
        Organization.objects.with_ledgers_for(request.user).under(organization).branches().open()
    )
    if request.GET.get("missing") == "1":
        branches = branches.exclude(appraisals__year=year)
    page = page_of(request.GET, branches)
    heads = dict(
        Member.objects.counted()
        .filter(organization__in=list(page))
        .order_by()
        .values_list("organization_id")
        .annotate(n=Count("pk"))
    )
    done = lifebook.appraisals_of(list(page), year)
    return {
        "page": page,
        "missing": request.GET.get("missing") == "1",
        "lines": [
            {
                "branch": branch,
                "members": heads.get(branch.pk, 0),
                "limit": life.excellent_limit(heads.get(branch.pk, 0)),
                "appraisal": done.get(branch.pk),
            }
            for branch in page
        ],
    }
