"""Heart-to-heart talks (谈心谈话): who still owes one, several entered at once."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from branches.models import Organization
from branchyear.lib.dates import local_day
from branchyear.lib.errors import Refused, require
from branchyear.lib.paging import page_of
from branchyear.lib.routes import path_to
from members import rules
from members.desk import desk
from members.forms_life import TalksForm
from members.models import Talk
from members.services import talks as services
from members.views.life import VIEW, chosen_year


@require_http_methods(["GET", "POST"])
def talks(request):
    """The year's register of a branch; for an organisation above, how far its branches are."""
    organization, context = desk(request, VIEW)
    today = local_day()
    year = chosen_year(request, today)
    context |= {"year": year, "years": range(today.year, today.year - 4, -1)}
    if not organization.is_branch:
        context |= of_many(request, organization, year, today)
        return render(request, "members/talks_board.html", context)
    may_record = rules.may_record_life(request.user, organization)
    told = services.missing_in(organization, year, today)
    form = TalksForm(
        request.POST or None,
        people=told.people,
        officers=told.officers,
        initial={"on": today if today.year == year else None},
    )
    status = 200
    if request.method == "POST":
        require(may_record, services.NOT_YOURS)
        status = 422
        if form.is_valid():
            try:
                made = services.record_talks(
                    organization, **form.cleaned_data, by=request.user, now=timezone.now()
                )
            except Refused as refused:
                form.add_error(refused.field, refused.sentence)
            else:
                messages.success(request, f"已登记{len(made)}次谈心谈话。")
                return redirect(f"{path_to('members:talks')}?org={organization.pk}&year={year}")
    owed = set(told.missing.without_officer)
    rows = Talk.objects.filter(organization=organization, on__year=year, voided_at=None)
    context |= {
        "form": form,
        "told": told,
        "owed": [m for pk, m in told.people.items() if pk in owed],
        "others": [m for pk, m in told.people.items() if pk not in owed],
        "pairs": [(told.people[a], told.people[b]) for a, b in told.missing.officers],
        "alone": [told.people[pk] for pk in told.missing.without_member],
        "page": page_of(request.GET, rows.select_related("speaker", "listener"), size=20),
        "may_record": may_record,
        "action": request.get_full_path(),
    }
    return render(request, "members/talks.html", context, status=status)


def of_many(request, organization, year, today):
    branches = (
        Organization.objects.with_ledgers_for(request.user).under(organization).branches().open()
    )
    page = page_of(request.GET, branches)
    told = services.year_of_talks(page, year, today)
    return {"page": page, "lines": [(branch, told[branch.pk]) for branch in page]}


@require_POST
def void_talk(request, pk):
    """作废 a talk entered by mistake."""
    talk = get_object_or_404(
        Talk.objects.visible_to(request.user).select_related("organization"), pk=pk
    )
    require(rules.may_record_life(request.user, talk.organization), services.NOT_YOURS)
    services.void_talk(talk, by=request.user, now=timezone.now())
    messages.success(request, "该次谈心谈话记录已作废。")
    return redirect(f"{path_to('members:talks')}?org={talk.organization_id}&year={talk.on.year}")
