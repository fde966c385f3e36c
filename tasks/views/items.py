"""One item: what is asked, the branch's answer, its evidence, its way.

The same view serves the whole page and, to htmx, the row of the checklist with the item unfolded.
Every button of the form sends the whole form to the address of its own verb, so that no button
(uploading and removing a file included) loses what has been typed.
"""

from django.contrib import messages
from django.db.models import BigAutoField
from django.http import JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from branches.roles import BRANCH_ROLES
from branches.scope import scope_of
from branchyear.lib.composed import composed
from branchyear.lib.dates import local_day
from branchyear.lib.errors import Conflict, Refused, require
from tasks import differences, rules
from tasks import facts as ledgers
from tasks import meetings as records
from tasks.forms import COMMON_REASONS, DelegationForm, ItemForm, ReasonForm
from tasks.materials import window_question
from tasks.models import BranchItem
from tasks.services import items as services
from tasks.services import moves
from tasks.services.delegations import members_of
from tasks.twins import questions_about
from tasks.views import ticked
from tasks.views.evidence import PREVIEWS
from tasks.views.item_reading import (
    last_delegation,
    library_of,
    neighbours,
    proofs_of,
    seen_item,
    steps_of,
)
from tasks.views.uploads import LIMITS, add_files
from tasks.workdays import WorkingDays

# Which colour a step of the way has on the time line.
STEP_CODES = {
    "submitted": "submitted",
    "withdrawn": "draft",
    "forwarded": "accepted",
    "accepted": "accepted",
    "returned": "returned",
    "voided": "returned",
}


def fetch(request, pk):
    """The item with its words, if this person sees its branch."""
    return seen_item(request.user, pk)


# What saving looks at: the answer itself, and of the words around it these.
SAVED = (
    *(column.name for column in BranchItem._meta.concrete_fields),
    "item__code", "item__retired_at", "version__asks",
    "item__task__campaign__starts_on", "item__task__campaign__ends_on",
)  # fmt: skip


@composed(item=BigAutoField())
def _to_save(item):
    rows = BranchItem.objects.filter(pk=item).order_by()
    return rows.select_related("item__task__campaign", "version").only(*SAVED)


def fetch_to_save(request, pk):
    """The item with what saving looks at and nothing beside: a browser saves every few seconds.

    The branch is known already, from the office that allows it.
    """
    own = {branch.pk: branch for branch in scope_of(request.user).organizations(BRANCH_ROLES)}
    for row in _to_save(item=pk):
        if row.branch_id in own:
            row.branch = own[row.branch_id]
            return row
    return fetch(request, pk)  # not his to fill in: out of sight, or for the caller to refuse


@require_GET
def item(request, pk):
    """The item; the row alone (``?fold=1``, htmx) when it is folded again."""
    row = fetch(request, pk)
    if request.htmx and request.GET.get("fold"):
        return render(request, "tasks/_row.html", row_context(row))
    return page(request, row)


@require_POST
def save_item(request, pk):
    """暂存: keeps what is typed and chosen; as JSON when the browser saves by itself."""
    if "application/json" in request.headers.get("Accept", ""):
        return autosave(request, fetch_to_save(request, pk))
    return work(request, pk)


@require_POST
def submit_item(request, pk):
    """提交: keeps what is typed, then hands it in; what is missing is said beside its field."""
    require(rules.may_fill(request.user, fetch(request, pk).branch))
    return work(request, pk, then=hand_in)


@require_POST
def withdraw_item(request, pk):
    """撤回: before a reviewer has decided."""
    row = fetch(request, pk)
    require(rules.may_fill(request.user, row.branch))
    services.withdraw(row, by=request.user, now=timezone.now(), revision=seen(request))
    return done(request, fetch(request, pk), "已撤回，可以修改后再次提交。")


def seen(request):
    """The revision the person had before the eyes; None when the form does not say."""
    revision = request.POST.get("seen", "")
    return int(revision) if revision.isdecimal() and len(revision) < 10 else None


# --- What the buttons have in common --------------------------------------------------------------


def work(request, pk, then=None):
    """Keep the typed text, add the chosen files, then do the button's own thing."""
    row = fetch(request, pk)
    require(rules.may_fill_item(request.user, row))
    typed = "version" in request.POST
    form = ItemForm(request.POST if typed else None, branch_item=row)
    complaints = {"evidence": [], "form": []}
    said = ""
    if typed and form.is_valid() and form.is_changed:
        try:
            services.save(
                row, answer_in(form), revision=form.revision, by=request.user, now=timezone.now()
            )
            said = "已暂存。"
        except Conflict as conflict:
            add_files(request, row, complaints)
            return conflicted(request, fetch(request, pk), form, conflict, complaints)
    added = add_files(request, row, complaints)
    if added:
        said = f"已上传{added}个文件，填写的内容已一并暂存。"
    is_kept = not complaints["evidence"] and not (typed and form.errors)
    if then is None and is_kept and not request.htmx:
        return done(request, row, said or "内容没有变化，无需保存。")
    fresh = fetch(request, pk)
    if typed and form.errors:
        return page(request, fresh, form=form, complaints=complaints, status=422)
    if complaints["evidence"]:
        return page(request, fresh, complaints=complaints, said=said, status=422)
    if then is None:
        return done(request, fresh, said or "内容没有变化，无需保存。")
    return then(request, fresh, said)


