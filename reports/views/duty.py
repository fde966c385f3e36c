"""述职评议: the summary of one organisation's year, and who below has written theirs."""

from django import forms
from django.contrib import messages
from django.db.models import OuterRef, Q, Subquery
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from branches.models import Organization
from branchyear.audit.services import record
from branchyear.lib.admin import as_attachment
from branchyear.lib.dates import local_day
from branchyear.lib.errors import Conflict, Refused, require
from branchyear.lib.paging import page_of
from members.desk import chosen_organization, tree_for
from reports.models import DutyReport
from reports.services import duty as services
from reports.views.copies import TYPES
from tasks.models import Campaign
from tasks.year import campaign_of

State = DutyReport.State


class DutyForm(forms.Form):
    """The three parts; the service decides about lengths."""

    def __init__(self, texts, *args, **options):
        super().__init__(*args, **options)
        for key, heading in DutyReport.PARTS:
            self.fields[key] = forms.CharField(
                label=heading, required=False, initial=texts.get(key, ""),
                widget=forms.Textarea(attrs={"rows": 6}),
            )  # fmt: skip


@require_GET
def duty(request):
    """The year of an organisation; above, the list of those below."""
    return page(request, chosen_organization(request))


def page(request, organization, *, form=None, conflict=None, complaint="", status=200):
    campaign = campaign_of(request)
    if campaign is None:
        raise Http404
    context = {
        "organization": organization,
        "campaign": campaign,
        "tree_nodes": tree_for(request.user, organization, "reports:duty"),
        "conflict": conflict,
        "complaint": complaint,
    }
    if services.reports_on(organization):
        row = services.report_of(organization, campaign)
        writes = services.may_write(request.user, organization) and row.state == State.DRAFT
        drafted = row.state == State.DRAFT
        reads = not drafted or services.may_write(request.user, organization)
        context |= {
            "row": row,
            "facts": services.facts_of(organization, campaign, now=timezone.now())
            if drafted
            else row.facts,
            "writes": writes,
            "form": (form or DutyForm(row.texts)) if writes else None,
            "reads": reads,
            "parts": [(heading, row.texts.get(key, "")) for key, heading in DutyReport.PARTS],
            "may_withdraw": row.state == State.SUBMITTED
            and services.may_write(request.user, organization),
            "may_comment": row.state == State.SUBMITTED
            and services.may_comment(request.user, organization),
        }
    if not organization.is_branch:
        context["page"] = page_of(request.GET, _below(request.user, organization, campaign))
    return render(request, "reports/duty.html", context, status=status)


def _below(user, organization, campaign):
    """The organisations next in line with the state of their summary, in official order."""
    rows = Organization.objects.visible_to(user).under(organization).open()
    rows = rows.exclude(pk=organization.pk)
    if organization.depth < Organization.DIRECT_DEPTH:
        rows = rows.direct()
    else:
        rows = rows.filter(Q(kind="branch"))
    own = DutyReport.objects.filter(organization=OuterRef("pk"), campaign=campaign)
    return rows.annotate(duty_state=Subquery(own.values("state")[:1]))


def _organization(request, pk):
    return get_object_or_404(Organization.objects.visible_to(request.user), pk=pk)


def _revision(request, row):
    typed = request.POST.get("revision", "")
    return int(typed) if typed.isdecimal() else row.revision


@require_POST
def save_duty(request, pk):
    """暂存 or 提交 (``do=submit``)."""
    organization = _organization(request, pk)
    require(services.may_write(request.user, organization), services.OF_ORGANIZATION)
    campaign = Campaign.objects.running(local_day())
    row = services.report_of(organization, campaign)
    form = DutyForm({}, request.POST)
    form.is_valid()
    hand_in = request.POST.get("do") == "submit"
    act = services.submit if hand_in else services.save
    try:
        done = act(
            organization, campaign, request.POST, revision=_revision(request, row),
            by=request.user, now=timezone.now(),
        )  # fmt: skip
    except Conflict as conflict:
        return page(request, organization, form=form, conflict=conflict, status=409)
    except Refused as refusal:
        form.add_error(refusal.field if refusal.field in form.fields else None, refusal.sentence)
        return page(request, organization, form=form, status=422)
    messages.success(request, "已提交，上级党组织已收到通知。" if hand_in else "已暂存。")
    return redirect(done)


def _report(request, pk):
    rows = DutyReport.objects.visible_to(request.user).select_related("organization", "campaign")
    return get_object_or_404(rows, pk=pk)


@require_POST
def withdraw_duty(request, pk):
    row = _report(request, pk)
    services.withdraw(row, revision=row.revision, by=request.user, now=timezone.now())
    messages.success(request, "已撤回，可以修改后重新提交。")
    return redirect(row)


@require_POST
def comment_duty(request, pk):
    """点评, or back (``decision=back``)."""
    row = _report(request, pk)
    require(services.may_comment(request.user, row.organization), services.OF_UPPER)
    back = request.POST.get("decision") == "back"
    try:
        services.comment(
            row, request.POST.get("comment", ""), back=back, revision=_revision(request, row),
            by=request.user, now=timezone.now(),
        )  # fmt: skip
    except Refused as refusal:
        if not refusal.field:
            raise
        return page(request, row.organization, complaint=refusal.sentence, status=422)
    messages.success(request, "已退回修改。" if back else "已点评。")
    return redirect(row)


@require_GET
def duty_copy(request, pk):
    """The summary as PDF or Word."""
    organization = _organization(request, pk)
    campaign = Campaign.objects.running(local_day())
    form = request.GET.get("format", "pdf")
    if form not in ("pdf", "docx") or campaign is None or not services.reports_on(organization):
        raise Http404
    row = services.report_of(organization, campaign)
    if row.state == State.DRAFT and not services.may_write(request.user, organization):
        raise Refused("该党组织还没有提交述职报告，提交后才能打印。")
    content = services.give_out(row, form, by=request.user, now=timezone.now())
    record("duty.copied", organization, by=request.user, organization=organization, format=form)
    name = f"{organization.name}{campaign.year}年述职报告.{form}"
    return as_attachment(HttpResponse(content, content_type=TYPES[form]), name)
