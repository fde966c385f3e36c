"""换届台账: the organisations below by the day their next election is due, and reminding them."""

from urllib.parse import urlencode

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from branches import rules as branch_rules
from branches import terms as arithmetic
from branches.models import Kind, Organization, Term
from branches.scope import scope_of
from branches.services import terms as services
from branches.terms import State
from branchyear.lib.dates import local_day
from branchyear.lib.errors import Refused, require
from branchyear.lib.paging import page_of
from branchyear.lib.routes import path_to
from members.desk import desk
from members.forms_terms import ReminderForm, TermsForm
from members.views.termlist import chosen, counts_of, listed, with_terms

VIEW = "members:terms"
KINDS = [(kind, Kind(kind).label) for kind in arithmetic.YEARS]


@require_GET
def terms(request):
    """All organisations at and below one, the earliest due first; tabs by state, the rest in the address."""
    organization, context = desk(request, "members:committee")
    today = local_day()
    form = TermsForm(request.GET, kinds=KINDS)
    asked = form.chosen
    everything = chosen(listed(request.user, organization, today), asked, but_state=True)
    counts = counts_of(everything)
    page = page_of(request.GET, chosen(everything, asked))
    rows = with_terms(page, today)
    may_remind = _may_remind(request.user, organization)
    states = [asked["state"]] if asked["state"] else list(State.values)
    due = {State.OVERDUE, State.NEAR, State.UNREGISTERED}
    context |= {
        "form": form,
        "page": page,
        "rows": rows,
        "tabs": _tabs(organization, asked, counts),
        "counts": counts,
        "asked": asked,
        "searching": any(asked.values()),
        "may_remind": may_remind,
        "to_remind": sum(counts[state] for state in states if state in due),
        "tree_nodes": _tree(context["tree_nodes"]),
        "today": today,
        "export_url": f"{path_to('reports:exports')}?kind=terms&org={organization.pk}",
    }
    return render(request, "members/terms.html", context)


@require_POST
def remind_terms(request):
    """提醒: one organisation of the list, or all that the filters show."""
    seen = Organization.objects.with_ledgers_for(request.user).exclude(kind=Kind.GROUP)
    top = get_object_or_404(seen, pk=_number(request.POST.get("org")))
    today = local_day()
    asked = TermsForm(request.POST, kinds=KINDS).chosen
    rows = listed(request.user, top, today)
    if one := request.POST.get("one"):
        rows = rows.filter(pk=_number(one))
        require(all(branch_rules.may_remind_term(request.user, o) for o in rows))
    else:
        rows = chosen(rows, asked)
    rows = [o for o in rows if branch_rules.may_remind_term(request.user, o)]
    require(rows or _may_remind(request.user, top))
    due = [o for o in rows if o.term_due_on is None or arithmetic.is_near(o.term_due_on, today)]
    reminded = services.remind_many(due, by=request.user, today=today)
    left = len(due) - len(reminded)
    said = f"已提醒{len(reminded)}个党组织。" if reminded else "没有发出新的提醒。"
    if left:
        said += (
            f"{left}个近期已提醒过（{arithmetic.REMIND_AGAIN_DAYS}天内不重复，未登记的每月一次）"
            "或没有在任书记。"
        )
    if not due:
        said = "所选党组织都在任期内，不需要提醒。"
    (messages.success if reminded else messages.warning)(request, said)
    kept = {name: value for name, value in asked.items() if value}
    return redirect(f"{reverse(VIEW)}?{urlencode({'org': top.pk, **kept})}")


@require_http_methods(["GET", "POST"])
def reminder(request, pk):
    """登记电话或发函提醒."""
    term = get_object_or_404(
        Term.objects.visible_to(request.user).select_related("organization"), pk=pk
    )
    require(branch_rules.may_remind_term(request.user, term.organization))
    form = ReminderForm(request.POST or None, initial={"on": local_day(), "how": "call"})
    back = f"{path_to('members:committee')}?org={term.organization_id}"
    if form.is_bound and form.is_valid():
        try:
            services.remind(term, by=request.user, **form.cleaned_data)
        except Refused as refusal:
            field = refusal.field if refusal.field in form.fields else None
            form.add_error(field, refusal.sentence)
        else:
            messages.success(request, "已登记提醒。")
            return redirect(back)
    context = {
        "organization": term.organization,
        "heading": "登记换届提醒",
        "button": "登记",
        "form": form,
        "back_url": back,
        "note": "任期届满前6个月，上级党组织发函或电话提醒。依据：《中国共产党支部工作条例（试行）》第六章。",
    }
    status = 422 if form.errors else 200
    return render(request, "members/term_form.html", context, status=status)


def _may_remind(user, organization):
    """Whether there is anybody at or below whom this person reminds."""
    scope = scope_of(user)
    return scope.holds(branch_rules.ABOVE, organization) or scope.holds_above(
        branch_rules.ABOVE, organization
    )


def _number(text):
    return int(text) if text and text.isdecimal() and len(text) < 19 else 0


def _tabs(organization, asked, counts):
    kept = {name: value for name, value in asked.items() if value and name != "state"}
    base = {"org": organization.pk, **kept}
    tabs = [
        {
            "label": "全部",
            "url": f"?{urlencode(base)}",
            "count": sum(counts.values()),
            "active": not asked["state"],
        }
    ]
    for state in State:
        tabs.append(
            {
                "label": state.label,
                "url": f"?{urlencode({**base, 'state': state.value})}",
                "count": counts[state.value],
                "active": asked["state"] == state.value,
            }
        )
    return tabs


def _tree(nodes):
    """The tree leads to this page, not to the body of each."""
    here, there = reverse(VIEW), path_to("members:committee")
    return [{**node, "url": node["url"].replace(there, here, 1)} for node in nodes]
