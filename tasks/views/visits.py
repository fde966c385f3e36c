"""One visit: the inspector's form on a telephone, the branch's answers, the organiser's decisions."""

from datetime import date, timedelta

from django.contrib import messages
from django.http import JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from branchyear.audit.services import record
from branchyear.lib.dates import local_day
from branchyear.lib.errors import BadFile, Conflict, Refused, require
from branchyear.lib.private import hand_out
from tasks import rules
from tasks.forms_inspections import DropForm, ListForm, StateForm
from tasks.models import BranchItem, Inspection, ItemEvidence, Visit, VisitPhoto, VisitRecord
from tasks.services import discrepancies
from tasks.services import visits as services
from tasks.services.problems import DAYS_TO_MEND
from tasks.views.evidence import INLINE, LOCKED, PREVIEWS

State = Visit.State


def fetch(request, pk):
    rows = Visit.objects.visible_to(request.user).select_related(
        "branch", "inspector", "saved_by", "inspection__organization", "inspection__scope"
    )
    return get_object_or_404(rows, pk=pk)


@require_GET
def visit(request, pk):
    return page(request, fetch(request, pk))


def page(request, row, *, status=200, typed=None, complaint=None, conflict=None, **forms):
    user = request.user
    writes = rules.may_record_visit(user, row)
    running = row.inspection.state == Inspection.State.RUNNING
    records = _records(user, row)
    for entry in records:
        entry.form_verdict, entry.form_words = entry.verdict, entry.words
        if typed is not None and entry.pk in typed.records:
            entry.form_verdict, entry.form_words = typed.records[entry.pk]
    context = {
        "visit": row,
        "inspection": row.inspection,
        "branch": row.branch,
        "records": records,
        "typed": typed or row,
        "may_start": writes and running and row.state == State.WAITING,
        "may_write": writes and running and row.state == State.RUNNING,
        "writes": writes,
        "plan": _plan(row) if writes and row.state == State.WAITING else [],
        "verdicts": VisitRecord.Verdict.choices,
        "checked": sum(bool(entry.verdict) for entry in records),
        "wrong": [entry for entry in records if entry.is_discrepancy] if row.is_signed else [],
        "may_state": running and row.is_signed and rules.may_state(user, row),
        "may_decide": running
        and row.is_signed
        and rules.may_run_inspection(user, row.inspection.organization),
        "complaint": complaint,
        "conflict": conflict,
        "previews": PREVIEWS,
        "today": local_day(),
        "usual_due": local_day() + timedelta(days=DAYS_TO_MEND),
        "forms": forms,
    }
    return render(request, "inspections/visit.html", context, status=status)


def _records(user, row):
    """The lines with the files that prove them, in four statements."""
    entries = list(
        VisitRecord.objects.visible_to(user)
        .filter(visit=row)
        .select_related("item", "problem", "branch_item")
        .prefetch_related("photos")
        .order_by("item__task__order", "item__order")
    )
    return _with_files(entries, lambda entry: entry.branch_item_id)


def _with_files(rows, key):
    links = ItemEvidence.objects.filter(branch_item__in=[key(row) for row in rows]).select_related(
        "evidence"
    )
    files = {}
    for link in links:
        files.setdefault(link.branch_item_id, []).append(link.evidence)
    for row in rows:
        row.files = files.get(key(row), [])
    return rows


def _plan(row):
    """What will be looked at, with what the branch says to it now."""
    items = row.inspection.items.all()
    said = BranchItem.objects.filter(branch=row.branch, item__in=items).with_words()
    return _with_files(
        list(said.order_by("item__task__order", "item__order")), lambda item: item.pk
    )


# --- The inspector --------------------------------------------------------------------------------


@require_POST
def start_visit(request, pk):
    row = fetch(request, pk)
    require(rules.may_record_visit(request.user, row), services.OF_INSPECTOR)
    services.start(row, by=request.user, now=timezone.now())
    messages.success(request, "已开始检查。没有网络时填写的内容留在本机，恢复后自动发送。")
    return redirect(row)


