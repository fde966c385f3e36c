"""月报: the paper, what goes with it, and its steps."""

from django.contrib import messages
from django.http import JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from branchyear.lib.dates import local_day
from branchyear.lib.errors import Conflict, Refused, require
from branchyear.lib.forms import ticked
from members.models import Meeting
from reports import rules
from reports.forms import ExtensionForm, ReportForm
from reports.models import GoodPractice, MonthlyReport, Tier
from reports.services import attachments, extensions, figures, monthly, practices, sealing
from reports.services.checks import FIGURES
from reports.services.sections import texts_of
from reports.views import sheet
from tasks.models import Evidence

UNEXPLAINED = "有需要说明的情况，请在“情况说明”中各写一句话。"


# --- The paper ------------------------------------------------------------------------------------


def get_report(request, pk):
    """The report, if this person sees its organisation."""
    return get_object_or_404(
        MonthlyReport.objects.visible_to(request.user).select_related(
            "organization", "receiver", "period__campaign", "updated_by", "submitted_by"
        ),
        pk=pk,
    )


@require_GET
def report(request, pk):
    """One report as a paper: figures from facts, words to write or to read, its way, its seal."""
    return paper(request, get_report(request, pk))


def paper(
    request,
    report,
    *,
    form=None,
    conflict=None,
    problem="",
    reason="",
    extension_form=None,
    status=200,
):
    """The page of a report; what was typed and what is wrong with it comes from the caller."""
    now, user = timezone.now(), request.user
    may_fill, may_receive = rules.may_fill(user, report), rules.may_receive(user, report)
    writing = may_fill and report.is_editable
    steps = list(report.steps.order_by("pk"))
    step = None if writing else _shown_step(report, steps)
    desk = monthly.desk_of(report, today=local_day(now)) if writing else None
    live = (
        desk.figures
        if desk
        else figures.figures_for(report.organization, report.period, today=local_day(now))
    )
    if desk and form is None:
        first = {"version": report.revision, **desk.first_words()}
        form = ReportForm(texts_of(report.period), initial=first)
    unusual = desk.soft(form.words) if writing else []
    lower = sheet.lower_words(report, user) if writing or may_receive else None
    return render(
        request,
        "reports/report.html",
        {
            "report": report,
            "period": report.period,
            "verdict": monthly.verdict(report, now),
            "today": local_day(now),
            "writing": writing,
            "may_withdraw": may_fill and report.state == "submitted",
            "may_receive": may_receive and report.state == "submitted",
            "may_return": may_receive and report.state in ("submitted", "accepted"),
            "columns": sheet.columns(sheet.sealed_figures(step, live) if step else live),
            "changed": sheet.changed_since(step, live) if step else [],
            "step": step,
            "intact": sealing.is_intact(step) if step else False,
            "form": form,
            "conflict": conflict,
            "problem": problem,
            "reason": reason,
            "parts": sheet.parts_to_write(report, form, desk, lower)
            if writing
            else sheet.parts_to_read(step),
            "wanted": desk.hard(form.words) if writing else [],
            "questions": sheet.questions(form, report, unusual) if writing else [],
            "lower": lower,
            "may_package": period_of_committee(report)
            and rules.may_export(user, report.organization),
            "may_recommend": bool(practices.words_of(report)) and rules.may_recommend(user, report),
            "practice": GoodPractice.objects.filter(report=report).first(),
            **_attachments(request, report, writing=writing, step=step),
            "timeline": [_told(step) for step in steps],
            "confirm": sheet.confirmation(report, live, now) if writing else "",
            **_extension_context(
                report, now, form=extension_form, may_fill=may_fill, may_receive=may_receive
            ),
        },
        status=status,
    )


def _attachments(request, report, *, writing, step):
    """What goes with the report: chosen so far, with what can be chosen; or as it was sealed."""
    if not writing:
        return {"sealed_attachments": step.sealed.get("attachments", ()) if step else ()}
    return {
        "attachments": sealing.attached(report),
        "files_offered": list(attachments.offered_files(report)),
        "meetings_offered": list(attachments.offered_meetings(report)),
        "files_most": attachments.OFFERED,
        "ticked": {name: ticked(request.POST, name) for name in ("attach", "meeting")},
    }


def period_of_committee(report):
    """The working committee's own report, which goes up together with the ledgers behind it."""
    return report.period.tier == Tier.COMMITTEE


def _extension_context(report, now, *, form, may_fill, may_receive):
    """The requests for more time, and whether this person may ask for it or give it."""
    asked = list(report.extensions.select_related("asked_by", "decided_by"))
    waiting = next((one for one in asked if one.state == "asked"), None)
    open_to = (may_fill or may_receive) and not extensions.why_not(report, now=now)
    may_ask = open_to and may_fill and waiting is None
    may_grant = open_to and may_receive and waiting is None
    last = extensions.latest_day(report.period)
    return {
        "extensions": asked,
        "extension_waiting": waiting,
        "may_decide_extension": may_receive,
        "may_ask_extension": may_ask,
        "may_grant_extension": may_grant,
        "extension_last": last,
        "extension_form": form or ExtensionForm(initial={"until": last}),
    }


def _shown_step(report, steps):
    """The submission that stands, or that was returned; none when there is nothing handed in."""
    if report.state not in ("submitted", "accepted", "returned"):
        return None
    handed_in = [s for s in steps if s.kind == "submitted" and s.round == report.round]
    return handed_in[-1] if handed_in else None


