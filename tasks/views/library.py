"""材料库: what files an organisation has, what each proves, its revisions, whether it is still the same."""

from django import forms
from django.contrib import messages
from django.db.models import Count, Prefetch, Q, prefetch_related_objects
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from branches.models import Organization
from branches.roles import BRANCH_ROLES
from branches.scope import scope_of
from branchyear.lib.dates import local_day
from branchyear.lib.errors import Refused, require
from branchyear.lib.paging import page_of
from branchyear.lib.routes import path_to
from tasks import rules
from tasks.materials import uses_above, window_question
from tasks.models import BranchItem, Evidence, ItemEvidence, ProblemEvidence, Task
from tasks.services import library as services
from tasks.services import moves
from tasks.views.evidence import PREVIEWS
from tasks.views.uploads import LIMITS

SHOWN = 20
KINDS = {
    "pdf": ("PDF", ("pdf",)),
    "picture": ("图片", ("jpg", "jpeg", "png")),
    "text": ("文档", ("doc", "docx", "wps")),
    "table": ("表格", ("xls", "xlsx", "et")),
    "ofd": ("OFD", ("ofd",)),
}
USES = {"used": "已使用", "unused": "未使用"}


class DateForm(forms.Form):
    """The day of what a file shows."""

    fact_on = forms.DateField(
        label="材料日期",
        required=False,
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
        error_messages={"invalid": "请按 2022-04-25 的格式填写材料日期。"},
    )


# --- The list -------------------------------------------------------------------------------------


@require_GET
def library(request):
    """The own branch's files; whoever sees several organisations chooses one first."""
    scope = scope_of(request.user)
    require(
        scope.seen_paths, "您目前没有党支部方面的任职，看不到材料库。请联系上级党组织登记任职。"
    )
    seen = Organization.objects.visible_to(request.user)
    wanted = request.GET.get("org", "")
    if wanted:
        pk = int(wanted) if wanted.isdigit() else 0
        return show(request, get_object_or_404(seen, pk=pk))
    own = [o for o in scope.organizations(BRANCH_ROLES) if o.is_branch and o.is_open]
    if len(own) == 1:
        return show(request, own[0])
    if own:
        seen = seen.filter(pk__in=[o.pk for o in own])
    return choose(request, seen.open())


def choose(request, organizations):
    """The branches in sight, and who else keeps files, with how many."""
    words = request.GET.get("q", "").strip()
    rows = organizations.filter(Q(kind="branch") | Q(evidence__isnull=False)).distinct()
    if words:
        rows = rows.filter(Q(name__icontains=words) | Q(short_name__icontains=words))
    page = page_of(request.GET, rows, 50)
    counted = (
        Evidence.objects.filter(organization__in=[o.pk for o in page])
        .current()
        .with_use()
        .order_by()
        .values("organization")
        .annotate(files=Count("pk"), used=Count("pk", filter=Q(is_used=True)))
    )
    figures = {line["organization"]: line for line in counted}
    for organization in page:
        organization.figures = figures.get(organization.pk, {"files": 0, "used": 0})
    return render(request, "tasks/library_choose.html", {"page": page, "words": words})


def show(request, organization, *, form=None, complaint="", status=200):
    everything = Evidence.objects.filter(organization=organization).current().with_use()
    chosen = chosen_in(request.GET)
    rows = found(everything, chosen)
    use = request.GET.get("use", "")
    page = page_of(request.GET, rows.filter(is_used=use == "used") if use in USES else rows, SHOWN)
    add_uses(page.object_list)
    keeps = rules.may_keep_library(request.user, organization)
    counts = rows.aggregate(all=Count("pk"), used=Count("pk", filter=Q(is_used=True)))
    context = {
        "organization": organization,
        "page": page,
        "chosen": chosen,
        "use": use if use in USES else "",
        "filtered": any(chosen.values()),
        "kinds": [(code, word) for code, (word, _) in KINDS.items()],
        "tasks": Task.objects.filter(items__branch_items__branch=organization)
        .distinct()
        .order_by("campaign", "order"),
        "tabs": tabs(request.GET, organization, counts, use),
        "previews": PREVIEWS,
        "keeps": keeps,
        "limits": LIMITS,
        "form": form or DateForm(),
        "complaint": complaint,
        "items": fillable(organization) if keeps and organization.is_branch else [],
    }
    return render(request, "tasks/library.html", context, status=status)


