"""The branches' answers and files, to look at: how far each is, not what a branch wrote."""

from django.contrib import admin
from django.urls import reverse
from django.utils.html import format_html_join

from branchyear.lib.admin import LookOnly
from tasks.models import BranchItem, Evidence, ItemStep


class StepInline(LookOnly, admin.TabularInline):
    model = ItemStep
    extra = 0
    fields = ("at", "kind", "round", "organization", "by_name")
    readonly_fields = fields

    def get_queryset(self, request):
        return super().get_queryset(request).select_related("organization")


@admin.register(BranchItem)
class BranchItemAdmin(LookOnly, admin.ModelAdmin):
    """Where each answer stands. What the branch wrote is not the administrators' to read."""

    list_display = ("branch", "code", "state", "due_on", "with_organization", "round", "updated_at")
    list_filter = ("item__task__campaign", "state", "item__task")
    list_select_related = ("branch", "item__task", "with_organization")
    search_fields = ("branch__name", "branch__code", "item__code")
    show_full_result_count = False
    view_on_site = False
    inlines = (StepInline,)
    fields = (
        "branch",
        "item",
        "version",
        ("opens_on", "due_on"),
        ("state", "with_organization", "round"),
        ("first_submitted_at", "submitted_at", "submitted_by"),
        "decided_at",
        ("updated_by", "updated_at"),
    )
    readonly_fields = ("updated_at",)

    @admin.display(description="条目", ordering="item__code")
    def code(self, row):
        return row.item.code


@admin.register(Evidence)
class EvidenceAdmin(LookOnly, admin.ModelAdmin):
    """Which files there are, not what stands in them."""

    list_display = ("name", "organization", "extension", "size", "uploaded_by", "uploaded_at")
    list_filter = ("extension", "uploaded_at")
    list_select_related = ("organization", "uploaded_by")
    search_fields = ("name", "organization__name", "sha256")
    show_full_result_count = False
    view_on_site = False
    fields = (
        "name",
        "organization",
        "extension",
        "size",
        "sha256",
        "fact_on",
        "uploaded_by",
        "uploaded_at",
        "used",
    )
    readonly_fields = ("used",)

    @admin.display(description="用于条目")
    def used(self, evidence):
        links = evidence.links.values_list("branch_item", "branch_item__item__code").order_by("pk")
        rows = [(reverse("admin:tasks_branchitem_change", args=[pk]), code) for pk, code in links]
        return format_html_join("、", '<a href="{}">{}</a>', rows)
