"""Inspections in the admin site: to be looked at. Plans are made, drawn and ended on their page, with its rules."""

from django.contrib import admin

from branchyear.lib.admin import LookOnly
from tasks.models import Draw, Inspection, TeamMember, Visit


class DrawInline(LookOnly, admin.TabularInline):
    model = Draw
    extra = 0
    fields = (
        "number",
        "size",
        "commitment",
        "published_at",
        "drawn_at",
        "voided_at",
        "void_reason",
    )


class TeamInline(LookOnly, admin.TabularInline):
    model = TeamMember
    extra = 0
    fields = ("user", "unit", "until", "added_at", "left_at")


@admin.register(Inspection)
class InspectionAdmin(LookOnly, admin.ModelAdmin):
    """Which inspections there are, who goes and until when. The seed is nobody's to read before the draw."""

    list_display = ("title", "kind", "organization", "starts_on", "ends_on", "state")
    list_filter = ("campaign", "state", "kind")
    list_select_related = ("organization",)
    search_fields = ("title",)
    view_on_site = False
    inlines = (DrawInline, TeamInline)
    fields = (
        "title",
        ("kind", "state", "announced"),
        ("organization", "scope", "campaign"),
        ("starts_on", "ends_on"),
        ("strata_by", "measure", "amount"),
        ("created_by", "created_at", "ended_at"),
    )


@admin.register(Visit)
class VisitAdmin(LookOnly, admin.ModelAdmin):
    """Which branches are visited by whom. What was found there is not the administrators' to read; of an
    unannounced visit they hear when it has begun."""

    list_display = ("inspection", "branch", "inspector", "state", "visited_on", "signed_at")
    list_filter = ("state", "inspection__kind")
    list_select_related = ("inspection", "branch", "inspector")
    search_fields = ("branch__name", "branch__code", "inspection__title")
    view_on_site = False
    fields = (
        ("inspection", "branch", "stratum"),
        ("inspector", "state"),
        ("started_at", "visited_on", "signed_at", "signed_by_name"),
        "missed_reason",
    )

    def get_queryset(self, request):
        return super().get_queryset(request).exclude(started_at=None)