def chosen_in(params):
    return {
        "q": params.get("q", "").strip()[:100],
        "kind": params.get("kind", "") if params.get("kind") in KINDS else "",
        "task": params.get("task", "") if params.get("task", "").isdigit() else "",
    }


def found(rows, chosen):
    """Those a search asks for: by name or the first letters of the checksum, by kind, by task."""
    if words := chosen["q"]:
        rows = rows.filter(Q(name__icontains=words) | Q(sha256__startswith=words.lower()))
    if chosen["kind"]:
        rows = rows.filter(extension__in=KINDS[chosen["kind"]][1])
    if chosen["task"]:
        rows = rows.filter(
            pk__in=ItemEvidence.objects.filter(branch_item__item__task=chosen["task"]).values(
                "evidence"
            )
        )
    return rows.select_related("uploaded_by").order_by("-pk")


def tabs(params, organization, counts, use):
    kept = params.copy()
    kept["org"] = str(organization.pk)
    kept.pop("page", None)
    kept.pop("use", None)
    numbers = {"": counts["all"], "used": counts["used"], "unused": counts["all"] - counts["used"]}
    answer = []
    for code, label in (("", "全部"), *USES.items()):
        query = kept.copy()
        if code:
            query["use"] = code
        answer.append(
            {
                "label": label,
                "url": f"?{query.urlencode()}",
                "count": numbers[code],
                "active": code == (use if use in USES else ""),
            }
        )
    return answer


def uses():
    """Prefetches of what a file proves."""
    items = ItemEvidence.objects.select_related("branch_item__item", "branch_item__version")
    problems = ProblemEvidence.objects.select_related("problem")
    return (
        Prefetch("links", items.order_by("branch_item__item__task__order", "branch_item")),
        Prefetch("problem_links", problems.order_by("problem")),
    )


def add_uses(rows):
    """Gives each its ``proofs``, its ``problems``, what it is used for ``above`` and the ``older`` revisions
    with theirs, newest first."""
    organizations = {row.organization_id for row in rows}
    old = Evidence.objects.filter(organization__in=organizations, replaced_by__isnull=False)
    older = {row.pk: row for row in old.select_related("uploaded_by").prefetch_related(*uses())}
    by_pk = {row.pk: row for row in rows}
    prefetch_related_objects(list(by_pk.values()), *uses())
    above = uses_above([*by_pk, *older])
    for row in rows:
        row.above = above[row.pk]
        row.proofs = [link.branch_item for link in by_pk[row.pk].links.all()]
        row.problems = [link.problem for link in by_pk[row.pk].problem_links.all()]
        row.older, last = [], row.replaces_id
        while last in older:
            one = older[last]
            one.proofs = [link.branch_item for link in one.links.all()]
            one.problems = [link.problem for link in one.problem_links.all()]
            one.above = above[one.pk]
            row.older.append(one)
            last = one.replaces_id
        row.revision = len(row.older) + 1


def fillable(branch):
    """The items that can be filled in today, by task."""
    today = local_day()
    rows = (
        BranchItem.objects.in_force()
        .filter(branch=branch, state__in=BranchItem.EDITABLE, opens_on__lte=today)
        .with_words()
        .select_related("item__task__campaign")
        .order_by("item__task__order", "item__order")
    )
    return [row for row in rows if not _closed(row)]


def _closed(row):
    try:
        moves.refuse_unless_fillable(row, now=timezone.now())
    except Refused:
        return True
    return False


# --- What is done to the list ---------------------------------------------------------------------


def _organization(request, pk):
    return get_object_or_404(Organization.objects.visible_to(request.user), pk=pk)


@require_POST
def store_material(request, pk):
    """上传到材料库: files for later use, all with the day given."""
    organization = _organization(request, pk)
    require(rules.may_keep_library(request.user, organization), services.OF_KEEPERS)
    form = DateForm(request.POST)
    uploads = request.FILES.getlist("files")
    complaints = [] if uploads else ["请先点“选择文件”，选好后再点“上传”。"]
    if not form.is_valid():
        return show(request, organization, form=form, status=422)
    new, known = [], []
    for upload in uploads:
        try:
            kept, is_new = services.store(
                organization, upload, by=request.user, fact_on=form.cleaned_data["fact_on"]
            )
            (new if is_new else known).append(kept.name)
        except Refused as error:
            if error.field not in ("file", "fact_on"):
                raise
            complaints.append(error.sentence)
    if new:
        messages.success(request, f"已上传{len(new)}个文件，可以勾选后用于条目。")
    if known:
        messages.info(request, f"材料库中已有相同的文件，没有重复保存：{'、'.join(known)}。")
    if complaints:
        return show(
            request,
            organization,
            form=form,
            complaint="".join(dict.fromkeys(complaints)),
            status=422,
        )
    return redirect(f"{path_to('tasks:library')}?org={organization.pk}")


