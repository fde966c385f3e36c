"""通报: the list, one of them to edit or to read, and each of its verbs."""

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from branches.scope import scope_of
from branchyear.audit.services import record
from branchyear.lib.admin import as_attachment
from branchyear.lib.dates import Month, local_day
from branchyear.lib.errors import Conflict, Refused, require
from branchyear.lib.paging import page_of
from reports.models import Bulletin
from reports.services import bulletin_numbers as numbers
from reports.services import bulletins as services
from reports.views.copies import TYPES


def _mine(user):
    """The organisation in whose name this person publishes; None for all others."""
    held = scope_of(user).organizations(services.KEEPERS)
    return held[0] if held else None


@require_http_methods(["GET", "POST"])
def bulletins(request):
    """All that this person may read, the latest first; a POST drafts the next one."""
    require(scope_of(request.user).seen_paths, "您目前没有可查看的党组织。")
    mine, complaint, status = _mine(request.user), "", 200
    month = Month.of(local_day()).plus(-1)
    if request.method == "POST":
        require(mine is not None, services.OF_COMMITTEE)
        try:
            row = services.draft(
                mine, _month(request.POST.get("month", "")), by=request.user, now=timezone.now()
            )
        except Refused as refusal:
            complaint, status = refusal.sentence, 422
        else:
            messages.success(request, "已按本月数据起草，请核对修改后发布。")
            return redirect(row)
    rows = Bulletin.objects.visible_to(request.user).select_related("organization", "campaign")
    context = {
        "page": page_of(request.GET, rows, 20),
        "mine": mine,
        "month": request.POST.get("month") or str(month),
        "complaint": complaint,
    }
    return render(request, "reports/bulletins.html", context, status=status)


def _month(text):
    try:
        return Month.parse(text)
    except ValueError:
        raise Refused("请选择月份。", field="month") from None


class BulletinForm(forms.Form):
    """Title, audience and the parts; the service decides about lengths."""

    title = forms.CharField(label="标题", required=False)
    audience = forms.ChoiceField(label="发至", choices=Bulletin.Audience.choices, required=False)

    def __init__(self, row, *args, **options):
        super().__init__(*args, **options)
        for part in row.parts:
            self.fields[part["key"]] = forms.CharField(
                label=part["heading"],
                required=False,
                initial=part["text"],
                widget=forms.Textarea(attrs={"rows": 5}),
            )
        self.initial |= {"title": row.title, "audience": row.audience}
        self.parts = [self[part["key"]] for part in row.parts]


def fetch(request, pk):
    rows = Bulletin.objects.visible_to(request.user).select_related(
        "organization", "campaign", "published_by"
    )
    return get_object_or_404(rows, pk=pk)


@require_GET
def bulletin(request, pk):
    return page(request, fetch(request, pk))


def page(request, row, *, form=None, conflict=None, status=200):
    edits = not row.is_published and services.may_keep(request.user, row.organization)
    choose = []
    if edits:
        choose = list(numbers.practices_to_choose(row.organization, row.campaign))
        for each in choose:
            each.is_chosen = each.pk in row.practices
    context = {
        "row": row,
        "edits": edits,
        "form": (form or BulletinForm(row)) if edits else None,
        "parts": services.numbered(row),
        "choose": choose,
        "conflict": conflict,
        "is_whole": not row.is_published or row.seal == services.seal_of(row),
        "links": not row.is_published or services.may_keep(request.user, row.organization),
    }
    return render(request, "reports/bulletin.html", context, status=status)


def _revision(request, row):
    typed = request.POST.get("revision", "")
    return int(typed) if typed.isdecimal() else row.revision


@require_POST
def save_bulletin(request, pk):
    """暂存 or 发布 (``do=publish``): what was typed is kept first."""
    row = fetch(request, pk)
    require(services.may_keep(request.user, row.organization), services.OF_COMMITTEE)
    form = BulletinForm(row, request.POST)
    form.is_valid()
    chosen = [int(each) for each in request.POST.getlist("practice") if each.isdecimal()]
    more = {"by": request.user, "now": timezone.now()}
    try:
        services.save(
            row,
            title=request.POST.get("title", ""),
            audience=request.POST.get("audience", ""),
            texts={part["key"]: request.POST.get(part["key"], "") for part in row.parts},
            chosen=chosen,
            revision=_revision(request, row),
            **more,
        )
        if request.POST.get("do") == "publish":
            services.publish(row, revision=row.revision, **more)
    except Conflict as conflict:
        return page(request, fetch(request, pk), form=form, conflict=conflict, status=409)
    except Refused as refusal:
        field = refusal.field if refusal.field in form.fields else None
        form.add_error(field, refusal.sentence)
        return page(request, row, form=form, status=422)
    said = "已发布，收文的党组织已收到通知。" if row.is_published else "已暂存。"
    messages.success(request, said)
    return redirect(row)


@require_POST
def redraft_bulletin(request, pk):
    row = fetch(request, pk)
    services.redraft(row, revision=row.revision, by=request.user, now=timezone.now())
    messages.success(request, "已按最新数据重新起草。")
    return redirect(row)


@require_GET
def bulletin_copy(request, pk):
    """The 通报 as PDF or Word, in the habits of GB/T 9704."""
    row = fetch(request, pk)
    form = request.GET.get("format", "pdf")
    if form not in ("pdf", "docx"):
        raise Http404
    content = services.give_out(row, form, by=request.user, now=timezone.now())
    record("bulletin.copied", row, by=request.user, organization=row.organization, format=form)
    mark = "" if row.is_published else "（草稿）"
    return as_attachment(HttpResponse(content, content_type=TYPES[form]), f"{row}{mark}.{form}")