@require_POST
def save_visit(request, pk):
    """暂存 or 签字. Sent by the page itself or, later, by ``fieldrecord.js``: the same form, the same answer."""
    row = fetch(request, pk)
    require(rules.may_record_visit(request.user, row), services.OF_INSPECTOR)
    typed = told_in(request, row)
    signs = request.POST.get("action") == "sign"
    try:
        (services.sign if signs else services.save)(
            row, typed, revision=_revision(request, row), by=request.user, now=timezone.now()
        )
    except Conflict as conflict:
        if request.scripted:
            raise
        return page(request, fetch(request, pk), status=409, typed=typed, conflict=conflict)
    except Refused as refused:
        if request.scripted:
            return JsonResponse({"error": refused.sentence}, status=422)
        return page(request, fetch(request, pk), status=422, typed=typed, complaint=refused)
    messages.success(request, "已签字，检查记录不能再修改。" if signs else "已保存。")
    return redirect(row)


def told_in(request, row):
    """What was typed; a line that is not on the form is left as it is."""
    records = {}
    for entry in row.records.all():
        verdict = request.POST.get(f"verdict_{entry.pk}")
        words = request.POST.get(f"words_{entry.pk}")
        if verdict is not None or words is not None:
            records[entry.pk] = (verdict or "", words or "")
    return services.Told(
        records=records,
        visited_on=_day(request.POST.get("visited_on")),
        **{name: request.POST.get(name, "") for name in services.LIMITS},
    )


def _day(text):
    try:
        return date.fromisoformat(text or "")
    except ValueError:
        return None


def _revision(request, row):
    typed = request.POST.get("revision", "")
    return int(typed) if typed.isdecimal() else row.revision


def _entry(request, pk):
    rows = VisitRecord.objects.visible_to(request.user).select_related(
        "visit__branch", "visit__inspection__organization", "visit__inspection__campaign",
        "item__task", "branch_item",
    )  # fmt: skip
    return get_object_or_404(rows, pk=pk)


@require_POST
def add_photo(request, pk):
    entry = _entry(request, pk)
    require(rules.may_record_visit(request.user, entry.visit), services.OF_INSPECTOR)
    upload = request.FILES.get("photo")
    if upload is None:
        raise BadFile("请选择照片。", field="photo")
    services.add_photo(entry, upload, by=request.user, now=timezone.now())
    messages.success(request, f"{entry.item.code}已加照片。")
    return redirect(f"{entry.visit.get_absolute_url()}#r{entry.pk}")


@require_GET
def photo(request, pk):
    """The picture itself, to whoever sees the line it belongs to. Each time is in the trail."""
    row = get_object_or_404(
        VisitPhoto.objects.visible_to(request.user).select_related(
            "record__visit__branch", "record__visit__inspection"
        ),
        pk=pk,
    )
    try:
        content = row.file.open("rb")
    except OSError:
        raise Refused(f"照片“{row.name}”暂时取不到，请稍后再试。") from None
    visit = row.record.visit
    record(
        "inspection.photo_viewed", visit.inspection, by=request.user, organization=visit.branch,
        photo=row.pk,
    )  # fmt: skip
    kind = INLINE[row.extension]
    return hand_out(content, name=row.name, content_type=kind, inline=True, policy=LOCKED)


# --- What was not as claimed ----------------------------------------------------------------------


@require_POST
def state_record(request, pk):
    """情况说明."""
    entry = _entry(request, pk)
    require(rules.may_state(request.user, entry.visit), discrepancies.OF_BRANCH)
    form = StateForm(request.POST)
    return _answer(
        request, entry, "state", form,
        lambda data: discrepancies.state(
            entry, data["statement"], by=request.user, now=timezone.now()
        ),
        "情况说明已提交，组织检查的单位会看到。",
    )  # fmt: skip


@require_POST
def decide_record(request, pk):
    """列入问题清单, or not."""
    entry = _entry(request, pk)
    organizer = entry.visit.inspection.organization
    require(rules.may_run_inspection(request.user, organizer), discrepancies.OF_RUNNERS)
    if request.POST.get("decision") == "drop":
        return _answer(
            request, entry, "drop", DropForm(request.POST),
            lambda data: discrepancies.drop(
                entry, data["note"], by=request.user, now=timezone.now()
            ),
            "已记录不列入的理由。",
        )  # fmt: skip
    return _answer(
        request, entry, "list", ListForm(request.POST),
        lambda data: discrepancies.list_as_problem(
            entry, by=request.user, now=timezone.now(), **data
        ),
        "已列入问题清单，已通知支部和上级党组织。",
    )  # fmt: skip


def _answer(request, entry, name, form, act, said):
    if not form.attempt(act):
        form.entry = entry.pk
        row = fetch(request, entry.visit_id)
        return page(request, row, status=422, **{name: form})
    messages.success(request, said)
    return redirect(entry.visit)