def answer_in(form):
    """The typed answer as the service takes it."""
    data = form.cleaned_data
    return services.Answer(
        result=data["result"], fact_on=data["fact_on"], note=data["note"], numbers=form.numbers()
    )


def retyped(form, row):
    """The same typed text over the present revision: sent again, it takes the place of the other."""
    data = form.data.copy()
    data["version"] = str(row.revision)
    again = ItemForm(data, branch_item=row)
    again.is_valid()
    return again


def with_ticked(then):
    """``then`` with all that is ticked on the item; what cannot be is said, and nothing further is done."""

    def act(request, row, said):
        complaints = {"evidence": ticked.taken(request, row), "form": []}
        row = fetch(request, row.pk)
        if complaints["evidence"]:
            return page(request, row, complaints=complaints, status=422)
        return then(request, row, said)

    return act


@with_ticked
def hand_in(request, row, said):
    problems = services.problems_before_submitting(row, services.answer_of(row))
    if problems:
        return incomplete(request, row, problems)
    services.submit(row, revision=row.revision, by=request.user, now=timezone.now())
    row = fetch(request, row.pk)
    return done(request, row, f"已提交，等待{row.with_organization.label}审核。审核前可以撤回。")


def incomplete(request, row, problems):
    """The form with each complaint beside its field; everything typed has been saved."""
    form = ItemForm(ItemForm.as_typed(row), branch_item=row)
    complaints = {"evidence": [], "form": []}
    form.is_valid()
    for name, sentence in problems:
        place = form.place(name)
        if place:
            form.add_error(place, sentence)
        else:
            complaints["evidence" if name == "evidence" else "form"].append(sentence)
    return page(request, row, form=form, complaints=complaints, status=422)


# --- Answers ----------------------------------------------------------------------------------------


def autosave(request, row):
    """Saved without a click: JSON {version, saved_at}, 409 with the other text, 422 with the fault."""
    require(rules.may_fill_item(request.user, row))
    form = ItemForm(request.POST, branch_item=row)
    if not form.is_valid():
        sentence = " ".join(str(e[0]) for e in form.errors.values())
        return JsonResponse({"error": sentence}, status=422)
    try:
        if form.is_changed:
            row = services.save(
                row, answer_in(form), revision=form.revision, by=request.user, now=timezone.now()
            )
    except Conflict as conflict:
        row = fetch(request, row.pk)
        theirs = {label: stored for label, _, stored, _ in side_by_side(row, form)}
        return JsonResponse(
            {
                "error": told(row, conflict),
                "theirs": theirs,
                "who": conflict.who,
                "version": row.revision,
            },
            status=409,
        )
    except Refused as error:
        return JsonResponse({"error": error.sentence}, status=409)
    return JsonResponse({"version": row.revision, "saved_at": timezone.localtime().isoformat()})


def done(request, row, sentence):
    """After a step: the unfolded row for htmx, else back to the item with the sentence on top."""
    if request.htmx:
        return page(request, row, said=sentence)
    messages.success(request, sentence)
    return redirect(row)


def conflicted(request, row, form, conflict, complaints):
    """Somebody else was faster: both texts, nothing lost, the person decides."""
    context = {"conflict": told(row, conflict), "differences": side_by_side(row, form)}
    form = retyped(form, row)
    return page(request, row, form=form, complaints=complaints, status=409, **context)


def told(row, conflict):
    who = conflict.who or (row.updated_by.name if row.updated_by else "另一位同志")
    at = timezone.localtime(conflict.at or row.updated_at)
    return f"{who}{at:%H:%M}已保存了新的内容，您的内容还没有保存。"


def side_by_side(row, form):
    """[(label, mine, theirs, whether they differ)] of the answer, as words."""
    stored = ItemForm(branch_item=row)
    lines = []
    for name in stored.fields:
        if name == "version":
            continue
        theirs = stored.in_words(name, stored.initial.get(name))
        mine = stored.in_words(name, form.cleaned_data.get(name))
        lines.append((stored.fields[name].label, mine, theirs, mine != theirs))
    return lines