@require_POST
def use_materials(request, pk):
    """Ticked files prove the ticked items too; a line of result for each item."""
    organization = _organization(request, pk)
    require(rules.may_keep_library(request.user, organization), services.OF_KEEPERS)
    files = list(
        Evidence.objects.filter(organization=organization, pk__in=numbers(request, "material"))
    )
    rows = list(
        BranchItem.objects.filter(branch=organization, pk__in=numbers(request, "item"))
        .with_words()
        .select_related("item__task__campaign")
    )
    back = redirect(f"{path_to('tasks:library')}?org={organization.pk}")
    if not files or not rows:
        messages.warning(request, "请先勾选文件，再勾选要用于哪些条目。")
        return back
    done, missed = [], []
    for row in rows:
        try:
            services.use(row, files, by=request.user)
            done.append(row.item.code)
        except Refused as error:
            missed.append(f"{row.item.code}：{error.sentence}")
    if done:
        messages.success(request, f"已将{len(files)}个文件用于{'、'.join(done)}。")
    for sentence in missed:
        messages.warning(request, sentence)
    return back


def numbers(request, name):
    return [value for value in request.POST.getlist(name) if value.isdigit()]


# --- One material ---------------------------------------------------------------------------------


def _material(request, pk):
    rows = Evidence.objects.visible_to(request.user)
    return get_object_or_404(
        rows.select_related("organization", "uploaded_by", "replaced_by"), pk=pk
    )


@require_GET
def material(request, pk):
    """One file: what it proves, its revisions, its checksum in full."""
    return about(request, _material(request, pk))


def about(request, row, *, check=None, form=None, complaint="", status=200):
    newest = row
    while newest.newer is not None:
        newest = newest.newer
    add_uses([newest])
    line = [newest, *newest.older]
    this = next(one for one in line if one.pk == row.pk)
    for item in this.proofs:
        item.question = window_question(row.fact_on, item)
    keeps = rules.may_keep_library(request.user, row.organization) and row.organization.is_open
    context = {
        "row": row,
        "this": this,
        "newest": newest,
        "line": line,
        "number": len(line) - line.index(this),
        "check": check,
        "keeps": keeps,
        "dates": keeps and not any(item.state in services.SEALED for item in this.proofs),
        "form": form or DateForm(initial={"fact_on": row.fact_on}),
        "complaint": complaint,
        "limits": LIMITS,
        "previews": PREVIEWS,
    }
    return render(request, "tasks/material.html", context, status=status)


@require_POST
def verify_material(request, pk):
    """校验: the stored bytes against the SHA-256 of the day of upload."""
    row = _material(request, pk)
    return about(request, row, check=services.verify(row, by=request.user))


@require_POST
def replace_material(request, pk):
    """上传新版: the old file stays where it was reviewed."""
    row = _material(request, pk)
    require(rules.may_keep_library(request.user, row.organization), services.OF_KEEPERS)
    form = DateForm(request.POST)
    upload = request.FILES.get("file")
    if upload is None:
        return about(request, row, complaint="请先选择新版文件，再点“上传新版”。", status=422)
    if not form.is_valid():
        return about(request, row, complaint=form.errors["fact_on"][0], status=422)
    try:
        new, moved = services.replace(
            row, upload, by=request.user, fact_on=form.cleaned_data["fact_on"]
        )
    except Refused as error:
        if error.field not in ("file", "fact_on"):
            raise
        return about(request, row, complaint=error.sentence, status=422)
    tail = f"，{moved}处未提交的使用已换成新版" if moved else ""
    messages.success(request, f"已保存新版{tail}。已提交或审核通过的条目仍用原来的文件。")
    return redirect(new)


@require_POST
def date_material(request, pk):
    """填写材料日期."""
    row = _material(request, pk)
    form = DateForm(request.POST)
    require(rules.may_keep_library(request.user, row.organization), services.OF_KEEPERS)
    if form.is_valid():
        try:
            services.date_fact(row, form.cleaned_data["fact_on"], by=request.user)
        except Refused as error:
            if error.field != "fact_on":
                raise
            form.add_error("fact_on", error.sentence)
        else:
            messages.success(request, "材料日期已保存。")
            return redirect(row)
    return about(request, row, form=form, status=422)
