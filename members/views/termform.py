"""What the short forms about a term, a post or a Party group have in common (``members/term_form.html``)."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render

from branches.models import Kind, Organization
from branchyear.lib.errors import Conflict, Refused
from branchyear.lib.routes import path_to


def answer(request, organization, form, act, context, *, version=None):
    """A short form: shown, or acted on; a refusal stands beside its field and keeps what was typed.

    ``version()`` is what the row is at by now: after a conflict the form carries it, so that saving
    again overrides knowingly.
    """
    conflict = None
    if form.is_bound and form.is_valid():
        try:
            said = act()
        except Conflict as error:
            conflict = error
            if version:
                data = form.data.copy()
                data["version"] = str(version())
                form = type(form)(data)
                form.is_valid()
            else:
                form.add_error(None, error.sentence)
        except Refused as refusal:
            form.add_error(
                refusal.field if refusal.field in form.fields else None, refusal.sentence
            )
        else:
            messages.success(request, said)
            return redirect(home_of(organization))
    status = 409 if conflict else 422 if form.is_bound and form.errors else 200
    context = {"form": form} | context
    if version:
        context["form"] = form
    context |= {
        "organization": organization,
        "conflict": conflict,
        "back_url": home_of(organization),
    }
    return render(request, "members/term_form.html", context, status=status)


def home_of(organization):
    """班子和党小组 of the organisation, where the forms come from and lead back to."""
    return f"{path_to('members:committee')}?org={organization.pk}"


def organization_or_404(user, pk):
    """An organisation whose people's ledgers this person reads; Party groups have forms of their own."""
    seen = Organization.objects.with_ledgers_for(user).exclude(kind=Kind.GROUP)
    return get_object_or_404(seen, pk=pk)
