"""延期: more time for a monthly report, asked for and granted."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.views.decorators.http import require_POST

from branchyear.lib.errors import Refused
from reports.forms import ExtensionForm
from reports.models import ReportExtension
from reports.services import extensions
from reports.views.monthly import get_report, paper


@require_POST
def ask_extension(request, pk):
    """申请延期, by the organisation that reports."""
    return _answer(request, pk, extensions.ask, "延期申请已提交，审批结果会发到收件箱。")


@require_POST
def grant_extension(request, pk):
    """给予延期, by whom the report goes to, without being asked."""
    return _answer(request, pk, extensions.grant, "已给予延期，填报单位会收到通知。")


def _answer(request, pk, act, done):
    """What is wrong is said beside its field, with everything typed kept."""
    report, form = get_report(request, pk), ExtensionForm(request.POST)
    if form.is_valid():
        try:
            act(report, **form.cleaned_data, by=request.user, now=timezone.now())
        except Refused as refusal:
            if refusal.field not in form.fields:
                raise
            form.add_error(refusal.field, refusal.sentence)
    if not form.is_valid():
        return paper(request, report, extension_form=form, status=422)
    messages.success(request, done)
    return redirect(report)


@require_POST
def decide_extension(request, pk):
    """同意 or 不同意."""
    seen = ReportExtension.objects.visible_to(request.user).select_related("report__period")
    extension = get_object_or_404(seen, pk=pk)
    granted = request.POST.get("decision") == "grant"
    extensions.decide(
        extension,
        granted=granted,
        answer=request.POST.get("answer", ""),
        by=request.user,
        now=timezone.now(),
    )
    messages.success(request, f"已{'同意' if granted else '答复不同意'}延期，填报单位会收到通知。")
    return redirect(extension.report)
