"""Elections of a body: a new term (换届), and seats filled within the running one (补选)."""

from django.contrib import messages
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from branches import rules as branch_rules
from branches import terms as arithmetic
from branchyear.lib.dates import local_day
from branchyear.lib.errors import Conflict, Refused, require
from members.forms_terms import ByElectionForm, ElectionForm, SeatLines
from members.services import elections, posts
from members.views.committee import body_of
from members.views.termform import home_of, organization_or_404


@require_http_methods(["GET", "POST"])
def election(request, pk):
    """登记换届: the facts of the election, and who was elected, on one page."""
    organization = organization_or_404(request.user, pk)
    require(branch_rules.may_keep_term(request.user, organization))
    term, today = elections.running_term(organization), local_day()
    body = body_of(organization)
    people = list(elections.electable(organization))
    initial = {
        "seats": (term and term.seats) or len(body) or None,
        "voters_due": len(people) if organization.is_branch else None,
        "version": ElectionForm.version_of(term),
    }
    form = ElectionForm(request.POST or None, initial=initial)
    lines = SeatLines(organization, people, body=body, data=request.POST or None)
    context = {
        "years": arithmetic.YEARS.get(organization.kind),
        "years_basis": arithmetic.YEARS_BASIS,
        "term": term,
        "late": bool(term and term.due_on < today),
    }

    def act():
        new = elections.record_election(
            organization, form.election, lines.seats, by=request.user, running=form.running
        )
        return (
            f"已登记第{new.number}届，任期至{new.expires_on:%Y年%-m月%-d日}。"
            "新任书记使用平台的账号由系统管理员办理。"
        )

    return _elect(request, organization, form, lines, act, context)


@require_http_methods(["GET", "POST"])
def by_election(request, pk):
    """补选: seats filled within the running term."""
    organization = organization_or_404(request.user, pk)
    require(branch_rules.may_keep_term(request.user, organization))
    term = elections.running_term(organization)
    if term is None:
        raise Refused("还没有登记本届班子，请先登记换届。")
    people = list(elections.electable(organization))
    initial = {"voters_due": len(people) if organization.is_branch else None}
    form = ByElectionForm(request.POST or None, initial=initial)
    lines = SeatLines(organization, people, data=request.POST or None)
    context = {"term": term, "by_election": True, "held": body_of(organization)}
    for one in context["held"]:
        one.word = posts.post_word(one.post, organization)

    def act():
        given = elections.by_election(term, lines.seats, by=request.user, **form.cleaned_data)
        return f"已登记补选{len(given)}人。"

    return _elect(request, organization, form, lines, act, context)


def _elect(request, organization, form, lines, act, context):
    """Show, or register and go back to the body; a refusal keeps everything typed."""
    conflict = None
    if request.method == "POST":
        facts, people = form.is_valid(), lines.is_valid()
        if facts and people:
            try:
                said = act()
            except Conflict as error:
                conflict = error
                form.add_error(None, error.sentence)
                form = _seen_again(form, organization)
            except Refused as refusal:
                field = refusal.field if refusal.field in form.fields else None
                form.add_error(field, refusal.sentence)
            else:
                messages.success(request, said)
                return redirect(home_of(organization))
    wrong = form.is_bound and (form.errors or lines.has_errors or conflict)
    context |= {
        "organization": organization,
        "form": form,
        "lines": lines,
        "conflict": conflict,
        "back_url": home_of(organization),
    }
    status = 409 if conflict else 422 if wrong else 200
    return render(request, "members/election.html", context, status=status)


def _seen_again(form, organization):
    """The typed facts on top of the term that runs by now: saving again is a decision."""
    data = form.data.copy()
    data["version"] = ElectionForm.version_of(elections.running_term(organization))
    return type(form)(data)