def _told(step):
    """A step as the time line shows it."""
    what = {
        "submitted": f"报送(第{step.round}次)",
        "withdrawn": "撤回",
        "accepted": "接收",
        "returned": "退回修改",
    }[step.kind]
    code = {"withdrawn": "todo"}.get(step.kind, step.kind)
    return {"at": step.at, "who": step.by_name, "what": what, "detail": step.reason, "code": code}


# --- Steps ----------------------------------------------------------------------------------------


@require_POST
def save_report(request, pk):
    """暂存, by the button or by autosave (which wants JSON)."""
    return _written(request, get_report(request, pk), monthly.save, "已暂存。")


@require_POST
def submit_report(request, pk):
    """报送: what is missing is said beside the box, and nothing typed is lost."""
    report = get_report(request, pk)
    chosen = _chosen(request, report)

    def submit(report, texts, **more):
        return attachments.attach_and_submit(report, texts, **chosen, **more)

    done = f"已报送至{report.receiver}。"
    return _written(request, report, submit, done, handing_in=True)


def _written(request, report, service, done, *, handing_in=False):
    """Save or submit the form; errors and conflicts bring the paper back with everything typed."""
    now = timezone.now()
    form = ReportForm(texts_of(report.period), request.POST)
    if form.is_valid() and handing_in and report.is_editable:
        _check(report, form, today=local_day(now))
    if not form.is_valid() or form.unexplained:
        require(rules.may_fill(request.user, report))
        if request.scripted:
            sentence = " ".join(e for errors in form.errors.values() for e in errors)
            return JsonResponse({"error": sentence or UNEXPLAINED}, status=422)
        return paper(request, report, form=form, status=422)
    version = form.cleaned_data["version"]
    try:
        report = service(
            report, form.texts, notes=form.notes, revision=version, by=request.user, now=now
        )
    except Conflict as error:
        report = get_report(request, report.pk)
        if not report.is_editable:
            raise Refused(error.sentence) from None
        if request.scripted:
            answer = {"error": error.sentence, "theirs": error.theirs, "version": report.revision}
            return JsonResponse(answer, status=409)
        data = request.POST.copy()
        data["version"] = report.revision
        typed = ReportForm(texts_of(report.period), data)
        return paper(request, report, form=typed, conflict=error, status=409)
    if request.scripted:
        return JsonResponse({"version": report.revision, "saved_at": now.isoformat()})
    messages.success(request, done)
    return redirect(report)


def _check(report, form, *, today):
    """Marks the parts that keep the report from being handed in, and the lines that are missing."""
    desk = monthly.desk_of(report, today=today)
    for key, sentence in desk.hard(form.texts):
        form.add_error(None if key == FIGURES else key, sentence)
    given = monthly.clean_notes(form.notes)
    form.unexplained = {one.key for one in desk.soft(form.texts)} - set(given)


@require_POST
def attach_to_report(request, pk):
    """选用附件: keeps what is typed, and lets ticked files and meetings go with the report."""
    report = get_report(request, pk)
    require(rules.may_fill(request.user, report))
    chosen = _chosen(request, report)
    count = sum(map(len, chosen.values()))
    if not count:
        raise Refused("请先勾选要用的文件或组织生活记录。")

    def save(report, texts, **more):
        return attachments.save_and_attach(report, texts, **chosen, **more)

    return _written(request, report, save, f"已选用{count}个附件，报送时一并封存。")


def _chosen(request, report):
    """The ticked files and meetings of the organisation itself."""
    own = {"organization": report.organization_id}
    files, meetings = ticked(request.POST, "attach"), ticked(request.POST, "meeting")
    return {
        "files": list(Evidence.objects.filter(**own, pk__in=files)) if files else [],
        "meetings": list(Meeting.objects.held().filter(**own, pk__in=meetings)) if meetings else [],
    }


@require_POST
def detach_from_report(request, pk, attachment_pk):
    """Take one off; file and record stay where they are."""
    report = get_report(request, pk)
    attachment = get_object_or_404(report.attachments, pk=attachment_pk)

    def save(report, texts, **more):
        return attachments.save_and_detach(report, texts, attachment, **more)

    return _written(request, report, save, "已移除附件，文件和记录本身不受影响。")


@require_POST
def withdraw_report(request, pk):
    """撤回, before it is received."""
    report = monthly.withdraw(get_report(request, pk), by=request.user, now=timezone.now())
    messages.success(request, "已撤回，可以修改后重新报送。")
    return redirect(report)


@require_POST
def accept_report(request, pk):
    """接收."""
    report = get_report(request, pk)
    monthly.accept(report, by=request.user, now=timezone.now(), seen_round=_round(request))
    messages.success(request, f"已接收{report}。")
    return redirect(report)


@require_POST
def return_report(request, pk):
    """退回修改, with a reason; a missing one is asked for beside the box."""
    report = get_report(request, pk)
    reason = request.POST.get("reason", "")
    try:
        monthly.send_back(
            report,
            reason=reason,
            by=request.user,
            now=timezone.now(),
            seen_round=_round(request),
        )
    except Refused as error:
        if error.field != "reason" or request.scripted:
            raise
        return paper(request, report, problem=error.sentence, reason=reason, status=422)
    messages.success(request, f"已退回{report}，填报单位会收到通知。")
    return redirect(report)


def _round(request):
    text = request.POST.get("round", "")
    return int(text) if text.isdecimal() else None
