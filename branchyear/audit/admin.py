"""The trail, to read: for the audit administrator alone."""

import csv
import json
from operator import itemgetter

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import StreamingHttpResponse
from django.urls import path
from django.utils import timezone
from django.utils.html import format_html, format_html_join

from branchyear.audit import verbs
from branchyear.audit.models import Entry
from branchyear.audit.services import record
from branchyear.lib.admin import LookOnly, as_attachment, workbook_answer
from branchyear.lib.dates import local_day
from branchyear.lib.layout import Column, Layout
from branchyear.lib.xlsx import filename

COLUMNS = (
    Column("at", "时间", 18, kind="datetime"),
    Column("actor_name", "操作人", 12),
    Column("verb", "操作", 18),
    Column("thing", "对象", 36),
    Column("organization_name", "党组织", 30),
    Column("detail", "内容", 60),
    Column("ip", "来源地址", 16),
    Column("request_id", "请求编号", 34),
)
# A workbook holds about a million lines; more than this is read as CSV.
EXCEL_MOST = 200_000


class VerbFilter(admin.SimpleListFilter):
    title = "操作"
    parameter_name = "verb"

    def lookups(self, request, model_admin):
        return list(verbs.VERBS.items())

    def queryset(self, request, queryset):
        return queryset.filter(verb=self.value()) if self.value() else queryset


class OrganizationFilter(admin.SimpleListFilter):
    """By the names frozen in the trail; the most active ones, so that the list stays short."""

    title = "党组织"
    parameter_name = "organization"

    def lookups(self, request, model_admin):
        entries = Entry.objects.exclude(organization_id=None).order_by("-id")[:5000]
        names = {}
        for pk, name in entries.values_list("organization_id", "organization_name"):
            names.setdefault(pk, name)
        return [(str(pk), name) for pk, name in sorted(names.items(), key=itemgetter(1))[:100]]

    def queryset(self, request, queryset):
        value = self.value()
        return queryset.filter(organization_id=value) if value and value.isdigit() else queryset


@admin.register(Entry)
class EntryAdmin(LookOnly, admin.ModelAdmin):
    """Search by person, thing, organisation; filter by act, day and organisation; take away as a file."""

    list_display = ("at", "actor_name", "act", "thing_label", "organization_name", "summary", "ip")
    list_display_links = ("at",)
    list_filter = (("at", admin.DateFieldListFilter), VerbFilter, OrganizationFilter)
    date_hierarchy = "at"
    search_fields = ("actor_name", "thing_label", "organization_name", "request_id")
    search_help_text = "操作人、对象、党组织或请求编号"
    list_per_page = 50
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER  # a count of the whole trail for each of a hundred names
    actions = None
    fields = (
        "at",
        "actor_name",
        "actor",
        "act",
        "thing_label",
        "thing_type",
        "thing_id",
        "organization_name",
        "content",
        "ip",
        "request_id",
    )
    change_list_template = "admin/audit/entry/change_list.html"

    def has_change_permission(self, request, obj=None):
        return False

    def get_urls(self):
        export = self.admin_site.admin_view(self.export)
        return [path("export/<str:form>/", export, name="audit_entry_export"), *super().get_urls()]

    def export(self, request, form):
        """The list as filtered on the screen, as Excel or CSV; that it was taken is on the trail."""
        if not self.has_view_permission(request) or form not in {"xlsx", "csv"}:
            raise PermissionDenied
        rows = self.get_changelist_instance(request).get_queryset(request).order_by("-id")
        count = rows.count()
        record("audit.exported", by=request.user, form=form, rows=count, query=request.GET.dict())
        day = local_day()
        if form == "csv" or count > EXCEL_MOST:
            answer = StreamingHttpResponse(_csv(rows), content_type="text/csv; charset=utf-8")
            return as_attachment(answer, filename("审计记录", "", "", day, "csv"))
        layout = Layout(
            "审计记录",
            COLUMNS,
            made_by=str(request.user),
            made_at=timezone.now(),
            signatures=(),
        )
        return workbook_answer("审计记录", "", [(layout, _rows(rows))], day)

    @admin.display(description="操作", ordering="verb")
    def act(self, entry):
        return entry.verb_label

    @admin.display(description="内容")
    def summary(self, entry):
        text = _text(entry.detail)
        return text if len(text) <= 60 else f"{text[:60]}…"

    @admin.display(description="内容")
    def content(self, entry):
        return format_html(
            "<dl>{}</dl>",
            format_html_join(
                "", "<dt>{}</dt><dd>{}</dd>", ((k, _text(v)) for k, v in entry.detail.items())
            ),
        )


def _text(value):
    if isinstance(value, str):
        return value
    return "" if value in ({}, None) else json.dumps(value, ensure_ascii=False)


def _rows(entries):
    for entry in entries.iterator(chunk_size=2000):
        yield {
            "at": entry.at,
            "actor_name": entry.actor_name,
            "verb": entry.verb_label,
            "thing": entry.thing_label,
            "organization_name": entry.organization_name,
            "detail": _text(entry.detail),
            "ip": entry.ip or "",
            "request_id": entry.request_id,
        }


class _Echo:
    """A file that hands back what is written, so that a CSV is made line by line."""

    def write(self, value):
        return value


def _csv(entries):
    writer = csv.writer(_Echo())
    yield "\ufeff" + writer.writerow([column.title for column in COLUMNS])
    for row in _rows(entries):
        row["at"] = timezone.localtime(row["at"]).strftime("%Y-%m-%d %H:%M:%S")
        # A cell that begins like a formula is told to be text, or Excel would calculate it.
        yield writer.writerow(
            [f"'{v}" if str(v)[:1] in tuple("=+-@\t\r") else v for v in row.values()]
        )
