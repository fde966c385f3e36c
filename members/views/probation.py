"""A probationary member's page: when the probation ends, and the three ways it can."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_POST

from branchyear.lib.dates import local_day
from branchyear.lib.errors import require
from members import deadlines, rules
from members.desk import desk
from members.forms_movement import ConvertForm, EndProbationForm, ExtendForm
from members.models import Category, Meeting, MeetingKind, Member, MemberEvent
from members.services import probation as services

What = MemberEvent.What
SHOWN = [What.CONVERTED, What.PROBATION_EXTENDED, What.PROBATION_ENDED, What.ADDED]


@require_GET
def probation(request, pk):
    """When it ends, what is to be done, what was done."""
    return page(request, fetch(request, pk))


@require_POST
def convert(request, pk):
    """转正."""
    member = fetch(request, pk)
    require(rules.may_register_probation(request.user, member.organization))
    form = ConvertForm(request.POST, meetings=meetings_of(request.user, member))
    if not form.attempt(lambda data: services.convert(member, by=request.user, **data)):
        return page(request, fetch(request, pk), conversion=form)
    messages.success(request, f"{member}已转为正式党员。")
    return redirect("members:probation", member.pk)


@require_POST
def extend_probation(request, pk):
    """延长预备期."""
    member = fetch(request, pk)
    require(rules.may_register_probation(request.user, member.organization))
    form = ExtendForm(request.POST)
    if not form.attempt(lambda data: services.extend_probation(member, by=request.user, **data)):
        return page(request, fetch(request, pk), extension=form)
    messages.success(request, "已登记延长预备期。")
    return redirect("members:probation", member.pk)


@require_POST
def end_probation(request, pk):
    """取消预备党员资格."""
    member = fetch(request, pk)
    require(rules.may_register_probation(request.user, member.organization))
    form = EndProbationForm(request.POST)
    if not form.attempt(lambda data: services.end_probation(member, by=request.user, **data)):
        return page(request, fetch(request, pk), ending=form)
    messages.success(request, "已登记取消预备党员资格。")
    return redirect("members:probation", member.pk)


def fetch(request, pk):
    rows = Member.objects.visible_to(request.user).select_related("organization")
    return get_object_or_404(rows, pk=pk)


def meetings_of(user, member):
    """The members' meetings that can have resolved it."""
    return Meeting.objects.visible_to(user).filter(
        organization=member.organization, kind=MeetingKind.MEMBERS, voided_at=None
    )


def page(request, member, **bound):
    today = local_day()
    context = desk(request, "members:admissions", member.organization)[1]
    end = deadlines.probation_end(member.admitted_on, member.probation_extended_to)
    is_running = member.category == Category.PROBATIONARY and member.left_on is None
    may_register = is_running and rules.may_register_probation(request.user, member.organization)
    window = deadlines.extension_window(member.admitted_on) if member.admitted_on else None
    meetings = meetings_of(request.user, member)
    context |= {
        "member": member,
        "end": end,
        "window": window,
        "today": today,
        "is_running": is_running,
        "may_register": may_register,
        "is_due": end is not None and end <= today,
        "events": member.events.filter(what__in=SHOWN).select_related("by"),
        "conversion": ConvertForm(
            meetings=meetings,
            auto_id="convert_%s",
            initial={
                "formal_on": end,
                "meeting": meetings.filter(on__gte=end).order_by("on").first() if end else None,
            },
        ),
        "extension": ExtendForm(auto_id="extend_%s", initial={"to": window[0] if window else None}),
        "ending": EndProbationForm(auto_id="end_%s", initial={"on": today}),
        **bound,
    }
    return render(request, "members/probation.html", context, status=422 if bound else 200)