def page(request, row, *, form=None, complaints=None, said="", status=200, **more):
    """The item as a page, or as the unfolded row of the checklist."""
    context = item_context(request, row)
    if context["may_edit"]:
        context["form"] = form or ItemForm(branch_item=row)
    context.update(complaints=complaints or {}, said=said, **more)
    if request.htmx:
        context.update(row_context(row), unfolded=True, numbers=numbers_of(row))
        return render(request, "tasks/_row.html", context, status=status)
    context.update(neighbours(row, request.user))
    return render(request, "tasks/item.html", context, status=status)


def item_context(request, row):
    """What the body of an item shows; a fixed number of queries, however many files and steps."""
    user = request.user
    fills = rules.may_fill(user, row.branch)
    given = last_delegation(row)
    is_delegate = not fills and rules.may_fill_item(user, row)
    may_edit = (fills or is_delegate) and row.is_editable and not why_closed(row)
    may_return = rules.may_return(user, row)
    used = proofs_of(row)
    sealed, meetings = ledgers.used(row), records.used(row)
    for file in used:
        file.question = window_question(file.fact_on, row)
    steps = steps_of(row)
    return {
        "row": row,
        "branch": row.branch,
        "today": local_day(),
        "fills": fills,
        "delegation": given if row.is_editable and is_fresh(given, row) else None,
        "is_delegate": is_delegate and may_edit,
        "signs_off": may_edit and fills and rules.may_sign_off(user, row),
        "delegation_form": DelegationForm(people=members_of(row.branch, local_day()))
        if fills and may_edit
        else None,
        "may_edit": may_edit,
        "basis": basis_of(row.version),
        "evidence": used,
        "library": library_of(row) if may_edit else [],
        "meetings": meetings,
        "facts": sealed,
        "facts_offered": ledgers.offered(row, sealed) if may_edit else [],
        "meetings_offered": records.offered(row) if may_edit else [],
        "ticked": ticked.boxes(request),
        "tick_all": request.method != "POST" and not used and not meetings,
        "limits": LIMITS,
        "previews": PREVIEWS,
        "closed_why": None if may_edit or not fills else why_closed(row),
        "answered": None if may_edit else ItemForm(branch_item=row).answered(),
        "steps": [as_told(step) for step in steps],
        "returned": next((s for s in reversed(steps) if s.kind in differences.GIVEN_BACK), None)
        if row.state == "returned"
        else None,
        "difference": None if row.is_editable else differences.since_given_back(steps),
        "waited": waited(row),
        "may_withdraw": rules.may_withdraw(user, row),
        "may_review": rules.may_review(user, row),
        "questions": questions_about(row, used, user=user)
        if rules.may_see_twins(user, row.branch)
        else [],
        "may_return": may_return,
        "reason_form": ReasonForm() if may_return else None,
        "common_reasons": COMMON_REASONS,
    }


def is_fresh(given, row):
    """Whether a delegation belongs to the present round: given or done since the last hand-in."""
    if given is None or row.submitted_at is None:
        return given is not None
    return (given.done_at or given.asked_at) > row.submitted_at


def waited(row):
    """How many working days it has lain with the reviewers; None when it does not."""
    if row.state != "submitted":
        return None
    since = local_day(row.decided_at or row.submitted_at)
    return WorkingDays().between(since, local_day())


def basis_of(version):
    """The basis beside its mark: the mark already says 原文 or 推断, the words go on from there."""
    words = version.basis_words.strip()
    for mark in ("原文", "推断"):
        if words.startswith(mark):
            words = words[len(mark) :].lstrip("：:，,、；; ")
    return words or "工作方案"


def why_closed(row):
    """Why nothing can be filled in now, as a sentence; "" when it can."""
    try:
        moves.refuse_unless_fillable(row, now=timezone.now())
    except Refused as refused:
        return refused.sentence
    return ""


def as_told(step):
    """A step as the time line shows it."""
    where = (
        ""
        if step.kind in ("submitted", "withdrawn", "voided")
        else f"（{step.organization.label}）"
    )
    return {
        "at": step.at,
        "who": f"{step.by_name}{where}",
        "what": step.get_kind_display(),
        "detail": step.reason,
        "code": STEP_CODES.get(step.kind, ""),
    }


def row_context(row):
    """What the row of the checklist needs beyond the item itself."""
    row.files = row.evidence_links.count() + row.meeting_links.live().count()
    row.files += row.fact_links.count()
    return {"row": row, "today": local_day()}


def numbers_of(row):
    """The branch's numbers as the checklist's heads show them, to be put in place after a step."""
    mine = BranchItem.objects.in_force().filter(branch=row.branch).of(row.item.task.campaign)
    by_task = {line["item__task"]: line for line in mine.figures(local_day(), "item__task")}
    task = by_task.get(row.item.task_id)
    if task is None:
        return None
    return {
        "task": task,
        "open": task["todo"] + task["draft"] + task["returned"],
        "total": sum(line["total"] for line in by_task.values()),
        "accepted": sum(line["accepted"] for line in by_task.values()),
    }
